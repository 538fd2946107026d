"""Recording that a privacy notice was given by itself, or is withheld."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import constraint_messages
from members.models import User
from offenders.models import Subject
from records import actions
from records.models import PrivacyNotice
from records.requests.services import locked

REVIEW_MONTHS: Final = 6
"""What is withheld is looked at again after so many months at most."""


@dataclass(frozen=True)
class PrivacyInput:
    """A notice that was given on a day, or one that is withheld until a review."""

    given_on: dt.date | None = None
    given_how: str = ""
    withheld: str = ""
    words: str = ""
    review_on: dt.date | None = None


@transaction.atomic
def privacy_record(*, by: User, subject: Subject, data: PrivacyInput) -> PrivacyNotice:
    """Record that somebody was given a privacy notice, or why not and until when.

    The latest counts. Raises ValidationError: neither or both, in the future, no words, or a review
    more than six months ahead.
    """
    row = locked(subject.pk)
    today = dates.today()
    if data.given_on and data.given_on > today:
        raise ValidationError({"given_on": "This is in the future."})
    last = dates.add_months(today, REVIEW_MONTHS)
    if data.review_on and not today < data.review_on <= last:
        words = f"Choose a day from tomorrow to {dates.short_date(last)}."
        raise ValidationError({"review_on": words})
    made = PrivacyNotice(
        subject=row,
        given_on=data.given_on,
        given_how=data.given_how,
        withheld=data.withheld,
        words=data.words.strip(),
        review_on=data.review_on,
        made_at=timezone.now(),
        made_by=by,
    )
    made.full_clean()
    with constraint_messages(PrivacyNotice):
        made.save()
    action = actions.PRIVACY_GIVEN if data.given_on else actions.PRIVACY_WITHHELD
    record(action, by=by, ref=row.ref, subjects=[row.ref])
    return made
