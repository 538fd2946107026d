"""Writes of equipment: items entered and changed, lent, taken back, mended, lost, disposed of."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import check_revision, constraint_messages
from members import actions
from members.models import (
    EquipmentCheck,
    EquipmentFault,
    EquipmentHolding,
    EquipmentItem,
    ItemState,
    Member,
    User,
)

LEADS_TO: Final[dict[str, tuple[str, ...]]] = {
    ItemState.STORE: (ItemState.REPAIR, ItemState.LOST, ItemState.DISPOSED),
    ItemState.LOAN: (ItemState.STORE, ItemState.REPAIR, ItemState.LOST, ItemState.DISPOSED),
    ItemState.REPAIR: (ItemState.STORE, ItemState.LOST, ItemState.DISPOSED),
    ItemState.LOST: (ItemState.STORE, ItemState.DISPOSED),
    ItemState.DISPOSED: (ItemState.STORE,),
}
"""Where an item can go from each state; lending it, from the store alone, is item_lend."""


@dataclass(frozen=True)
class EquipmentInput:
    """What is held of an item itself."""

    kind: str
    maker: str
    model: str
    serial: str
    in_use_from: dt.date
    channel_plan: str = ""
    licence: str = ""
    licence_until: dt.date | None = None


@dataclass(frozen=True)
class LoanInput:
    """Whom an item is lent to, from when, until when (None: while they are a member)."""

    member: Member
    since: dt.date
    person: str = ""
    is_lone_worker: bool = False
    due_on: dt.date | None = None
    words: str = ""


@dataclass(frozen=True)
class Move:
    """Where an item is now and since when; what was said; how a loan came back; what was mended."""

    to: str
    on: dt.date
    words: str = ""
    condition: str = ""
    mended: bool = False


@transaction.atomic
def item_enter(*, by: User, data: EquipmentInput) -> EquipmentItem:
    """Enter an item; it gets the next number of its kind. It is in store.

    Raises ValidationError: its serial number is there already, a day in future, half a licence.
    """
    _one_number_at_a_time()
    last = EquipmentItem.objects.filter(kind=data.kind).aggregate(n=Max("number"))["n"] or 0
    row = EquipmentItem(
        ref=f"{data.kind}-{last + 1:03d}", number=last + 1, added_at=timezone.now(), added_by=by
    )
    _fill(row, data)
    record(actions.EQUIPMENT_ENTERED, by=by, ref=row.ref)
    return row


@transaction.atomic
def item_change(
    *, by: User, item: EquipmentItem, revision: int, data: EquipmentInput
) -> EquipmentItem:
    """Change what is held of an item; its label stays, so its kind does too.

    Raises ValidationError: changed meanwhile (code "stale"), another kind, or as for item_enter.
    """
    row = locked(item, revision)
    if data.kind != row.kind:
        raise ValidationError("Its label says what it is. Enter it anew and dispose of this one.")
    row.revision += 1
    _fill(row, data)
    record(actions.EQUIPMENT_CHANGED, by=by, ref=row.ref)
    return row


@transaction.atomic
def item_lend(*, by: User, item: EquipmentItem, revision: int, data: LoanInput) -> EquipmentHolding:
    """Lend an item that is in store to an active member; return the loan.

    Raises ValidationError: changed meanwhile (code "stale"), it isn't in store, it is faulty, the
    member isn't active, a day in future, a lone worker without a name, due before it is lent.
    """
    row = locked(item, revision)
    held = open_holding(row)
    if held is not None:
        raise ValidationError(f"{row.ref} can’t be lent: {held.get_state_display().lower()}.")
    if row.faults.open().exists():
        raise ValidationError(f"{row.ref} has a fault. Settle that first.")
    if not data.member.has_access or data.member.kind == Member.Kind.SCHEME:
        raise ValidationError({"member": "Equipment is lent to active members only."})
    loan = EquipmentHolding(item=row, state=ItemState.LOAN, **vars(data))
    _begin(loan, by=by, day="since")
    _touch(row)
    record(actions.EQUIPMENT_LENT, by=by, ref=row.ref, member=data.member.slug)
    return loan


@transaction.atomic
def loan_change(
    *, by: User, item: EquipmentItem, revision: int, person: str, is_lone_worker: bool,
    due_on: dt.date | None,
) -> EquipmentHolding:  # fmt: skip
    """Change who carries what is on loan and when it is due back.

    Raises ValidationError: changed meanwhile (code "stale"), not on loan, as for item_lend.
    """
    row = locked(item, revision)
    held = open_holding(row)
    if held is None or held.state != ItemState.LOAN:
        raise ValidationError(f"{row.ref} is not on loan.", code="stale")
    held.person, held.is_lone_worker, held.due_on = person.strip(), is_lone_worker, due_on
    _save_holding(held)
    _touch(row)
    record(actions.EQUIPMENT_LOAN_CHANGED, by=by, ref=row.ref)
    return held


@transaction.atomic
def item_move(*, by: User, item: EquipmentItem, revision: int, move: Move) -> None:
    """Record where an item is now: back in store, in repair, lost or disposed of.

    Back from repair its faults are mended, if `mended` says so; disposed of, they are written
    off. A loan that comes back faulty has a fault from then on. Raises ValidationError: changed
    meanwhile (code "stale"), a state that doesn't follow, a day in future or before it began, no
    words where something is wrong, no condition of what comes back from a loan.
    """
    row = locked(item, revision)
    held = open_holding(row)
    state = held.state if held else ItemState.STORE
    if move.to not in LEADS_TO[state]:
        words = ItemState(state).label.lower()
        raise ValidationError({"to": f"It is {words}: that doesn’t lead there."})
    returned = state == ItemState.LOAN and move.to == ItemState.STORE
    if returned and not move.condition:
        raise ValidationError({"condition": "Say how it came back."})
    if held is not None:
        _end(held, by=by, move=move, condition=move.condition if returned else "")
    if move.to != ItemState.STORE:
        gone = EquipmentHolding(item=row, state=move.to, since=move.on, words=move.words)
        _begin(gone, by=by, day="on")
    _settle_faults(row, by=by, move=move, returned=returned)
    _touch(row)
    record(actions.EQUIPMENT_MOVED, by=by, ref=row.ref, before=state, after=move.to)


def _settle_faults(row: EquipmentItem, *, by: User, move: Move, returned: bool) -> None:
    if returned and move.condition == "faulty":
        fault_note(item=row, by=by, on=move.on, words=move.words)
    outcome = EquipmentFault.Outcome
    if move.to == ItemState.DISPOSED:
        faults_close(row, by=by, on=move.on, outcome=outcome.WRITTEN_OFF, words="")
    elif move.to == ItemState.STORE and move.mended:
        faults_close(row, by=by, on=move.on, outcome=outcome.MENDED, words=move.words)


def fault_note(*, item: EquipmentItem, by: User, on: dt.date, words: str) -> EquipmentFault:
    """Add a fault of a locked item. Raises ValidationError: no words, the same one is open."""
    fault = EquipmentFault(item=item, reported_on=on, reported_by=by, words=words.strip())
    if not fault.words:
        raise ValidationError({"words": "Write what is wrong with it."})
    fault.full_clean()
    with constraint_messages(EquipmentFault):
        fault.save()
    return fault


def faults_close(item: EquipmentItem, *, by: User, on: dt.date, outcome: str, words: str) -> None:
    """Settle all open faults of a locked item on a day; one reported later, on its own day."""
    for fault in item.faults.open().select_for_update():
        fault.closed_on, fault.outcome = max(on, fault.reported_on), outcome
        fault.closed_words, fault.closed_by = words.strip(), by
        fault.full_clean()
        fault.save()


def locked(item: EquipmentItem, revision: int | None = None) -> EquipmentItem:
    """Return the row, locked. Raises ValidationError (code "stale") where it changed meanwhile."""
    row: EquipmentItem = EquipmentItem.objects.select_for_update().get(pk=item.pk)
    if revision is not None:
        check_revision(row, revision)
    return row


def open_holding(item: EquipmentItem) -> EquipmentHolding | None:
    """Return where an item is, if it isn't in store."""
    held: EquipmentHolding | None = item.holdings.filter(until=None).first()
    return held


def last_check(item: EquipmentItem) -> EquipmentCheck | None:
    """Return the last check of an item."""
    found: EquipmentCheck | None = item.checks.select_related("made_by").first()
    return found


def _fill(row: EquipmentItem, data: EquipmentInput) -> None:
    for name, value in vars(data).items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    not_in_future(row.in_use_from, "in_use_from")
    row.full_clean()
    with constraint_messages(EquipmentItem):
        row.save()


def _begin(row: EquipmentHolding, *, by: User, day: str) -> None:
    not_in_future(row.since, day)
    if row.since < row.item.in_use_from:
        had = dates.short_date(row.item.in_use_from)
        raise ValidationError({day: f"The scheme has had it from {had}."})
    row.person, row.words = row.person.strip(), row.words.strip()
    row.made_at, row.made_by = timezone.now(), by
    _save_holding(row)


def _end(row: EquipmentHolding, *, by: User, move: Move, condition: str) -> None:
    not_in_future(move.on, "on")
    row.until, row.ended_by, row.condition = move.on, by, condition
    if move.to == ItemState.STORE:
        row.end_words = move.words.strip()
    _save_holding(row)


def _save_holding(row: EquipmentHolding) -> None:
    row.full_clean()
    with constraint_messages(EquipmentHolding):
        row.save()


def not_in_future(day: dt.date, field: str) -> None:
    """Raise ValidationError of a form's field for a day that is still to come."""
    if day > dates.today():
        raise ValidationError({field: "This is in the future."})


def _touch(row: EquipmentItem) -> None:
    row.revision += 1
    row.save(update_fields=["revision"])


def _one_number_at_a_time() -> None:
    """Let numbers be given one after another."""
    Member.objects.select_for_update().filter(kind=Member.Kind.SCHEME).first()
