"""Looking into unusual viewing, and what it turned out to be."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audit.services import record
from members.models import User
from offenders import actions
from offenders.models import UnusualViewing

from .opened import View, openings


def viewing_opened(viewing: UnusualViewing) -> list[View]:
    """Return whom somebody opened in that time, once each, in order."""
    rows = openings(viewing.began_at, viewing.last_at).filter(actor_id=viewing.user_id)
    if viewing.subject:
        rows = rows.filter(record=viewing.subject.ref)
    first: dict[str, View] = {}
    for at, ref in rows.values_list("at", "record").iterator():
        if ref:
            first.setdefault(ref, View(at, ref))
    return list(first.values())


@transaction.atomic
def viewing_answer(*, by: User, viewing: UnusualViewing, answer: str) -> UnusualViewing:
    """Note what unusual viewing was ("training", "asked: looked for a face"). It leaves the queue.

    Raises ValidationError: one's own, nothing said, or answered already (code "stale").
    """
    row: UnusualViewing = UnusualViewing.objects.select_for_update().get(pk=viewing.pk)
    if row.user_id == by.pk:
        raise ValidationError("Somebody else must look into your own viewing.", code="own")
    if row.answered_at is not None:
        raise ValidationError("Somebody has looked into this already.", code="stale")
    if not answer.strip():
        raise ValidationError({"answer": "Say what it was."}, code="required")
    row.answer, row.answered_at, row.answered_by = answer.strip(), timezone.now(), by
    row.full_clean()
    row.save()
    record(actions.VIEWING_ANSWERED, by=by, ref=f"viewing-{row.pk}", of=row.user_id)
    return row
