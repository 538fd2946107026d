"""What the page of a record says of its day."""

import datetime as dt

from common import dates
from common.wording import counted
from exclusions.models import CaseFile
from incidents.models import IntelligenceReport, Involvement, Report
from offenders.access import merged_on
from offenders.models import Bulletin, Subject
from records.models import RecordKind, RetentionRule

from .clocks import Clock, clocks_of
from .policy import Rules, rules_on
from .wording import NEAR, Told, other_because, subject_told


def subject_clock_told(subject: Subject, rules: Rules | None = None) -> tuple[Clock, Told]:
    """Return the clock of a subject's record, and what its page says of it.

    Of one that is part of another by now, that other's: they go together.
    """
    key = subject.pk
    if subject.merged_into_id is not None:
        key = merged_on([key])[key]
    rules = rules or rules_on()
    clock = clocks_of([key], rules=rules)[key]
    return clock, subject_told(clock, rules[clock.kind])


def report_told(report: Report) -> Told:
    """Return what a report's page says: its own day, or the last of those of who is on it."""
    rules = rules_on()
    rule = rules[RecordKind.REFUSED if report.status == "rejected" else RecordKind.REPORT]
    own = own_day(report, rule)
    last = _last_of(report, rules)
    more = counted(rule.more_months, "month")
    after = "it was not taken up" if report.status == "rejected" else "it happened"
    if last and last.due_on > own:
        day = dates.day_in_full(last.due_on)
        told = Told(f"Deleted on {day}: with {last.ref}, whose record it belongs to.", [])
    else:
        told = Told(f"Deleted on {dates.day_in_full(own)}: {more} after {after}.", [])
        if last:
            told.lines.append("Unless somebody on it is kept longer.")
    due = max(own, last.due_on) if last else own
    return Told(told.headline, told.lines, is_near=due <= dates.today() + NEAR)


def intelligence_told(row: IntelligenceReport) -> Told:
    """Return what the page of an intelligence report says of its day."""
    rule = rules_on()[RecordKind.INTELLIGENCE]
    days = [dates.london_date(row.submitted_at), row.review_on, row.shared_until]
    due = _after(max(day for day in days if day), rule)
    line = "Whom the night deletes before is taken out of it."
    return _own_told(due, rule, [line])


def bulletin_told(row: Bulletin) -> Told:
    """Return what the page of a bulletin says of its day."""
    rule = rules_on()[RecordKind.BULLETIN]
    due = _after(dates.london_date(row.sent_at or row.created_at), rule)
    return _own_told(due, rule, ["Whom the night deletes before is taken out of it."])


def case_told(row: CaseFile) -> Told:
    """Return what the page of a case file says of its day: its own, or with its subject before."""
    rules = rules_on()
    rule = rules[RecordKind.CASE]
    clock, told = subject_clock_told(row.subject, rules)
    if row.closed_at is None:
        return Told("It is open: neither it nor the record is deleted before it is closed.", [])
    due = _after(dates.london_date(row.closed_at), rule)
    if clock.due_on < due:
        return told
    return _own_told(due, rule, told.lines[-1:] if clock.is_blocked else [])


def _own_told(due: dt.date, rule: RetentionRule, lines: list[str]) -> Told:
    words = f"Deleted on {dates.day_in_full(due)}: {other_because(rule)}."
    return Told(words, lines, is_near=due <= dates.today() + NEAR)


def _after(start: dt.date, rule: RetentionRule) -> dt.date:
    return dates.last_day_of_months_from(start, rule.more_months) + dt.timedelta(days=1)


def own_day(report: Report, rule: RetentionRule) -> dt.date:
    """Return the day on which a report's own clock is over."""
    start = report.occurred_at
    if report.status == Report.Status.REJECTED and report.reviewed_at:
        start = report.reviewed_at
    return _after(dates.london_date(start), rule)


def _last_of(report: Report, rules: Rules) -> Clock | None:
    """Return the clock of who on a report, or of whom a paper that rests on it, is kept longest."""
    people = Involvement.objects.filter(report=report, subject__isnull=False).order_by()
    found = people.values_list("subject").union(
        report.cited_by.order_by().values_list("notice__subject"),
        report.warned_by.order_by().values_list("letter__subject"),
        report.case_incidents.order_by().values_list("case__subject"),
    )
    keys = {row[0] for row in found}
    leads = merged_on(keys) if keys else {}
    wholes = {leads.get(key, key) for key in keys}
    clocks = clocks_of(sorted(wholes), rules=rules) if wholes else {}
    return max(clocks.values(), key=lambda clock: clock.due_on, default=None)
