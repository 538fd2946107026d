"""Pages of case files, for the Intelligence Manager alone."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.services import record
from common.http import add_problems, form_status, query_text
from common.lists import chips
from incidents.police_pack import case_of
from incidents.police_pack.statement import statement_words
from members.access import roles_only, user_of
from members.models import Role, User
from members.signin.proof import proof_needed
from offenders.access import get_subject
from offenders.actions import SUBJECT_VIEWED
from offenders.models import Subject

from . import actions
from .access import get_case, get_case_incident
from .case_forms import CaseForm, CloseForm, IncidentForm, OrderForm, PickForm, StatementForm
from .evidence.contents import no_longer_citable
from .evidence.names import names_left_in
from .models import CaseFile, CaseIncident, CaseStatement
from .services import (
    case_change,
    case_close,
    case_incident_change,
    case_open,
    case_pick,
    pack_order,
    statement_add,
    statement_change,
    statement_remove,
)

SHOWS = [("open", "Open"), ("closed", "Closed")]


@require_safe
@roles_only(Role.INTEL)
def case_list(request: HttpRequest) -> HttpResponse:
    """Case files, searched; open ones first shown."""
    user = user_of(request)
    text, show = query_text(request, "q"), query_text(request, "show")
    show = show if show in dict(SHOWS) else "open"
    rows = CaseFile.objects.visible_to(user).search(text).select_related("subject")
    rows = rows.filter(closed_at__isnull=show == "open").order_by("-made_at", "-pk")
    page = Paginator(rows, 30).get_page(query_text(request, "page"))
    record(
        actions.CASES_LISTED,
        by=user,
        subjects=[case.subject.ref for case in page.object_list],
        show=show,
        **({"q": text} if text else {}),
    )
    context = {"page": page, "q": text, "show": show, "chips": chips(SHOWS, show, q=text)}
    return render(request, "exclusions/case_list.html", context)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def case_new(request: HttpRequest, ref: str) -> HttpResponse:
    """Begin a case file about a subject."""
    user = user_of(request)
    subject = get_subject(user, ref)
    form = CaseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = case_open(
                by=user,
                subject=subject,
                client_id=data["client_id"],
                kind=data["kind"],
                words=data["words"],
            )
            messages.success(request, f"{made.ref} begun. Choose its incidents.")
            return redirect("case_pick", ref=made.ref)
        except ValidationError as error:
            add_problems(form, error)
    record(SUBJECT_VIEWED, by=user, ref=subject.ref, subjects=[subject.ref])
    context = {"form": form, "subject": subject, "page_title": f"New case file: {subject.ref}"}
    return render(request, "exclusions/case_form.html", context, status=form_status(form))


@require_safe
@roles_only(Role.INTEL)
def case(request: HttpRequest, ref: str) -> HttpResponse:
    """One case file: what is asked for, its incidents, statements and packs."""
    user = user_of(request)
    return _page(request, user, get_case(user, ref))


def _page(
    request: HttpRequest,
    user: User,
    found: CaseFile,
    *,
    order: OrderForm | None = None,
    close: CloseForm | None = None,
) -> HttpResponse:
    incidents = list(
        found.incidents.select_related("report__type", "report__premises").order_by(
            "report__occurred_at"
        )
    )
    record(actions.CASE_VIEWED, by=user, ref=found.ref, subjects=[found.subject.ref])
    refused = next((form for form in (order, close) if form is not None), None)
    context: dict[str, Any] = {
        "case": found,
        "incidents": incidents,
        "statements": list(found.statements.select_related("member", "incident__report")),
        "packs": list(found.packs.select_related("ordered_by")),
        "left": names_left_in(found) if found.is_open else [],
        "wrong": no_longer_citable(found) if found.is_open else [],
        "order": order or OrderForm(initial={"revision": found.revision}),
        "close": close or CloseForm(),
    }
    status = form_status(refused) if refused else 200
    return render(request, "exclusions/case.html", context, status=status)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def case_edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Change what is asked for, and why."""
    user = user_of(request)
    found = get_case(user, ref)
    if not found.is_open:
        return _closed(request, found)
    initial = {"revision": found.revision, "kind": found.kind, "words": found.words}
    form = CaseForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            case_change(
                by=user,
                case=found,
                revision=data["revision"],
                kind=data["kind"],
                words=data["words"],
            )
            messages.success(request, "Saved.")
            return redirect("case", ref=found.ref)
        except ValidationError as error:
            add_problems(form, error)
    return _form_page(request, found, form, "exclusions/case_form.html", f"Change {found.ref}")


def _closed(request: HttpRequest, found: CaseFile) -> HttpResponse:
    messages.info(request, "This case file is closed: it stays as it is.")
    return redirect("case", ref=found.ref)


def _form_page(
    request: HttpRequest, found: CaseFile, form: Any, template: str, title: str, **more: Any
) -> HttpResponse:
    """Show a form of a case file, and log that it was opened."""
    subject = found.subject
    record(actions.CASE_VIEWED, by=user_of(request), ref=found.ref, subjects=[subject.ref])
    context = {"form": form, "case": found, "subject": subject, "page_title": title, **more}
    return render(request, template, context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def case_pick_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Choose the incidents of a case file."""
    user = user_of(request)
    found = get_case(user, ref)
    if not found.is_open:
        return _closed(request, found)
    form = PickForm(request.POST or None, case=found)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            case_pick(
                by=user,
                case=found,
                revision=data["revision"],
                reports=list(data["incidents"]),
            )
            messages.success(request, "Saved.")
            return redirect("case", ref=found.ref)
        except ValidationError as error:
            add_problems(form, error)
    return _form_page(
        request, found, form, "exclusions/case_pick.html", f"Incidents of {found.ref}"
    )


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def case_incident(request: HttpRequest, ref: str, report: str) -> HttpResponse:
    """Change what the pack tells of an incident."""
    user = user_of(request)
    found = get_case(user, ref)
    if not found.is_open:
        return _closed(request, found)
    incident = get_case_incident(found, report)
    names = ("account", "with_files")
    initial = {name: getattr(incident, name) for name in names} | {"revision": found.revision}
    form = IncidentForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            case_incident_change(by=user, incident=incident, **form.cleaned_data)
            messages.success(request, "Saved.")
            return redirect("case", ref=found.ref)
        except ValidationError as error:
            add_problems(form, error)
    title = f"{incident.report.ref} in {found.ref}"
    return _form_page(
        request, found, form, "exclusions/case_incident.html", title, incident=incident
    )


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def statement_new(request: HttpRequest, ref: str) -> HttpResponse:
    """Add a statement: of a witness of an incident (`of`), or of a business on all of it."""
    user = user_of(request)
    found = get_case(user, ref)
    if not found.is_open:
        return _closed(request, found)
    of = query_text(request, "of")
    incident = get_case_incident(found, of) if of else None
    form = StatementForm(
        request.POST or None, incident=incident, initial=_first_words(user, found, incident)
    )
    if request.method == "POST" and form.is_valid():
        try:
            statement_add(
                by=user,
                case=found,
                client_id=form.cleaned_data["client_id"],
                data=form.statement(),
            )
            messages.success(request, "Added.")
            return redirect("case", ref=found.ref)
        except ValidationError as error:
            add_problems(form, error)
    of_what = f"Witness statement: {incident.report.ref}" if incident else "Impact statement"
    return _form_page(
        request, found, form, "exclusions/case_statement.html", of_what, incident=incident
    )


def _first_words(user: User, case: CaseFile, incident: CaseIncident | None) -> dict[str, Any]:
    """Return who reported an incident, and the first wording of their statement.

    Of the people in it only the case file's own is named: the pack is about nobody else.
    """
    if incident is None:
        return {"revision": case.revision}
    report = incident.report
    words = statement_words(case_of(report, user, lambda people: _only(case.subject_id, people)))
    return {
        "revision": case.revision,
        "witness_name": report.reporter.name,
        "words": words,
    }


def _only(key: int, subjects: Iterable[Subject]) -> dict[int, str]:
    return {one.pk: one.shown_name for one in subjects if one.pk == key}


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def statement_edit(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """Change a statement, or take it out of the case file."""
    user = user_of(request)
    found = get_case(user, ref)
    if not found.is_open:
        return _closed(request, found)
    rows = CaseStatement.objects.filter(case=found).select_related(
        "incident__report__reporter", "case__subject"
    )
    statement = get_object_or_404(rows, pk=pk)
    form = StatementForm(
        request.POST or None,
        incident=statement.incident,
        statement=statement,
        initial={"revision": found.revision},
    )
    try:
        if request.method == "POST" and "remove" in request.POST:
            statement_remove(by=user, statement=statement)
            messages.success(request, "Taken out.")
            return redirect("case", ref=found.ref)
        if request.method == "POST" and form.is_valid():
            statement_change(
                by=user,
                statement=statement,
                revision=form.cleaned_data["revision"],
                data=form.statement(),
            )
            messages.success(request, "Saved.")
            return redirect("case", ref=found.ref)
    except ValidationError as error:
        add_problems(form, error)
    title = f"Statement in {found.ref}"
    return _form_page(
        request,
        found,
        form,
        "exclusions/case_statement.html",
        title,
        incident=statement.incident,
        statement=statement,
    )


@require_POST
@roles_only(Role.INTEL)
def case_close_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Close a case file with what came of it."""
    user = user_of(request)
    found = get_case(user, ref)
    form = CloseForm(request.POST)
    if form.is_valid():
        try:
            case_close(by=user, case=found, reason=form.cleaned_data["reason"])
            messages.success(request, f"{found.ref} is closed.")
            return redirect("case", ref=found.ref)
        except ValidationError as error:
            add_problems(form, error)
    return _page(request, user, found, close=form)


@require_POST
@roles_only(Role.INTEL)
@proof_needed()
def case_pack(request: HttpRequest, ref: str) -> HttpResponse:
    """Order a pack of a case file as it is now."""
    user = user_of(request)
    found = get_case(user, ref)
    form = OrderForm(request.POST)
    if form.is_valid():
        try:
            pack = pack_order(by=user, case=found, **form.cleaned_data)
            return redirect("evidence_pack", ref=pack.ref)
        except ValidationError as error:
            add_problems(form, error)
    return _page(request, user, found, order=form)
