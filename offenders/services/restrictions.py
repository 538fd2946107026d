"""Holding what members see of a subject for a request, and letting it go."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.utils import timezone

from audit.services import record
from common.db import constraint_messages
from members.models import User
from offenders import actions
from offenders.models import Restriction, Subject


def subject_restrict(*, by: User, subject: Subject, because: str) -> Restriction:
    """Hold a locked record from members at once, for a request (its reference).

    Part of what records the request. Raises ValidationError: it holds the record already.
    """
    row = Restriction(subject=subject, because=because, since=timezone.now(), made_by=by)
    row.full_clean()
    with constraint_messages(Restriction):
        row.save()
    record(actions.RESTRICTED, by=by, ref=subject.ref, subjects=[subject.ref], request=because)
    return row


def subject_show_meanwhile(
    *, by: User, subject: Subject, because: str, until: dt.date, why: str
) -> Restriction:
    """Let members recognise a locked record's person until a day, though a request is open.

    Raises ValidationError: the request holds nothing, or no reason.
    """
    standing = Restriction.objects.standing().filter(subject=subject, because=because)
    row: Restriction | None = standing.first()
    if row is None:
        raise ValidationError("This request holds nothing any more.", code="stale")
    row.shown_until, row.shown_because, row.shown_by = until, why.strip(), by
    row.full_clean()
    row.save(update_fields=["shown_until", "shown_because", "shown_by"])
    record(
        actions.RESTRICTED_SHOWN,
        by=by,
        ref=subject.ref,
        subjects=[subject.ref],
        request=because,
        until=until.isoformat(),
    )
    return row


def subject_shown_no_longer(*, subject: Subject) -> None:
    """Hold a locked record again whose notice ended: nothing else lets members recognise them.

    Part of what ended the notice. Why it was decided, and by whom, stays written.
    """
    standing = Restriction.objects.standing().filter(subject=subject)
    standing.filter(shown_until__isnull=False).update(shown_until=None)


def subject_release(*, by: User, because: str) -> bool:
    """End what a request holds, of whichever record; return whether it held anything.

    Part of what decided the request. A merge may have moved it to the record that stays.
    """
    standing = Restriction.objects.standing().filter(because=because)
    refs = list(standing.values_list("subject__ref", flat=True))
    standing.update(ended_at=timezone.now(), ended_by=by)
    for ref in refs:
        record(actions.RESTRICTION_ENDED, by=by, ref=ref, subjects=[ref], request=because)
    return bool(refs)
