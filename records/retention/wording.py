"""When and why something is deleted, in words: for every page and for what is left of it."""

import datetime as dt
from dataclasses import dataclass

from common import dates
from common.wording import counted
from records.models import RecordKind, RetentionRule

from .clocks import Clock
from .reports import ReportDue


@dataclass(frozen=True)
class Told:
    """What a page says: when and why, and the lines behind it."""

    headline: str
    lines: list[str]
    is_near: bool = False


STARTED = {
    "incident": "the last accepted incident, {day}",
    "elsewhere": "the last incident, {day}, recorded before the record came here",
    "shown": "the first publication, {day}, as no incident is accepted",
    "served": "the first day of a notice, {day}, as no incident is accepted",
    "made": "the record was made, {day}",
    "warning": "the last day of the warning letter, {day}",
}
NEAR = dt.timedelta(days=30)


def because(clock: Clock, rule: RetentionRule) -> str:
    """Return why a subject's record is deleted on its day, as part of a sentence."""
    more = counted(rule.more_months, "month")
    started = STARTED[clock.start].format(day=dates.day_in_full(clock.clock_on))
    if clock.seen_until is not None:
        return f"{more} after members stop seeing it, unless there is another incident"
    if clock.kind == RecordKind.WARNED:
        if not rule.more_months:
            return "the day after the warning letter ends, as nothing else holds the record"
        return f"{more} after the warning letter ends, as nothing else holds the record"
    if clock.start == "made":
        return f"{more} after {started}, as it was never published"
    return f"{more} after {started}, as it was never published"


def subject_told(clock: Clock, rule: RetentionRule) -> Told:
    """Return what the page of a subject, or of what goes with one, says of its deletion."""
    reason = because(clock, rule)
    kept = kept_because(clock)
    day = dates.day_in_full(clock.due_on)
    is_near = clock.due_on <= dates.today() + NEAR
    headline = f"Deleted on {day}: {reason}."
    if kept and is_near:
        headline = f"Due to be deleted on {day} ({reason}), and kept for now."
    lines = []
    if clock.seen_until is not None:
        seen = (
            "Members see it until" if clock.seen_until >= dates.today() else "Members saw it until"
        )
        started = STARTED[clock.start].format(day=dates.day_in_full(clock.clock_on))
        lines.append(f"{seen} {dates.day_in_full(clock.seen_until)}. It counts from {started}.")
    if clock.due_on != clock.rule_due:
        by_rule = dates.day_in_full(clock.rule_due)
        if clock.put_off_until and clock.put_off_until >= clock.due_on - dt.timedelta(days=1):
            lines.append(f"It was due on {by_rule}, and was put off once.")
        else:
            lines.append(f"It was due on {by_rule}; something new came in the last days before.")
    lines += [f"{words}." for words in kept]
    return Told(headline, lines, is_near=is_near)


def kept_because(clock: Clock, on: dt.date | None = None) -> list[str]:
    """Return what keeps a record, in words: past its day, or past a day (`on`) that it was due by.

    None: it goes on its day.
    """
    found = []
    if on and clock.due_on > on >= clock.rule_due:
        words = "Put off once" if clock.put_off_until else "Something new came in its last days"
        found.append(f"{words}: deleted on {dates.day_in_full(clock.due_on)}")
    if clock.hold_until:
        found.append(f"Held; the hold is reviewed by {dates.day_in_full(clock.hold_until)}")
    if clock.notice_until:
        found.append(f"A notice is in force until {dates.day_in_full(clock.notice_until)}")
    if clock.appeal:
        found.append(f"Appeal {clock.appeal} is open")
    if clock.case_file:
        found.append(f"Case file {clock.case_file} is open")
    if clock.request:
        found.append(f"Request {clock.request} is open")
    return found


def other_because(rule: RetentionRule) -> str:
    """Return why intelligence or a case file is deleted on its day, as part of a sentence."""
    return f"{counted(rule.more_months, 'month')} after {rule.get_start_display()}"


def report_because(row: ReportDue, rule: RetentionRule) -> str:
    """Return why a report is deleted on its day, as part of a sentence."""
    more = counted(rule.more_months, "month")
    if row.is_refused:
        return f"{more} after it was not taken up, with nobody on it who is kept"
    return f"{more} after it happened, with nobody on it who is kept"
