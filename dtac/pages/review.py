"""The review of a report: its suggested matches, and each decision about it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from common.http import add_problems, form_status, query_text
from dtac.pages.reports import log_view, report_context
from incidents.access import get_report
from incidents.forms.review import AskForm, LinkForm, MergeForm, ReviewForm, RuleOutForm, UndoForm
from incidents.matching import matches_of, same_event
from incidents.models import Involvement, Report, ReviewStep
from incidents.services import (
    involvement_link,
    involvement_rule_out,
    involvement_to_subject,
    question_ask,
    report_accept,
    report_merge,
    report_reject,
    stands_on,
    step_undo,
)
from members.access import roles_only, user_of
from members.models import Role, User
from offenders.access import BecamePartOf, get_meant, get_subject
from offenders.models import Subject

FOUND = 6


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
    context = report_context(user, report)
    text = query_text(request, "find")
    unlinked = [row for row in context["people"] if row["person"].subject is None]
    if report.is_open:
        found_of = matches_of(report, [row["person"] for row in unlinked])
        for row in unlinked:
            row["matches"] = found_of[row["person"].pk]
    context |= {
        "form": form,
        "ask": AskForm(label_suffix=""),
        "find": text,
        "candidates": Subject.objects.visible_to(user).with_face().best(text, FOUND),
        "unlinked": unlinked,
        "next_revision": report.revision,
        "same": same_event(report) if report.is_open else [],
        "steps": _steps(report),
    }
    suggested = [match.subject.ref for row in unlinked for match in row.get("matches", ())]
    log_view(request, report, context, also=suggested)
    return render(request, "incidents/review.html", context, status=form_status(form))


def _steps(report: Report) -> list[dict[str, Any]]:
    steps = report.steps.select_related("by", "subject")[:20]
    fresh = {step.pk for step in steps if step.is_undoable(report.revision)}
    if fresh and stands_on(report):
        fresh = set()
    return [{"step": step, "undoable": step.pk in fresh} for step in steps]


def _person(report: Report, key: int) -> Involvement:
    person: Involvement | None = Involvement.objects.filter(report=report, pk=key).first()
    if person is None:
        raise Http404
    return person


def _refused(request: HttpRequest, report: Report, problem: Any) -> HttpResponse:
    """Show in words why nothing was done, on the report as it is now."""
    if isinstance(problem, ValidationError):
        words = problem.messages
    else:
        words = [str(error) for errors in problem.errors.values() for error in errors]
    messages.warning(request, " ".join(words))
    return redirect("report_review", ref=report.ref)


@require_POST
@roles_only(Role.INTEL)
def report_link(request: HttpRequest, ref: str) -> HttpResponse:
    """Link a person in a report to a subject, make a new subject of them, or take the link away."""
    user = user_of(request)
    found = get_report(user, ref)
    form = LinkForm(request.POST)
    if not form.is_valid():
        return _refused(request, found, form)
    person = _person(found, form.cleaned_data["person"])
    try:
        return _link(request, user, found, person, form.cleaned_data)
    except ValidationError as error:
        return _refused(request, found, error)


def _link(
    request: HttpRequest, user: User, report: Report, person: Involvement, data: dict[str, Any]
) -> HttpResponse:
    if data["to"] == "new":
        subject = involvement_to_subject(
            by=user, report=report, revision=data["revision"], involvement=person
        )
        messages.success(request, f"{subject.ref} made, with the report's description and photos.")
        return redirect("report_review", ref=report.ref)
    target = None if data["to"] == "none" else get_meant(user, data["to"])
    involvement_link(
        by=user,
        report=report,
        revision=data["revision"],
        involvement=person,
        subject=target,
        confidence=data["confidence"] or Involvement.Confidence.CONFIRMED,
    )
    text = f"Linked to {target.ref}." if target else "Link taken away."
    messages.success(request, text)
    return redirect("report_review", ref=report.ref)


@require_POST
@roles_only(Role.INTEL)
def report_rule_out(request: HttpRequest, ref: str) -> HttpResponse:
    """Record that a person in a report is not a suggested subject."""
    user = user_of(request)
    found = get_report(user, ref)
    form = RuleOutForm(request.POST)
    if not form.is_valid():
        return _refused(request, found, form)
    data = form.cleaned_data
    person = _person(found, data["person"])
    try:
        subject = get_subject(user, data["subject"])
    except BecamePartOf as moved:
        return _refused(request, found, ValidationError(str(moved)))
    try:
        involvement_rule_out(
            by=user, report=found, revision=data["revision"], involvement=person, subject=subject
        )
    except ValidationError as error:
        return _refused(request, found, error)
    messages.success(request, f"Not {subject.ref}. It won’t be suggested again.")
    return redirect("report_review", ref=found.ref)


@require_POST
@roles_only(Role.INTEL)
def report_merge_view(request: HttpRequest, ref: str) -> HttpResponse:
    """Say that a report tells of the same event as another."""
    user = user_of(request)
    found = get_report(user, ref)
    form = MergeForm(request.POST)
    if not form.is_valid():
        return _refused(request, found, form)
    into = get_report(user, form.cleaned_data["into"].strip())
    try:
        report_merge(by=user, report=found, revision=form.cleaned_data["revision"], into=into)
    except ValidationError as error:
        return _refused(request, found, error)
    messages.success(request, f"{found.ref} is the same event as {into.ref}.")
    return redirect("report_review", ref=into.ref)


@require_POST
@roles_only(Role.INTEL)
def report_ask(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask the reporter a question."""
    user = user_of(request)
    found = get_report(user, ref)
    form = AskForm(request.POST)
    if not form.is_valid():
        return _refused(request, found, form)
    try:
        question_ask(by=user, report=found, text=form.cleaned_data["text"])
    except ValidationError as error:
        return _refused(request, found, error)
    messages.success(request, "Asked. The answer will show here and in the queue.")
    return redirect("report_review", ref=found.ref)


@require_POST
@roles_only(Role.INTEL)
def report_undo(request: HttpRequest, ref: str) -> HttpResponse:
    """Take the latest decision about a report back."""
    user = user_of(request)
    found = get_report(user, ref)
    form = UndoForm(request.POST)
    if not form.is_valid():
        return _refused(request, found, form)
    step = ReviewStep.objects.filter(report=found, pk=form.cleaned_data["step"]).first()
    if step is None:
        raise Http404
    try:
        step_undo(by=user, report=found, revision=form.cleaned_data["revision"], step=step)
    except ValidationError as error:
        return _refused(request, found, error)
    messages.success(request, "Taken back.")
    return redirect("report_review", ref=found.ref)
