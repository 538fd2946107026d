"""Naming the sought: a member tells, the manager decides."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from audit.services import record
from common.http import add_problems, form_status
from members.access import READERS, roles_only, user_of
from members.models import Role, User
from offenders import actions
from offenders.access import get_profile, get_subject
from offenders.forms.recognition import IdentifyForm, RecognitionForm
from offenders.models import Recognition, Subject
from offenders.services import recognition_decide, recognition_give, subject_identify


@require_http_methods(["GET", "POST"])
@roles_only(*READERS)
def profile_name(request: HttpRequest, ref: str) -> HttpResponse:
    """Tell who somebody sought is. The name goes to the manager and nowhere else."""
    user = user_of(request)
    version = get_profile(user, ref)
    if version.known:
        raise Http404
    form = RecognitionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            recognition_give(by=user, version=version, **form.values())
            messages.success(request, "Thank you. The manager will look at it.")
            return redirect("profile", ref=version.subject.ref)
        except ValidationError as error:
            add_problems(form, error)
    record(actions.PROFILE_VIEWED, by=user, ref=version.subject.ref, subjects=[version.subject.ref])
    context = {
        "form": form,
        "version": version,
        "page_title": f"Who is {version.subject.ref}?",
    }
    return render(request, "offenders/recognition_form.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def recognition(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """Decide on a name that a member gave: it is this person (and known from now on), or not."""
    user = user_of(request)
    subject = get_subject(user, ref)
    waiting = Recognition.objects.filter(subject=subject, outcome="").select_related(
        "given_by__member"
    )
    told = get_object_or_404(waiting, pk=pk)
    form = IdentifyForm(request.POST or None, initial={"name": told.name})
    refused = "different" in request.POST
    right = "right" in request.POST and subject.status == Subject.Status.KNOWN
    if request.method == "POST" and (refused or right or form.is_valid()):
        try:
            if right:
                agreed = Recognition.Outcome.AGREED
                recognition_decide(by=user, recognition=told, outcome=agreed)
                messages.success(request, "Noted: they were right.")
            elif refused:
                different = Recognition.Outcome.DIFFERENT
                recognition_decide(by=user, recognition=told, outcome=different)
                messages.success(request, "Noted: it is somebody else.")
            else:
                name = form.cleaned_data["name"]
                subject_identify(by=user, subject=subject, name=name, recognition=told)
                messages.success(request, f"{subject.ref} is known. Publish it for members to see.")
            return redirect("subject", ref=subject.ref)
        except ValidationError as error:
            add_problems(form, error)
    alike = _alike(user, subject, told.name)
    refs = [subject.ref, *(other.ref for other in alike)]
    record(actions.SUBJECT_VIEWED, by=user, ref=subject.ref, subjects=refs)
    context = {
        "form": form,
        "subject": subject,
        "face": Subject.objects.faces([subject.pk]).get(subject.pk),
        "alike": alike,
        "told": told,
        "page_title": f"Is {subject.ref} {told.name}?",
    }
    return render(request, "offenders/recognition.html", context, status=form_status(form))


def _alike(user: User, subject: Subject, name: str) -> list[Subject]:
    """Return records that have this name or one like it: the person may be on record already."""
    found = Subject.objects.visible_to(user).with_face().exclude(pk=subject.pk)
    return list(found.named_like(name)[:5])


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def identify(request: HttpRequest, ref: str) -> HttpResponse:
    """Make somebody sought known, in one step."""
    user = user_of(request)
    subject = get_subject(user, ref)
    if subject.status == Subject.Status.KNOWN and request.method == "GET":
        messages.info(request, f"{subject.ref} is known already.")
        return redirect("subject", ref=subject.ref)
    form = IdentifyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            subject_identify(by=user, subject=subject, name=form.cleaned_data["name"])
            messages.success(request, f"{subject.ref} is known. Publish it for members to see.")
            return redirect("subject", ref=subject.ref)
        except ValidationError as error:
            add_problems(form, error)
    record(actions.SUBJECT_VIEWED, by=user, ref=subject.ref, subjects=[subject.ref])
    context = {
        "form": form,
        "subject": subject,
        "page_title": f"{subject.ref} is known",
        "button": "Make them known",
    }
    return render(request, "offenders/record_form.html", context, status=form_status(form))
