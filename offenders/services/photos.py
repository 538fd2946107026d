"""Photos without bystanders: a crop with blurred parts is a photo of its own, from one original."""

import uuid
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from audit.services import record
from common.db import StoredImage
from common.edits import Edits
from common.originals import is_unaltered
from members.models import User
from offenders import actions
from offenders.models import Photo, ProfilePhoto, Subject

from .subjects import locked_subject, photo_save, say_clear, subject_changed


@transaction.atomic
def photo_edit(
    *, by: User, photo: Photo, edits: Edits, bystanders_clear: bool, primary: bool = False
) -> Photo:
    """Make a photo that shows its original with these edits; the worker makes its shown sizes.

    `photo` itself stays as it is, and with it every published version: they show what they showed
    until the next one. Of one that is an edit already, the new one is made from the original too.
    `bystanders_clear`: the manager has looked at the result and nobody else can be recognised.
    The same edits again return the photo that they made. Raises ValidationError.
    """
    subject = locked_subject(photo.subject)
    if not edits:
        raise ValidationError("Crop the photo, or blur a part of it, first.", code="nothing")
    whole = Photo.objects.select_for_update().get(pk=photo.edit_of_id or photo.pk)
    same = Photo.objects.filter(subject=subject, sha256=whole.sha256, edits=edits.as_json())
    row: Photo | None = same.first()
    if row and (row.bystanders_clear or not bystanders_clear) and (row.is_primary or not primary):
        return row  # a double click
    if row is None:
        row = Photo(
            uuid=uuid.uuid4(),
            subject=subject,
            source=photo.source,
            taken_on=photo.taken_on,
            may_publish=photo.may_publish,
            added_by=by,
            added_at=timezone.now(),
            edit_of=whole,
            edits=edits.as_json(),
            **_original_of(whole),
        )
    say_clear(row, row.bystanders_clear or bystanders_clear, by=by)
    photo_save(row, primary=primary)
    subject_changed(subject)
    record(
        actions.PHOTO_EDITED,
        by=by,
        ref=subject.ref,
        subjects=[subject.ref],
        photo=str(row.uuid),
        cropped=edits.crop is not None,
        blurred=len(edits.blurs),
        bystanders_clear=row.bystanders_clear,
    )
    return row


def _original_of(photo: Photo) -> dict[str, object]:
    """Return what a photo that shares another's original has of it: the file is there once."""
    return {
        "original": str(photo.original.name),
        "content_type": photo.content_type,
        "sha256": photo.sha256,
        "byte_size": photo.byte_size,
    }


@transaction.atomic
def photo_discard(*, by: User, photo: Photo) -> None:
    """Delete an edit that no version ever showed; the photo that it was made from stays.

    Raises ValidationError: it is no edit, or a version shows it.
    """
    subject = locked_subject(photo.subject)  # nobody publishes it meanwhile
    row = Photo.objects.select_for_update(of=("self",)).filter(pk=photo.pk).first()
    if row is None:
        raise ValidationError("This photo is gone already.", code="stale")
    if row.edit_of_id is None:
        raise ValidationError("This is the photo as it was added: it is kept.", code="original")
    if ProfilePhoto.objects.filter(photo=row).exists():
        raise ValidationError("A published version shows this photo, so it is kept.", code="shown")
    if row.is_primary:
        Photo.objects.filter(pk=row.pk).update(is_primary=False)
        Photo.objects.filter(pk=row.edit_of_id).update(is_primary=True)
    files = files_of([row])
    row.delete()
    subject_changed(subject)
    record(actions.PHOTO_DISCARDED, by=by, ref=subject.ref, subjects=[subject.ref])
    transaction.on_commit(lambda: files_delete(files), robust=True)


def files_of(photos: Iterable[Photo]) -> list[str]:
    """Return the files that nobody needs once these rows are deleted.

    An original goes with the last row that shares it, never before.
    """
    rows = list(photos)
    keys = [row.pk for row in rows]
    names = {str(row.original.name) for row in rows}
    shared = Photo.objects.filter(original__in=names).exclude(pk__in=keys)
    names -= set(shared.values_list("original", flat=True))
    return sorted(names) + [
        row.variant_path(size) for row in rows for size in StoredImage.VARIANT_SIZES
    ]


def files_delete(names: Iterable[str]) -> None:
    """Delete files; what is gone already is no matter. Once the rows' deletion is committed."""
    for name in names:
        default_storage.delete(name)


def edits_follow(*subjects: Subject) -> None:
    """Let each edit on these records stand on the same record's copy of the original.

    After a merge, or one taken back, it may be another's: an edit must not go with that record.
    Call it in the transaction that moved them.
    """
    for subject in subjects:
        strayed = Photo.objects.filter(subject=subject, edit_of__isnull=False)
        for row in strayed.exclude(edit_of__subject=subject):
            own = Photo.objects.filter(subject=subject, sha256=row.sha256, edit_of=None).first()
            if own:
                Photo.objects.filter(pk=row.pk).update(edit_of=own, original=str(own.original.name))


def photo_release(*, by: User, photo: Photo) -> None:
    """Record that the manager takes a copy of a photo as it was added.

    Raises ValidationError if it is gone or no longer what it was: then nothing leaves.
    """
    if not is_unaltered(photo):
        raise ValidationError(
            "This file is not what was added any more. Tell the administrator before it is used.",
            code="altered",
        )
    ref = photo.subject.ref
    record(actions.PHOTO_TAKEN, by=by, ref=ref, subjects=[ref], sha256=photo.sha256)
