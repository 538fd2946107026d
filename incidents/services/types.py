"""Types of incident are data: added, changed, ended, brought back. One in use is never deleted."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.text import slugify

from audit.services import record
from common import dates
from incidents import actions
from incidents.models import IncidentType
from incidents.starting_types import starting_types
from members.models import User

HARMS = (1, 100)
TAKEN = frozenset({"seen", "new", "start"})
"""No type's code: "seen" is the log form's word for a sighting, the others addresses."""
CODE_LENGTH = 40
LAST_POSITION = 32_767


@dataclass(frozen=True)
class TypeInput:
    """What may be changed of a type. `place` is where it stands in lists, from 1; None: last."""

    label: str
    harm: int
    asks: Sequence[str] = field(default_factory=tuple)
    is_common: bool = False
    is_serious: bool = False
    place: int | None = None


@transaction.atomic
def type_add(
    *, by: User, data: TypeInput, family: str, starts_on: dt.date | None = None
) -> IncidentType:
    """Add a type that can be chosen from a London day (today); its code is made from its label.

    Raises ValidationError for a label that is in use, and for harm out of range.
    """
    rows = _locked()
    kind = IncidentType(
        code=_free_code(data.label, {row.code for row in rows}),
        family=family,
        effective_from=starts_on or dates.today(),
    )
    _fill(kind, data, rows)
    kind.save()
    _put(kind, data.place, rows)
    record(actions.TYPE_ADDED, by=by, ref=kind.code, family=family, harm=kind.harm)
    return kind


@transaction.atomic
def type_change(*, by: User, kind: IncidentType, data: TypeInput) -> IncidentType:
    """Change a type's words, weight, place and questions; its code and family stay for good.

    Reports keep the type: they read the new label. Raises ValidationError as type_add does.
    """
    rows = _locked()
    row = next(each for each in rows if each.pk == kind.pk)
    before = {name: getattr(row, name) for name in CHANGEABLE}
    _fill(row, data, rows)
    row.save()
    _put(row, data.place, rows)
    changed = sorted(name for name in CHANGEABLE if getattr(row, name) != before[name])
    record(actions.TYPE_CHANGED, by=by, ref=row.code, changed=changed, harm=row.harm)
    return row


CHANGEABLE = ("label", "harm", "asks", "is_common", "is_serious", "position")


@transaction.atomic
def type_end(*, by: User, kind: IncidentType, last_day: dt.date) -> IncidentType:
    """Let a type be chosen up to and including a London day. Reports keep it.

    Yesterday ends it now. Raises ValidationError for an earlier day, or one before its first.
    """
    row: IncidentType = IncidentType.objects.select_for_update().get(pk=kind.pk)
    if last_day < dates.today() - dt.timedelta(days=1):
        raise ValidationError({"last_day": "Choose yesterday, to end it now, or a later day."})
    if last_day < row.effective_from:
        first = dates.short_date(row.effective_from)
        raise ValidationError({"last_day": f"It can be chosen from {first}: end it later."})
    row.effective_to = last_day
    row.full_clean()
    row.save(update_fields=["effective_to"])
    record(actions.TYPE_ENDED, by=by, ref=row.code, last_day=last_day.isoformat())
    return row


@transaction.atomic
def type_bring_back(*, by: User, kind: IncidentType) -> IncidentType:
    """Let an ended type be chosen again. Raises ValidationError if it has no end."""
    row: IncidentType = IncidentType.objects.select_for_update().get(pk=kind.pk)
    if row.effective_to is None:
        raise ValidationError(f"{row.label} has no end.", code="stale")
    row.effective_to = None
    row.save(update_fields=["effective_to"])
    record(actions.TYPE_RETURNED, by=by, ref=row.code)
    return row


@transaction.atomic
def type_remove(*, by: User, kind: IncidentType) -> None:
    """Delete a type that no report has. Raises ValidationError for one in use: end it instead."""
    try:
        kind.delete()
    except ProtectedError as error:
        raise ValidationError(
            f"Reports have the type {kind.label}. End it instead.", code="in_use"
        ) from error
    record(actions.TYPE_REMOVED, by=by, ref=kind.code)


def _locked() -> list[IncidentType]:
    """Return every type in its order, locked: places are a matter of all of them."""
    rows = IncidentType.objects.select_for_update().order_by("pk")
    return sorted(rows, key=lambda row: (row.position, row.label, row.pk))


def _free_code(label: str, used: set[str]) -> str:
    stem = slugify(label)[: CODE_LENGTH - 4].strip("-") or "type"
    code, number = stem, 1
    while code in used | TAKEN:
        number += 1
        code = f"{stem}-{number}"
    return code


def _fill(row: IncidentType, data: TypeInput, rows: list[IncidentType]) -> None:
    low, high = HARMS
    if not low <= data.harm <= high:
        raise ValidationError({"harm": f"Enter a number from {low} to {high}."})
    label = " ".join(data.label.split())
    same = [each for each in rows if each.pk != row.pk and each.label.lower() == label.lower()]
    if same:
        ended = same[0].effective_to and same[0].effective_to < dates.today()
        hint = "Bring it back instead." if ended else "Choose other words."
        raise ValidationError({"label": f"There is a type “{same[0].label}” already. {hint}"})
    row.label, row.harm, row.asks = label, data.harm, sorted(set(data.asks))
    row.is_common, row.is_serious = data.is_common, data.is_serious
    row.full_clean()


def _put(row: IncidentType, place: int | None, rows: list[IncidentType]) -> None:
    """Put a type at a place, and number all of them from 0."""
    others = [each for each in rows if each.pk != row.pk]
    at = len(others) if place is None else min(max(place - 1, 0), len(others))
    for position, each in enumerate([*others[:at], row, *others[at:]]):
        if each.position != position:
            each.position = position
            each.save(update_fields=["position"])


@transaction.atomic
def types_start(*, by: User) -> int:
    """Add the types that schemes usually start with, from today; return how many were new.

    For a new scheme; types that exist already stay as they are.
    """
    held = {row.code for row in _locked()}
    rows = [
        IncidentType(**fields, effective_from=dates.today())
        for fields in starting_types()
        if fields["code"] not in held
    ]
    for row in rows:
        row.full_clean()
    IncidentType.objects.bulk_create(rows)
    record(actions.TYPE_ADDED, by=by, ref="usual", types=[row.code for row in rows])
    return len(rows)
