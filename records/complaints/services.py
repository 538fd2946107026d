"""What is done with a complaint, from the day it comes in until its outcome is told."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import check_revision, constraint_messages, once
from common.refs import yearly_ref
from members.models import User
from records import actions
from records.models import Complaint, ComplaintStep, RecordsCounter
from records.subjects import subjects_of

ACKNOWLEDGE_DAYS: Final = 30
"""Days, beginning with the day it came in, to say that it did (Data (Use and Access) Act 2025)."""


@dataclass(frozen=True)
class ComplaintInput:
    """A complaint as it came in. `subject_refs` name the records that it concerns."""

    about: str
    complainant: str
    received_on: dt.date
    received_how: str
    words: str
    subject_refs: Sequence[str] = ()


def complaint_record(*, by: User, client_id: uuid.UUID, data: ComplaintInput) -> Complaint:
    """Record a complaint. Sent twice it is the same one.

    Raises ValidationError: in the future, or about a record that there isn't.
    """
    return once(Complaint, client_id, lambda: _recorded(by, client_id, data))


def _recorded(by: User, client_id: uuid.UUID, data: ComplaintInput) -> Complaint:
    if data.received_on > dates.today():
        raise ValidationError({"received_on": "This is in the future."})
    now = timezone.now()
    year = dates.london_date(now).year
    made = Complaint(
        ref=yearly_ref("CMP", year, RecordsCounter.take("CMP", year), digits=4),
        client_id=client_id,
        about=data.about,
        complainant=data.complainant.strip(),
        subject_refs=[row.ref for row in subjects_of(data.subject_refs)],
        received_on=data.received_on,
        received_how=data.received_how,
        words=data.words.strip(),
        recorded_at=now,
        recorded_by=by,
        acknowledge_by=data.received_on + dt.timedelta(days=ACKNOWLEDGE_DAYS - 1),
    )
    _save(made)
    record(actions.COMPLAINT_RECORDED, by=by, ref=made.ref, subjects=made.subject_refs)
    return made


@transaction.atomic
def complaint_acknowledge(
    *, by: User, complaint: Complaint, revision: int, on: dt.date
) -> Complaint:
    """Record the day on which they were told that it came in. Raises ValidationError."""
    row = _locked(complaint, revision)
    if row.acknowledged_on is not None:
        raise ValidationError("This is recorded already.", code="stale")
    if not row.received_on <= on <= dates.today():
        raise ValidationError({"on": "Choose a day since it came in."})
    row.acknowledged_on = on
    _changed(row)
    record(actions.COMPLAINT_ACKNOWLEDGED, by=by, ref=row.ref, subjects=row.subject_refs)
    return row


@transaction.atomic
def complaint_step(
    *, by: User, complaint: Complaint, revision: int, on: dt.date, words: str
) -> ComplaintStep:
    """Note what was done to look into a complaint. Raises ValidationError: decided, or no words."""
    row = _open(complaint, revision)
    if not row.received_on <= on <= dates.today():
        raise ValidationError({"on": "Choose a day since it came in."})
    step = ComplaintStep(
        complaint=row, on=on, words=words.strip(), recorded_at=timezone.now(), recorded_by=by
    )
    step.full_clean()
    step.save()
    _changed(row)
    record(actions.COMPLAINT_STEP, by=by, ref=row.ref, subjects=row.subject_refs)
    return step


@transaction.atomic
def complaint_decide(
    *, by: User, complaint: Complaint, revision: int, outcome: str, reasons: str
) -> Complaint:
    """Decide a complaint. Raises ValidationError: decided, nothing was looked into, no reasons."""
    row = _open(complaint, revision)
    if outcome != Complaint.Outcome.WITHDRAWN and not row.steps.exists():
        raise ValidationError("First note what was done to look into it.")
    row.outcome, row.reasons = outcome, reasons.strip()
    row.decided_at, row.decided_by = timezone.now(), by
    _changed(row)
    record(
        actions.COMPLAINT_DECIDED, by=by, ref=row.ref, subjects=row.subject_refs, outcome=outcome
    )
    return row


@transaction.atomic
def complaint_tell(*, by: User, complaint: Complaint, revision: int, on: dt.date) -> Complaint:
    """Record the day on which they were told the outcome, and where else to complain.

    Raises ValidationError: open, told already, or before it was decided.
    """
    row = _locked(complaint, revision)
    if row.decided_at is None or row.told_on is not None:
        raise ValidationError("There is nothing to tell, or it is recorded already.", code="stale")
    if not dates.london_date(row.decided_at) <= on <= dates.today():
        raise ValidationError({"on": "Choose a day since it was decided."})
    row.acknowledged_on = row.acknowledged_on or on  # the answer says that it came in
    row.told_on = on
    _changed(row)
    record(actions.COMPLAINT_TOLD, by=by, ref=row.ref, subjects=row.subject_refs)
    return row


def _locked(complaint: Complaint, revision: int) -> Complaint:
    row = Complaint.objects.select_for_update(of=("self",)).get(pk=complaint.pk)
    check_revision(row, revision)
    return row


def _open(complaint: Complaint, revision: int) -> Complaint:
    row = _locked(complaint, revision)
    if not row.is_open:
        raise ValidationError("This complaint was decided already.", code="stale")
    return row


def _changed(row: Complaint) -> None:
    row.revision += 1
    _save(row)


def _save(row: Complaint) -> None:
    row.full_clean()
    with constraint_messages(Complaint):
        row.save()
