"""Many different people in the small hours, when hardly a shop is open."""

import datetime as dt
from typing import Final

from django.conf import settings
from django.db.models import Max, Min
from django.db.models.functions import ExtractHour

from common import dates
from common.db import LondonDate
from offenders.models import UnusualViewing

from .opened import different, openings
from .rows import begin

MORNING: Final = 5
"""By London's clock the night is over at that hour. It begins at midnight: pubs close late."""


def nights_note(since: dt.datetime, until: dt.datetime) -> int:
    """Write down who opened more people in a night than the settings say; return how many are new.

    A night is one row for each user, which grows with it until somebody has looked into it.
    """
    most = int(settings.DTAC_VIEWING_NIGHT_PROFILES)
    if most < 1:
        return 0
    hour = ExtractHour("at", tzinfo=dates.LONDON)
    rows = openings(since, until).annotate(hour=hour, night=LondonDate("at"))
    seen = rows.filter(hour__lt=MORNING).order_by().values_list("actor_id", "night").distinct()
    return sum(_note(user, night, most) for user, night in sorted(seen) if user is not None)


def _note(user: int, night: dt.date, most: int) -> int:
    begins, over = _night(night)
    profiles = different(user, begins, over)
    if profiles <= most:
        return 0
    kind = UnusualViewing.Kind.NIGHT
    rows = UnusualViewing.objects.select_for_update().filter(user=user, kind=kind)
    row = rows.filter(began_at__range=(begins, over)).first()
    opened = openings(begins, over).filter(actor_id=user).order_by()
    first, last = opened.aggregate(first=Min("at"), last=Max("at")).values()
    if row is None:
        begin(kind, user, first, last, profiles)
        return 1
    if row.answered_at is None and profiles > row.profiles:
        row.last_at, row.profiles = last, profiles
        row.save(update_fields=["last_at", "profiles"])
    return 0


def _night(day: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """Return a night's first and last moment; by the clock, so two nights a year differ."""
    morning = dt.datetime.combine(day, dt.time(MORNING), tzinfo=dates.LONDON)
    return dates.london_midnight(day), morning - dt.timedelta(microseconds=1)
