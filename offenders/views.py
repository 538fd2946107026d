"""Pages of the offenders app that need no other: editing records, photos, bulletins."""

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.services import record
from common.http import add_problems, form_status, plain_text, query_text, typed
from members.access import READERS, roles_only, user_of
from members.models import Role

from . import actions
from .access import get_bulletin, get_photo, get_subject
from .forms import BulletinForm, PhotoFactsForm, PhotoForm, SubjectForm, WithdrawForm
from .models import Bulletin, ProfileVersion, Subject
from .services import (
    bulletin_create,
    bulletin_send,
    photo_add,
    photo_update,
    profile_withdraw,
    subject_create,
    subject_update,
)


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
            messages.success(request, "Saved. Members see what is published, not this.")
            return redirect("subject", ref=subject.ref)
        except ValidationError as error:
            add_problems(form, error)
    record(actions.SUBJECT_VIEWED, by=user, ref=subject.ref, subjects=[subject.ref])
    context = {"form": form, "subject": subject, "page_title": f"Edit {subject.ref}"}
    return render(request, "offenders/subject_form.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def subject_photo(request: HttpRequest, ref: str) -> HttpResponse:
    """Add a photo to a working record."""
    user = user_of(request)
    subject = get_subject(user, ref)
    form = PhotoForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            photo_add(
                by=user,
                subject=subject,
                upload=form.cleaned_data["photo"],
                facts=form.facts(),
                primary=form.cleaned_data["is_primary"],
            )
            messages.success(request, "Photo added.")
            return redirect("subject", ref=subject.ref)
        except ValidationError as error:
            add_problems(form, error)
    record(actions.SUBJECT_VIEWED, by=user, ref=subject.ref, subjects=[subject.ref])
    context = {"form": form, "subject": subject, "page_title": f"Add a photo: {subject.ref}"}
    return render(request, "offenders/photo_form.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def subject_photo_edit(request: HttpRequest, ref: str, name: uuid.UUID) -> HttpResponse:
    """Record what is known of a photo: where from, permission, bystanders."""
    user = user_of(request)
    subject = get_subject(user, ref)
    photo = get_photo(user, name)
    if photo is None or photo.subject_id != subject.pk:
        raise Http404
    known = {name: getattr(photo, name) for name in PhotoFactsForm.base_fields}
    form = PhotoFactsForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        try:
            primary = form.cleaned_data["is_primary"]
            photo_update(by=user, photo=photo, facts=form.facts(), primary=primary)
            messages.success(request, "Saved.")
            return redirect("subject", ref=subject.ref)
        except ValidationError as error:
            add_problems(form, error)
    record(actions.SUBJECT_VIEWED, by=user, ref=subject.ref, subjects=[subject.ref])
    title = f"About this photo: {subject.ref}"
    context = {"form": form, "subject": subject, "photo": photo, "page_title": title}
    return render(request, "offenders/photo_form.html", context, status=form_status(form))


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
            return redirect("subject", ref=subject.ref)
        except ValidationError as error:
            add_problems(form, error)
    record(actions.SUBJECT_VIEWED, by=user, ref=subject.ref, subjects=[subject.ref])
    context = {"form": form, "subject": subject, "page_title": f"Withdraw {subject.ref}"}
    return render(request, "offenders/withdraw.html", context, status=form_status(form))


@require_safe
@roles_only(*READERS)
def bulletin_list(request: HttpRequest) -> HttpResponse:
    """Bulletins meant for this user; the manager sees drafts and how far each was sent."""
    user = user_of(request)
    bulletins = Bulletin.objects.visible_to(user).newest_first()
    if user.is_intel:
        bulletins = bulletins.with_progress()
    page = Paginator(bulletins, 20).get_page(query_text(request, "page"))
    return render(request, "offenders/bulletin_list.html", {"page": page})


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def bulletin_new(request: HttpRequest) -> HttpResponse:
    """Compose a bulletin. It is a draft until it is sent from its own page."""
    user = user_of(request)
    form = BulletinForm(request.POST or None)
    if "look" in request.POST:  # only looking for a profile: nothing is judged yet
        form = BulletinForm(initial=typed(form))
    elif request.method == "POST" and form.is_valid():
        try:
            made = bulletin_create(
                by=user,
                fields=form.values(),
                versions=list(form.cleaned_data["profiles"]),
                client_id=form.cleaned_data["client_id"],
            )
            return redirect("bulletin", ref=made.ref)
        except ValidationError as error:
            add_problems(form, error)
    choices = list(form.fields["profiles"].queryset)  # type: ignore[attr-defined]
    record(
        actions.SUBJECTS_LISTED,
        by=user,
        subjects=[version.subject.ref for version in choices],
        q=plain_text(form["find"].value()),
    )
    context = {"form": form, "page_title": "New bulletin", "profiles": choices}
    return render(request, "offenders/bulletin_form.html", context, status=form_status(form))


@require_POST
@roles_only(Role.INTEL)
def bulletin_send_now(request: HttpRequest, ref: str) -> HttpResponse:
    """Send a draft: on the site at once, by e-mail as fast as the mail server takes it."""
    user = user_of(request)
    found = get_bulletin(user, ref)
    try:
        bulletin_send(by=user, bulletin=found)
        messages.success(request, f"{found.ref} is on the site. The e-mails are on their way.")
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    return redirect("bulletin", ref=found.ref)
