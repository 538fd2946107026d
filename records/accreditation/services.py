"""What the manager does to the list of requirements, and what it comes to today."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audit.services import record
from common.db import check_revision, constraint_messages
from members.models import User
from records import actions
from records.models import StandardRequirement

from .evidence import Found, found_for

FIELDS = ("edition", "section", "number", "words", "evidence", "note")


@dataclass(frozen=True)
class Shown:
    """A requirement with what shows it today."""

    requirement: StandardRequirement
    found: Found


@dataclass(frozen=True)
class Section:
    """The requirements of one section."""

    title: str
    rows: list[Shown]


def by_number(row: StandardRequirement) -> tuple[Any, ...]:
    """Sort 1.10 after 1.9, and what is no number after what is."""
    parts = row.number.split(".")
    return (row.edition, [(0, int(p), "") if p.isdecimal() else (1, 0, p) for p in parts])


def sections() -> list[Section]:
    """Return all requirements on the list by section, in the standard's order, as they stand."""
    rows = sorted(StandardRequirement.objects.filter(removed_at=None), key=by_number)
    shown = [Shown(row, found) for row, found in zip(rows, found_for(rows), strict=True)]
    grouped = groupby(shown, key=_heading)
    return [Section(title, list(part)) for title, part in grouped]


def _heading(one: Shown) -> str:
    return f"{one.requirement.edition} · {one.requirement.section}"


def gaps(found: list[Section]) -> Iterator[Shown]:
    """Yield what isn't shown."""
    return (row for section in found for row in section.rows if not row.found.met)


@transaction.atomic
def requirement_save(
    *, by: User, requirement: StandardRequirement | None, fields: dict[str, Any], revision: int = 0
) -> StandardRequirement:
    """Enter a requirement, or change one (FIELDS).

    Raises ValidationError: a number twice, something missing, or changed by somebody meanwhile.
    """
    row = StandardRequirement(made_by=by)
    if requirement is not None:
        row = StandardRequirement.objects.select_for_update().get(pk=requirement.pk)
        check_revision(row, revision)
        row.revision += 1
    for name in FIELDS:
        setattr(row, name, str(fields[name]).strip())
    with constraint_messages(StandardRequirement):
        row.full_clean()
        row.save()
    record(actions.STANDARD_CHANGED, by=by, ref=row.number)
    return row


@transaction.atomic
def requirement_remove(*, by: User, requirement: StandardRequirement, revision: int) -> None:
    """Take a requirement off the list. Raises ValidationError: changed or removed meanwhile."""
    row = StandardRequirement.objects.select_for_update().get(pk=requirement.pk)
    check_revision(row, revision)
    if row.removed_at is not None:
        raise ValidationError("It is off the list already.", code="stale")
    row.removed_at, row.revision = timezone.now(), row.revision + 1
    row.save(update_fields=["removed_at", "revision"])
    record(actions.STANDARD_REMOVED, by=by, ref=row.number)
