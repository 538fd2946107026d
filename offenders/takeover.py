"""Subjects and photos that a scheme brings along. They are working records: no member sees one.

What members see is published by the manager, record by record, with ground, necessity, audience and
review day; a photo has no permission and no word about bystanders until the manager gives it.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from common import dates
from common.bulk import Refusal, Taken, clean_row, insert_all
from common.images import store_original
from common.refs import subject_ref
from members.takeover import Stamp

from .models import Alias, Association, NumberSeries, Photo, Subject, SubjectWarning, Vehicle
from .services.record import plate
from .services.subjects import EDITABLE, PhotoFacts, wake_variants


@dataclass(frozen=True)
class WarningTaken:
    """Warning markers of a person, why they are there, and the day to look at them again."""

    markers: Sequence[str] = ()
    reason: str = ""
    review_on: dt.date | None = None


@dataclass(frozen=True)
class SubjectTaken:
    """A person as they were kept elsewhere; `fields` are those of EDITABLE."""

    fields: dict[str, Any]
    aliases: Sequence[str] = ()
    plates: Sequence[str] = ()
    warnings: WarningTaken = field(default_factory=WarningTaken)
    age_seen_on: dt.date | None = None
    trail: str = ""
    last_incident_on: dt.date | None = None
    photo_facts: PhotoFacts = field(default_factory=lambda: PhotoFacts(source=""))


def subject_taken(data: SubjectTaken, *, stamp: Stamp) -> Taken:
    """Return what a line about a person makes. Raises ValidationError by column.

    Where the record comes from, and until when it may be kept, stands in its notes.
    """
    _check(data)
    _check_warnings(data.warnings)
    row = Subject(created_by=stamp.by, **{name: data.fields.get(name, _empty(name))
                                          for name in EDITABLE})  # fmt: skip
    row.last_incident_before = data.last_incident_on
    row.notes = "\n\n".join(filter(None, (row.notes, data.trail)))
    if row.age_low is not None or row.age_high is not None:
        row.age_seen_on = data.age_seen_on or dates.today()
    clean_row(row)
    names = dict.fromkeys(name.strip() for name in data.aliases)
    parts: list[Any] = [Alias(subject=row, name=name) for name in names if name]
    plates = dict.fromkeys(plate(text) for text in data.plates)
    parts += [Vehicle(subject=row, registration=each, added_by=stamp.by) for each in plates if each]
    said = data.warnings
    parts += [
        SubjectWarning(subject=row, marker=marker, reason=said.reason, review_on=said.review_on,
                       added_by=stamp.by)
        for marker in dict.fromkeys(said.markers)
        if said.review_on
    ]  # fmt: skip
    for part in parts:
        clean_row(part)
    return Taken(row, parts)


def _check_warnings(said: WarningTaken) -> None:
    """Judge warnings as those that the manager adds (services.record.warning_add)."""
    today = dates.today()
    if not said.markers:
        return
    if not said.reason.strip():
        raise ValidationError({"warning_reason": "A warning needs its reason: say what happened."})
    if not said.review_on or not today < said.review_on <= dates.last_day_of_year_from(today):
        raise ValidationError({"warning_review_on": "Choose a day within the next 12 months."})


def _empty(name: str) -> Any:
    column: Any = Subject._meta.get_field(name)
    return column.get_default()


def _check(data: SubjectTaken) -> None:
    fields, today, problems = data.fields, dates.today(), {}
    born, low, high = (fields.get(name) for name in ("date_of_birth", "age_low", "age_high"))
    if fields.get("status") == Subject.Status.KNOWN and not fields.get("name"):
        problems["name"] = "A known subject needs a name."
    if fields.get("status") == Subject.Status.ID_SOUGHT and fields.get("name"):
        problems["name"] = "Somebody whose name is known is not ID sought."
    if not fields.get("name") and not fields.get("description"):
        problems["description"] = "Without a name, say what they look like."
    if born and born > today:
        problems["date_of_birth"] = "This is in the future."
    if any(age is not None and age > 110 for age in (low, high)):
        problems["age"] = "Enter an age of 110 or less."
    if low is not None and high is not None and high < low:
        problems["age"] = "The older age is below the younger one."
    if problems:
        raise ValidationError(problems)


def photos_store(
    line: Taken, images: Iterable[tuple[uuid.UUID, "File[Any]"]], *, facts: PhotoFacts, stamp: Stamp
) -> None:
    """Store the photos of a person as uploads are, and add their rows, not saved, to the line.

    Each is stored under the name it is given; the same photo twice is one. The first is the face
    shown first, unless the record has one. Raises ValidationError as common.images does.
    """
    held: set[str] = set()
    here = line.main.pk  # of a new record None
    has_face = bool(here) and Photo.objects.filter(subject=here, is_primary=True).exists()
    for name, image in images:
        photo = Photo(uuid=name, subject=line.main, added_by=stamp.by, source=facts.source,
                      taken_on=facts.taken_on, is_primary=not held and not has_face)  # fmt: skip
        store_original(image, into=photo)
        if photo.sha256 in held:
            default_storage.delete(str(photo.original.name))
            continue
        held.add(photo.sha256)
        clean_row(photo)
        line.parts.append(photo)


def photos_save(lines: Sequence[Taken]) -> None:
    """Add photos to records that are here already. In a transaction.

    Raises IntegrityError: a record is gone or became part of another, or its photos are others now.
    """
    _lock({line.main.pk for line in lines})
    Photo.objects.bulk_create([part for line in lines for part in line.parts])
    transaction.on_commit(wake_variants, robust=True)


def _lock(keys: set[int]) -> None:
    """Lock records that something is added to, in one order for everybody."""
    rows = Subject.objects.select_for_update(no_key=True).filter(pk__in=keys, merged_into=None)
    if len(rows.order_by("pk")) < len(keys):
        raise IntegrityError("a record is gone")


def association_taken(
    one: Subject, other: Subject, *, words: str, source: str, stamp: Stamp
) -> Taken:
    """Return what a line about two who act together makes. Raises ValidationError by column."""
    first, second = sorted((one, other), key=lambda each: each.pk)
    row = Association(first=first, second=second, words=words, source=source, added_by=stamp.by)
    clean_row(row)
    return Taken(row)


def associations_save(lines: Sequence[Taken]) -> list[Refusal]:
    """Add associations; return which are refused. In a transaction.

    Raises IntegrityError: a record is gone or became part of another.
    """
    _lock({key for line in lines for key in (line.main.first_id, line.main.second_id)})
    return insert_all(lines)


def subjects_number(lines: Sequence[Taken]) -> None:
    """Give records their references, before the transaction that stores them."""
    if lines:
        first = NumberSeries.take("D", 0, count=len(lines))
        for number, line in enumerate(lines, start=first):
            line.main.ref = subject_ref(number)


def subjects_save(lines: Sequence[Taken]) -> list[Refusal]:
    """Add records with aliases, vehicles and photos; return which are refused. In a transaction."""
    refused = insert_all(lines)
    transaction.on_commit(wake_variants, robust=True)
    return refused
