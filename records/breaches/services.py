"""What is done about a data breach, from the moment the scheme knows of it."""

import datetime as dt
import uuid
from dataclasses import dataclass, fields
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
from records.models import DataBreach, RecordsCounter
from records.models.data_breach import HOURS

MUST_BE_TOLD: Final = (
    "Only where a risk to people is unlikely may it stay with you. Write down first what is known"
    " of the risk, or tell the regulator."
)


@dataclass(frozen=True)
class BreachInput:
    """What is known of a breach. Unknown at first, most of it is filled in later."""

    what: str
    kinds: str
    people: str
    people_count: int | None = None
    happened_on: dt.date | None = None
    risk: str = DataBreach.Risk.UNKNOWN
    harm: str = ""
    measures: str = ""


def breach_record(
    *, by: User, client_id: uuid.UUID, aware_at: dt.datetime, data: BreachInput
) -> DataBreach:
    """Record a data breach; its 72 hours began when the scheme came to know of it.

    Sent twice it is the same one. Raises ValidationError: in the future.
    """
    return once(DataBreach, client_id, lambda: _recorded(by, client_id, aware_at, data))


def _recorded(
    by: User, client_id: uuid.UUID, aware_at: dt.datetime, data: BreachInput
) -> DataBreach:
    now = timezone.now()
    if aware_at > now:
        raise ValidationError({"aware_at": "This is in the future."})
    year = dates.london_date(now).year
    row = DataBreach(
        ref=yearly_ref("DBR", year, RecordsCounter.take("DBR", year), digits=4),
        client_id=client_id,
        aware_at=aware_at,
        tell_by=aware_at + dt.timedelta(hours=HOURS),
        recorded_at=now,
        recorded_by=by,
    )
    _fill(row, data)
    record(actions.BREACH_RECORDED, by=by, ref=row.ref)
    return row


@transaction.atomic
def breach_assess(*, by: User, breach: DataBreach, revision: int, data: BreachInput) -> DataBreach:
    """Write down what is known by now: whose, how many, the risk, what was done.

    Where the risk turns out high, it is asked anew why the people are not told; where there is
    one, why the regulator isn't (UK GDPR, article 33). Raises ValidationError: closed.
    """
    row = _open(breach, revision)
    if data.risk == DataBreach.Risk.HIGH and row.risk != DataBreach.Risk.HIGH:
        row.people_not = ""  # why they aren't told was said of a lower risk: it is asked anew
    if data.risk != DataBreach.Risk.UNLIKELY:
        row.regulator_not = ""
    row.revision += 1
    _fill(row, data)
    record(actions.BREACH_ASSESSED, by=by, ref=row.ref, risk=row.risk)
    return row


@transaction.atomic
def breach_regulator(
    *,
    by: User,
    breach: DataBreach,
    revision: int,
    told_at: dt.datetime | None,
    regulator_ref: str = "",
    late_because: str = "",
    not_because: str = "",
) -> DataBreach:
    """Record that the regulator was told, or why not. Later knowledge may change a "not".

    Raises ValidationError: both or neither, in the future, after the 72 hours without a reason, or
    a risk that is not told.
    """
    row = _open(breach, revision)
    if row.regulator_at is not None:
        raise ValidationError("The regulator was told already.", code="stale")
    if (told_at is None) == (not not_because.strip()):
        raise ValidationError("Say when the regulator was told, or why it is not.")
    if told_at is None and row.risk != DataBreach.Risk.UNLIKELY:
        raise ValidationError({"not_because": MUST_BE_TOLD})
    if told_at and not row.aware_at <= told_at <= timezone.now():
        raise ValidationError({"told_at": "Choose a time since the scheme came to know."})
    row.regulator_at, row.regulator_not = told_at, not_because.strip()
    row.regulator_ref = regulator_ref.strip() if told_at else ""
    late = told_at is not None and told_at > row.tell_by
    row.late_because = late_because.strip() if late else ""
    _changed(row)
    record(actions.BREACH_REGULATOR, by=by, ref=row.ref, told=told_at is not None)
    return row


@transaction.atomic
def breach_people(
    *,
    by: User,
    breach: DataBreach,
    revision: int,
    told_on: dt.date | None,
    how: str = "",
    not_because: str = "",
) -> DataBreach:
    """Record that the people were told, and how, or why not.

    Raises ValidationError: both or neither, in the future, or not said how.
    """
    row = _open(breach, revision)
    if row.people_on is not None:
        raise ValidationError("They were told already.", code="stale")
    if (told_on is None) == (not not_because.strip()):
        raise ValidationError("Say when the people were told, or why they are not.")
    if told_on and not dates.london_date(row.aware_at) <= told_on <= dates.today():
        raise ValidationError({"told_on": "Choose a day since the scheme came to know."})
    row.people_on, row.people_not = told_on, not_because.strip()
    row.people_how = how.strip() if told_on else ""
    if told_on and not row.people_how:
        raise ValidationError({"how": "Say how, and what they were told."})
    _changed(row)
    record(actions.BREACH_PEOPLE, by=by, ref=row.ref, told=told_on is not None)
    return row


@transaction.atomic
def breach_close(*, by: User, breach: DataBreach, revision: int, lessons: str) -> DataBreach:
    """Close a breach, with what is done otherwise now.

    Raises ValidationError: the risk isn't known, nothing was done, or it isn't said who was told.
    """
    row = _open(breach, revision)
    row.lessons, row.closed_at, row.closed_by = lessons.strip(), timezone.now(), by
    _changed(row)
    record(actions.BREACH_CLOSED, by=by, ref=row.ref)
    return row


def _fill(row: DataBreach, data: BreachInput) -> None:
    for each in fields(data):
        value = getattr(data, each.name)
        setattr(row, each.name, value.strip() if isinstance(value, str) else value)
    if row.happened_on and row.happened_on > dates.today():
        raise ValidationError({"happened_on": "This is in the future."})
    _save(row)


def _open(breach: DataBreach, revision: int) -> DataBreach:
    row = DataBreach.objects.select_for_update(of=("self",)).get(pk=breach.pk)
    check_revision(row, revision)
    if not row.is_open:
        raise ValidationError("This is closed.", code="stale")
    return row


def _changed(row: DataBreach) -> None:
    row.revision += 1
    _save(row)


def _save(row: DataBreach) -> None:
    row.full_clean()
    with constraint_messages(DataBreach):
        row.save()
