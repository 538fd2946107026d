"""What counts as opening somebody."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet

from audit.models import Event
from audit.querysets import opened_between
from offenders import actions

OPENED = (
    actions.PROFILE_VIEWED.code,
    actions.PHOTO_VIEWED.code,
    actions.PHOTO_TAKEN.code,
    actions.SUBJECT_VIEWED.code,
)
"""Profile, large photo, original, working record. Lists and searches don't count: a page of the
gallery shows 24 at once, as it must."""


@dataclass(frozen=True)
class View:
    """That somebody opened a record."""

    at: dt.datetime
    ref: str


def openings(since: dt.datetime, until: dt.datetime) -> QuerySet[Event]:
    """Return who opened whom in a time, both ends included, oldest first."""
    return opened_between(OPENED, since, until)


def different(user: int, since: dt.datetime, until: dt.datetime) -> int:
    """Return how many different people a user (key) opened in a time."""
    rows = openings(since, until).filter(actor_id=user).order_by()
    return rows.values("record").distinct().count()
