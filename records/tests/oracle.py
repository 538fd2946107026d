"""Both clocks said again in plain Python, row by row: what the one statement must answer."""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from common import dates
from exclusions.models import Appeal, CaseFile, Notice, WarningLetter
from incidents.models import Involvement
from offenders.models import ProfileVersion, Subject
from records.models import Extension, RetentionHold
from records.retention.policy import rules_on

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Said:
    """What the oracle says of a record."""

    kind: str
    seen_until: dt.date | None
    rule_due: dt.date
    due_on: dt.date
    is_late: bool
    is_blocked: bool


def parts(subject: Subject) -> list[Subject]:
    """Return a record and all that is part of it."""
    found = [subject]
    for double in Subject.objects.filter(merged_into=subject):
        found += parts(double)
    return found


def after(start: dt.date, months: int) -> dt.date:
    """Return the first day after so many months that begin on `start`."""
    return dates.last_day_of_months_from(start, months) + DAY


def last_incident(them: list[Subject]) -> dt.date | None:
    """Return the day of the last accepted incident that they did, here or before."""
    days = [each.last_incident_before for each in them if each.last_incident_before]
    for person in Involvement.objects.filter(subject__in=them).select_related("report"):
        report = person.report
        if person.part == "did_it" and report.kind == "incident" and report.status == "accepted":
            days.append(dates.london_date(report.occurred_at))
    return max(days, default=None)


def held_until(them: list[Subject]) -> dt.date | None:
    """Return the last day of the last notice that was neither revoked nor lapsed."""
    days = []
    for notice in Notice.objects.filter(subject__in=them):
        if not notice.is_served or notice.is_revoked or notice.has_lapsed:
            continue
        waits = notice.confirm_by is not None and notice.confirmed_at is None
        days.append(dates.london_date(notice.confirm_by) if waits else notice.ends_on)
    return max(days, default=None)


def said_of(subject: Subject, on: dt.date) -> Said:
    """Return what must become of a record, as of a day."""
    rules, them = rules_on(on), parts(subject)
    incident, held = last_incident(them), held_until(them)
    versions = list(ProfileVersion.objects.filter(subject__in=them))
    served = [
        dates.london_date(row.served_at)
        for row in Notice.objects.filter(subject__in=them)
        if row.is_served and not row.is_revoked and not row.has_lapsed
    ]
    letters = [
        row.ends_on
        for row in WarningLetter.objects.filter(subject__in=them)
        if row.is_given and not row.is_withdrawn
    ]
    seen = None
    if versions or served:
        kind = subject.status
        first = min((dates.london_date(row.published_at) for row in versions), default=None)
        start = incident or first or min(served)
        ends = [dates.last_day_of_months_from(start, rules[kind].shown_months)]
        ends += [held] if held else []
        ends += [
            row.expires_on
            for row in versions
            if row.superseded_at is None and row.withdrawn_at is None and row.longer_because
        ]
        seen = max(ends)
        due = after(seen + DAY, rules[kind].more_months)
    else:
        made = dates.london_date(subject.created_at)
        start = max(incident, made) if incident else made
        kind, due = "unpublished", after(start, rules["unpublished"].more_months)
        if letters and after(max(letters) + DAY, rules["warned"].more_months) >= due:
            kind, due = "warned", after(max(letters) + DAY, rules["warned"].more_months)
    if letters:
        due = max(due, max(letters) + DAY)
    rule = rules[kind]
    late = came_late(them, due, rule.late_days)
    days = [due]
    if late:
        days.append(due + dt.timedelta(days=rule.grace_days))
    for row in Extension.objects.filter(subject__in=them, due_on=due):
        days.append(row.until + DAY)
    return Said(kind, seen, due, max(days), late, is_blocked(them, on, held))


def came_late(them: list[Subject], due: dt.date, days: int) -> bool:
    """Whether a sighting, a report not reviewed or a paper not handed over came in late."""
    came = []
    for person in Involvement.objects.filter(subject__in=them).select_related("report"):
        report = person.report
        sighted = report.kind == "sighting" and report.status == "accepted"
        if sighted or report.status == "submitted":
            came.append(report.sent_at)
    notices = Notice.objects.filter(subject__in=them)
    came += [row.raised_at for row in notices if not row.is_served and not row.is_revoked]
    letters = WarningLetter.objects.filter(subject__in=them)
    came += [row.raised_at for row in letters if not row.is_given and not row.is_withdrawn]
    return any(due - dt.timedelta(days=days) <= dates.london_date(moment) < due for moment in came)


def is_blocked(them: list[Subject], on: dt.date, held: dt.date | None) -> bool:
    """Whether a notice, an appeal, a case file or a hold keeps it, whatever the day."""
    notices = Notice.objects.filter(subject__in=them)
    if held and held >= on:
        return True
    if any(row.is_open for row in Appeal.objects.filter(notice__in=notices)):
        return True
    for row in CaseFile.objects.filter(subject__in=them, closed_at=None):
        if row.keeps_until is None or row.keeps_until + dt.timedelta(days=30) >= on:
            return True
    for hold in RetentionHold.objects.filter(subject__in=them, ended_at=None):
        if hold.review_on + dt.timedelta(days=30) >= on:
            return True
    return False


def report_keepers(report_pk: int) -> set[int]:
    """Return the keys of the subjects whom a report, or a double of it, names."""
    people = Involvement.objects.filter(subject__isnull=False)
    mine = people.filter(report=report_pk) | people.filter(report__duplicate_of=report_pk)
    return set(mine.values_list("subject", flat=True))


__all__ = ["Said", "said_of", "timezone"]
