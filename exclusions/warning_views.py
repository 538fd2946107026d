"""Pages of warning letters. They are the Intelligence Manager's alone."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.services import record
from common.http import add_problems, download, form_status, query_text
from common.lists import chips
from members.access import roles_only, user_of
from members.models import Role, User
from offenders.access import get_subject
from offenders.actions import SUBJECT_VIEWED
from offenders.models import Subject

from . import actions
from .access import get_warning
from .models import WarningLetter
from .services import matters_let_go, warning_give, warning_raise, warning_withdraw
from .warning_forms import GiveForm, LetGoForm, WarnForm, WithdrawForm
from .warning_letters import letter_grounds, warning_print
from .warnings import matters_of

SHOWS = [("running", "Running"), ("to_give", "To give"), ("over", "Over"), ("all", "All")]


def _log_view(user: User, letter: WarningLetter) -> None:
    record(actions.WARNING_VIEWED, by=user, ref=letter.ref, subjects=[letter.subject.ref])


@require_safe
@roles_only(Role.INTEL)
def warning_list(request: HttpRequest) -> HttpResponse:
    """Warning letters: running, to give, over (withdrawn ones too)."""
    user = user_of(request)
    show, text = query_text(request, "show"), query_text(request, "q")
    show = show if show in dict(SHOWS) else "running"
    found = WarningLetter.objects.visible_to(user).search(text, user).show(show)
    rows = found.select_related("subject").order_by("ends_on", "-raised_at", "pk")
    page = Paginator(rows, 30).get_page(query_text(request, "page"))
    letters = list(page.object_list)
    suggests = set(WarningLetter.objects.suggesting().values_list("pk", flat=True))
    faces = Subject.objects.faces(letter.subject_id for letter in letters)
    record(
        actions.WARNINGS_LISTED,
        by=user,
        subjects=[letter.subject.ref for letter in letters],
        show=show,
        page=page.number,
        **({"q": text} if text else {}),
    )
    context = {
        "page": page,
        "rows": [
            (letter, faces.get(letter.subject_id), letter.pk in suggests) for letter in letters
        ],
        "chips": chips(SHOWS, show, q=text),
        "q": text,
        "show": show,
        "page_title": "Warning letters",
    }
    return render(request, "exclusions/warning_list.html", context)


@require_safe
@roles_only(Role.INTEL)
def warning(request: HttpRequest, ref: str) -> HttpResponse:
    """One letter: who, why, how it was given, and what happened since."""
    user = user_of(request)
    found = get_warning(user, ref)
    return _shown(request, found, matters_of([found])[found.pk])


def _shown(
    request: HttpRequest, letter: WarningLetter, matters: Sequence[Any], form: Any = None
) -> HttpResponse:
    """Answer with a letter's page; `form`, where there is one, is a refused decision."""
    _log_view(user_of(request), letter)
    initial = {"matters": [report.pk for report in matters]}
    context = {
        "letter": letter,
        "grounds": list(letter_grounds(letter)),
        "matters": matters,
        "notice": letter.subject.notices.standing().first() if letter.state == "to_give" else None,
        "decisions": list(letter.let_go.select_related("report__type", "decided_by")),
        "face": Subject.objects.faces([letter.subject_id]).get(letter.subject_id),
        "form": form or LetGoForm(subject=letter.subject, initial=initial),
        "page_title": letter.ref,
    }
    status = form_status(form) if form else 200
    return render(request, "exclusions/warning.html", context, status=status)


@require_safe
@roles_only(Role.INTEL)
def warning_document(request: HttpRequest, ref: str) -> HttpResponse:
    """The letter as it is given."""
    user = user_of(request)
    found = get_warning(user, ref)
    made = warning_print(by=user, letter=found)
    return download(made, f"{found.ref}.pdf", "application/pdf")


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def warning_raise_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Write a warning letter to a subject, citing accepted incidents."""
    user = user_of(request)
    subject = get_subject(user, ref)
    form = WarnForm(
        request.POST or None, subject=subject, initial={"grounds": request.GET.getlist("cite")}
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = warning_raise(
                by=user,
                subject=subject,
                reports=list(data["grounds"]),
                reason=data["reason"],
                asked=form.asked(),
            )
            messages.success(request, f"{made.ref} is written. Print it, give it, record that.")
            return redirect("warning", ref=made.ref)
        except ValidationError as error:
            add_problems(form, error)
    record(SUBJECT_VIEWED, by=user, ref=subject.ref, subjects=[subject.ref])
    letters = list(subject.warning_letters.all())
    context = {
        "subject": subject,
        "form": form,
        "citable": list(form.fields["grounds"].queryset),  # type: ignore[attr-defined]
        "warning": next((each for each in letters if each.state in ("running", "to_give")), None),
        "notice": subject.notices.standing().first(),
        "page_title": f"Write a warning letter: {subject.ref}",
    }
    return render(request, "exclusions/warning_raise.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def warning_give_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Record that a letter was given: how, when, by whom."""
    user = user_of(request)
    found = get_warning(user, ref)
    form = GiveForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            given = warning_give(by=user, letter=found, giving=form.giving())
            messages.success(request, f"{given.ref} runs from that day, for twelve months.")
            return redirect("warning", ref=given.ref)
        except ValidationError as error:
            add_problems(form, error)
    _log_view(user, found)
    context = {"letter": found, "form": form, "page_title": f"It was given: {found.ref}"}
    return render(request, "exclusions/warning_give.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def warning_withdraw_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Withdraw a letter, with the reason."""
    user = user_of(request)
    found = get_warning(user, ref)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            warning_withdraw(by=user, letter=found, reason=form.cleaned_data["reason"])
            messages.success(request, f"{found.ref} is withdrawn. It counts for nothing now.")
            return redirect("warning", ref=found.ref)
        except ValidationError as error:
            add_problems(form, error)
    _log_view(user, found)
    context = {"letter": found, "form": form, "page_title": f"Withdraw {found.ref}"}
    return render(request, "exclusions/warning_withdraw.html", context, status=form_status(form))


@require_POST
@roles_only(Role.INTEL)
def warning_let_go(request: HttpRequest, ref: str) -> HttpResponse:
    """Decide that the matters on the page lead to no notice this time."""
    user = user_of(request)
    found = get_warning(user, ref)
    form = LetGoForm(request.POST, subject=found.subject)
    if form.is_valid():
        data = form.cleaned_data
        try:
            matters_let_go(
                by=user, letter=found, reports=list(data["matters"]), reason=data["reason"]
            )
            messages.success(request, "No notice this time. Another matter is shown again.")
            return redirect("warning", ref=found.ref)
        except ValidationError as error:
            add_problems(form, error)
    matters = matters_of([found])[found.pk]
    if not matters:
        messages.warning(request, "There is nothing to decide any more: it was decided meanwhile.")
        return redirect("warning", ref=found.ref)
    return _shown(request, found, matters, form)
