"""The list of a night: what is due by a day. It is shown the day before, and carried out."""

import datetime as dt
from dataclasses import dataclass, field, replace

from offenders.models import Subject

from .clocks import Clock, clocks_due
from .others import OtherDue, others_due
from .policy import Rules, rules_on
from .reports import ReportDue, reports_due
from .wording import because, kept_because, other_because, report_because


@dataclass(frozen=True)
class Line:
    """One record on the list."""

    category: str
    ref: str
    key: int
    due_on: dt.date
    because: str
    kept: list[str] = field(default_factory=list)
    may_put_off: bool = False


def plan(on: dt.date, *, rules: Rules | None = None) -> list[Line]:
    """Return all that is due by a London day: subjects, what else has a clock, then the reports
    that nobody keeps then.

    What is due and kept all the same is on it too, with what keeps it.
    """
    held = rules or rules_on(on)
    clocks = clocks_due(on, rules=held)
    going = [clock.key for clock in clocks if clock.goes_by(on)]
    lines = [subject_line(clock, held, on) for clock in clocks]
    doomed = parts_among(going)
    others = others_due(on, doomed=doomed, rules=held)
    lines += [other_line(row, held) for row in others]
    cases = [row.key for row in others if row.category == "case" and not row.kept]
    reports = reports_due(on, doomed=doomed, cases=cases, rules=held)
    return lines + [report_line(row, held) for row in reports]


def other_line(row: OtherDue, rules: Rules) -> Line:
    """Return the line of an intelligence report or a closed case file."""
    words = other_because(rules[row.category])
    return Line(row.category, row.ref, row.key, row.due_on, words, row.kept)


def subject_line(clock: Clock, rules: Rules, on: dt.date) -> Line:
    """Return the line of a subject on the list of a day."""
    words = because(clock, rules[clock.kind])
    kept = kept_because(clock, on)
    line = Line("subject", clock.ref, clock.key, clock.due_on, words, kept)
    return replace(line, may_put_off=clock.may_be_put_off)


def report_line(row: ReportDue, rules: Rules) -> Line:
    """Return the line of a report."""
    return Line("report", row.ref, row.key, row.due_on, report_because(row, rules[row.kind]))


def parts_among(keys: list[int]) -> list[int]:
    """Return the keys of these records and of all that are part of one of them by now."""
    found = set(keys)
    asked = list(keys)
    while asked:
        rows = Subject.objects.filter(merged_into__in=asked)
        asked = list(rows.values_list("pk", flat=True))
        found |= set(asked)
    return sorted(found)
