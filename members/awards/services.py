"""Writes of awards: what they ask for, bids, what was seen, given, refused, taken away."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction

from audit.services import record
from common import dates
from common.db import check_revision, constraint_messages, free_slug
from common.refs import yearly_ref
from members import actions
from members.models import (
    Award,
    AwardCheck,
    AwardCriterion,
    AwardEntry,
    Member,
    Premises,
    SchemeCounter,
    User,
)

RESERVED: Final = {"new"}  # addresses beside those of awards
State = AwardEntry.State


@dataclass(frozen=True)
class AwardInput:
    """An award: whose it can be (no sector: all), how long it is held, what it asks for."""

    name: str
    holds_months: int
    criteria: tuple[str, ...]
    sectors: tuple[str, ...] = ()
    about: str = ""


@dataclass(frozen=True)
class BidInput:
    """A member's bid for an award, for one of its sites or for the whole business."""

    award: Award
    member: Member
    premises: Premises | None = None


@dataclass(frozen=True)
class Seen:
    """Whether a criterion is met (None: not looked at), and what was seen."""

    is_met: bool | None
    note: str = ""


@transaction.atomic
def award_save(
    *, by: User, data: AwardInput, award: Award | None = None, revision: int = 1
) -> Award:
    """Enter an award, or change one. Bids keep the criteria of the day they were made.

    Raises ValidationError: changed meanwhile (code "stale"), no criterion or one twice, another
    award of that name.
    """
    if award is None:
        row = Award(slug=free_slug(Award, data.name, reserved=RESERVED))
    else:
        row = Award.objects.select_for_update().get(pk=award.pk)
        check_revision(row, revision)
        row.revision += 1
    row.name, row.about = data.name.strip(), data.about.strip()
    row.holds_months, row.sectors = data.holds_months, list(data.sectors)
    row.full_clean()
    with constraint_messages(Award):
        row.save()
    _save_criteria(row, data.criteria)
    record(actions.AWARD_SAVED, by=by, ref=row.slug)
    return row


@transaction.atomic
def award_end(*, by: User, award: Award) -> bool:
    """Cease to give an award from today; return whether it was given until now."""
    row = Award.objects.select_for_update().get(pk=award.pk)
    if row.ended_on is not None:
        return False
    row.ended_on = dates.today()
    row.revision += 1
    row.save(update_fields=["ended_on", "revision"])
    record(actions.AWARD_ENDED, by=by, ref=row.slug)
    return True


@transaction.atomic
def award_apply(*, by: User, data: BidInput) -> AwardEntry:
    """Enter a member's bid. It asks for what the award asks for today.

    Raises ValidationError: not given any more, not for this sector, not an active member, a site
    of another member or a closed one, applied for already.
    """
    award: Award = Award.objects.select_for_update().get(pk=data.award.pk)
    _check_bid(award, data)
    today = dates.today()
    ref = yearly_ref("AWD", today.year, SchemeCounter.take("AWD", today.year), digits=4)
    row = AwardEntry(
        ref=ref,
        award=award,
        member=data.member,
        premises=data.premises,
        applied_on=today,
        applied_by=by,
    )
    row.full_clean()
    with constraint_messages(AwardEntry):
        row.save()
    AwardCheck.objects.bulk_create(
        AwardCheck(entry=row, criterion=each) for each in award.criteria.filter(ended_on=None)
    )
    record(actions.AWARD_APPLIED, by=by, ref=row.ref, member=data.member.slug)
    return row


@transaction.atomic
def award_check(*, by: User, entry: AwardEntry, revision: int, seen: Mapping[int, Seen]) -> int:
    """Record which criteria of a bid are met, by key of the check; return how many changed.

    Raises ValidationError: changed meanwhile or decided (code "stale"), a criterion of another
    bid, one that isn't met without a word of what is missing.
    """
    row = _locked(entry, State.APPLIED, revision)
    checks = {check.pk: check for check in row.checks.select_related("criterion")}
    if set(seen) - set(checks):
        raise ValidationError("A criterion is not of this bid.", code="stale")
    changed = 0
    for key, told in seen.items():
        check, note = checks[key], told.note.strip()
        if told.is_met is False and not note:
            raise ValidationError(f"Write what is missing: {check.criterion.words}")
        if (check.is_met, check.note) == (told.is_met, note):
            continue
        check.is_met, check.note = told.is_met, note
        looked = told.is_met is not None
        check.checked_by = by if looked else None
        check.checked_on = dates.today() if looked else None
        check.full_clean()
        check.save()
        changed += 1
    if changed:
        _touch(row)
        record(actions.AWARD_CHECKED, by=by, ref=row.ref, criteria=changed)
    return changed


@transaction.atomic
def award_check_and_give(
    *, by: User, entry: AwardEntry, revision: int, seen: Mapping[int, Seen]
) -> AwardEntry:
    """Record which criteria are met and give the award, or neither. Raises as the two do."""
    changed = award_check(by=by, entry=entry, revision=revision, seen=seen)
    return award_give(by=by, entry=entry, revision=revision + bool(changed))


@transaction.atomic
def award_give(*, by: User, entry: AwardEntry, revision: int) -> AwardEntry:
    """Give an award from today; it is held for as long as the award says now.

    Raises ValidationError: changed meanwhile or decided (code "stale"), a criterion isn't met, the
    member isn't active.
    """
    row = _locked(entry, State.APPLIED, revision)
    if not row.member.has_access:
        raise ValidationError("Only an active member holds an award.")
    if row.checks.exclude(is_met=True).exists():
        raise ValidationError("Every criterion must be met first.")
    row.state, row.decided_on, row.decided_by = State.AWARDED, dates.today(), by
    row.valid_until = dates.last_day_of_months_from(dates.today(), row.award.holds_months)
    _touch(row)
    record(actions.AWARD_DECIDED, by=by, ref=row.ref, state=row.state)
    return row


@transaction.atomic
def award_refuse(*, by: User, entry: AwardEntry, revision: int, reason: str) -> AwardEntry:
    """Refuse a bid, with a reason that the member reads.

    Raises ValidationError: changed meanwhile or decided (code "stale"), no reason.
    """
    row = _locked(entry, State.APPLIED, revision)
    row.state, row.decided_on, row.decided_by = State.REFUSED, dates.today(), by
    row.reason = _reason(reason)
    _touch(row)
    record(actions.AWARD_DECIDED, by=by, ref=row.ref, state=row.state)
    return row


@transaction.atomic
def award_withdraw(*, by: User, entry: AwardEntry, revision: int, reason: str) -> AwardEntry:
    """Take an award away again, with a reason that the member reads.

    Raises ValidationError: changed meanwhile, or not held (code "stale"), no reason.
    """
    row = _locked(entry, State.AWARDED, revision)
    row.state, row.withdrawn_on, row.reason = State.WITHDRAWN, dates.today(), _reason(reason)
    _touch(row)
    record(actions.AWARD_WITHDRAWN, by=by, ref=row.ref)
    return row


def _check_bid(award: Award, data: BidInput) -> None:
    if not data.member.has_access:
        raise ValidationError({"member": "Awards are for active members."})
    if not Award.objects.open_to(data.member).filter(pk=award.pk).exists():
        words = f"{award.name} is not given any more, or not to this sector."
        raise ValidationError({"award": words})
    site = data.premises
    if site is not None and (site.member_id != data.member.pk or site.closed_on is not None):
        raise ValidationError({"premises": "Choose open premises of this member."})


def _save_criteria(award: Award, criteria: tuple[str, ...]) -> None:
    """Keep those that are the same, drop those that are gone, add the new ones."""
    words = [line.strip() for line in criteria if line.strip()]
    if not words:
        raise ValidationError({"criteria": "Write what it asks for, one thing in a line."})
    if len(set(words)) < len(words):
        raise ValidationError({"criteria": "The same criterion is there twice."})
    now = {row.words: row for row in award.criteria.filter(ended_on=None)}
    for row in now.values():
        if row.words not in words:
            row.ended_on = dates.today()
            row.save(update_fields=["ended_on"])
    for place, line in enumerate(words, start=1):
        row = now.get(line) or AwardCriterion(award=award, words=line)
        row.place = place
        row.full_clean()
        with constraint_messages(AwardCriterion):
            row.save()


def _reason(reason: str) -> str:
    if not reason.strip():
        raise ValidationError({"reason": "Write why. The member reads it."})
    return reason.strip()


def _locked(entry: AwardEntry, state: str, revision: int) -> AwardEntry:
    row: AwardEntry = (
        AwardEntry.objects.select_related("award", "member")
        .select_for_update(of=("self",))
        .get(pk=entry.pk)
    )
    check_revision(row, revision)
    if row.state != state:
        raise ValidationError(f"It is {row.get_state_display().lower()} already.", code="stale")
    return row


def _touch(row: AwardEntry) -> None:
    row.revision += 1
    row.full_clean()
    with constraint_messages(AwardEntry):
        row.save()
