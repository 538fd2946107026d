"""Holds on records, and the one time that a deletion is put off."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import check_revision, constraint_messages, once
from members.models import User
from offenders.models import Subject
from records import actions
from records.models import Extension, HoldRenewal, RetentionHold

from .clocks import HOLD_SLACK, clocks_of
from .policy import rules_on

REVIEW_MONTHS: Final = 6
"""A hold is looked at again after so many months at most."""
CEILING_MONTHS: Final = 24
"""So long after it was placed, only a recorded decision of the Board renews it."""


@dataclass(frozen=True)
class HoldInput:
    """What a new hold says."""

    owner: User
    reason: str
    words: str
    review_on: dt.date


def hold_place(
    *, by: User, subject: Subject, client_id: uuid.UUID, data: HoldInput
) -> RetentionHold:
    """Hold a subject's record: it is not deleted while this stands.

    Sent twice it is the same hold. Raises ValidationError: held already, part of another record,
    no reason, or a review day that is past or more than six months ahead.
    """
    return once(RetentionHold, client_id, lambda: _placed(by, subject, client_id, data))


def _placed(by: User, subject: Subject, client_id: uuid.UUID, data: HoldInput) -> RetentionHold:
    row = _locked(subject)
    _check_review(data.review_on)
    now = timezone.now()
    hold = RetentionHold(
        subject=row,
        client_id=client_id,
        owner=data.owner,
        reason=data.reason,
        words=data.words.strip(),
        placed_at=now,
        placed_on=dates.london_date(now),
        placed_by=by,
        review_on=data.review_on,
    )
    hold.full_clean()
    with constraint_messages(RetentionHold):
        hold.save()
    record(
        actions.HOLD_PLACED, by=by, ref=row.ref, subjects=[row.ref], reason=hold.reason,
        review_on=hold.review_on.isoformat(),
    )  # fmt: skip
    return hold


@transaction.atomic
def hold_renew(
    *,
    by: User,
    hold: RetentionHold,
    revision: int,
    review_on: dt.date,
    words: str,
    board_reason: str = "",
) -> RetentionHold:
    """Let a hold go on until another review day, with a reason of its own.

    Raises ValidationError: ended, changed since (code "stale"), no reason or the same as before, a
    day out of range, or past the ceiling without what the Board decided.
    """
    row = _open(hold, revision)
    _check_review(review_on)
    said = words.strip()
    if not said or said in _said_before(row):
        raise ValidationError({"words": "Say why it goes on now: in words of today."})
    if review_on > ceiling_of(row) and not board_reason.strip():
        last = dates.short_date(ceiling_of(row))
        raise ValidationError(
            {"board_reason": f"After {last} only the Board renews it: what did it decide, and why?"}
        )
    renewal = HoldRenewal(
        hold=row,
        review_on=review_on,
        words=said,
        board_reason=board_reason.strip(),
        renewed_at=timezone.now(),
        renewed_by=by,
    )
    renewal.full_clean()
    renewal.save()
    row.review_on = review_on
    row.revision += 1
    row.save(update_fields=["review_on", "revision"])
    ref = row.subject.ref
    record(
        actions.HOLD_RENEWED, by=by, ref=ref, subjects=[ref], review_on=review_on.isoformat(),
        board=bool(renewal.board_reason),
    )  # fmt: skip
    return row


@transaction.atomic
def hold_end(*, by: User, hold: RetentionHold, revision: int, reason: str) -> RetentionHold:
    """End a hold: the record's own clock holds again, from today.

    Raises ValidationError: ended already, changed since, or no reason.
    """
    row = _open(hold, revision)
    row.ended_at, row.ended_by, row.ended_reason = timezone.now(), by, reason.strip()
    row.revision += 1
    row.full_clean()
    row.save()
    record(actions.HOLD_ENDED, by=by, ref=row.subject.ref, subjects=[row.subject.ref])
    return row


def holds_standing() -> "QuerySet[RetentionHold]":
    """Return the holds that keep a record today, those to be looked at first."""
    last = dates.today() - dt.timedelta(days=HOLD_SLACK)
    rows = RetentionHold.objects.filter(ended_at=None, review_on__gte=last)
    return rows.select_related("subject", "owner").order_by("review_on", "pk")


def holds_due() -> "QuerySet[RetentionHold]":
    """Return the holds whose review day has come: unless renewed, each ends by itself."""
    return holds_standing().filter(review_on__lte=dates.today())


def ceiling_of(hold: RetentionHold) -> dt.date:
    """Return the last day that a hold can be renewed to without the Board."""
    return dates.add_months(hold.placed_on, CEILING_MONTHS)


@transaction.atomic
def put_off(*, by: User, subject: Subject, until: dt.date, words: str) -> Extension:
    """Put a deletion off, once, because something new came in the last days before it was due.

    Raises ValidationError: nothing new came, put off already, no reason, or a day that is past or
    later than the rule allows.
    """
    row = _locked(subject)
    clock = clocks_of([row.pk])[row.pk]
    rule = rules_on()[clock.kind]
    last = clock.rule_due + dt.timedelta(days=rule.extend_days - 1)
    if not clock.is_late or not rule.extend_days:
        raise ValidationError("Nothing new came in its last days, so it is not put off.")
    if not max(dates.today(), clock.rule_due) <= until <= last:
        raise ValidationError(
            {"until": f"Choose a day up to {dates.short_date(last)}: the rule allows no more."}
        )
    made = Extension(
        subject=row,
        due_on=clock.rule_due,
        until=until,
        words=words.strip(),
        made_at=timezone.now(),
        made_by=by,
    )
    made.full_clean()
    with constraint_messages(Extension):
        made.save()
    record(actions.PUT_OFF, by=by, ref=row.ref, subjects=[row.ref], until=until.isoformat())
    return made


def _locked(subject: Subject) -> Subject:
    row: Subject | None = (
        Subject.objects.select_for_update(no_key=True).filter(pk=subject.pk).first()
    )
    if row is None or row.merged_into_id is not None:
        raise ValidationError("This record is gone, or part of another by now.", code="stale")
    return row


def _open(hold: RetentionHold, revision: int) -> RetentionHold:
    row: RetentionHold = (
        RetentionHold.objects.select_for_update(of=("self",))
        .select_related("subject")
        .get(pk=hold.pk)
    )
    check_revision(row, revision)
    if row.ended_at is not None:
        raise ValidationError("This hold has ended already.", code="stale")
    return row


def _said_before(hold: RetentionHold) -> set[str]:
    return {hold.words, *hold.renewals.values_list("words", flat=True)}


def _check_review(day: dt.date) -> None:
    last = dates.add_months(dates.today(), REVIEW_MONTHS)
    if not dates.today() < day <= last:
        raise ValidationError(
            {"review_on": f"Choose a day from tomorrow to {dates.short_date(last)}."}
        )
