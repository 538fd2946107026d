"""Keeping the counts: what changed is counted again, by one worker at a time, all or nothing."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models.expressions import RawSQL
from django.utils import timezone

from common import dates

from .models import WHOLE, BulletinReach, Level, Part, Refresh, Stale, Tally
from .recount import KINDS, ONE_DAY, READ_WITHIN, Counted, count, levels, reach

By = Tally.By
BATCH = 2000
LATE = dt.timedelta(minutes=2)
"""So old, the page says that the counts are behind."""


@transaction.atomic
def tallies_refresh() -> bool:
    """Count again what changed since the last time; return False if another worker is at it.

    Nobody sees half of it. What is changed while this runs leaves its own row in Stale, and is
    counted the next time: Stale is read before the records are.
    """
    held = _held()
    if held is None:
        return False
    if held.completed_at is None:
        return _rebuilt(held)
    now = timezone.now()
    for part, days in _stale(since=dates.london_date(held.completed_at)).items():
        _replace(part, None if None in days else {day for day in days if day is not None})
    _snapshot(since=dates.today() - READ_WITHIN - ONE_DAY)
    _complete(held, now)
    return True


@transaction.atomic
def tallies_rebuild() -> bool:
    """Count everything anew; return False if a worker is counting just now."""
    held = _held()
    return held is not None and _rebuilt(held)


def _held() -> Refresh | None:
    Refresh.objects.bulk_create([Refresh(pk=1)], ignore_conflicts=True)
    return Refresh.objects.select_for_update(skip_locked=True).filter(pk=1).first()


def _rebuilt(held: Refresh) -> bool:
    now = timezone.now()
    Stale.objects.all().delete()
    for part in Part.values:
        _replace(part, None)
    _snapshot(since=None)
    _complete(held, now)
    return True


def _complete(held: Refresh, now: dt.datetime) -> None:
    held.completed_at = now
    held.save(update_fields=["completed_at"])


def _stale(*, since: dt.date) -> dict[str, set[dt.date | None]]:
    """Take what is to be counted again. What the clock changes is too, from the day before `since`.

    Sign-ins are only ever added, so their days are known; a notice that nobody confirms lapses by
    itself.
    """
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM board_stale RETURNING part, day")
        taken = cursor.fetchall()
    found: dict[str, set[dt.date | None]] = defaultdict(set)
    for part, day in taken:
        found[part].add(day)
    lately = range((dates.today() - since).days + 2)
    for part in (Part.SIGN_IN, Part.NOTICE):
        found[part] |= {dates.today() - back * ONE_DAY for back in lately}
    if since < dates.today():
        for part in WHOLE:  # what was to come yesterday is there today: a training session
            found[part].add(None)
    return found


def _replace(part: str, days: set[dt.date] | None) -> None:
    """Put the counts of these days, or of all, in place of what there is; their months too."""
    if part in WHOLE:
        days = None
    held = Tally.objects.filter(by__in=By.values, kind__in=KINDS[part])
    months = None if days is None else {day.replace(day=1) for day in days}
    if days is not None and months is not None:
        held.filter(whole_month=False, day__in=days).delete()
        held.filter(whole_month=True, day__in=months).delete()
    else:
        held.delete()
    _store(count(part, days))
    _store_months(part, months)


def _store(rows: Iterable[Counted]) -> None:
    """Write counts down by area and by sector, each added up over the other."""
    found: dict[tuple[Any, ...], Counted] = {}
    for row in rows:
        for by, area, sector in ((By.AREA, row.area, ""), (By.SECTOR, None, row.sector)):
            key = (by, row.kind, row.day, area, sector, row.type)
            held = found.get(key)
            found[key] = row if held is None else row.add(held)
    Tally.objects.bulk_create(
        (
            Tally(
                by=by,
                kind=kind,
                day=day,
                area_id=area,
                sector=sector,
                type_id=type_id,
                number=row.number,
                stolen=row.stolen,
                recovered=row.recovered,
            )
            for (by, kind, day, area, sector, type_id), row in found.items()
        ),
        batch_size=BATCH,
    )


MONTHS = """
INSERT INTO board_tally (
    by, kind, whole_month, day, area_id, sector, type_id, number, stolen, recovered
)
SELECT by, kind, true, date_trunc('month', day)::date, area_id, sector, type_id,
       sum(number), sum(stolen), sum(recovered)
  FROM board_tally
 WHERE by IN ('area', 'sector') AND kind = ANY(%(kinds)s) AND NOT whole_month AND {days}
 GROUP BY 1, 2, 3, 4, 5, 6, 7
"""


def _store_months(part: str, months: set[dt.date] | None) -> None:
    """Add up the days of these months, or of all."""
    kinds = [str(kind) for kind in KINDS[part]]
    with connection.cursor() as cursor:
        if months is None:
            cursor.execute(MONTHS.format(days="true"), {"kinds": kinds})
            return
        for month in months:
            cursor.execute(
                MONTHS.format(days="day >= %(first)s AND day < %(after)s"),
                {"kinds": kinds, "first": month, "after": dates.add_months(month, 1)},
            )


def _snapshot(*, since: dt.date | None) -> None:
    """Put today's levels in place of today's, and whom bulletins sent since a day reached."""
    Level.objects.filter(day=dates.today()).delete()
    Level.objects.bulk_create(levels())
    held = BulletinReach.objects.all()
    (held if since is None else held.filter(sent_on__gte=since)).delete()
    BulletinReach.objects.bulk_create(reach(since))


@dataclass(frozen=True)
class LastCount:
    """When the worker last completed a count, and the number of the transaction that did.

    Two counts may be of one moment, and in a long time, or another database, of one number; no two
    are of both.
    """

    at: dt.datetime
    mark: str


def last_count() -> LastCount | None:
    """Return the last count that was completed; None before the first."""
    marked = Refresh.objects.annotate(mark=RawSQL("xmin::text", []))
    row = marked.filter(pk=1).first()
    return LastCount(row.completed_at, row.mark) if row and row.completed_at else None


def as_of() -> dt.datetime | None:
    """Return the moment that the counts are as of; None before the first time."""
    count = last_count()
    return count.at if count else None
