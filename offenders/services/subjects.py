"""The working record: made, changed, given photos."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import StoredImage, check_revision, once
from common.images import store_original
from common.refs import subject_ref
from common.wake import wake
from members.models import User
from offenders import actions
from offenders.models import Alias, NumberSeries, Photo, Subject

from .profiles import profile_recheck

EDITABLE = (
    "status",
    "name",
    "date_of_birth",
    "age_low",
    "age_high",
    "sex",
    "height",
    "build",
    "hair",
    "marks",
    "description",
    "mo",
    "methods",
    "haunts",
    "times",
    "notes",
)


@dataclass(frozen=True)
class PhotoFacts:
    """What must be known of a photo: source, date, permission, bystanders (behaviour 16)."""

    source: str
    taken_on: dt.date | None = None
    may_publish: bool = False
    bystanders_clear: bool = False


def locked_subject(subject: Subject) -> Subject:
    """Return the record, locked for a change. Raises ValidationError if it became another's.

    Its key stays, so rows that point to it may be made meanwhile: locks of two records and of what
    names both can't wait for one another.
    """
    row: Subject = Subject.objects.select_for_update(no_key=True).get(pk=subject.pk)
    if row.merged_into_id is not None:
        raise ValidationError("This record became part of another. Change that one.", code="stale")
    return row


def subject_create(
    *,
    by: User,
    fields: Mapping[str, Any],
    aliases: Iterable[str] = (),
    client_id: uuid.UUID | None = None,
    age_seen_on: dt.date | None = None,
) -> Subject:
    """Make a record and return it; the same `client_id` again returns the one it made.

    `fields` are those of EDITABLE; `age_seen_on` is the day of the estimate, today if not said.
    Raises ValidationError.
    """
    form = client_id or uuid.uuid4()

    def make() -> Subject:
        subject = Subject(created_by=by, client_id=form)
        for name in EDITABLE:
            if name in fields:
                setattr(subject, name, fields[name])
        if subject.age_low is not None or subject.age_high is not None:
            subject.age_seen_on = age_seen_on or dates.today()
        subject.ref = subject_ref(NumberSeries.take("D", 0))
        subject.full_clean()
        subject.save()
        _set_aliases(subject, aliases)
        record(actions.SUBJECT_CREATED, by=by, ref=subject.ref, subjects=[subject.ref])
        return subject

    return once(Subject, form, make)


@transaction.atomic
def subject_update(
    *, by: User, subject: Subject, revision: int, fields: Mapping[str, Any], aliases: Iterable[str]
) -> Subject:
    """Change a record. Members see nothing of it until it is published again.

    Raises ValidationError: what is wrong, or code "stale" if it changed since the form was shown.
    """
    row = locked_subject(subject)
    check_revision(row, revision)
    changed = [name for name in EDITABLE if name in fields and getattr(row, name) != fields[name]]
    if {"age_low", "age_high"} & set(changed):
        row.age_seen_on = dates.today()
    for name in changed:
        setattr(row, name, fields[name])
    row.revision += 1
    row.full_clean()
    row.save()
    if _set_aliases(row, aliases):
        changed.append("aliases")
    profile_recheck(by=by, subject=row)
    record(actions.SUBJECT_UPDATED, by=by, ref=row.ref, subjects=[row.ref], changed=sorted(changed))
    return row


def _set_aliases(subject: Subject, aliases: Iterable[str]) -> bool:
    wanted = {name.strip() for name in aliases if name.strip()}
    held = set(subject.aliases.values_list("name", flat=True))
    subject.aliases.filter(name__in=held - wanted).delete()
    rows = [Alias(subject=subject, name=name) for name in sorted(wanted - held)]
    for row in rows:
        row.clean_fields(exclude=["subject"])
    Alias.objects.bulk_create(rows)
    return wanted != held


def photo_add(
    *, by: User, subject: Subject, upload: "File[Any]", facts: PhotoFacts, primary: bool = False
) -> Photo:
    """Store a photo of a subject; the worker makes its shown sizes. Raises ValidationError.

    A file that is on the record already is returned as it is.
    """
    photo = Photo(
        subject=subject,
        added_by=by,
        source=facts.source,
        taken_on=facts.taken_on,
        may_publish=facts.may_publish,
    )
    say_clear(photo, facts.bystanders_clear, by=by)
    store_original(upload, into=photo)
    try:
        with transaction.atomic():
            locked_subject(subject)
            whole = Photo.objects.filter(subject=subject, sha256=photo.sha256, edit_of=None)
            held: Photo | None = whole.first()
            if held:  # the same file again, or a double click
                default_storage.delete(str(photo.original.name))
                return held
            photo_save(photo, primary=primary)
            record(actions.PHOTO_ADDED, by=by, ref=subject.ref, subjects=[subject.ref])
    except BaseException:
        default_storage.delete(str(photo.original.name))  # no row, so no file
        raise
    return photo


@transaction.atomic
def photo_update(*, by: User, photo: Photo, facts: PhotoFacts, primary: bool) -> Photo:
    """Record what is known of a photo: source, date, permission, bystanders.

    A published version that shows a photo which may not be shown any more is withdrawn. Raises
    ValidationError.
    """
    subject = locked_subject(photo.subject)
    row: Photo = Photo.objects.select_for_update().get(pk=photo.pk)
    row.source, row.taken_on = facts.source, facts.taken_on
    row.may_publish = facts.may_publish
    say_clear(row, facts.bystanders_clear, by=by)
    if primary and not row.is_primary:
        Photo.objects.filter(subject=subject, is_primary=True).update(is_primary=False)
        row.is_primary = True
    row.full_clean()
    row.save()
    subject_changed(subject)
    profile_recheck(by=by, subject=subject)
    record(
        actions.PHOTO_UPDATED,
        by=by,
        ref=subject.ref,
        subjects=[subject.ref],
        may_publish=row.may_publish,
        bystanders_clear=row.bystanders_clear,
    )
    return row


def say_clear(photo: Photo, clear: bool, *, by: User) -> None:
    """Note on a photo, not saved, whether bystanders are dealt with; who says so now, and when."""
    if clear and not photo.bystanders_clear:
        photo.bystanders_at, photo.bystanders_by = timezone.now(), by
    elif not clear:
        photo.bystanders_at = photo.bystanders_by = None
    photo.bystanders_clear = clear


def subject_changed(subject: Subject) -> None:
    """Note that a locked record changed: a publish form that showed it otherwise is stale."""
    subject.revision += 1
    subject.save(update_fields=["revision"])


def photo_save(photo: Photo, *, primary: bool) -> None:
    """Save a photo of a locked record, first of all if told or if there is no other first."""
    held = Photo.objects.filter(subject=photo.subject).exclude(pk=photo.pk)
    if primary or not held.filter(is_primary=True).exists():
        held.filter(is_primary=True).update(is_primary=False)
        photo.is_primary = True
    photo.full_clean()
    photo.save()
    transaction.on_commit(wake_variants, robust=True)


def wake_variants() -> None:
    from offenders.tasks import photo_variants_sweep  # tasks call services

    wake(photo_variants_sweep)


def photos_copy(*, by: User, subject: Subject, images: Iterable[StoredImage], source: str) -> int:
    """Copy photos that came with a report to the subject's record; return how many were new.

    A photo already on the record (same hash) is not copied again. Nothing may be published before
    the manager has said so of each.
    """
    held = set(Photo.objects.filter(subject=subject).values_list("sha256", flat=True))
    added = 0
    for image in images:
        if image.sha256 in held or image.malware:
            continue
        held.add(image.sha256)
        with image.original.open("rb") as stream:
            upload = File(stream, name=f"{uuid.uuid4()}")
            photo_add(
                by=by,
                subject=subject,
                upload=upload,
                facts=PhotoFacts(source=source, taken_on=dates.london_date(timezone.now())),
            )
        added += 1
    return added


def subject_unmake(*, subject: Subject) -> list[str]:
    """Delete a record made by mistake a moment ago; return its files, to be deleted on commit.

    Only one that nothing stands on. Raises ValidationError.
    """
    row: Subject = Subject.objects.select_for_update().get(pk=subject.pk)
    worked_on = row.revision > 1 or row.versions.exists() or row.involvements.exists()
    stands = (row.notices, row.warning_letters, row.case_files, row.alerts, row.intelligence)
    if worked_on or any(rows.exists() for rows in stands):
        raise ValidationError(
            f"{row.ref} has been worked on since. Take the link away instead.", code="used"
        )
    from .photos import files_of  # it stands on this module

    files = files_of(row.photos.all())
    row.delete()
    return files
