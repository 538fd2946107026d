"""Reports in which nobody is kept: when their own clock is over, and what keeps one even then."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from records.models import RecordKind

from .policy import Rules, rules_on

# A report and its doubles go together: {whole} is the one that counts. `doomed` are the keys of
# subjects that are deleted in the same night, before any report is.
REPORTS: Final = """
WITH wanted AS (
    SELECT whole.id FROM incidents_report whole WHERE whole.duplicate_of_id IS NULL AND {wanted}
), part AS (
    SELECT wanted.id AS whole, wanted.id AS part FROM wanted
    UNION ALL
    SELECT wanted.id, twin.id FROM wanted
      JOIN incidents_report twin ON twin.duplicate_of_id = wanted.id
), timed AS (
    SELECT part.whole, max(CASE WHEN report.status = 'rejected' THEN dtac_last_of_months(
               (report.reviewed_at AT TIME ZONE 'Europe/London')::date, %(refused)s
           ) ELSE dtac_last_of_months(report.occurred_on, %(report)s) END) + 1 AS due_on
      FROM part JOIN incidents_report report ON report.id = part.part
     GROUP BY part.whole
)
SELECT report.id, report.ref, report.status = 'rejected', report.occurred_on, timed.due_on
  FROM timed JOIN incidents_report report ON report.id = timed.whole
 WHERE timed.due_on <= %(by)s
   AND NOT EXISTS (
       SELECT FROM part JOIN incidents_involvement person ON person.report_id = part.part
        WHERE part.whole = timed.whole AND person.subject_id IS NOT NULL
          AND NOT person.subject_id = ANY(%(doomed)s)
   ) AND NOT EXISTS (
       SELECT FROM part JOIN incidents_involvement person ON person.from_report_id = part.part
        WHERE part.whole = timed.whole AND person.subject_id IS NOT NULL
          AND NOT person.subject_id = ANY(%(doomed)s)
   ) AND NOT EXISTS (
       SELECT FROM part JOIN exclusions_noticeground cited ON cited.report_id = part.part
         JOIN exclusions_notice notice ON notice.id = cited.notice_id
        WHERE part.whole = timed.whole AND NOT notice.subject_id = ANY(%(doomed)s)
   ) AND NOT EXISTS (
       SELECT FROM part JOIN exclusions_breachstep step ON step.report_id = part.part
         JOIN exclusions_notice notice ON notice.id = step.notice_id
        WHERE part.whole = timed.whole AND NOT notice.subject_id = ANY(%(doomed)s)
   ) AND NOT EXISTS (
       SELECT FROM part JOIN exclusions_warningground cited ON cited.report_id = part.part
         JOIN exclusions_warningletter letter ON letter.id = cited.letter_id
        WHERE part.whole = timed.whole AND NOT letter.subject_id = ANY(%(doomed)s)
   ) AND NOT EXISTS (
       SELECT FROM part JOIN exclusions_matterletgo matter ON matter.report_id = part.part
         JOIN exclusions_warningletter letter ON letter.id = matter.letter_id
        WHERE part.whole = timed.whole AND NOT letter.subject_id = ANY(%(doomed)s)
   ) AND NOT EXISTS (
       SELECT FROM part JOIN exclusions_caseincident told ON told.report_id = part.part
         JOIN exclusions_casefile file ON file.id = told.case_id
        WHERE part.whole = timed.whole AND NOT file.subject_id = ANY(%(doomed)s)
          AND NOT file.id = ANY(%(cases)s)
   )
 ORDER BY timed.due_on, report.ref
"""
OLD_ENOUGH: Final = (
    "whole.occurred_on <= %(by)s::date - make_interval(months => least(%(report)s, %(refused)s))"
)
THESE: Final = "whole.id = ANY(%(keys)s)"


@dataclass(frozen=True)
class ReportDue:
    """A report whose day has come, and that nobody and nothing keeps."""

    key: int
    ref: str
    is_refused: bool
    occurred_on: dt.date
    due_on: dt.date

    @property
    def kind(self) -> str:
        """The kind of record whose rule it goes by."""
        return RecordKind.REFUSED if self.is_refused else RecordKind.REPORT


def reports_due(
    on: dt.date,
    *,
    doomed: Collection[int] = (),
    cases: Collection[int] = (),
    keys: Sequence[int] | None = None,
    rules: Rules | None = None,
) -> list[ReportDue]:
    """Return the reports that are to be deleted by a day, each with its doubles.

    `doomed` are the keys of subjects that are deleted before, `cases` those of case files; `keys`
    narrow it to some reports.
    """
    held = rules or rules_on(on)
    wanted: dict[str, Any] = {
        "by": on,
        "doomed": list(doomed),
        "cases": list(cases),
        "keys": list(keys or ()),
        "report": held[RecordKind.REPORT].more_months,
        "refused": held[RecordKind.REFUSED].more_months,
    }
    with connection.cursor() as cursor:
        cursor.execute(REPORTS.format(wanted=OLD_ENOUGH if keys is None else THESE), wanted)
        return [ReportDue(*row) for row in cursor.fetchall()]
