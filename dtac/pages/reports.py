"""Reports: the list, one report, and the answers of who sent it."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from audit.services import record
from common.http import query_text
from common.lists import chips
from dtac.presenters import names_for, report_tags
from exclusions.models import Notice
from exclusions.querysets import breaches, until_by_subject
from incidents import actions
from incidents.access import get_report
from incidents.forms.review import AnswerForm
from incidents.models import Alert, Report
from incidents.patterns import narrowing
from incidents.police_pack import may_share_pack
from incidents.services import may_answer, may_change, question_answer
from members.access import READERS, roles_only, user_of
from members.models import Role, SharingRecord, User


@require_safe
@roles_only(*READERS)
def report_list(request: HttpRequest) -> HttpResponse:
    """Own business's reports; all for the manager; agencies also what was accepted.

    A figure's address narrows it to the reports behind the figure.
    """
    user = user_of(request)
    show = query_text(request, "show")
    text = query_text(request, "q")
    narrowed = narrowing(request.GET, user)
    found = Report.objects.visible_to(user).filter(narrowed.condition).search(text, user)
    options = [("all", "All"), *_own_lists(user), *Report.Status.choices]
    counts = found.count_for_chips(user)
    show = show if show in dict(options) else "all"
    listed = found.show(show, user)
    page = Paginator(listed.for_list(user).order_by("-occurred_at", "-pk"), 30).get_page(
        query_text(request, "page")
    )
    rows, shown = _rows(user, list(page.object_list))
    record(
        actions.REPORTS_LISTED,
        by=user,
        subjects=shown,
        **({"q": text} if text else {}),
        **narrowed.query,
        show=show,
        page=page.number,
    )
    context = {
        "page": page,
        "rows": rows,
        "narrowed": narrowed,
        "chips": chips(options, show, counts=counts, q=text, keep=narrowed.query),
        "q": text,
        "show": show,
    }
    return render(request, "incidents/report_list.html", context)


def _own_lists(user: User) -> list[tuple[str, str]]:
    """Return the lists of what waits for the user's own hand; the manager has the queue."""
    if user.is_intel:
        return [("asked", "Asked"), ("answered", "Answered")]
    return [("mine", "Mine"), ("asked", "Questions for you"), ("to_finish", "To finish")]


def _rows(user: User, reports: list[Report]) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the rows of the list, and the references of the subjects that are shown in it."""
    people = [person for report in reports for person in report.people.all()]
    broken = set(
        breaches()
        .filter(pk__in=[person.pk for person in people])
        .values_list("report_id", flat=True)
    )
    subjects = [person.subject for person in people if person.subject]
    names = names_for(user, subjects)
    rows = [
        {"report": report, "names": names, "tags": report_tags(report, breach=report.pk in broken)}
        for report in reports
    ]
    return rows, [subject.ref for subject in subjects if subject.pk in names]


def report_context(user: User, report: Report) -> dict[str, Any]:
    """Return what every page about one report shows of it to this user."""
    people = list(report.people.visible_to(user).select_related("subject", "from_report"))
    broken = dict(
        breaches().filter(pk__in=[person.pk for person in people]).values_list("pk", "notice_ref")
    )
    names = names_for(user, [person.subject for person in people if person.subject])
    until = until_by_subject(person.subject_id for person in people if person.subject_id)
    shares = SharingRecord.objects.visible_to(user)
    may_pack = may_share_pack(user, report)
    return {
        "report": report,
        "people": [
            {
                "person": person,
                "name": names.get(person.subject_id or 0, ""),
                "visible": person.subject_id in names,
                "breach_of": broken.get(person.pk),
                "until": until.get(person.subject_id or 0),
            }
            for person in people
        ],
        "items": list(report.items.all()),
        **_files(user, report),
        "edits": _edits(user, report),
        "may_change": may_change(user, report),
        "questions": _questions(user, report),
        "may_answer": report.is_open and may_answer(user, report),
        "is_own": user.is_intel or report.member_id == user.member_id,
        "alert": _alert(user, report),
        "now": timezone.now(),
        "came_of_it": _came_of_it(user, report),
        "duplicates": list(report.duplicates.all()) if user.is_intel else [],
        "is_breach": bool(broken),
        "may_pack": may_pack,
        "shares": list(shares.of_record(report.ref)) if may_pack else [],
    }


def _questions(user: User, report: Report) -> list[Any]:
    """Return what was asked and answered, for the report's own business and the manager."""
    if not user.is_intel and report.member_id != user.member_id:
        return []
    return list(report.questions.select_related("asked_by", "answered_by"))


def _alert(user: User, report: Report) -> Alert | None:
    """Return the alert raised with a report, for its own business and the manager."""
    if not user.is_intel and report.member_id != user.member_id:
        return None
    return getattr(report, "alert", None)  # loaded with it


def _came_of_it(user: User, report: Report) -> list[dict[str, str]]:
    """Return what the report led to, in words; a notice is linked only where it may be seen."""
    if not user.is_intel and report.member_id != user.member_id:
        return []
    notices = list(Notice.objects.filter(cited__report=report, served_at__isnull=False))
    seen = set(
        Notice.objects.visible_to(user)
        .filter(pk__in=[notice.pk for notice in notices])
        .values_list("pk", flat=True)
    )
    return [
        {
            "words": "Your report led to an exclusion notice",
            "ref": notice.ref if notice.pk in seen else "",
        }
        for notice in notices
    ]


def _edits(user: User, report: Report) -> list[Any]:
    """Return what the report said before, for its own business and the manager."""
    own = user.is_intel or report.member_id == user.member_id
    return list(report.edits.select_related("by")) if own and report.changed_at else []


def _files(user: User, report: Report) -> dict[str, Any]:
    """Return a report's files; originals are for the manager and the business's own manager."""
    files = list(report.attachments.all())
    own = user.role == Role.MANAGER and report.member_id == user.member_id
    return {
        "photos": [file for file in files if file.kind == "photo"],
        "documents": [file for file in files if file.kind != "photo"],
        "may_hold_evidence": user.is_intel or own,
    }


@require_safe
@roles_only(*READERS)
def report(request: HttpRequest, ref: str) -> HttpResponse:
    """One report, as sent, with what came of it."""
    user = user_of(request)
    found = get_report(user, ref)
    context = report_context(user, found)
    log_view(request, found, context)
    return render(request, "incidents/report.html", context)


def log_view(
    request: HttpRequest, report: Report, context: dict[str, Any], *, also: Iterable[str] = ()
) -> None:
    """Log that a report was read, with every subject that its page showed."""
    refs = [row["person"].subject.ref for row in context["people"] if row["visible"]]
    found = [subject.ref for subject in context.get("candidates", [])]
    record(
        actions.REPORT_VIEWED,
        by=user_of(request),
        ref=report.ref,
        subjects=[*refs, *found, *also],
        **({"q": context["find"]} if context.get("find") else {}),
    )


@require_POST
@roles_only(*READERS)
def report_answer(request: HttpRequest, ref: str) -> HttpResponse:
    """Answer a question about one's own report."""
    user = user_of(request)
    found = get_report(user, ref)
    form = AnswerForm(request.POST)
    question = None
    if form.is_valid():
        question = found.questions.filter(pk=form.cleaned_data["question"]).first()
        if question is None:
            raise Http404
    try:
        if question is None:
            raise ValidationError("Write an answer.")
        question_answer(by=user, question=question, answer=form.cleaned_data["answer"])
        messages.success(request, "Answered. Thank you.")
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    return redirect("report", ref=found.ref)
