"""Pages of the exclusions app."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from audit.services import record
from common.http import add_problems, download, form_status, query_text
from common.lists import chips
from members.access import READERS, roles_only, user_of
from members.models import Role, User
from offenders.access import get_subject
from offenders.actions import SUBJECT_VIEWED

from . import actions
from .access import get_notice, proves_service
from .document import may_print, notice_print
from .forms import AttemptForm, RaiseForm, RevokeForm, ServiceForm, VaryForm
from .models import Notice
from .policy import policy_current, threshold_met
from .querysets import breaches, covers_premises_of
from .services import (
    attempt_record,
    notice_raise,
    notice_record_service,
    notice_revoke,
    notice_vary,
)
from .signed_views import copies_of

INTEL_SHOWS = [
    ("in_force", "In force"),
    ("to_serve", "To be served"),
    ("to_confirm", "To be confirmed"),
    ("over", "Over"),
    ("all", "All"),
]


@require_safe
@roles_only(*READERS)
def notice_list(request: HttpRequest) -> HttpResponse:
    """Who is excluded today. The manager also sees notices to be served and those that are over."""
    user = user_of(request)
    show, text = query_text(request, "show"), query_text(request, "q")
    shows = [key for key, _ in _shows(user)]
    show = show if show in shows else "in_force"
    notices = Notice.objects.visible_to(user).search(text, user)
    page = Paginator(notices.show(show).with_face(user).order_by("ends_on", "ref"), 30).get_page(
        query_text(request, "page")
    )
    record(
        actions.NOTICES_LISTED,
        by=user,
        subjects=[notice.subject.ref for notice in page.object_list],
        show=show,
        page=page.number,
        **({"q": text} if text else {}),
    )
    context = {
        "page": page,
        "chips": chips(_shows(user), show, q=text),
        "q": text,
        "show": show,
    }
    return render(request, "exclusions/notice_list.html", context)


def _shows(user: User) -> list[tuple[str, str]]:
    if user.is_intel:
        return INTEL_SHOWS
    return INTEL_SHOWS[:2] if user.role == Role.MANAGER else INTEL_SHOWS[:1]


@require_safe
@roles_only(*READERS)
def notice(request: HttpRequest, ref: str) -> HttpResponse:
    """One notice: who, until when, how it was served. The reason is also the citing store's."""
    user = user_of(request)
    found = get_notice(user, ref)
    may_serve = Notice.objects.servable_by(user).filter(pk=found.pk).exists()
    context: dict[str, Any] = {
        "notice": found,
        "may_serve": may_serve,
        "may_print": may_print(user, found),
        "staff_lines": policy_current().staff_lines(),
        "variations": list(found.variations.all()),
        "covered_here": covers_premises_of(user),
        "sees_case": proves_service(user, found),
    }
    if context["sees_case"]:
        context["attempts"] = list(found.attempts.select_related("recorded_by"))
        context["signed"] = copies_of(user, found)
    if user.is_intel:
        context["grounds"] = found.grounds.select_related("type", "premises")
        context["breaches"] = _breaches_of(found)
        context["appeals"] = list(found.appeals.all())
        context["may_let_go"] = Notice.objects.end_undecided().filter(pk=found.pk).exists()
    _log_view(request, found)
    return render(request, "exclusions/notice.html", context)


def _breaches_of(notice: Notice) -> list[Any]:
    """Return its latest breaches, each with the last step taken as `step`, in words."""
    found = (
        breaches()
        .filter(subject=notice.subject_id, notice_ref=notice.ref)
        .select_related("report__premises", "report__type")
        .order_by("-occurred_at")[:50]
    )
    last = {step.report_id: step.get_kind_display() for step in notice.breach_steps.all()}
    rows = list(found)
    for row in rows:
        row.step = last.get(row.report_id, "")
    return rows


def _log_view(request: HttpRequest, notice: Notice) -> None:
    record(
        actions.NOTICE_VIEWED,
        by=user_of(request),
        ref=notice.ref,
        subjects=[notice.subject.ref],
    )


@require_safe
@roles_only(Role.INTEL, Role.MANAGER)
def notice_document(request: HttpRequest, ref: str) -> HttpResponse:
    """The notice as it is handed over, with the list of premises."""
    user = user_of(request)
    found = get_notice(user, ref)
    if not may_print(user, found):
        raise PermissionDenied
    return download(notice_print(by=user, notice=found), f"{found.ref}.pdf", "application/pdf")


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def notice_raise_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Raise a notice against a subject, citing accepted incidents."""
    user = user_of(request)
    subject = get_subject(user, ref)
    form = RaiseForm(
        request.POST or None,
        subject=subject,
        initial={"grounds": request.GET.getlist("cite")},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = notice_raise(
                by=user,
                subject=subject,
                reports=list(data["grounds"]),
                reason=data["reason"],
                below_threshold_reason=data["below_threshold_reason"],
                asked=form.asked(),
            )
            messages.success(request, f"{made.ref} raised. It is in force once it is served.")
            return redirect("notice", ref=made.ref)
        except ValidationError as error:
            add_problems(form, error)
    record(SUBJECT_VIEWED, by=user, ref=subject.ref, subjects=[subject.ref])
    policy = policy_current()
    citable = list(form.fields["grounds"].queryset)  # type: ignore[attr-defined]
    letters = list(subject.warning_letters.all())
    context = {
        "subject": subject,
        "form": form,
        "citable": citable,
        "threshold_met": threshold_met(citable, policy, letters),
        "warn_first": policy.warn_first,
        "warning": next((each for each in letters if each.state in ("running", "to_give")), None),
        "threshold": policy.threshold_words(),
        "page_title": f"Raise a notice: {subject.ref}",
    }
    return render(request, "exclusions/notice_raise.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL, Role.MANAGER)
def notice_serve(request: HttpRequest, ref: str) -> HttpResponse:
    """Record that a notice was served: how, when, by whom."""
    user = user_of(request)
    found = get_notice(user, ref)
    if user.role == Role.MANAGER and not Notice.objects.servable_by(user).filter(pk=found.pk):
        if not found.cites_member(user.member_id):
            raise PermissionDenied
        messages.info(request, f"{found.ref} was served already.")
        return redirect("notice", ref=found.ref)
    form = ServiceForm(request.POST or None, request.FILES or None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            served = notice_record_service(
                by=user,
                notice=found,
                service=form.service(),
                signed=form.cleaned_data["uploads"],
            )
            messages.success(request, f"{served.ref} is in force.")
            return redirect("notice", ref=served.ref)
        except ValidationError as error:
            add_problems(form, error)
    _log_view(request, found)
    context = {"notice": found, "form": form, "page_title": f"Record service: {found.ref}"}
    return render(request, "exclusions/notice_serve.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL, Role.MANAGER)
def notice_attempt(request: HttpRequest, ref: str) -> HttpResponse:
    """Record that a notice could not be served. It is not in force by that."""
    user = user_of(request)
    found = get_notice(user, ref)
    if not Notice.objects.servable_by(user).filter(pk=found.pk).exists():
        raise PermissionDenied
    form = AttemptForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            attempt_record(
                by=user,
                notice=found,
                attempt=form.attempt(),
                client_id=form.cleaned_data["client_id"],
            )
            messages.success(request, "Recorded. The notice is still to be served.")
            return redirect("notice", ref=found.ref)
        except ValidationError as error:
            add_problems(form, error)
    _log_view(request, found)
    context = {"notice": found, "form": form, "page_title": f"It could not be served: {found.ref}"}
    return render(request, "exclusions/notice_attempt.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def notice_revoke_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Revoke a notice, with the reason."""
    user = user_of(request)
    found = get_notice(user, ref)
    form = RevokeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            notice_revoke(by=user, notice=found, reason=form.cleaned_data["reason"])
            messages.success(request, f"{found.ref} is revoked. Members no longer see it.")
            return redirect("notice", ref=found.ref)
        except ValidationError as error:
            add_problems(form, error)
    _log_view(request, found)
    context = {"notice": found, "form": form, "page_title": f"Revoke {found.ref}"}
    return render(request, "exclusions/notice_revoke.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def notice_vary_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Ease a notice: an earlier last day, or something allowed all the same."""
    user = user_of(request)
    found = get_notice(user, ref)
    form = VaryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            notice_vary(by=user, notice=found, variation=form.variation())
            messages.success(request, f"{found.ref} is varied. Members see it so from now on.")
            return redirect("notice", ref=found.ref)
        except ValidationError as error:
            add_problems(form, error)
    _log_view(request, found)
    context = {"notice": found, "form": form, "page_title": f"Vary {found.ref}"}
    return render(request, "exclusions/notice_vary.html", context, status=form_status(form))
