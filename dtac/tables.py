"""How figures are put to people: tiles that compare, tables whose numbers lead to their rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from common import money
from common.charts import BarChart, bar_chart
from common.lists import Chip
from common.periods import CHOICES, Period, compared
from incidents.patterns import Figures, Line, Scope, Selection, Sums, Trend


@dataclass(frozen=True)
class Row:
    """A line of a table, with the address of the reports behind it; empty: there is none."""

    label: str
    sums: Sums
    url: str


@dataclass(frozen=True)
class Tile:
    """A figure with how it stands to the period before. A tile leads to its rows."""

    label: str
    value: str
    note: str
    url: str = ""


def rows_url(query: dict[str, str]) -> str:
    """Return the address of the list of reports, narrowed."""
    return f"{reverse('report_list')}?{urlencode(query)}"


def behind(scope: Scope, selection: Selection) -> dict[str, str]:
    """Return what narrows the list of reports to the incidents of a selection."""
    member = {"member": scope.of_member.slug} if scope.of_member else {}
    return {"only": scope.only, **selection.query, **member, **selection.period.dates_query}


def rows(lines: Iterable[Line], base: dict[str, str]) -> list[Row]:
    """Return the rows of a table."""
    return [Row(line.label, line.sums, rows_url(base | line.query)) for line in lines]


def period_chips(current: str, query: dict[str, str] | None = None) -> list[Chip]:
    """Return a chip for each period that can be chosen; none is lit for days of one's own."""
    return [
        Chip("?" + urlencode({"period": key, **(query or {})}), label, None, key == current)
        for key, label in CHOICES
    ]


def loss_tiles(now: Sums, before: Sums, period: Period, url: str) -> list[Tile]:
    """Return incidents, stolen, recovered and net loss, each compared."""

    def pounds(amount: int) -> str:
        return money.pounds(Decimal(amount), pence=False)

    def tile(label: str, name: str) -> Tile:
        note = compared(getattr(now, name), getattr(before, name), period.length, amount=pounds)
        return Tile(label, pounds(getattr(now, name)), note)

    number = compared(now.number, before.number, period.length)
    return [
        Tile("Incidents", f"{now.number:,}", number, url),
        tile("Stolen", "stolen"),
        tile("Recovered", "recovered"),
        tile("Net loss", "net"),
    ]


def trend_chart(trend: Trend) -> BarChart:
    """Return the bars of a trend."""
    return bar_chart(
        [(line.label, line.sums.number, f"{line.sums.number:,}") for line in trend.lines],
        feet=trend.short,
    )


def week_table(figures: Figures, base: dict[str, str]) -> Sequence[dict[str, Any]]:
    """Return a row for each weekday: its name, a cell for each hour, its total; with addresses."""
    return [
        {
            "name": name,
            "cells": [
                {"n": n, "hour": hour, "url": rows_url(base | {"day": day, "hour": f"{hour}"})}
                for hour, n in cells
            ],
            "n": total,
            "url": rows_url(base | {"day": day}),
        }
        for name, day, cells, total in (
            (name, str(number), cells, total) for name, number, cells, total in figures.weekdays
        )
    ]
