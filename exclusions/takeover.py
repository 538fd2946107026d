"""Exclusion notices that were served under the scheme's earlier system, with their own dates.

They satisfy the constraints that every notice does: served, by whom and how, twelve calendar months
at most, no two of one person on a day. Whether one is in force follows from its dates.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from common import dates
from common.bulk import Refusal, Taken, clean_row, insert_all
from common.refs import yearly_ref
from incidents.models import Report
from members.takeover import Stamp
from offenders.models import Subject
from offenders.publication import needs_override

from .models import Notice, NoticeCounter, NoticeGround


@dataclass(frozen=True)
class NoticeTaken:
    """A notice as it was served. `reports` are keys of the incidents it cites."""

    subject: Subject
    reason: str
    served_at: dt.datetime
    ends_on: dt.date
    method: str
    served_by: str
    revoked_at: dt.datetime | None = None
    revoked_reason: str = ""
    reports: Sequence[int] = ()


def notice_taken(data: NoticeTaken, *, stamp: Stamp) -> Taken:
    """Return what a line about a notice makes. Raises ValidationError by column."""
    _check(data, stamp)
    ended = data.ends_on < dates.today()
    row = Notice(
        subject=data.subject,
        reason=data.reason,
        below_threshold_reason="" if data.reports else stamp.words[:500],
        printed_name=data.subject.shown_name,
        raised_at=data.served_at,
        authorised_by=stamp.by,
        served_at=data.served_at,
        ends_on=data.ends_on,
        service_method=data.method,
        served_by=data.served_by,
        service_recorded_at=stamp.at,
        service_recorded_by=stamp.by,
        # Its end was told of where it was kept: nobody is written to about it now.
        expiry_recorded_at=stamp.at if ended else None,
    )
    if data.revoked_at:
        row.revoked_at, row.revoked_by = data.revoked_at, stamp.by
        row.revoked_reason = data.revoked_reason or stamp.words[:500]
    clean_row(row)
    grounds = [NoticeGround(notice=row, report_id=key) for key in dict.fromkeys(data.reports)]
    return Taken(row, grounds)


def _check(data: NoticeTaken, stamp: Stamp) -> None:
    served_on, problems = dates.london_date(data.served_at), {}
    if not data.subject.name:
        problems["subject"] = f"{data.subject.ref} has no name: a notice is addressed to somebody."
    elif data.subject.youngest_age() is None:
        problems["subject"] = (
            f"Nothing says how old {data.subject.ref} is. Enter a date of birth or an age first."
        )
    elif needs_override(data.subject):
        problems["subject"] = (
            f"{data.subject.ref} is or may be under 18. Raise this notice by hand: it asks what"
            " has to be asked."
        )
    if data.served_at > stamp.at:
        problems["served_on"] = "This is in the future."
    if data.ends_on < served_on:
        problems["ends_on"] = "The last day is before the day it was served."
    elif data.ends_on > dates.last_day_of_year_from(served_on):
        latest = dates.short_date(dates.last_day_of_year_from(served_on))
        problems["ends_on"] = f"A notice lasts twelve calendar months at most: {latest}."
    if data.revoked_at and not data.served_at <= data.revoked_at <= stamp.at:
        problems["revoked_on"] = "Enter a day from its service to today."
    if problems:
        raise ValidationError(problems)


def notices_number(lines: Sequence[Taken]) -> None:
    """Give notices their references, by the year they were served in."""
    series: dict[int, list[Notice]] = defaultdict(list)
    for line in lines:
        series[dates.london_date(line.main.served_at).year].append(line.main)
    for year, rows in series.items():
        first = NoticeCounter.take("EXC", year, count=len(rows))
        for number, row in enumerate(rows, start=first):
            row.ref = yearly_ref("EXC", year, number, digits=4)


def notices_save(lines: Sequence[Taken]) -> list[Refusal]:
    """Add notices with what they cite; return which are refused. In a transaction."""
    return _not_citable(lines) or insert_all(lines)


def _not_citable(lines: Sequence[Taken]) -> list[Refusal]:
    """Return the lines that cite what is no accepted incident of their person."""
    wanted = {part.report_id for line in lines for part in line.parts}
    accepted = Report.objects.accepted_incidents().filter(pk__in=wanted)
    held: set[Any] = set(accepted.values_list("pk", "people__subject"))
    words = "Cite accepted incidents of this person only."
    return [
        Refusal(place, words, "incidents")
        for place, line in enumerate(lines)
        if any((part.report_id, line.main.subject_id) not in held for part in line.parts)
    ]
