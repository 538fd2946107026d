"""Pages of imports: what to import, a file's columns, its problems, its progress, its undoing."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.services import record
from common.exports import csv_bytes
from common.http import add_problems, download, form_status, query_text
from members.access import roles_only, user_of
from members.models import Role, User
from members.signin.proof import proof_needed

from . import actions, services
from .access import get_run
from .forms import MappingForm, StepForm, UploadForm
from .kinds import KINDS
from .mapping import matching_of
from .models import ImportRun
from .services import to_invite, to_review

CSV = "text/csv; charset=utf-8"
LISTS = {
    "subscriptions": "renewals",
    "payments": "payment_list",
    "subjects": "subject_list",
    "associations": "subject_list",
    "incidents": "report_list",
    "notices": "notice_list",
}
"""Where what was imported is seen; the rest on the list of members."""


@require_safe
@roles_only(Role.INTEL)
def import_list(request: HttpRequest) -> HttpResponse:
    """All imports, and what to import in which order."""
    runs = ImportRun.objects.visible_to(user_of(request)).select_related("uploaded_by")
    page = Paginator(runs, 20).get_page(query_text(request, "page"))
    done = runs.filter(state="done").order_by().values_list("kind").annotate(n=Count("pk"))
    counts = dict(done)
    kinds = [(kind, ImportRun(kind=kind.code), counts.get(kind.code, 0)) for kind in KINDS.values()]
    context = {"page": page, "kinds": kinds, "page_title": "Import"}
    return render(request, "imports/import_list.html", context)


@require_safe
@roles_only(Role.INTEL)
def import_template(request: HttpRequest, kind: str) -> HttpResponse:
    """An empty file of a kind: the names of its columns, and a line of examples."""
    if kind not in KINDS:
        raise Http404
    fields = KINDS[kind].fields
    rows = [[field.example for field in fields]]
    return download(csv_bytes([field.label for field in fields], rows), f"{kind}.csv", CSV)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def import_new(request: HttpRequest) -> HttpResponse:
    """Send a file."""
    kind = query_text(request, "kind", limit=16)
    form = UploadForm(request.POST or None, request.FILES or None, kind=kind)
    if form.is_valid():
        try:
            run = services.run_upload(by=user_of(request), data=form.upload())
            return redirect("import_map", ref=run.ref)
        except ValidationError as error:
            add_problems(form, error)
    context = {"form": form, "kinds": KINDS.values(), "page_title": "Import a file"}
    return render(request, "imports/import_new.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def import_map(request: HttpRequest, ref: str) -> HttpResponse:
    """Their columns and our fields."""
    user = user_of(request)
    run = get_run(user, ref)
    if request.method == "GET":
        record(actions.RUN_VIEWED, by=user, ref=run.ref)
    mapping, matched_as = matching_of(run)
    form = MappingForm(request.POST or None, run=run, mapping=mapping)
    if form.is_valid():
        try:
            services.run_map(by=user, run=run, mapping=form.mapping())
            return redirect("import_run", ref=run.ref)
        except ValidationError as error:
            add_problems(form, error)
    rows = [(form[field.name], field) for field in form.wanted]
    columns = list(zip(run.head, run.examples or [[]] * len(run.head), strict=False))
    context = {"run": run, "form": form, "rows": rows, "columns": columns, "as": matched_as}
    context["past"] = _past(run)
    return render(request, "imports/import_map.html", context, status=form_status(form))


def _past(run: ImportRun) -> str:
    """Return why the columns of an import can't be matched any more; empty: they can."""
    if run.state in (ImportRun.State.DONE, ImportRun.State.UNDOING):
        return "It is imported: its columns stay as they are. Undo it to match them otherwise."
    if run.files_deleted_at:
        return "Its file was deleted. Send it again to match its columns."
    return "The worker is at it. Look again in a minute." if run.is_open else ""


@require_safe
@roles_only(Role.INTEL)
def import_run(request: HttpRequest, ref: str) -> HttpResponse:
    """How far an import is, and what can be done with it. A part is asked for as it grows."""
    user = user_of(request)
    run = get_run(user, ref)
    if request.headers.get("HX-Target") == "progress" and run.is_open:
        return render(request, "imports/includes/progress.html", {"run": run})
    answer = _page(request, user, run, StepForm())
    if request.headers.get("HX-Target") == "progress":
        answer["HX-Refresh"] = "true"  # it is over: the whole page has more to say
    return answer


def _page(request: HttpRequest, user: User, run: ImportRun, form: StepForm) -> HttpResponse:
    record(actions.RUN_VIEWED, by=user, ref=run.ref)
    found = run.problems.alike()
    done = run.state == ImportRun.State.DONE
    context: dict[str, Any] = {
        "run": run,
        "form": form,
        "kind": KINDS[run.kind],
        "page": Paginator(found, 50).get_page(query_text(request, "page")),
        "by_column": _by_column(run),
        "made_at": LISTS.get(run.kind, "member_list") if done else "",
        "to_review": to_review(run) if done and run.kind == "subjects" else None,
        "to_invite": to_invite(run).count() if done and run.kind == "users" else 0,
    }
    return render(request, "imports/import_run.html", context, status=form_status(form))


def _by_column(run: ImportRun) -> list[tuple[str, int]]:
    counted = run.problems.filter(level="problem").order_by().values_list("column")
    return list(counted.annotate(n=Count("pk")).order_by("-n", "column")[:8])


@require_POST
@roles_only(Role.INTEL)
def import_step(request: HttpRequest, ref: str) -> HttpResponse:
    """Write it, check it again, discard it, undo it, or invite its people."""
    user = user_of(request)
    run = get_run(user, ref)
    form = StepForm(request.POST)
    if form.is_valid():
        try:
            said = _do(user, run, form.cleaned_data["step"], form.cleaned_data["reason"])
            if said:
                messages.success(request, said)
            return redirect("import_run", ref=run.ref)
        except ValidationError as error:
            add_problems(form, error)
    if form.stale:  # e.g. pressed in another tab: the page says how it is now
        messages.warning(request, " ".join(map(str, form.non_field_errors())))
        return redirect("import_run", ref=run.ref)
    return _page(request, user, run, form)


def _do(user: User, run: ImportRun, step: str, reason: str) -> str:
    """Do a step; return what is said of it."""
    if step == "undo":
        services.run_undo(by=user, run=run, reason=reason)
        return ""
    if step == "invite":
        sent = services.run_invite(by=user, run=run)
        return f"{sent} people are sent the link to set a password."
    steps = {
        "write": services.run_write,
        "again": services.run_check_again,
        "discard": services.run_discard,
    }
    steps[step](by=user, run=run)
    return "The file is deleted." if step == "discard" else ""


@require_safe
@roles_only(Role.INTEL)
@proof_needed(download=True)
def import_problems(request: HttpRequest, ref: str) -> HttpResponse:
    """All problems of a file, to put it right beside them."""
    user = user_of(request)
    run = get_run(user, ref)
    head = ("Row", "Column", "What it holds", "What is wrong", "Kind")
    rows: list[list[str | int]] = [
        [each.row, each.column, each.value, each.words, each.level_words]
        for each in run.problems.all()
    ]
    record(actions.PROBLEMS_EXPORTED, by=user, ref=run.ref, rows=len(rows))
    return download(csv_bytes(head, rows), f"{run.ref}-problems.csv", CSV)
