"""The figures: weekday by hour, premises, areas, goods, types, outcomes, trend, period before.

Each is counted in SQL; what comes back is as long as there are premises, or hours of a period.
Pounds are whole, and net loss is stolen less recovered as they are shown (as the Board's are).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import ExtractHour

from common import dates
from common.charts import DAYS, HeatMap, heat_map, hour_words, hours_shown
from common.periods import Period
from incidents.models import IncidentType, ItemCategory, Report, StolenItem
from members.models import Area, Member, Premises, User

from .selection import Selection

TOP = 20
"""Premises that the page lists."""
NOTHING = Decimal(0)
DAILY, WEEKLY = 21, 140
"""A trend over at most so many days is by day; then by week; above that by month."""


@dataclass(frozen=True)
class Sums:
    """How many (incidents, or things taken), and what was stolen and recovered, pounds."""

    number: int = 0
    stolen_exact: Decimal = NOTHING
    recovered_exact: Decimal = NOTHING

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.number + other.number,
            self.stolen_exact + other.stolen_exact,
            self.recovered_exact + other.recovered_exact,
        )

    @property
    def stolen(self) -> int:
        """Value stolen, whole pounds."""
        return round(self.stolen_exact)

    @property
    def recovered(self) -> int:
        """Value recovered, whole pounds."""
        return round(self.recovered_exact)

    @property
    def net(self) -> int:
        """Net loss: stolen less recovered, as they are shown."""
        return self.stolen - self.recovered


@dataclass(frozen=True)
class Line:
    """A row of a table: its label, its figures, and the address of the incidents behind it."""

    label: str
    sums: Sums
    query: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Trend:
    """Incidents by day, week or month of the period, oldest first."""

    step: str
    lines: list[Line]
    short: list[str]


@dataclass(frozen=True)
class Scope:
    """Whose incidents are counted, and how that is said.

    The scheme's figures are of accepted incidents, as the Board's are. A business's own are also
    of those that wait: it knows what happened to it. Rejected ones and doubles never count.
    """

    reports: "QuerySet[Report]"
    only: str
    words: str
    of_member: Member | None = None

    @classmethod
    def scheme(cls, user: User, member: Member | None = None) -> "Scope":
        """Accepted incidents that this user may see, of one member or of all."""
        found = Report.objects.visible_to(user).accepted_incidents()
        if member:
            found = found.filter(member=member)
        return cls(found, "accepted", "Accepted incidents", member)

    @classmethod
    def business(cls, user: User, member: Member) -> "Scope":
        """A business's own incidents, those that wait for review included."""
        found = Report.objects.visible_to(user).filter(
            member=member, kind="incident", status__in=("accepted", "submitted")
        )
        return cls(found, "counted", "Incidents accepted or waiting for review", member)

    def during(self, period: Period) -> "QuerySet[Report]":
        """Those of a period. One member's are found by its index, everybody's by the day's."""
        if self.of_member:
            first, after = period.moments
            return self.reports.filter(occurred_at__gte=first, occurred_at__lt=after)
        return self.reports.filter(occurred_on__range=(period.first, period.last))


@dataclass(frozen=True)
class Figures:
    """Everything that the page shows of a period."""

    total: Sums
    before: Sums
    premises: list[Line]
    premises_in_all: int
    areas: list[Line]
    types: list[Line]
    outcomes: list[Line]
    goods: list[Line]
    trend: Trend
    hours: dict[tuple[int, int], int]

    @cached_property
    def heat(self) -> HeatMap:
        """The picture of weekdays by hours."""
        return heat_map(self.hours, "incident")

    @property
    def hour_columns(self) -> list[int]:
        """The hours that the table under the picture has."""
        return list(hours_shown(self.hours))

    @property
    def weekdays(self) -> list[tuple[str, int, list[tuple[int, int]], int]]:
        """For each weekday: name, number from 1, (hour, incidents) for each column, its total."""
        return [
            (
                name,
                day + 1,
                [(hour, self.hours.get((day, hour), 0)) for hour in self.hour_columns],
                sum(n for (at, _), n in self.hours.items() if at == day),
            )
            for day, name in enumerate(DAYS)
        ]

    @property
    def busiest(self) -> str:
        """The busiest hour in words; empty where nothing happened."""
        if not self.hours:
            return ""
        (day, hour), most = min(self.hours.items(), key=lambda item: (-item[1], item[0]))
        shared = sum(n == most for n in self.hours.values())
        if shared > 1:
            return f"At most {most:,} in an hour of the week, in {shared} of them"
        return f"Busiest: {DAYS[day]} {hour_words(hour)}, {most:,} of {self.total.number:,}"


def figures_of(scope: Scope, selection: Selection) -> Figures:
    """Return the figures of a selection, with the sums of the period before."""
    found = narrowed(scope.during(selection.period), selection)
    before = narrowed(scope.during(selection.period.before), selection)
    premises, areas = _places(found, scope)
    types, outcomes = _kinds(found)
    by_hour = list(
        found.annotate(hour=ExtractHour("occurred_at", tzinfo=dates.LONDON))
        .order_by()
        .values_list("occurred_on", "hour")
        .annotate(n=Count("*"))
    )
    return Figures(
        total=sum((line.sums for line in areas), Sums()),
        before=sums_of(before),
        premises=premises[:TOP],
        premises_in_all=len(premises),
        areas=areas,
        types=types,
        outcomes=outcomes,
        goods=_goods(found),
        trend=_trend(selection.period, ((day, n) for day, _, n in by_hour)),
        hours=_weekly(by_hour),
    )


def narrowed(reports: "QuerySet[Report]", selection: Selection) -> "QuerySet[Report]":
    """Return the reports of the kinds and the area that were chosen."""
    if selection.type_ids is not None:
        reports = reports.filter(type_id__in=selection.type_ids)
    if selection.area:
        reports = reports.filter(area=selection.area)
    return reports


def sums_of(reports: "QuerySet[Report]") -> Sums:
    """Return how many there are and what was stolen and recovered."""
    row = reports.order_by().aggregate(
        n=Count("*"), stolen=Sum("value_stolen"), recovered=Sum("value_recovered")
    )
    return Sums(row["n"], row["stolen"] or NOTHING, row["recovered"] or NOTHING)


def _grouped(reports: "QuerySet[Report]", *by: str) -> list[tuple[Any, ...]]:
    return list(
        reports.order_by()
        .values_list(*by)
        .annotate(n=Count("*"), stolen=Sum("value_stolen"), recovered=Sum("value_recovered"))
    )


def _folded(rows: Iterable[tuple[Any, ...]], place: int) -> dict[Any, Sums]:
    """Add up grouped rows by one of the things they are grouped by."""
    sums: dict[Any, Sums] = defaultdict(Sums)
    for row in rows:
        sums[row[place]] += Sums(*row[-3:])
    return sums


def _most_first(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (-line.sums.number, -line.sums.net, line.label))


def _places(reports: "QuerySet[Report]", scope: Scope) -> tuple[list[Line], list[Line]]:
    """Return premises, most first (only the first TOP are named), and areas in their order."""
    rows = _grouped(reports, "premises_id", "area_id")
    by_area = _folded(rows, 1)
    areas = [
        Line(area.name, by_area[area.pk], {"area": area.slug})
        for area in Area.objects.filter(pk__in=by_area)
    ]
    by_site = sorted(
        _folded(rows, 0).items(), key=lambda item: (-item[1].number, -item[1].net, item[0])
    )
    shown = [pk for pk, _ in by_site[:TOP]]
    sites = Premises.objects.select_related("member").in_bulk(shown)
    lines = []
    for pk, sums in by_site:
        site = sites.get(pk)
        query = {"place": site.name, "member": site.member.slug} if site else {}
        lines.append(Line(site.name if site else "", sums, query))
    return lines, areas


def _kinds(reports: "QuerySet[Report]") -> tuple[list[Line], list[Line]]:
    """Return types and outcomes, most first."""
    rows = _grouped(reports, "type_id", "outcome")
    by_type = _folded(rows, 0)
    types = [
        Line(kind.label, by_type[kind.pk], {"what": kind.code})
        for kind in IncidentType.objects.filter(pk__in=by_type)
    ]
    labels = dict(Report.Outcome.choices)
    outcomes = [
        Line(str(labels.get(code, code)), sums, {"outcome": code})
        for code, sums in _folded(rows, 1).items()
    ]
    return _most_first(types), _most_first(outcomes)


def _goods(reports: "QuerySet[Report]") -> list[Line]:
    """Return goods, most things first: of these, how many were taken is counted."""
    rows = (
        StolenItem.objects.filter(report__in=reports.order_by().values("pk"))
        .order_by()
        .values_list("category")
        .annotate(
            n=Sum("quantity"),
            stolen=Sum("value_stolen"),
            recovered=Sum("value_recovered"),
        )
    )
    labels = dict(ItemCategory.choices)
    return _most_first(
        Line(str(labels.get(code, code)), Sums(*sums), {"goods": code}) for code, *sums in rows
    )


def _weekly(rows: Iterable[tuple[dt.date, int, int]]) -> dict[tuple[int, int], int]:
    hours: dict[tuple[int, int], int] = defaultdict(int)
    for day, hour, n in rows:
        hours[day.weekday(), hour] += n
    return dict(hours)


def _trend(period: Period, counts: Iterable[tuple[dt.date, int]]) -> Trend:
    """Return every day, week or month of the period, those without an incident too."""
    step, start_of, short = _steps(period)
    starts = sorted({start_of(day) for day in _days(period)})
    bins = dict.fromkeys(starts, 0)
    for day, n in counts:
        bins[start_of(day)] += n
    lines = []
    for start, end in zip(starts, [*starts[1:], period.last + dt.timedelta(days=1)], strict=True):
        whole = Period(max(start, period.first), end - dt.timedelta(days=1))
        is_month = step == "month" and whole.first == start and end == dates.add_months(start, 1)
        label = f"{start:%B %Y}" if is_month else whole.words
        lines.append(Line(label, Sums(bins[start]), whole.query))
    return Trend(step, lines, [short(start) for start in starts])


def _days(period: Period) -> Iterable[dt.date]:
    return (period.first + dt.timedelta(days=n) for n in range(period.days))


def _steps(
    period: Period,
) -> tuple[str, Callable[[dt.date], dt.date], Callable[[dt.date], str]]:
    """Return the step's name, the first day of the step that a day is in, and its short label."""
    if period.days > WEEKLY:
        return "month", lambda day: day.replace(day=1), lambda day: f"{day:%b %y}"
    if period.days > DAILY:
        return "week", lambda day: day - dt.timedelta(days=day.weekday()), _day_label
    return "day", lambda day: day, _day_label


def _day_label(day: dt.date) -> str:
    return f"{day.day} {day:%b}"
