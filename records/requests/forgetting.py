"""What goes from a request once the record is gone: names and words. Days and decision stay."""

from collections.abc import Sequence

from django.utils import timezone

from records.models import RightsRequest

GONE = "(forgotten)"
"""Stands where the database wants a reason."""


def forget(row: RightsRequest) -> None:
    """Take names and words out of an entry; the caller saves it."""
    row.asker = row.identified = row.words = row.reasons = ""
    row.wrong_words = row.right_words = row.left_because = ""
    row.extended_because = GONE if row.extended_on else ""
    row.lifted_because = GONE if row.lifted_at else ""
    row.forgotten_at = timezone.now()


def requests_forget(keys: Sequence[int]) -> None:
    """Forget who asked what about these subjects (keys), as far as they have their answer.

    Part of their deletion. Who is still to be told is forgotten when they are.
    """
    told = RightsRequest.objects.filter(subject__in=keys, told_on__isnull=False, forgotten_at=None)
    for row in told.select_for_update(of=("self",)):
        forget(row)
        row.save()
