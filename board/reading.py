"""Reading the counts that the worker keeps: never the records themselves."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import IntegerField, Q, Sum, Value

from common import dates
from common.periods import Period

from .models import BulletinReach, Level, Tally

ONE_DAY = dt.timedelta(days=1)
NOTHING = Decimal(0)
STANDING = {
    "members": (Tally.Kind.JOINED, (Tally.Kind.GONE,)),
    "in_force": (Tally.Kind.SERVED, (Tally.Kind.EXPIRED, Tally.Kind.STOPPED)),
    "radios": (Tally.Kind.RADIO_OUT, (Tally.Kind.RADIO_BACK,)),
    "cameras": (Tally.Kind.CAMERA_OUT, (Tally.Kind.CAMERA_BACK,)),
    "covered": (Tally.Kind.COVERED, (Tally.Kind.UNCOVERED,)),
}
"""What there is on a day: what came up to then, less what went."""
By = Tally.By
PART = {By.AREA: "area_id", By.SECTOR: "sector"}
"""The column that says of which area, or of which sector, a row is."""


@dataclass
class Sums:
    """How many, and what was stolen and recovered, pounds."""

    number: int = 0
    stolen: Decimal = NOTHING
    recovered: Decimal = NOTHING

    def add(self, number: int, stolen: Decimal, recovered: Decimal) -> None:
        """Add to it."""
        self.number += number
        self.stolen += stolen
        self.recovered += recovered

    @property
    def net(self) -> Decimal:
        """Net loss: stolen less recovered."""
        return self.stolen - self.recovered


def days_of(period: Period) -> Q:
    """Return the condition of the tallies of a period: whole months inside it, days at its ends.

    Nothing has happened after today, so the month that a period to today ends in counts as whole.
    """
    first_month = period.first.replace(day=1)
    if first_month < period.first:
        first_month = dates.add_months(first_month, 1)
    after = period.last + ONE_DAY
    if period.last >= dates.today():
        after = dates.add_months(period.last.replace(day=1), 1)
    last_month = after.replace(day=1)
    if last_month <= first_month:
        return Q(whole_month=False, day__gte=period.first, day__lte=period.last)
    found = Q(whole_month=True, day__gte=first_month, day__lt=last_month)
    if period.first < first_month:
        found |= Q(whole_month=False, day__gte=period.first, day__lt=first_month)
    if last_month < after:
        found |= Q(whole_month=False, day__gte=last_month, day__lt=after)
    return found


class Counts:
    """Sums of a period by kind, area or sector (`by`), and type."""

    def __init__(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self.found: dict[tuple[str, Any], Sums] = defaultdict(Sums)
        self.split: dict[tuple[Any, Any], Sums] = defaultdict(Sums)
        for kind, part, type_id, *sums in rows:
            self.found[kind, part].add(*sums)
            if type_id is not None:
                self.split[part, type_id].add(*sums)

    def parts(self, kind: str, keys: Iterable[Any]) -> dict[Any, int]:
        """Return how many of a kind each part has, in the order of `keys`."""
        known = dict.fromkeys(keys, 0)
        for (of, part), sums in self.found.items():
            if of == kind:
                known[part] = sums.number
        return known

    def sums(self, kind: str, part: Any = None, *, whole: bool = True) -> Sums:
        """Return the sums of a kind: of all parts, or of one."""
        total = Sums()
        for (of, key), sums in self.found.items():
            if of == kind and (whole or key == part):
                total.add(sums.number, sums.stolen, sums.recovered)
        return total


def counts(period: Period, by: By) -> Counts:
    """Return the sums of a period, by area or by sector."""
    rows = (
        # All kinds by name: the index is by kind, and then by day.
        Tally.objects.filter(days_of(period), by=by, kind__in=Tally.Kind.values)
        .order_by()
        .values_list("kind", PART[by], "type_id")
        .annotate(n=Sum("number"), stolen=Sum("stolen"), recovered=Sum("recovered"))
    )
    return Counts(rows)


def by_month(months: list[dt.date], by: By, *, split: bool) -> dict[tuple[dt.date, Any, Any], int]:
    """Return how many accepted incidents months (their first days) had, by part and type.

    Without `split` the part is None.
    """
    span = (months[0], months[-1])
    rows = (
        Tally.objects.filter(by=by, kind=Tally.Kind.INCIDENT, whole_month=True, day__range=span)
        .order_by()
        .values_list("day", PART[by] if split else Value(None, IntegerField()), "type_id")
        .annotate(n=Sum("number"))
    )
    return {(day, part, kind): number for day, part, kind, number in rows}


def standing(days: Mapping[str, dt.date], by: By) -> dict[str, dict[str, dict[Any, int]]]:
    """Return what there was as each of some days ended: {"members": {name of the day: {part: n}}}.

    One query, whatever the days: of each the months before it, and its own month's days.
    """
    until = {name: Sum("number", filter=_up_to(day), default=0) for name, day in days.items()}
    kinds = [kind for came, gone in STANDING.values() for kind in (came, *gone)]
    last = max(days.values())
    oldest = min(days.values()).replace(day=1)
    rows = (
        Tally.objects.filter(by=by, kind__in=kinds, day__lte=last)
        .filter(Q(whole_month=True) | Q(day__gte=oldest))
        .order_by()
        .values("kind", PART[by])
        .annotate(**until)
    )
    found: dict[str, dict[str, dict[Any, int]]] = {
        what: {name: defaultdict(int) for name in days} for what in STANDING
    }
    for row in rows:
        for what, (came, gone) in STANDING.items():
            if row["kind"] == came or row["kind"] in gone:
                sign = 1 if row["kind"] == came else -1
                for name in days:
                    found[what][name][row[PART[by]]] += sign * row[name]
    return found


def _up_to(day: dt.date) -> Q:
    month = day.replace(day=1)
    days = Q(whole_month=False, day__gte=month, day__lte=day)
    return Q(whole_month=True, day__lt=month) | days


def members_by_month(months: list[dt.date]) -> list[int]:
    """Return how many members there were as each of these months ended (the last: today)."""
    moved = [Tally.Kind.JOINED, Tally.Kind.GONE]
    rows = (
        Tally.objects.filter(by=By.AREA, kind__in=moved, whole_month=True)
        .order_by()
        .values_list("day", "kind")
        .annotate(n=Sum("number"))
    )
    moves = sorted((day, n if kind == Tally.Kind.JOINED else -n) for day, kind, n in rows)
    return [sum(n for day, n in moves if day <= month) for month in months]


def levels_on(days: Iterable[dt.date], by: By) -> dict[tuple[str, dt.date], dict[Any, int]]:
    """Return the snapshots of some days, by measure, day and part."""
    rows = (
        Level.objects.filter(measure__in=Level.Measure.values, day__in=set(days))
        .order_by()
        .values_list("measure", "day", PART[by])
        .annotate(n=Sum("value"))
    )
    found: dict[tuple[str, dt.date], dict[Any, int]] = defaultdict(dict)
    for measure, day, part, value in rows:
        found[measure, day][part] = value
    return found


def levels_by_month(measures: list[str], months: list[dt.date]) -> dict[str, list[int | None]]:
    """Return the snapshots of each of these months' last days (of the last month, today's).

    None for those without one.
    """
    ends = [dates.add_months(month, 1) - ONE_DAY for month in months[:-1]] + [dates.today()]
    rows = Level.objects.filter(measure__in=measures, day__in=ends).order_by()
    values = rows.values_list("measure", "day").annotate(n=Sum("value"))
    found = {(measure, day): n for measure, day, n in values}
    return {measure: [found.get((measure, day)) for day in ends] for measure in measures}


def bulletins(periods: Mapping[str, Period]) -> dict[str, tuple[int, int, int]]:
    """Return the bulletins sent in periods, whom they were e-mailed to, and who opened them."""
    meant = Q()
    for period in periods.values():
        meant |= Q(sent_on__range=(period.first, period.last))
    rows = list(BulletinReach.objects.filter(meant).values_list("sent_on", "recipients", "readers"))
    found = {}
    for name, period in periods.items():
        held = [row for row in rows if period.first <= row[0] <= period.last]
        found[name] = (len(held), sum(row[1] for row in held), sum(row[2] for row in held))
    return found
