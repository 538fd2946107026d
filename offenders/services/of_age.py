"""Turning 18: nothing changes by itself, and the manager is asked to look at the record again."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import DateField, F, Func, QuerySet

from audit.services import record
from common import dates
from common.db import LondonDate, constraint_messages
from members.models import User
from offenders import actions
from offenders.models import AgeReview, Subject

from .subjects import locked_subject


def of_age_due() -> "QuerySet[Subject]":
    """Return records of people who have turned 18 since the record was made, the first to first.

    Until somebody has looked at them (good practice for under-18s, behaviour 18 of
    docs/data-protection.md). Each has the day as `adult_on`.
    """
    rows = Subject.objects.filter(merged_into=None, age_review=None).exclude(date_of_birth=None)
    due: QuerySet[Subject] = _turned(rows)
    return due


def _turned(rows: Any) -> Any:
    adult_on = Func(
        F("date_of_birth"),
        template="(%(expressions)s + interval '18 years')::date",
        output_field=DateField(),
    )
    rows = rows.annotate(adult_on=adult_on, made_on=LondonDate("created_at"))
    due = rows.filter(adult_on__lte=dates.today(), adult_on__gt=F("made_on"))
    return due.order_by("adult_on", "pk")


@transaction.atomic
def age_review(*, by: User, subject: Subject, words: str) -> AgeReview:
    """Note that a record was looked at because its person turned 18, and what was decided.

    Raises ValidationError: they haven't, it was done already, or nothing is said.
    """
    held = locked_subject(subject)
    if AgeReview.objects.filter(subject=held).exists():
        raise ValidationError("Somebody has looked at this already.", code="stale")
    if not of_age_due().filter(pk=held.pk).exists():
        raise ValidationError("This person has not turned 18 since the record was made.")
    row = AgeReview(subject=held, words=words.strip(), reviewed_by=by)
    with constraint_messages(AgeReview):
        row.full_clean()
        row.save()
    record(actions.AGE_REVIEWED, by=by, ref=held.ref, subjects=[held.ref])
    return row
