"""The same figures, counted another way: row by row in Python, from the records."""

import datetime as dt
from collections import Counter
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from audit.models import Event
from board.models import Tally
from common import dates
from exclusions.models import Appeal, Notice
from exclusions.querysets import breaches
from incidents.models import Report
from members.models import EquipmentHolding, Member, TrainingSession
from records.models import KeptFigure

Key = tuple[Any, ...]
JOINED, COVERED = ("joined", "gone"), ("covered", "uncovered")
SIGNED_IN = "members.user.signed_in"


def kept() -> dict[Key, tuple[Any, ...]]:
    """Return what the worker keeps, by kind, whether of a month, day, area or sector, and type."""
    fields = ("kind", "whole_month", "day", "by", "area_id", "sector", "type_id")
    rows = Tally.objects.values_list(*fields, "number", "stolen", "recovered")
    return {row[:7]: row[7:] for row in rows}


def raw() -> dict[Key, tuple[Any, ...]]:
    """Return what it should keep."""
    found: dict[Key, list[Any]] = {}

    def add(kind: str, day: dt.date, area: Any, sector: str, of: Any = None, *sums: Any) -> None:
        for whole, first in ((False, day), (True, day.replace(day=1))):
            for part in (("area", area, ""), ("sector", None, sector)):
                row = found.setdefault((kind, whole, first, *part, of), [0, Decimal(), Decimal()])
                row[0] += 1
                for place, value in enumerate(sums, start=1):
                    row[place] += value

    for report in Report.objects.select_related("member"):
        if report.kind == "incident" and report.status == "accepted":
            add("incident", dates.london_date(report.occurred_at), report.area_id,
                report.member.sector, report.type_id, report.value_stolen,
                report.value_recovered)  # fmt: skip
    for person in breaches().select_related("report__member"):
        report = person.report
        add("breach", report.occurred_on, report.area_id, report.member.sector)
    for notice in Notice.objects.exclude(served_at=None):
        add("served", dates.london_date(notice.served_at), *place_of(notice))
        kind, day = ended(notice)
        if day <= dates.today():
            add(kind, day, *place_of(notice))
    for case in Appeal.objects.select_related("notice"):
        add("appeal", case.received_on, *place_of(case.notice))
        if case.decision == "upheld" and case.decided_at:
            add("upheld", dates.london_date(case.decided_at), *place_of(case.notice))
    counted = {row.pk: row for row in Member.objects.filter(kind__in=["full", "affiliate"])}
    for event in Event.objects.filter(action=SIGNED_IN):
        member = counted.get(event.member_id or 0)
        if member:
            add("sign_in", dates.london_date(event.at), member.area_id, member.sector)
    for loan in EquipmentHolding.objects.filter(state="loan"):
        kind = {"RAD": "radio", "BWV": "cam"}.get(loan.item.kind)
        if kind and loan.member:
            for what, when in (("out", loan.since), ("back", loan.until)):
                if when and when <= dates.today():
                    add(f"{kind}_{what}", when, loan.member.area_id, loan.member.sector)
    for session in TrainingSession.objects.filter(cancelled_on=None, on__lte=dates.today()):
        add("session", session.on, None, "")
        for place in session.people.filter(outcome="passed"):
            add("passed", session.on, place.member.area_id, place.member.sector)
    for kept_one in KeptFigure.objects.filter(day__lte=dates.today()).select_related("member"):
        sector = kept_one.member.sector if kept_one.member else ""
        sums = (kept_one.stolen, kept_one.recovered) if kept_one.kind == "incident" else ()
        add(kept_one.kind, kept_one.day, kept_one.area_id, sector, kept_one.type_id, *sums)
    return without_members({key: tuple(row) for key, row in found.items()})


def place_of(notice: Notice) -> tuple[Any, str]:
    """Return area and sector of the incident that a notice cites and that happened last."""
    cited = sorted(notice.grounds.all(), key=lambda row: (row.occurred_at, row.pk))
    return (cited[-1].area_id, cited[-1].member.sector) if cited else (None, "")


def ended(notice: Notice) -> tuple[str, dt.date]:
    """Return how a notice ends and the first day without it, by trying each day."""
    assert notice.served_at
    assert notice.ends_on
    day = dates.london_date(notice.served_at)
    while notice.in_force_on(day) and day <= notice.ends_on:
        day += dt.timedelta(days=1)
    return ("expired" if day > notice.ends_on else "stopped"), day


def without_members(rows: dict[Key, Any]) -> dict[Key, Any]:
    """Leave out what is compared by itself."""
    return {key: row for key, row in rows.items() if key[0] not in (*JOINED, *COVERED)}


def now(
    rows: dict[Key, Any], kinds: tuple[str, str], day: dt.date | None = None
) -> Counter[tuple[Any, str]]:
    """Return what the counts say there is, or was on a day, by area and by sector.

    In: the kinds that say what came and what went.
    """
    found: Counter[tuple[Any, str]] = Counter()
    for (kind, whole, on, _, area, sector, _), row in rows.items():
        if kind in kinds and not whole and (day is None or on <= day):
            found[area, sector] += row[0] if kind == kinds[0] else -row[0]
    return Counter({place: n for place, n in found.items() if n})


def of_parts(members: QuerySet[Member]) -> Counter[tuple[Any, str]]:
    """Return how many members there are of each area, and of each sector."""
    found: Counter[tuple[Any, str]] = Counter()
    for area, sector in members.values_list("area_id", "sector"):
        found[area, ""] += 1
        found[None, sector] += 1
    return found
