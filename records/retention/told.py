"""What the page of a record says of its day."""

import datetime as dt

from common import dates
from common.wording import counted
from incidents.models import Involvement, Report
from offenders.access import merged_on
from offenders.models import Subject
from records.models import RecordKind, RetentionRule

from .clocks import Clock, clocks_of
from .policy import Rules, rules_on
from .wording import NEAR, Told, subject_told


def subject_clock_told(subject: Subject) -> tuple[Clock, Told]:
    """Return the clock of a subject's record, and what its page says of it.

    Of one that is part of another by now, that other's: they go together.
    """
    key = subject.pk
    if subject.merged_into_id is not None:
        key = merged_on([key])[key]
    clock = clocks_of([key])[key]
    return clock, subject_told(clock, rules_on()[clock.kind])


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


def own_day(report: Report, rule: RetentionRule) -> dt.date:
    """Return the day on which a report's own clock is over."""
    start = report.occurred_at
    if report.status == Report.Status.REJECTED and report.reviewed_at:
        start = report.reviewed_at
    last = dates.last_day_of_months_from(dates.london_date(start), rule.more_months)
    return last + dt.timedelta(days=1)


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
    clocks = clocks_of(sorted(wholes)) if wholes else {}
    return max(clocks.values(), key=lambda clock: clock.due_on, default=None)
