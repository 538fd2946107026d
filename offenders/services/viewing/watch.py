"""The watch: what the log got since the last time is looked through."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from offenders.models import ViewingWatch

from .bursts import bursts_note
from .leavers import leavers_note
from .nights import nights_note
from .surnames import surnames_note

FIRST_LOOK = dt.timedelta(days=1)
LATE = dt.timedelta(minutes=10)
"""A view that is being answered isn't in the log yet, so the last minutes are looked at again."""
PATTERNS = (bursts_note, nights_note, surnames_note, leavers_note)


@transaction.atomic
def viewing_watch() -> int:
    """Look through what the log got since the last time; return how many rows are new.

    Late, it catches up; killed, it begins where it was; two at once, the second has nothing to do.
    """
    ViewingWatch.objects.get_or_create(pk=1)
    watch = ViewingWatch.objects.select_for_update(skip_locked=True).filter(pk=1).first()
    if watch is None:  # somebody else is at it
        return 0
    now = timezone.now()
    since = (watch.checked_until or now - FIRST_LOOK) - LATE
    made = sum(note(since, now) for note in PATTERNS)
    watch.checked_until = now
    watch.save(update_fields=["checked_until"])
    return made
