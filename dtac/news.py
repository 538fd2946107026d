"""What a week's digest counts for a reader, by kept statements: each letter asks for all of it.

Each gives at most NAMED references, the newest or soonest first; beside each, how many there are.
"""

import datetime as dt
from typing import Any, Final

from django.db.models import Count, QuerySet, Window

from common.prepared import Prepared
from exclusions.models import Notice
from incidents.models import Alert
from members.audience import READER, somebody_like
from offenders.models import ProfileVersion

NAMED: Final = 12
"""References in a section; the rest is a number."""
Rows = QuerySet[Any, Any]


def _named(rows: Any, ref: str) -> Rows:
    named: Rows = rows.values_list(ref, Window(Count("pk")))[:NAMED]
    return named


def _profiles(like: str, *, on: dt.date, reader: dict[str, Any]) -> Any:
    live = ProfileVersion.objects.visible_to(somebody_like(like, **reader), on=on)
    return live.order_by("-published_at", "-pk")


def _published(
    like: str, *, since: dt.datetime, until: dt.datetime, on: dt.date, **reader: Any
) -> Rows:
    live = _profiles(like, on=on, reader=reader).filter(known=True)
    return _named(live.filter(published_at__gte=since, published_at__lt=until), "subject__ref")


def _sought(like: str, *, on: dt.date, **reader: Any) -> Rows:
    return _named(_profiles(like, on=on, reader=reader).filter(known=False), "subject__ref")


def _notices(like: str, *, at: dt.datetime, on: dt.date, reader: dict[str, Any]) -> Any:
    seen = Notice.objects.visible_to(somebody_like(like, **reader), at=at, on=on)
    return seen.in_force_at(at, on)


def _served(
    like: str,
    *,
    since: dt.datetime,
    until: dt.datetime,
    at: dt.datetime,
    on: dt.date,
    **reader: Any,
) -> Rows:
    held = _notices(like, at=at, on=on, reader=reader)
    served = held.filter(served_at__gte=since, served_at__lt=until)
    return _named(served.order_by("-served_at", "-pk"), "ref")


def _ending(like: str, *, last: dt.date, at: dt.datetime, on: dt.date, **reader: Any) -> Rows:
    held = _notices(like, at=at, on=on, reader=reader).filter(ends_on__lte=last)
    return _named(held.order_by("ends_on", "pk"), "ref")


def alerts_between(since: dt.datetime, until: dt.datetime) -> Any:
    """Return the alerts that were raised in that time, and not withdrawn."""
    return Alert.objects.filter(raised_at__gte=since, raised_at__lt=until, withdrawn_at=None)


def _alerts(
    like: str, *, since: dt.datetime, until: dt.datetime, on: dt.date, **reader: Any
) -> Rows:
    known = (
        alerts_between(since, until)
        .known_to(somebody_like(like, **reader), on=on)
        .order_by("area__name")
    )
    counted: Rows = known.values("area__name").annotate(n=Count("pk"))
    return counted.values_list("area__name", "n")


PUBLISHED: Final = Prepared(_published, may_ignore=READER, planned=True)
SOUGHT: Final = Prepared(_sought, may_ignore=READER, planned=True)
SERVED: Final = Prepared(_served, may_ignore=READER, planned=True)
ENDING: Final = Prepared(_ending, may_ignore=READER, planned=True)
ALERTS: Final = Prepared(_alerts, may_ignore=(*READER, "on"), planned=True)
