"""Pages of a working record: made, changed, its profile withdrawn."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from audit.services import record
from common.http import add_problems, form_status
from members.access import roles_only, user_of
from members.models import Role
from offenders import actions
from offenders.access import get_subject
from offenders.forms import SubjectForm, WithdrawForm
from offenders.models import ProfileVersion, Subject
from offenders.services import profile_withdraw, subject_create, subject_update
from offenders.services.packs import copies_out


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def subject_new(request: HttpRequest) -> HttpResponse:
    """Make a subject's working record."""
    form = SubjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            subject = subject_create(
                by=user_of(request),
                fields=form.cleaned_data,
                aliases=form.cleaned_data["aliases"],
                client_id=form.cleaned_data["client_id"],
            )
            messages.success(request, f"{subject.ref} made.")
            return redirect("subject", ref=subject.ref)
        except ValidationError as error:
            add_problems(form, error)
    context = {"form": form, "page_title": "New subject"}
    return render(request, "offenders/subject_form.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def subject_edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Change a working record; members see nothing of it until it is published again."""
    user = user_of(request)
    subject = get_subject(user, ref)
    # A form of its own copy: a refused ModelForm leaves its values on the instance.
    form = SubjectForm(request.POST or None, instance=Subject.objects.get(pk=subject.pk))
    if request.method == "POST" and form.is_valid():
        try:
            subject_update(
                by=user,
                subject=subject,
                revision=form.cleaned_data["revision"] or 0,
                fields=form.cleaned_data,
                aliases=form.cleaned_data["aliases"],
            )
            messages.success(request, "Saved. What members see now is below.")
            return redirect("subject", ref=subject.ref)
        except ValidationError as error:
            add_problems(form, error)
    record(actions.SUBJECT_VIEWED, by=user, ref=subject.ref, subjects=[subject.ref])
    context = {"form": form, "subject": subject, "page_title": f"Edit {subject.ref}"}
    return render(request, "offenders/subject_form.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def subject_withdraw(request: HttpRequest, ref: str) -> HttpResponse:
    """Withdraw the published profile from members at once."""
    user = user_of(request)
    subject = get_subject(user, ref)
    if not ProfileVersion.objects.live().filter(subject=subject).exists():
        raise Http404
    form = WithdrawForm(request.POST or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        try:
            profile_withdraw(by=user, subject=subject, reason=form.cleaned_data["reason"])
            messages.success(request, f"Members no longer see {subject.ref}.")
            if copies := copies_out(subject.ref):
                names = ", ".join(f"{copy.ref} ({copy.member.name})" for copy in copies)
                messages.warning(
                    request, f"On paper too, to be fetched back and shredded: {names}."
                )
            return redirect("subject", ref=subject.ref)
        except ValidationError as error:
            add_problems(form, error)
    record(actions.SUBJECT_VIEWED, by=user, ref=subject.ref, subjects=[subject.ref])
    context = {"form": form, "subject": subject, "page_title": f"Withdraw {subject.ref}"}
    return render(request, "offenders/withdraw.html", context, status=form_status(form))
