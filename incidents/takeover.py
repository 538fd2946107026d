"""Incidents and sightings that a scheme brings along, as they were reviewed there."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError

from common import dates
from common.bulk import Refusal, Taken, clean_row, insert_all
from common.refs import yearly_ref
from incidents.models import IncidentType, Involvement, Report, ReportCounter, StolenItem
from members.models import Premises
from members.takeover import Stamp

from .services.submit import ItemInput


@dataclass(frozen=True)
class ReportTaken:
    """A report as it was kept elsewhere. `type` None is a sighting; `subjects` are keys.

    Somebody is possible, not sure to have done it, unless the file says so.
    """

    type: IncidentType | None
    premises: Premises
    occurred_at: dt.datetime
    reported_at: dt.datetime | None = None
    is_reviewed: bool = True
    subjects: Sequence[int] = ()
    confidence: str = Involvement.Confidence.POSSIBLE
    part: str = Involvement.Part.DID_IT
    seen_as: str = ""
    item: ItemInput | None = None
    told: dict[str, Any] = field(default_factory=dict)


def report_taken(data: ReportTaken, *, stamp: Stamp) -> Taken:
    """Return what a line about an incident makes. Raises ValidationError by column.

    It is the member's whose premises they are, entered by who takes it over. A person that it names
    was known where it comes from: who takes it over links them, no witness here does.
    """
    _check(data, stamp)
    sent = max(data.reported_at or data.occurred_at, data.occurred_at)
    row = Report(
        kind=Report.Kind.INCIDENT if data.type else Report.Kind.SIGHTING,
        client_id=uuid4(),
        type=data.type,
        premises=data.premises,
        member_id=data.premises.member_id,
        area_id=data.premises.area_id,
        reporter=stamp.by,
        occurred_at=data.occurred_at,
        sent_at=sent,
        status=Report.Status.SUBMITTED,
        **data.told,
    )
    if data.is_reviewed:
        row.status, row.reviewed_at, row.reviewed_by = Report.Status.ACCEPTED, stamp.at, stamp.by
        row.review_note = stamp.words[:500]
    if data.item:
        row.value_stolen = data.item.value_stolen
        row.value_recovered = data.item.value_recovered
    clean_row(row)
    return Taken(row, [*_items(row, data), *_people(row, data, stamp)])


def _check(data: ReportTaken, stamp: Stamp) -> None:
    if data.occurred_at > stamp.at:
        raise ValidationError({"occurred_on": "This is in the future."})
    if data.reported_at and data.reported_at > stamp.at:
        raise ValidationError({"reported_on": "This is in the future."})
    item = data.item
    if item and item.value_recovered > item.value_stolen:
        raise ValidationError({"value_recovered": "More was recovered than stolen."})


def _items(row: Report, data: ReportTaken) -> list[StolenItem]:
    if data.item is None:
        return []
    item = StolenItem(report=row, **vars(data.item))
    clean_row(item)
    return [item]


def _people(row: Report, data: ReportTaken, stamp: Stamp) -> list[Involvement]:
    found = [
        Involvement(
            report=row,
            subject_id=key,
            confidence=data.confidence,
            part=data.part,
            linked_by=stamp.by,
        )
        for key in dict.fromkeys(data.subjects)
    ]
    if data.seen_as:
        # Looked at where it was reviewed: the worker need not guess who it was.
        looked = stamp.at if data.is_reviewed else None
        unknown = Involvement(report=row, confidence=Involvement.Confidence.POSSIBLE,
                              description=data.seen_as, matched_at=looked)  # fmt: skip
        found.append(unknown)
    for person in found:
        clean_row(person)
    return found


def reports_number(lines: Sequence[Taken]) -> None:
    """Give reports their references, by the year they were reported in.

    Before the transaction that stores them: nobody who reports meanwhile waits for it. A roll-back
    leaves a gap, as these counters may.
    """
    series: dict[tuple[str, int], list[Report]] = defaultdict(list)
    for line in lines:
        prefix = "INC" if line.main.type_id else "SIG"
        series[prefix, dates.london_date(line.main.sent_at).year].append(line.main)
    for (prefix, year), rows in series.items():
        first = ReportCounter.take(prefix, year, count=len(rows))
        for number, row in enumerate(rows, start=first):
            row.ref = yearly_ref(prefix, year, number, digits=5)


def reports_save(lines: Sequence[Taken]) -> list[Refusal]:
    """Add reports with goods and people; return which are refused. In a transaction."""
    return insert_all(lines)
