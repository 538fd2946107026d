"""When subjects were last active: the order of the gallery."""

import datetime as dt

from django.db import connection
from django.db.models import QuerySet

from common import dates
from exclusions.clock import shown_until_of
from exclusions.models import Notice
from incidents.models import Report
from offenders.models import Subject

# One statement: the gallery must not see half of it. Rows that are right stay untouched.
REFRESH = """
WITH seen AS (
    SELECT involvement.subject_id, max(report.occurred_at) AS at,
           array_agg(DISTINCT report.area_id ORDER BY report.area_id) FILTER (
               WHERE report.occurred_at > now() - interval '12 months'
           ) AS areas
      FROM incidents_involvement involvement
      JOIN incidents_report report ON report.id = involvement.report_id
     WHERE report.status = 'accepted' AND involvement.subject_id IS NOT NULL
     GROUP BY involvement.subject_id
), served AS (
    SELECT subject_id, max(served_at) AS at FROM exclusions_notice
     WHERE served_at IS NOT NULL GROUP BY subject_id
), first_shown AS (
    SELECT subject_id, min(published_at) AS at FROM offenders_profileversion GROUP BY subject_id
), latest AS (
    SELECT first_shown.subject_id, greatest(seen.at, served.at, first_shown.at) AS at,
           coalesce(seen.areas, '{}') AS areas
      FROM first_shown
      LEFT JOIN seen USING (subject_id)
      LEFT JOIN served USING (subject_id)
)
UPDATE offenders_profileversion version SET active_at = latest.at, active_areas = latest.areas
  FROM latest
 WHERE version.subject_id = latest.subject_id
   AND version.superseded_at IS NULL AND version.withdrawn_at IS NULL
   AND (version.active_at <> latest.at OR NOT (
       version.active_areas @> latest.areas AND version.active_areas <@ latest.areas
   ))
"""


def active_areas(subject: int) -> list[int]:
    """Return the areas (keys) where a subject (key) was on an accepted report in 12 months."""
    since = dates.add_months(dates.today(), -12)
    reports = _accepted(subject).filter(occurred_on__gt=since).order_by("area_id")
    return list(reports.values_list("area_id", flat=True).distinct())


def _accepted(subject: int) -> "QuerySet[Report]":
    return Report.objects.filter(status=Report.Status.ACCEPTED, people__subject=subject)


def latest_activity(subject: int) -> dt.datetime | None:
    """Return the time of a subject's (key) last accepted report or served notice, or None."""
    reports = _accepted(subject)
    moments = [
        reports.order_by("-occurred_at").values_list("occurred_at", flat=True).first(),
        Notice.objects.filter(subject=subject, served_at__isnull=False)
        .order_by("-served_at")
        .values_list("served_at", flat=True)
        .first(),
    ]
    return max((moment for moment in moments if moment), default=None)


def shown_until(subject: Subject) -> dt.date:
    """Return the last day that members see a subject by the rule, which may be past.

    exclusions/clock.py says what the rule is, of one as of all.
    """
    return shown_until_of([subject.pk])[subject.pk]


def activity_refresh() -> int:
    """Set the gallery's order anew from reports and notices; return how many profiles moved.

    Services keep it up to date as things happen; this heals what an undone review left behind.
    """
    with connection.cursor() as cursor:
        cursor.execute(REFRESH)
        return int(cursor.rowcount)
