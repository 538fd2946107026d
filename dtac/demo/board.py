"""What the Board's page needs of the past: sign-ins of a year, and how many were known when."""

import datetime as dt
import random

from django.db import connection

from board.models import Level
from board.tallies import tallies_rebuild
from common import dates
from members.actions import SIGNED_IN
from members.models import Member
from offenders.models import Subject

SQL = """
INSERT INTO audit_event (at, action, is_read, actor_id, actor_name, actor_role, member_id,
                         member_name, record, subjects, detail, address, request_id)
SELECT u.last_login - ((n.i + (u.id * n.i * 13) %% 5) * interval '9 days'),
       %(action)s, false, u.id, u.name, u.role, m.id, m.name, '', '[]'::jsonb, '{}'::jsonb, NULL, ''
  FROM members_user u
  JOIN members_member m ON m.id = u.member_id
 CROSS JOIN generate_series(0, 80) AS n(i)
 WHERE u.last_login IS NOT NULL
   AND n.i <= CASE WHEN u.last_login < now() - interval '30 days' THEN 0 ELSE 6 + u.id %% 75 END
"""


def load_board(*, seed: int, scale: int) -> None:
    """Add the sign-ins that led to each user's last one, and snapshots of the months before.

    The snapshots end where this data has its facts: what is counted today is counted, not drawn.
    """
    with connection.cursor() as cursor:
        cursor.execute(SQL, {"action": SIGNED_IN.code})
    rng, today = random.Random(seed), dates.today()
    known = Subject.objects.filter(merged_into=None)
    ends = {
        Level.Measure.KNOWN: known.filter(status="known").count(),
        Level.Measure.ID_SOUGHT: known.filter(status="id_sought").count(),
    }
    rows = []
    for day in _days(today, scale):
        months = (today - day).days / 30
        for measure, value in ends.items():
            share = max(0.3, 1 - 0.022 * months - rng.random() * 0.004)
            rows.append(Level(day=day, measure=measure, value=round(value * share)))
        rows += _use(day, 1 - 0.012 * months)
    Level.objects.bulk_create(rows, batch_size=2000)
    tallies_rebuild()


def _days(today: dt.date, scale: int) -> list[dt.date]:
    """Return every day of a year and a half; of a larger demo the ends of months only."""
    if scale == 1:
        return [today - dt.timedelta(days=back) for back in range(1, 550)]
    ends = dates.month_starts(last=today, count=24)
    return [month - dt.timedelta(days=1) for month in ends]


def _use(day: dt.date, share: float) -> list[Level]:
    """Return how many members had access and signed in as a past day ended, by area and sector."""
    since = dates.london_midnight(day - dt.timedelta(days=29))
    after = dates.london_midnight(day + dt.timedelta(days=1))
    found: dict[tuple[str, int, str], int] = {}
    joined = Member.objects.counted().filter(joined_on__lte=day)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT member_id FROM audit_event WHERE action = %s AND at >= %s AND at < %s",
            [SIGNED_IN.code, since, after],
        )
        using = {row[0] for row in cursor.fetchall()}
    for place, (pk, area, sector) in enumerate(joined.values_list("pk", "area_id", "sector")):
        if place % 100 < 97 * share:
            key = (Level.Measure.ACCESS, area, sector)
            found[key] = found.get(key, 0) + 1
        if pk in using:
            key = (Level.Measure.USING, area, sector)
            found[key] = found.get(key, 0) + 1
    return [
        Level(day=day, measure=measure, area_id=area, sector=sector, value=value)
        for (measure, area, sector), value in found.items()
    ]
