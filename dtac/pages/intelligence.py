"""Intelligence: given by readers, graded and shared by the manager."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.services import record
from common import dates
from common.http import add_problems, form_status, query_text
from common.lists import chips
from dtac.presenters import names_for
from incidents import actions
from incidents.access import get_intelligence
from incidents.forms.intelligence import (
    GiveForm,
    GradeForm,
    RejectForm,
    ShareForm,
    WithdrawForm,
)
from incidents.models import IntelligenceReport
from incidents.services.intelligence import (
    hidden_from_readers,
    intelligence_give,
    intelligence_grade,
    intelligence_reject,
    intelligence_share,
    intelligence_withdraw,
)
from members.access import READERS, roles_only, user_of
from members.models import Role, User

REVIEW_MONTHS = 6
SHARE_MONTHS = 3


@require_safe
@roles_only(*READERS)
def intelligence_list(request: HttpRequest) -> HttpResponse:
    """What is shared with the reader and what they gave; everything for the manager."""
    user = user_of(request)
    options = _parts(user)
    show = query_text(request, "show")
    show = show if show in dict(options) else options[0][0]
    found = IntelligenceReport.objects.visible_to(user)
    listed = found.part(show, user).for_list()
    page = Paginator(listed, 30).get_page(query_text(request, "page"))
    rows = [_row(user, row) for row in page.object_list]
    _log_list(user, rows, show)
    context = {
        "page": page,
        "rows": rows,
        "show": show,
        "chips": chips(options, show, counts=found.count_for_chips(user)),
    }
    return render(request, "incidents/intelligence_list.html", context)


def _log_list(user: User, rows: list[dict[str, Any]], show: str) -> None:
    """Log what a list showed. What somebody gave, their business doesn't read, nor of whom."""
    if show == "mine" or any(_is_own(user, row["row"]) for row in rows):
        record(actions.INTELLIGENCE_OWN_LISTED, by=user, show=show)
    others = [row for row in rows if not _is_own(user, row["row"])]
    if others or show != "mine":
        subjects = [subject["ref"] for row in others for subject in row["subjects"]]
        record(actions.INTELLIGENCE_LISTED, by=user, subjects=subjects, show=show)


def _is_own(user: User, row: IntelligenceReport) -> bool:
    return row.submitted_by_id == user.pk and not user.is_intel


def _parts(user: User) -> list[tuple[str, str]]:
    if user.is_intel:
        return [
            ("submitted", "To grade"),
            ("due", "Due for review"),
            ("graded", "Graded"),
            ("shared", "Shared"),
            ("rejected", "Not taken up"),
        ]
    return [("shared", "Shared with you"), ("mine", "Given by you")]


def _row(user: User, row: IntelligenceReport) -> dict[str, Any]:
    """Return what a list or page may show of a row: as given, or as shared, never both to all."""
    given = user.is_intel or row.submitted_by_id == user.pk
    subjects = list(row.subjects.all())
    names = names_for(user, subjects)
    return {
        "row": row,
        "given": given,
        "text": row.text if given else row.shared_text,
        "subjects": [
            {"ref": subject.ref, "name": names[subject.pk]}
            for subject in subjects
            if subject.pk in names
        ],
    }


@require_http_methods(["GET", "POST"])
@roles_only(*READERS)
def intelligence_new(request: HttpRequest) -> HttpResponse:
    """Say what one knows."""
    user = user_of(request)
    initial = {"subjects": query_text(request, "about", limit=20)}
    form = GiveForm(request.POST or None, user=user, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            row = intelligence_give(by=user, data=form.given())
            messages.success(request, f"{row.ref} given. Only the Intelligence Manager reads it.")
            return redirect("intelligence", ref=row.ref)
        except ValidationError as error:
            add_problems(form, error)
    context = {"form": form, "page_title": "Give intelligence"}
    return render(request, "incidents/intelligence_form.html", context, status=form_status(form))


@require_safe
@roles_only(*READERS)
def intelligence(request: HttpRequest, ref: str) -> HttpResponse:
    """One report: whole for the manager, as given for who gave it, as shared for others."""
    user = user_of(request)
    return _page(request, user, get_intelligence(user, ref))


def _page(
    request: HttpRequest, user: User, row: IntelligenceReport, **refused: Any
) -> HttpResponse:
    shown = _row(user, row)
    own = _is_own(user, row)
    action = actions.INTELLIGENCE_OWN_VIEWED if own else actions.INTELLIGENCE_VIEWED
    record(action, by=user, ref=row.ref, subjects=[who["ref"] for who in shown["subjects"]])
    context = {**shown, "is_shared": row.is_shared}
    if user.is_intel:
        unseen = [subject.ref for subject in hidden_from_readers(row)] if row.is_shared else []
        context["unseen_words"] = unseen and (
            f"Not published to all of them any more: {', '.join(unseen)}. Who doesn’t see the"
            " profile doesn’t see this."
        )
        context |= _forms(user, row) | refused
    form: Any = next(iter(refused.values()), None)
    status = form_status(form) if form is not None else 200
    return render(request, "incidents/intelligence.html", context, status=status)


def _forms(user: User, row: IntelligenceReport) -> dict[str, Any]:
    told = ("source_evaluation", "assessment", "handling", "conditions")
    graded = {name: getattr(row, name) for name in told} | {
        "note": row.review_note,
        "revision": row.revision,
        "subjects": ", ".join(subject.ref for subject in row.subjects.all()),
        "review_on": row.review_on or dates.add_months(dates.today(), REVIEW_MONTHS),
    }
    shared = {
        "revision": row.revision,
        "text": row.shared_text,
        # With conditions it goes to few, unless the manager says otherwise.
        "audience": "agencies" if _narrow(row) else row.audience,
        "audience_areas": row.audience_areas,
        "audience_sectors": row.audience_sectors,
        "until": row.shared_until or dates.add_months(dates.today(), SHARE_MONTHS),
    }
    return {
        "grade_form": GradeForm(user=user, initial=graded),
        "share_form": ShareForm(initial=shared, label_suffix=""),
        "reject_form": RejectForm(initial={"revision": row.revision}, label_suffix=""),
        "withdraw_form": WithdrawForm(initial={"revision": row.revision}),
    }


def _narrow(row: IntelligenceReport) -> bool:
    """Whether it is not shared yet and may be shared on conditions only."""
    return row.handling == IntelligenceReport.Handling.CONDITIONS and not row.shared_text


@require_POST
@roles_only(Role.INTEL)
def intelligence_grade_view(request: HttpRequest, ref: str) -> HttpResponse:
    """Grade it."""
    user = user_of(request)
    row = get_intelligence(user, ref)
    form = GradeForm(request.POST, user=user)
    if form.is_valid():
        try:
            graded = intelligence_grade(
                by=user,
                intelligence=row,
                revision=form.cleaned_data["revision"],
                grade=form.grade(),
                subjects=form.cleaned_data["subjects"],
            )
            messages.success(request, f"{row.ref} graded.")
            if row.is_shared and not graded.is_shared:
                text = "It is not shared any more: the grade or who it is about has changed."
                messages.warning(request, f"{text} Share it again if it may be.")
            return redirect("intelligence", ref=row.ref)
        except ValidationError as error:
            add_problems(form, error)
    return _page(request, user, row, grade_form=form)


@require_POST
@roles_only(Role.INTEL)
def intelligence_reject_view(request: HttpRequest, ref: str) -> HttpResponse:
    """Don't take it up."""
    user = user_of(request)
    row = get_intelligence(user, ref)
    form = RejectForm(request.POST, label_suffix="")
    if form.is_valid():
        data = form.cleaned_data
        try:
            intelligence_reject(
                by=user, intelligence=row, revision=data["revision"], reason=data["reason"]
            )
            messages.success(request, f"{row.ref} not taken up.")
            return redirect("intelligence_list")
        except ValidationError as error:
            add_problems(form, error)
    return _page(request, user, row, reject_form=form)


@require_POST
@roles_only(Role.INTEL)
def intelligence_share_view(request: HttpRequest, ref: str) -> HttpResponse:
    """Share words of its own."""
    user = user_of(request)
    row = get_intelligence(user, ref)
    form = ShareForm(request.POST, label_suffix="")
    if form.is_valid():
        data = form.cleaned_data
        try:
            intelligence_share(
                by=user,
                intelligence=row,
                revision=data["revision"],
                text=data["text"],
                audience=form.audience_values(),
                until=data["until"],
            )
            messages.success(request, f"{row.ref} shared.")
            return redirect("intelligence", ref=row.ref)
        except ValidationError as error:
            add_problems(form, error)
    return _page(request, user, row, share_form=form)


@require_POST
@roles_only(Role.INTEL)
def intelligence_withdraw_view(request: HttpRequest, ref: str) -> HttpResponse:
    """End the sharing."""
    user = user_of(request)
    row = get_intelligence(user, ref)
    form = WithdrawForm(request.POST)
    try:
        if not form.is_valid():
            raise ValidationError("Open it again and try once more.")
        intelligence_withdraw(by=user, intelligence=row, revision=form.cleaned_data["revision"])
        messages.success(request, "Not shared any more.")
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    return redirect("intelligence", ref=row.ref)
