"""Pages about a subject's photos."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.services import record
from common.edits import Edits, edits_from
from common.http import add_problems, form_status
from common.images import NOT_SHOWN, photo_preview
from common.originals import original_download
from members.access import roles_only, user_of
from members.models import Role
from offenders import actions
from offenders.access import get_photo_of, get_subject
from offenders.forms import CropForm, PhotoFactsForm, PhotoForm
from offenders.forms.crop import edits_in_query, query_of
from offenders.models import Photo, Subject
from offenders.services import (
    photo_add,
    photo_discard,
    photo_edit,
    photo_release,
    photo_update,
)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def subject_photo(request: HttpRequest, ref: str) -> HttpResponse:
    """Add a photo to a working record."""
    user = user_of(request)
    subject = get_subject(user, ref)
    form = PhotoForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            held = set(subject.photos.values_list("pk", flat=True))
            photo = photo_add(
                by=user,
                subject=subject,
                upload=form.cleaned_data["photo"],
                facts=form.facts(),
                primary=form.cleaned_data["is_primary"],
            )
            if photo.pk in held:
                messages.info(request, "This photo is on the record already, as it was added.")
            else:
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
    photo = get_photo_of(user, subject, name)
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
def photo_crop(request: HttpRequest, ref: str, name: uuid.UUID) -> HttpResponse:
    """Crop a photo and blur who else is in it. Saved, it is a photo of its own beside this one."""
    user = user_of(request)
    subject = get_subject(user, ref)
    photo = get_photo_of(user, subject, name)
    shown = edits_from(photo.edits)
    form = CropForm(request.POST or None, photo=photo)
    only_looking = "preview" in request.POST or "add" in request.POST
    if request.method == "POST" and form.is_valid():
        shown = form.edits()
        if not only_looking:
            try:
                made = photo_edit(
                    by=user,
                    photo=photo,
                    edits=shown,
                    bystanders_clear=form.cleaned_data["bystanders_clear"],
                    primary=form.cleaned_data["is_primary"],
                )
                messages.success(request, _said_of(made))
                return redirect("subject", ref=subject.ref)
            except ValidationError as error:
                add_problems(form, error)
    record(actions.SUBJECT_VIEWED, by=user, ref=subject.ref, subjects=[subject.ref])
    status = 200 if only_looking and form.is_valid() else form_status(form)
    context = _crop_context(form, subject, photo, shown)
    return render(request, "offenders/photo_crop.html", context, status=status)


def _crop_context(form: CropForm, subject: Subject, photo: Photo, shown: Edits) -> dict[str, Any]:
    look = reverse("photo_preview", args=[subject.ref, photo.uuid])
    return {
        "form": form,
        "subject": subject,
        "photo": photo,
        "whole_url": look,
        "result_url": f"{look}?{query_of(shown)}" if shown else look,
        "page_title": f"Crop and blur: {subject.ref}",
    }


def _said_of(made: Photo) -> str:
    if not made.bystanders_clear:
        return "Saved as a photo of its own. It can’t be published until others are ruled out."
    if not made.may_publish:
        return "Saved as a photo of its own. Its owner’s permission is still to be recorded."
    return "Saved as a photo of its own. Members see it once you publish it."


@require_safe
@roles_only(Role.INTEL)
def photo_look(request: HttpRequest, ref: str, name: uuid.UUID) -> HttpResponse:
    """The photo with the edits in the query string, exactly as saving would make it. Logged.

    Without a watermark: the manager judges here whether anybody can be recognised.
    """
    user = user_of(request)
    subject = get_subject(user, ref)
    photo = get_photo_of(user, subject, name)
    try:
        edits = edits_in_query(request.GET)
    except ValidationError as error:
        return HttpResponse(" ".join(error.messages), status=422, content_type="text/plain")
    record(actions.PHOTO_VIEWED, by=user, ref=subject.ref, subjects=[subject.ref])
    try:
        picture = photo_preview(photo, edits)
    except (OSError, ValueError):
        return HttpResponse(NOT_SHOWN, status=422, content_type="text/plain")
    answer = HttpResponse(picture, content_type="image/jpeg")
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


@require_POST
@roles_only(Role.INTEL)
def photo_discard_edit(request: HttpRequest, ref: str, name: uuid.UUID) -> HttpResponse:
    """Delete a crop that members never saw."""
    user = user_of(request)
    subject = get_subject(user, ref)
    try:
        photo_discard(by=user, photo=get_photo_of(user, subject, name))
        messages.success(request, "The crop is deleted. The photo that it was made from is kept.")
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    return redirect("subject", ref=subject.ref)


@require_POST
@roles_only(Role.INTEL)
def photo_file(request: HttpRequest, ref: str, name: uuid.UUID) -> HttpResponse:
    """The photo as it was added, to be saved; never opened inside a page of ours."""
    user = user_of(request)
    subject = get_subject(user, ref)
    photo = get_photo_of(user, subject, name)
    try:
        photo_release(by=user, photo=photo)
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
        return redirect("subject_photo_edit", ref=subject.ref, name=photo.uuid)
    return original_download(photo, f"{subject.ref}-{photo.sha256[:8]}")
