"""Both clocks of subjects: until when members see them, when they are deleted, what is in the way.

One statement for one record, for what is due by a day, and for all: the page, the list of a night
and the check just before a deletion can't differ. records/tests/oracle.py says the same in Python.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from common import dates
from exclusions.clock import ALL, FACTS, ONE, UNTIL, parameters, rows_of

from .policy import Rules, months_of, rules_on

HOLD_SLACK: Final = 30
"""Days after its review day by which a hold that nobody looked at again ends by itself."""

CLOCKS: Final = """
WITH RECURSIVE {facts}, rule (kind, more, late, grace) AS (
    SELECT * FROM unnest(%(kinds)s::text[], %(more)s::int[], %(late)s::int[], %(grace)s::int[])
), warned AS (
    SELECT led.whole, max(letter.ends_on) AS until
      FROM exclusions_warningletter letter JOIN led ON led.part = letter.subject_id
     WHERE letter.given_at IS NOT NULL AND letter.withdrawn_at IS NULL
     GROUP BY led.whole
), dated AS (
    SELECT viewed.*, subject.ref, warned.until AS warned_until,
           (subject.created_at AT TIME ZONE 'Europe/London')::date AS made_on,
           viewed.shown_on IS NOT NULL OR viewed.served_on IS NOT NULL AS is_seen,
           greatest({until}, viewed.longer_until) AS seen_until
      FROM viewed
      JOIN offenders_subject subject ON subject.id = viewed.whole
      LEFT JOIN warned ON warned.whole = viewed.whole
), by_rule AS (
    SELECT dated.*, greatest(dated.incident_on, dated.made_on) AS working_on,
           dtac_last_of_months(
               greatest(dated.incident_on, dated.made_on),
               (SELECT more FROM rule WHERE kind = 'unpublished')
           ) + 1 AS working_due,
           dtac_last_of_months(
               dated.warned_until + 1, (SELECT more FROM rule WHERE kind = 'warned')
           ) + 1 AS warned_due
      FROM dated
), kinds AS (
    SELECT by_rule.*,
           CASE WHEN is_seen THEN status
                WHEN warned_due >= working_due THEN 'warned'
                ELSE 'unpublished' END AS kind
      FROM by_rule
), timed AS (
    SELECT kinds.*, rule.late, rule.grace,
           CASE WHEN is_seen THEN coalesce(incident_on, shown_on, served_on)
                WHEN kinds.kind = 'warned' THEN warned_until
                ELSE working_on END AS clock_on,
           greatest(
               CASE WHEN is_seen THEN dtac_last_of_months(seen_until + 1, rule.more) + 1
                    WHEN kinds.kind = 'warned' THEN warned_due
                    ELSE working_due END,
               warned_until + 1
           ) AS rule_due
      FROM kinds JOIN rule ON rule.kind = kinds.kind
), near AS (
    SELECT * FROM timed WHERE %(by)s::date IS NULL OR rule_due <= %(by)s::date
), part AS (
    SELECT led.part, near.whole, near.rule_due - near.late AS since, near.rule_due - 1 AS until
      FROM near JOIN led ON led.whole = near.whole WHERE near.late > 0
), late AS (
    -- What came in the last days before it was due gives a grace, once: it counts from that day.
    SELECT part.whole FROM part
      JOIN incidents_involvement person ON person.subject_id = part.part
      JOIN incidents_report report ON report.id = person.report_id
     WHERE (report.status = 'submitted'
            OR report.status = 'accepted' AND report.kind = 'sighting')
       AND (report.sent_at AT TIME ZONE 'Europe/London')::date BETWEEN part.since AND part.until
    UNION
    SELECT part.whole FROM part JOIN exclusions_notice notice ON notice.subject_id = part.part
     WHERE notice.served_at IS NULL AND notice.revoked_at IS NULL
       AND (notice.raised_at AT TIME ZONE 'Europe/London')::date BETWEEN part.since AND part.until
    UNION
    SELECT part.whole FROM part JOIN exclusions_warningletter letter
        ON letter.subject_id = part.part
     WHERE letter.given_at IS NULL AND letter.withdrawn_at IS NULL
       AND (letter.raised_at AT TIME ZONE 'Europe/London')::date BETWEEN part.since AND part.until
), put_off AS (
    SELECT near.whole, max(extension.until) AS until
      FROM near JOIN led ON led.whole = near.whole
      JOIN records_extension extension
        ON extension.subject_id = led.part AND extension.due_on = near.rule_due
     GROUP BY near.whole
), open_appeal AS (
    SELECT led.whole, min(appeal.ref) AS ref
      FROM exclusions_appeal appeal
      JOIN exclusions_notice notice ON notice.id = appeal.notice_id
      JOIN led ON led.part = notice.subject_id
     WHERE appeal.decision = '' AND appeal.withdrawn_on IS NULL GROUP BY led.whole
), open_case AS (
    SELECT led.whole, min(file.ref) AS ref
      FROM exclusions_casefile file JOIN led ON led.part = file.subject_id
     WHERE file.closed_at IS NULL
       AND (file.keeps_until IS NULL OR file.keeps_until >= %(today)s::date - {slack})
     GROUP BY led.whole
), open_request AS (
    SELECT led.whole, min(request.ref) AS ref
      FROM records_rightsrequest request JOIN led ON led.part = request.subject_id
     WHERE request.decision = ''
        OR (request.kind = 'restriction' AND request.stands AND request.lifted_at IS NULL)
     GROUP BY led.whole
), open_access AS (
    SELECT led.whole, min(access.ref) AS ref
      FROM records_accessrequest access
      JOIN records_accessrequest_subjects theirs ON theirs.accessrequest_id = access.id
      JOIN led ON led.part = theirs.subject_id
     WHERE access.outcome = '' GROUP BY led.whole
), hold AS (
    SELECT led.whole, max(hold.review_on) AS review_on
      FROM records_retentionhold hold JOIN led ON led.part = hold.subject_id
     WHERE hold.ended_at IS NULL AND hold.review_on >= %(today)s::date - {slack}
     GROUP BY led.whole
)
SELECT near.whole, near.ref, near.kind, near.clock_on,
       CASE WHEN near.kind = 'warned' THEN 'warning'
            WHEN near.incident_on = near.clock_on THEN
                 CASE WHEN near.is_elsewhere THEN 'elsewhere' ELSE 'incident' END
            WHEN near.is_seen AND near.shown_on IS NOT NULL THEN 'shown'
            WHEN near.is_seen THEN 'served' ELSE 'made' END AS start,
       CASE WHEN near.is_seen THEN near.seen_until END AS seen_until,
       near.rule_due,
       greatest(near.rule_due, CASE WHEN late.whole IS NOT NULL THEN near.rule_due + near.grace END,
                put_off.until + 1) AS due_on,
       late.whole IS NOT NULL AS is_late, put_off.until AS put_off_until,
       CASE WHEN near.held_until >= %(today)s::date THEN near.held_until END AS notice_until,
       hold.review_on AS hold_until, open_appeal.ref AS appeal, open_case.ref AS case_file,
       coalesce(open_request.ref, open_access.ref) AS request
  FROM near
  LEFT JOIN late ON late.whole = near.whole
  LEFT JOIN put_off ON put_off.whole = near.whole
  LEFT JOIN open_appeal ON open_appeal.whole = near.whole
  LEFT JOIN open_case ON open_case.whole = near.whole
  LEFT JOIN open_request ON open_request.whole = near.whole
  LEFT JOIN open_access ON open_access.whole = near.whole
  LEFT JOIN hold ON hold.whole = near.whole
 ORDER BY due_on, near.ref
"""


@dataclass(frozen=True)
class Clock:
    """When a subject's record is deleted, and everything that this follows from."""

    key: int
    ref: str
    kind: str
    clock_on: dt.date
    start: str
    seen_until: dt.date | None
    rule_due: dt.date
    due_on: dt.date
    is_late: bool
    put_off_until: dt.date | None
    notice_until: dt.date | None
    hold_until: dt.date | None
    appeal: str | None
    case_file: str | None
    request: str | None

    @property
    def is_blocked(self) -> bool:
        """Whether something keeps it, whatever the day."""
        held = self.notice_until or self.hold_until
        return bool(held or self.appeal or self.case_file or self.request)

    def goes_by(self, day: dt.date) -> bool:
        """Whether it is deleted by a day."""
        return self.due_on <= day and not self.is_blocked

    @property
    def may_be_put_off(self) -> bool:
        """Whether the manager may decide, once, that it is kept a little longer."""
        return self.is_late and self.put_off_until is None


def clocks_of(
    keys: Sequence[int], *, on: dt.date | None = None, rules: Rules | None = None
) -> dict[int, Clock]:
    """Return the clock of each of these subjects (keys) as of a London day, today by default."""
    return {clock.key: clock for clock in _clocks(on or dates.today(), keys=keys, rules=rules)}


def clocks_due(on: dt.date, *, rules: Rules | None = None) -> list[Clock]:
    """Return the clocks of all records that are due by a day by the rule; some are kept longer.

    `rules` are tried in place of those in force on that day.
    """
    return _clocks(on, by=on, rules=rules)


def clocks_all(on: dt.date, *, rules: Rules | None = None) -> list[Clock]:
    """Return the clocks of all records, whenever they are due."""
    return _clocks(on, rules=rules)


def _clocks(
    on: dt.date,
    *,
    keys: Sequence[int] | None = None,
    by: dt.date | None = None,
    rules: Rules | None = None,
) -> list[Clock]:
    held = rules or rules_on(on)
    known = list(held.values())
    wanted: dict[str, Any] = {
        "keys": list(keys or ()),
        "by": by,
        "kinds": [rule.kind for rule in known],
        "more": [rule.more_months for rule in known],
        "late": [rule.late_days for rule in known],
        "grace": [rule.grace_days for rule in known],
    }
    statement = CLOCKS.format(
        facts=FACTS.format(whole=ALL if keys is None else ONE),
        until=UNTIL.format(else_on="viewed.served_on"),
        slack=HOLD_SLACK,
    )
    asked = parameters(on, months_of(held)) | wanted
    return [Clock(*row) for row in rows_of(statement, asked, many=keys is None)]
