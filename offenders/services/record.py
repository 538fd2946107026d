"""What is added to a working record and taken from it: warnings, vehicles, facts, associates."""

import datetime as dt
import re

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone

from audit.actions import Action
from audit.services import record
from common import dates
from common.db import constraint_messages
from members.models import User
from offenders import actions
from offenders.models import (
    AgeOverride,
    Association,
    LegalFact,
    Subject,
    SubjectWarning,
    Vehicle,
)
from offenders.publication import OVERRIDE_MONTHS, needs_override

from .profiles import profile_recheck
from .subjects import locked_subject


def _touch(subject: Subject) -> None:
    """A publish form that showed the record otherwise is stale."""
    subject.revision += 1
    subject.save(update_fields=["revision", "updated_at"])


def _add(row: models.Model, subject: Subject, action: Action, *, by: User, **detail: str) -> None:
    with constraint_messages(type(row)), transaction.atomic():
        row.full_clean()
        row.save()
    _touch(subject)
    record(action, by=by, ref=subject.ref, subjects=[subject.ref], **detail)


@transaction.atomic
def warning_add(
    *, by: User, subject: Subject, marker: str, reason: str, review_on: dt.date
) -> SubjectWarning:
    """Put a warning marker on the record with its reason and review day.

    Raises ValidationError: on the record already, or a review day that is not within 12 months.
    """
    held = locked_subject(subject)
    today = dates.today()
    if not today < review_on <= dates.last_day_of_year_from(today):
        raise ValidationError({"review_on": "Choose a day within the next 12 months."})
    row = SubjectWarning(
        subject=held, marker=marker, reason=reason.strip(), review_on=review_on, added_by=by
    )
    _add(row, held, actions.WARNING_ADDED, by=by, marker=marker)
    return row


@transaction.atomic
def warning_end(*, by: User, warning: SubjectWarning) -> None:
    """Take a warning from the record. What is published stays, and comes to the work queue."""
    held = locked_subject(warning.subject)
    row = SubjectWarning.objects.select_for_update().get(pk=warning.pk)
    if row.ended_at is not None:
        return
    row.ended_at, row.ended_by = timezone.now(), by
    row.save(update_fields=["ended_at", "ended_by"])
    _touch(held)
    record(actions.WARNING_ENDED, by=by, ref=held.ref, subjects=[held.ref], marker=row.marker)


def plate(text: str) -> str:
    """Return a number plate as it is kept: capitals and figures only."""
    return re.sub(r"[^A-Z0-9]", "", text.upper())


@transaction.atomic
def vehicle_add(*, by: User, subject: Subject, registration: str, words: str) -> Vehicle:
    """Note a vehicle. Raises ValidationError: neither plate nor words, or there already."""
    held = locked_subject(subject)
    row = Vehicle(subject=held, registration=plate(registration), words=words.strip(), added_by=by)
    _add(row, held, actions.VEHICLE_ADDED, by=by)
    return row


@transaction.atomic
def legal_fact_add(
    *, by: User, subject: Subject, kind: str, happened_on: dt.date, offence: str, source: str
) -> LegalFact:
    """Note what police or a court did. Raises ValidationError: in the future, or not told."""
    held = locked_subject(subject)
    if happened_on > dates.today():
        raise ValidationError({"happened_on": "This is in the future."})
    row = LegalFact(
        subject=held,
        kind=kind,
        happened_on=happened_on,
        offence=offence.strip(),
        source=source.strip(),
        added_by=by,
    )
    _add(row, held, actions.LEGAL_FACT_ADDED, by=by, kind=kind)
    return row


@transaction.atomic
def association_add(
    *, by: User, subject: Subject, other: Subject, words: str, source: str, report: str = ""
) -> Association:
    """Note that two subjects act together, and the reference of the report that says so, if any.

    Raises ValidationError: the same one, or known. Whether there is such a report is asked above.
    """
    if subject.pk == other.pk:
        raise ValidationError({"other": "Choose somebody else: this is the same record."})
    pair = sorted((subject, other), key=lambda each: each.pk)  # one order for everybody
    first, second = (locked_subject(each) for each in pair)
    row = Association(
        first=first,
        second=second,
        words=words.strip(),
        source=source.strip(),
        report_ref=report,
        added_by=by,
    )
    with constraint_messages(Association), transaction.atomic():
        row.full_clean()
        row.save()
    refs = [first.ref, second.ref]
    record(actions.ASSOCIATION_ADDED, by=by, ref=subject.ref, subjects=refs)
    return row


REMOVED: dict[type[models.Model], Action] = {
    Vehicle: actions.VEHICLE_REMOVED,
    LegalFact: actions.LEGAL_FACT_REMOVED,
}


@transaction.atomic
def vehicle_remove(*, by: User, vehicle: Vehicle) -> None:
    """Take a vehicle from the record."""
    _remove(vehicle, by=by)


@transaction.atomic
def legal_fact_remove(*, by: User, fact: LegalFact) -> None:
    """Take a police or court fact from the record: it was noted by mistake."""
    _remove(fact, by=by)


def _remove(row: "Vehicle | LegalFact", *, by: User) -> None:
    held = locked_subject(row.subject)
    if type(row)._default_manager.filter(pk=row.pk).delete()[0]:
        _touch(held)
        record(REMOVED[type(row)], by=by, ref=held.ref, subjects=[held.ref])


@transaction.atomic
def association_remove(*, by: User, association: Association) -> None:
    """Take an association away: it was noted by mistake."""
    refs = [association.first.ref, association.second.ref]
    if Association.objects.filter(pk=association.pk).delete()[0]:
        record(actions.ASSOCIATION_REMOVED, by=by, ref=refs[0], subjects=refs)


@transaction.atomic
def age_override_set(
    *, by: User, subject: Subject, reason: str, safeguarding: str, review_on: dt.date
) -> AgeOverride:
    """Record why somebody who is or may be under 18 may be published, in place of the last time.

    Raises ValidationError: no need for it, or a review day more than three months on.
    """
    held = locked_subject(subject)
    if not needs_override(held):
        raise ValidationError("This person is old enough. Nothing needs to be decided.")
    today = dates.today()
    if not today < review_on <= dates.add_months(today, OVERRIDE_MONTHS):
        raise ValidationError({"review_on": "Choose a day within the next three months."})
    held.age_overrides.filter(ended_at=None).update(ended_at=timezone.now())
    row = AgeOverride(
        subject=held,
        reason=reason.strip(),
        safeguarding=safeguarding.strip(),
        review_on=review_on,
        added_by=by,
    )
    _add(row, held, actions.AGE_OVERRIDE_SET, by=by, review_on=review_on.isoformat())
    profile_recheck(by=by, subject=held)
    return row


def warnings_due(*, on: dt.date | None = None) -> "models.QuerySet[SubjectWarning]":
    """Return the warnings whose review day has come, the oldest first."""
    due = SubjectWarning.objects.filter(ended_at=None, review_on__lte=on or dates.today())
    return due.select_related("subject").order_by("review_on", "pk")
