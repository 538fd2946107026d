"""The last days of somebody whose access has ended: did they take anything along?"""

import datetime as dt
from typing import Final

from django.conf import settings

from audit.actions import Kind, codes_of
from audit.models import Event
from members.models import User
from offenders.models import UnusualViewing

from .opened import different, openings
from .rows import begin

LAST_DAYS: Final = dt.timedelta(days=7)


def leavers_note(since: dt.datetime, until: dt.datetime) -> int:
    """Write down who opened many, or took a copy of anything, in the week before they left.

    Return how many are new. One row for each time that somebody's access ends.
    """
    most = int(settings.DTAC_VIEWING_LEAVER_PROFILES)
    if most < 1:
        return 0
    left = User.objects.filter(ended_at__range=(since, until)).order_by("pk")
    return sum(_note(user, ended, most) for user, ended in left.values_list("pk", "ended_at"))


def _note(user: int, ended: dt.datetime, most: int) -> int:
    kind, since = UnusualViewing.Kind.LEAVING, ended - LAST_DAYS
    noted = UnusualViewing.objects.filter(user=user, kind=kind, last_at=ended)
    if noted.exists():
        return 0
    profiles = different(user, since, ended)
    copies = Event.objects.filter(
        actor_id=user, at__range=(since, ended), action__in=codes_of(Kind.TAKEN)
    ).count()
    if profiles <= most and not copies:
        return 0
    opened = openings(since, ended).filter(actor_id=user).order_by("at").first()
    begin(kind, user, opened.at if opened else since, ended, profiles, copies=copies)
    return 1
