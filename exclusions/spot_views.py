"""Pages of notices on the spot: numbers, serving one, confirming it; and steps after breaches."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.services import record
from common.http import add_problems, download, form_status
from members.access import roles_only, user_of
from members.models import Role, User

from . import actions
from .access import get_notice, get_number
from .asked_forms import AskedForm
from .blank import blank_print
from .models import Notice, SpotNumber
from .policy import policy_current
from .querysets import breaches
from .services import (
    breach_step_add,
    notice_confirm,
    notice_let_go,
    notice_serve_on_the_spot,
    number_void,
    numbers_issue,
)
from .spot_forms import BreachStepForm, NumbersForm, SpotForm, VoidForm


def _log_view(user: User, notice: Notice) -> None:
    record(actions.NOTICE_VIEWED, by=user, ref=notice.ref, subjects=[notice.subject.ref])


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL, Role.MANAGER)
def numbers(request: HttpRequest) -> HttpResponse:
    """Numbered notices: the manager gives them out; a member manager sees those it holds."""
    user = user_of(request)
    if request.method == "POST" and not user.is_intel:
        return HttpResponseNotAllowed(["GET"])
    form = NumbersForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = numbers_issue(by=user, **form.cleaned_data)
            messages.success(request, f"{made[0].ref} to {made[-1].ref} given out.")
            return redirect("spot_numbers")
        except ValidationError as error:
            add_problems(form, error)
    held = SpotNumber.objects.select_related("member", "notice", "issued_by")
    if not user.is_intel:
        held = held.filter(member=user.member_id)
    context = {
        "form": form,
        "free": held.filter(notice=None, voided_at=None),
        "gone": held.exclude(notice=None, voided_at=None).order_by("-ref")[:30],
        "allowed": policy_current().confirm_hours,
        "page_title": "Notices on the spot",
    }
    return render(request, "exclusions/numbers.html", context, status=form_status(form))


@require_safe
@roles_only(Role.INTEL, Role.MANAGER)
def number_blank(request: HttpRequest, ref: str) -> HttpResponse:
    """A numbered notice without a name, to be filled in at the arrest."""
    user = user_of(request)
    number = get_number(user, ref)
    if not number.is_free:
        raise Http404
    return download(blank_print(by=user, number=number), f"{number.ref}.pdf", "application/pdf")


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def number_take_back(request: HttpRequest, ref: str) -> HttpResponse:
    """Take a number back that was lost or spoilt."""
    user = user_of(request)
    number = get_number(user, ref)
    form = VoidForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            number_void(by=user, number=number, reason=form.cleaned_data["reason"])
            messages.success(request, f"{number.ref} is taken back. It can’t be used any more.")
            return redirect("spot_numbers")
        except ValidationError as error:
            add_problems(form, error)
    context = {"form": form, "number": number, "page_title": f"Take back {number.ref}"}
    return render(request, "exclusions/number_void.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.MANAGER)
def on_the_spot(request: HttpRequest) -> HttpResponse:
    """Enter a numbered notice that was handed over at an arrest."""
    user = user_of(request)
    form = SpotForm(request.POST or None, request.FILES or None, user=user)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = notice_serve_on_the_spot(
                by=user,
                number=data["number"],
                person=data["person"],
                spot=form.spot(),
                service=form.service(),
                signed=data["uploads"],
            )
            messages.success(
                request, f"{made.ref} is in force. The scheme’s manager has still to confirm it."
            )
            return redirect("notice", ref=made.ref)
        except ValidationError as error:
            add_problems(form, error)
    arrests = list(form.fields["person"].queryset)  # type: ignore[attr-defined]
    record(
        actions.NOTICES_LISTED,
        by=user,
        subjects=[person.subject.ref for person in arrests if person.subject],
        show="on_the_spot",
    )
    context = {
        "form": form,
        "arrests": arrests,
        "numbers": form.fields["number"].queryset.count(),  # type: ignore[attr-defined]
        "hours": policy_current().confirm_hours,
        "page_title": "Notice served on the spot",
    }
    return render(request, "exclusions/on_the_spot.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def notice_confirm_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Confirm a notice that was served on the spot."""
    user = user_of(request)
    found = get_notice(user, ref)
    form = AskedForm(request.POST or None, subject=found.subject)
    if request.method == "POST" and form.is_valid():
        try:
            notice_confirm(by=user, notice=found, asked=form.asked())
            messages.success(request, f"{found.ref} is confirmed.")
            return redirect("notice", ref=found.ref)
        except ValidationError as error:
            add_problems(form, error)
    _log_view(user, found)
    context = {
        "notice": found,
        "form": form,
        "grounds": found.grounds.select_related("type", "premises"),
        "page_title": f"Confirm {found.ref}",
    }
    return render(request, "exclusions/notice_confirm.html", context, status=form_status(form))


@require_POST
@roles_only(Role.INTEL)
def notice_let_go_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Decide that a notice ends by its day and is not renewed."""
    user = user_of(request)
    found = get_notice(user, ref)
    try:
        notice_let_go(by=user, notice=found)
        messages.success(request, f"{found.ref} is let go: it ends by its day.")
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    return redirect("notice", ref=found.ref)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def breach_step(request: HttpRequest, ref: str, report: str) -> HttpResponse:
    """Record what was done about a breach."""
    user = user_of(request)
    found = get_notice(user, ref)
    broken = (
        breaches()
        .filter(subject=found.subject_id, notice_ref=found.ref, report__ref=report.upper())
        .select_related("report__premises", "report__type")
        .first()
    )
    if broken is None:
        raise Http404
    form = BreachStepForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            breach_step_add(by=user, notice=found, report=broken.report, **form.cleaned_data)
            messages.success(request, "Recorded.")
            return redirect("notice", ref=found.ref)
        except ValidationError as error:
            add_problems(form, error)
    _log_view(user, found)
    steps = found.breach_steps.filter(report=broken.report).select_related("taken_by")
    context = {
        "notice": found,
        "report": broken.report,
        "steps": list(steps),
        "form": form,
        "page_title": f"Breach of {found.ref}",
    }
    return render(request, "exclusions/breach_step.html", context, status=form_status(form))
