"""What the Board's page shows as rows of a file: with the same filters, and the same hidden."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from common import dates
from common.exports import Value

from .cells import Cell
from .page import Figures
from .plan import Progress

HEAD = ("Part", "Figure", "Of", "This period", "Period before", "A year earlier")
AREA_HEAD = (
    "Incidents",
    "Crime",
    "Anti-social behaviour",
    "Stolen",
    "Recovered",
    "Net loss",
    "Notices served",
)
Row = tuple[Value, ...]


def export_rows(figures: Figures, plan: list[Progress], as_of: dt.datetime | None) -> Iterator[Row]:
    """Yield the rows of the file; pounds and numbers as numbers."""
    yield from _about(figures, as_of)
    for row in plan:
        yield from _plan(row)
    for section in figures.sections:
        for line in section.lines:
            yield (section.title, line.label, "", *(cell.plain for cell in line.cells))
    for month, cell in figures.incidents_by_month:
        yield _one("Incidents by month", "Incidents", f"{month:%B %Y}", cell)
    for label, cell in figures.top_types:
        yield _one("Types, 12 months", "Incidents", label, cell)
    for area in figures.by_area:
        for name, cell in zip(AREA_HEAD, area.cells, strict=True):
            yield _one("By area", name, area.name, cell)


def _one(part: str, figure: str, of: str, cell: Cell) -> Row:
    return (part, figure, of, cell.plain, None, None)


def _about(figures: Figures, as_of: dt.datetime | None) -> Iterator[Row]:
    spans = [span.words for span in figures.spans.values()]
    yield ("About this file", "Days", figures.asked.where or "Whole scheme", *spans)
    said = dates.in_full(as_of) if as_of else "not counted yet"
    yield ("About this file", "As of", "", said, None, None)


def _plan(row: Progress) -> Iterator[Row]:
    held = row.target

    def number(value: Decimal | None) -> Value:
        if value is None:
            return "not counted"
        return value if held.is_money else int(value)

    facts: tuple[tuple[str, Value], ...] = (
        ("today", number(row.value)),
        ("where it started", number(held.baseline)),
        ("target", number(held.target)),
        ("by", held.by),
        ("whether it gets there", row.verdict),
    )
    for of, value in facts:
        yield ("Business plan", row.label, of, value, None, None)
    for month, value in zip(row.months[:-1], row.history[:-1], strict=True):
        yield ("Business plan", row.label, f"end of {month:%B %Y}", number(value), None, None)
