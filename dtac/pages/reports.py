"""The log form, reports, and their review."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.services import record
from common.http import add_problems, form_status, plain_text, query_text, typed
from common.lists import chips
from dtac.presenters import Card, cards, names_for, report_tags
from exclusions.models import Notice
from exclusions.querysets import breaches
from incidents import actions
from incidents.access import get_report
from incidents.forms import ItemFormSet, LinkForm, ReportForm, ReviewForm, items_of
from incidents.models import Involvement, Report
from incidents.services import (
    involvement_link,
    involvement_to_subject,
    report_accept,
    report_reject,
    report_submit,
)
from members.access import READERS, roles_only, user_of
from members.models import Role, User
from offenders.access import get_subject
from offenders.models import ProfileVersion, Subject

MATCHES = 6


def _faces(user: User, text: str) -> list[Card]:
    if not text or text == "unknown":
        return []
    found = ProfileVersion.objects.visible_to(user).for_list().search(text)
    return cards(found[:MATCHES])


@require_http_methods(["GET", "POST"])
@roles_only(*READERS)
def log(request: HttpRequest) -> HttpResponse:
    """Log a sighting or an incident, on one page."""
    user = user_of(request)
    initial = {"who": query_text(request, "who"), "what": "seen"}
    form = ReportForm(request.POST or None, request.FILES or None, user=user, initial=initial)
    items = ItemFormSet(request.POST or None, prefix="items")
    if "find" in request.POST:  # only looking for a face, without JavaScript: nothing is judged yet
        form = ReportForm(user=user, initial=typed(form, leave_out=("photos",)))
        lines = [line for line in map(typed, items) if any(line.values())]
        items = ItemFormSet(prefix="items", initial=lines)
    elif request.method == "POST":
        valid, goods = form.is_valid(), items.is_valid()
        if valid and goods:
            try:
                report = report_submit(by=user, data=form.report(items_of(items)))
                return _logged(request, report)
            except ValidationError as error:
                add_problems(form, error)
    return _log_page(request, user, form, items)


def _log_page(request: HttpRequest, user: User, form: ReportForm, items: Any) -> HttpResponse:
    who = plain_text(form["who"].value())
    sought = plain_text(form["who_text"].value())
    picked = next((face for face in _faces(user, who) if face.ref == who.upper()), None)
    matches = [] if picked else _faces(user, sought)
    if picked or sought:
        shown = [picked] if picked else matches
        record(actions.PEOPLE_OFFERED, by=user, subjects=[face.ref for face in shown], q=sought)
    context = {
        "form": form,
        "items": items,
        "picked": picked,
        "matches": matches,
        "property_types": [kind.code for kind in form.types if kind.involves_property],
        "common_types": ["seen", *[kind.code for kind in form.types if kind.is_common]],
    }
    return render(request, "incidents/log.html", context, status=form_status(form))


def _logged(request: HttpRequest, report: Report) -> HttpResponse:
    breach = breaches().filter(report=report).first()
    if breach:
        text = f"{report.ref} sent. This is a breach of {breach.notice_ref}."
        messages.warning(request, text, extra_tags="banned")
    else:
        messages.success(request, f"{report.ref} sent. Thank you.")
    return redirect("report", ref=report.ref)


@require_safe
@roles_only(*READERS)
def log_who(request: HttpRequest) -> HttpResponse:
    """Faces for the log form as the name is typed."""
    user = user_of(request)
    matches = _faces(user, query_text(request, "who_text"))
    record(
        actions.PEOPLE_OFFERED,
        by=user,
        subjects=[face.ref for face in matches],
        q=query_text(request, "who_text"),
    )
    return render(request, "incidents/includes/matches.html", {"matches": matches})


@require_safe
@roles_only(*READERS)
def report_list(request: HttpRequest) -> HttpResponse:
    """Own business's reports; all for the manager; agencies also what was accepted."""
    user = user_of(request)
    show = query_text(request, "show")
    text = query_text(request, "q")
    found = Report.objects.visible_to(user).search(text, user)
    options = [("all", "All"), *Report.Status.choices]
    counts = found.count_by_status()
    show = show if show in dict(options) else "all"
    listed = found if show == "all" else found.filter(status=show)
    page = Paginator(listed.for_list().order_by("-occurred_at", "-pk"), 30).get_page(
        query_text(request, "page")
    )
    rows, shown = _rows(user, list(page.object_list))
    record(
        actions.REPORTS_LISTED,
        by=user,
        subjects=shown,
        **({"q": text} if text else {}),
        show=show,
        page=page.number,
    )
    context = {
        "page": page,
        "rows": rows,
        "chips": chips(options, show, counts=counts, q=text),
        "q": text,
        "show": show,
    }
    return render(request, "incidents/report_list.html", context)


def _rows(user: User, reports: list[Report]) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the rows of the list, and the references of the subjects that are shown in it."""
    broken = set(breaches().filter(report__in=reports).values_list("report_id", flat=True))
    people = [person.subject for report in reports for person in report.people.all()]
    subjects = [subject for subject in people if subject]
    names = names_for(user, subjects)
    rows = [
        {"report": report, "names": names, "tags": report_tags(report, breach=report.pk in broken)}
        for report in reports
    ]
    return rows, [subject.ref for subject in subjects if subject.pk in names]


def _report_context(user: User, report: Report) -> dict[str, Any]:
    people = list(report.people.select_related("subject"))
    broken = dict(breaches().filter(report=report).values_list("pk", "notice_ref"))
    names = names_for(user, [person.subject for person in people if person.subject])
    until = Notice.objects.until_by_subject(
        person.subject_id for person in people if person.subject_id
    )
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
        "photos": list(report.attachments.all()),
        "is_breach": bool(broken),
    }


@require_safe
@roles_only(*READERS)
def report(request: HttpRequest, ref: str) -> HttpResponse:
    """One report, as sent, with what came of it."""
    user = user_of(request)
    found = get_report(user, ref)
    context = _report_context(user, found)
    _log_view(request, found, context)
    return render(request, "incidents/report.html", context)


def _log_view(request: HttpRequest, report: Report, context: dict[str, Any]) -> None:
    refs = [row["person"].subject.ref for row in context["people"] if row["visible"]]
    found = [subject.ref for subject in context.get("candidates", [])]
    record(
        actions.REPORT_VIEWED,
        by=user_of(request),
        ref=report.ref,
        subjects=[*refs, *found],
        **({"q": context["find"]} if context.get("find") else {}),
    )


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def report_review(request: HttpRequest, ref: str) -> HttpResponse:
    """The manager decides about a report; `find` looks for subjects to link a person to."""
    user = user_of(request)
    found = get_report(user, ref)
    form = ReviewForm(request.POST or None, initial={"revision": found.revision})
    if request.method == "POST" and form.is_valid():
        try:
            return _decide(request, user, found, form.cleaned_data)
        except ValidationError as error:
            add_problems(form, error)
    return _review_page(request, found, form)


def _decide(request: HttpRequest, user: User, report: Report, data: dict[str, Any]) -> HttpResponse:
    if data["decision"] == "accept":
        report_accept(by=user, report=report, revision=data["revision"], note=data["note"])
        messages.success(request, f"{report.ref} accepted.")
    else:
        report_reject(by=user, report=report, revision=data["revision"], reason=data["note"])
        messages.success(request, f"{report.ref} not taken up.")
    return redirect("queue")


def _review_page(request: HttpRequest, report: Report, form: ReviewForm) -> HttpResponse:
    user = user_of(request)
    context = _report_context(user, report)
    text = query_text(request, "find")
    found = Subject.objects.visible_to(user).with_face().search(text)[:MATCHES]
    context |= {
        "form": form,
        "find": text,
        "candidates": list(found) if text else [],
        "unlinked": [row for row in context["people"] if row["person"].subject is None],
        "next_revision": report.revision,
    }
    _log_view(request, report, context)
    return render(request, "incidents/review.html", context, status=form_status(form))


@require_POST
@roles_only(Role.INTEL)
def report_link(request: HttpRequest, ref: str) -> HttpResponse:
    """Link a person in a report to a subject, make a new subject of them, or take the link away."""
    user = user_of(request)
    found = get_report(user, ref)
    form = LinkForm(request.POST)
    if not form.is_valid():
        messages.warning(
            request, " ".join(str(e) for errors in form.errors.values() for e in errors)
        )
        return redirect("report_review", ref=found.ref)
    data = form.cleaned_data
    person = Involvement.objects.filter(report=found, pk=data["person"]).first()
    if person is None:
        raise Http404
    try:
        return _link(request, user, found, person, data)
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
        return redirect("report_review", ref=found.ref)


def _link(
    request: HttpRequest, user: User, report: Report, person: Involvement, data: dict[str, Any]
) -> HttpResponse:
    if data["to"] == "new":
        subject = involvement_to_subject(
            by=user, report=report, revision=data["revision"], involvement=person
        )
        messages.success(request, f"{subject.ref} made, with the report's description and photos.")
        return redirect("report_review", ref=report.ref)
    target = None if data["to"] == "none" else get_subject(user, data["to"])
    cited = Notice.objects.filter(cited__report=report, subject=person.subject_id).first()
    if person.subject_id and cited:
        raise ValidationError(f"{cited.ref} cites this report. Revoke it first.")
    involvement_link(
        by=user, report=report, revision=data["revision"], involvement=person, subject=target
    )
    text = f"Linked to {target.ref}." if target else "Link taken away."
    messages.success(request, text)
    return redirect("report_review", ref=report.ref)
