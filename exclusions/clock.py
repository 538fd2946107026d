"""The first clock of a subject: until when members see them. One statement, for one or for all.

It stands here because a notice in force is the highest thing that holds somebody in view. How many
months the rule gives is the scheme's policy, which a higher app keeps: it says so to `months_from`.
docs/decisions/0016-two-clocks-in-one-statement.md.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from common import dates


@dataclass(frozen=True)
class Months:
    """So many months members see a known subject, and somebody sought, by the rule."""

    known: int = 12
    sought: int = 12


_said: dict[str, Callable[[dt.date], Months]] = {}


def months_from(say: Callable[[dt.date], Months]) -> None:
    """Let `say` answer how many months it is on a day. Called once, by the app of the policy."""
    _said["months"] = say


def months_on(day: dt.date) -> Months:
    """Return how many months members see people by the rule in force on a day."""
    return _said["months"](day) if "months" in _said else Months()


# A record with those that became part of it counts as one: `led` leads each part to its whole.
# Of all that could be asked for: {whole} is which records, everything else follows from them.
FACTS: Final = """
led (part, whole) AS (
    SELECT id, id FROM offenders_subject subject WHERE {whole}
    UNION ALL
    SELECT subject.id, led.whole FROM offenders_subject subject
      JOIN led ON subject.merged_into_id = led.part
), did AS (
    -- What extends: an accepted incident in which they did it. A sighting never does.
    SELECT led.whole, max(report.occurred_on) AS day
      FROM incidents_involvement person
      JOIN led ON led.part = person.subject_id
      JOIN incidents_report report ON report.id = person.report_id
     WHERE person.part = 'did_it' AND report.kind = 'incident' AND report.status = 'accepted'
     GROUP BY led.whole
), elsewhere AS (
    SELECT led.whole, max(subject.last_incident_before) AS day
      FROM offenders_subject subject JOIN led ON led.part = subject.id
     WHERE subject.last_incident_before IS NOT NULL GROUP BY led.whole
), shown AS (
    SELECT led.whole, (min(version.published_at) AT TIME ZONE 'Europe/London')::date AS first_on,
           max(version.expires_on) FILTER (
               WHERE version.superseded_at IS NULL AND version.withdrawn_at IS NULL
                 AND version.longer_because <> ''
           ) AS longer_until
      FROM offenders_profileversion version JOIN led ON led.part = version.subject_id
     GROUP BY led.whole
), held AS (
    -- A notice that was revoked, or lapsed, holds nobody in view; one that ran to its end did.
    SELECT led.whole, min(notice.served_on) AS first_on,
           max(CASE WHEN notice.confirm_by IS NOT NULL AND notice.confirmed_at IS NULL
                    THEN notice.confirm_on ELSE notice.ends_on END) AS until
      FROM exclusions_notice notice JOIN led ON led.part = notice.subject_id
     WHERE notice.served_at IS NOT NULL AND notice.revoked_at IS NULL
       AND (notice.confirm_by IS NULL OR notice.confirmed_at IS NOT NULL
            OR notice.confirm_by > %(now)s)
     GROUP BY led.whole
), viewed AS (
    SELECT subject.id AS whole, subject.status, shown.first_on AS shown_on,
           shown.longer_until, held.until AS held_until, held.first_on AS served_on,
           greatest(did.day, elsewhere.day) AS incident_on,
           did.day IS NULL AND elsewhere.day IS NOT NULL
               OR elsewhere.day > did.day AS is_elsewhere,
           CASE subject.status WHEN 'known' THEN %(known)s ELSE %(sought)s END::int AS months
      FROM led
      JOIN offenders_subject subject ON subject.id = led.whole AND led.part = led.whole
      LEFT JOIN did ON did.whole = led.whole
      LEFT JOIN elsewhere ON elsewhere.whole = led.whole
      LEFT JOIN shown ON shown.whole = led.whole
      LEFT JOIN held ON held.whole = led.whole
)
"""
ONE: Final = "subject.id = ANY(%(keys)s)"
ALL: Final = "subject.merged_into_id IS NULL"
UNTIL: Final = (
    "greatest(dtac_last_of_months("
    "coalesce(viewed.incident_on, viewed.shown_on, {else_on}), viewed.months), viewed.held_until)"
)
"""The last day that members see somebody by the rule; {else_on}: what it counts from otherwise."""


def parameters(on: dt.date, months: Months | None = None) -> dict[str, Any]:
    """Return the parameters of FACTS, with the rule in force on a day unless another is tried."""
    rule = months or months_on(on)
    return {"now": timezone.now(), "known": rule.known, "sought": rule.sought, "today": on}


def shown_until_of(keys: Sequence[int] | None = None) -> dict[int, dt.date]:
    """Return, of these subjects (keys) or of all, the last day members see them by the rule.

    It may be past. Twelve months after the last accepted incident that they took part in
    (behaviour 28; a sighting never extends it, 29), here or before the record was taken over; where
    there is none, after the first publication, or from today. A notice in force holds them.
    """
    facts = FACTS.format(whole=ALL if keys is None else ONE)
    until = UNTIL.format(else_on="%(today)s::date")
    statement = f"WITH RECURSIVE {facts} SELECT viewed.whole, {until} FROM viewed"  # noqa: S608
    asked = parameters(dates.today()) | {"keys": list(keys or ())}
    return dict(rows_of(statement, asked, many=keys is None))


def rows_of(statement: str, asked: dict[str, Any], *, many: bool) -> list[Any]:
    """Return the rows of a statement on FACTS. `many`: of all records, not of some.

    The planner can't know how many rows come out of a recursion and guesses few; of all records it
    would compare each with each. So of many it is told to hash, for this statement alone.
    """
    if not many:
        with connection.cursor() as cursor:
            cursor.execute(statement, asked)
            return list(cursor.fetchall())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(statement, asked)
        found = list(cursor.fetchall())
        cursor.execute("SET LOCAL enable_nestloop = on")
    return found
