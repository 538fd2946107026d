"""Writes of what keeps equipment in order: faults and the annual check."""

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import constraint_messages
from members import actions
from members.models import EquipmentCheck, EquipmentFault, EquipmentItem, ItemState, User

from .services import Move, fault_note, item_move, locked, not_in_future, open_holding


@dataclass(frozen=True)
class CheckInput:
    """An annual check: when, whether it was passed, what was found."""

    on: dt.date
    passed: bool
    words: str = ""


@transaction.atomic
def fault_report(*, by: User, item: EquipmentItem, words: str) -> EquipmentFault:
    """Report what is wrong with an item, today; somebody of a member only with what they have.

    Raises ValidationError: no words, reported already, disposed of, back with the scheme.
    """
    row = locked(item)
    held = open_holding(row)
    if held is not None and held.state == ItemState.DISPOSED:
        raise ValidationError("It is disposed of.")
    if not by.is_intel and (held is None or held.member_id != by.member_id):
        raise ValidationError("You don’t have this on loan any more.", code="stale")
    fault = fault_note(item=row, by=by, on=dates.today(), words=words)
    record(actions.EQUIPMENT_FAULT_REPORTED, by=by, ref=row.ref)
    return fault


@transaction.atomic
def fault_close(
    *, by: User, fault: EquipmentFault, outcome: str, on: dt.date, words: str = ""
) -> EquipmentFault:
    """Settle a fault: mended, none found, or the item is written off, which disposes of it.

    Raises ValidationError: settled already (code "stale"), a day in future or before it was
    reported, written off without words.
    """
    item = locked(fault.item)
    row: EquipmentFault = EquipmentFault.objects.select_for_update().get(pk=fault.pk)
    if row.closed_on is not None:
        raise ValidationError("This fault is settled already.", code="stale")
    not_in_future(on, "on")
    row.closed_on, row.outcome, row.closed_by = on, outcome, by
    row.closed_words = words.strip()
    row.full_clean()
    with constraint_messages(EquipmentFault):
        row.save()
    record(actions.EQUIPMENT_FAULT_CLOSED, by=by, ref=item.ref, outcome=outcome)
    if outcome == EquipmentFault.Outcome.WRITTEN_OFF:
        _dispose(item, by=by, on=on, words=words)
    return row


def _dispose(item: EquipmentItem, *, by: User, on: dt.date, words: str) -> None:
    if not words.strip():
        raise ValidationError({"words": "Write why it is written off."})
    held = open_holding(item)
    if held is None or held.state != ItemState.DISPOSED:
        move = Move(ItemState.DISPOSED, on, words)
        item_move(by=by, item=item, revision=item.revision, move=move)


@transaction.atomic
def check_record(*, by: User, item: EquipmentItem, data: CheckInput) -> EquipmentCheck:
    """Record the annual check of an item. One it did not pass is a fault as well.

    Raises ValidationError: a day in future or before the scheme had it, checked that day already,
    not passed without words, lost or disposed of.
    """
    row = locked(item)
    held = open_holding(row)
    if held is not None and held.state in (ItemState.LOST, ItemState.DISPOSED):
        raise ValidationError(f"It is {held.get_state_display().lower()}.")
    not_in_future(data.on, "on")
    if data.on < row.in_use_from:
        had = dates.short_date(row.in_use_from)
        raise ValidationError({"on": f"The scheme has had it from {had}."})
    check = EquipmentCheck(
        item=row,
        on=data.on,
        passed=data.passed,
        words=data.words.strip(),
        made_by=by,
        made_at=timezone.now(),
    )
    check.full_clean()
    with constraint_messages(EquipmentCheck):
        check.save()
    if not data.passed and not row.faults.open().filter(words__iexact=check.words).exists():
        fault_note(item=row, by=by, on=data.on, words=check.words)
    record(actions.EQUIPMENT_CHECKED, by=by, ref=row.ref, passed=data.passed)
    return check
