"""Charts as SVG drawn on the server: no script, and they print. Templates: includes/charts/."""

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from . import dates

WIDTH, HEIGHT, FOOT = 480, 200, 22
LETTER, APART = 6.2, 7
"""About how wide a letter under a bar is, and the room between two labels."""


@dataclass(frozen=True)
class Bar:
    """One bar, in the drawing's units; y grows downwards. `foot` is the label, where it fits."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    label: str
    words: str
    foot: str


@dataclass(frozen=True)
class BarChart:
    """What the template draws: bars, and a dashed line where one is asked for."""

    bars: list[Bar]
    line_y: float | None
    width: int = WIDTH
    height: int = HEIGHT
    base: int = HEIGHT - FOOT


def bar_chart(
    points: Sequence[tuple[str, float, str]],
    *,
    line: float | None = None,
    feet: Sequence[str] = (),
) -> BarChart:
    """Return the chart of (label, value, value in words).

    `line` is a value to compare with; `feet` are shorter labels to write under the bars.
    """
    top = max([value for _, value, _ in points] + [line or 0, 1])
    room = HEIGHT - FOOT - 10
    step = WIDTH / max(len(points), 1)
    longest = max((len(foot) for foot in feet or [label for label, *_ in points]), default=0)
    every = math.ceil((longest * LETTER + APART) / step)
    bars = []
    taken = 0.0
    for place, (label, value, words) in enumerate(points):
        height = round(room * value / top, 1)
        x = round(place * step + step * 0.12, 1)
        width = round(step * 0.76, 1)
        foot = "" if place % every else feet[place] if feet else label
        half = min(len(foot) * LETTER / 2, WIDTH / 2)  # a label at the edge stays whole
        middle = round(min(max(x + width / 2, half), WIDTH - half), 1)
        if foot and middle - half < taken:  # moved inwards, it would touch its neighbour
            foot = ""
        taken = middle + half if foot else taken
        bars.append(Bar(x, HEIGHT - FOOT - height, width, height, middle, label, words, foot))
    line_y = None if line is None else round(HEIGHT - FOOT - room * line / top, 1)
    return BarChart(bars, line_y)


DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
OPENING = (8, 20)
"""Hours that a heat map shows although nothing happened in them."""
HEAT_WIDTH, HEAT_LEFT, HEAT_ROW = 480, 38, 24
LEVELS = 5


@dataclass(frozen=True)
class Cell:
    """One hour of one weekday. `level` is 0 (nothing) to 5 (as many as the busiest)."""

    x: float
    y: int
    middle: float
    base: int
    level: int
    value: int
    words: str


@dataclass(frozen=True)
class HeatMap:
    """Weekdays by hours: cells, and the labels of its rows and columns with their places."""

    cells: list[Cell]
    rows: list[tuple[str, int]]
    columns: list[tuple[str, float]]
    cell_width: float
    cell_height: int
    numbers: bool
    width: int = HEAT_WIDTH
    height: int = HEAT_ROW * 7 + FOOT


def hours_shown(values: Iterable[tuple[int, int]]) -> range:
    """Return the hours that weekday-by-hour figures are shown for: opening hours at least."""
    hours = [hour for _, hour in values]
    return range(min([*hours, OPENING[0]]), max([*hours, OPENING[1] - 1]) + 1)


def hour_words(hour: int) -> str:
    """Return an hour of the day in words: "15:00 to 16:00"."""
    return f"{hour:02}:00 to {(hour + 1) % 24:02}:00"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: "1 incident", "1,200 incidents"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def heat_map(values: Mapping[tuple[int, int], int], noun: str) -> HeatMap:
    """Return the picture of figures by (weekday, hour), both from 0. `noun` says one of them."""
    hours = hours_shown(values)
    top = max(values.values(), default=0)
    width = round((HEAT_WIDTH - HEAT_LEFT) / len(hours), 2)
    cells = []
    for day, name in enumerate(DAYS):
        for place, hour in enumerate(hours):
            value = values.get((day, hour), 0)
            x, y = round(HEAT_LEFT + place * width, 1), day * HEAT_ROW
            level = -(-value * LEVELS // top) if top else 0
            words = f"{name} {hour_words(hour)}: {counted(value, noun)}"
            middle = round(x + width / 2 - 0.5, 1)
            cells.append(Cell(x, y, middle, y + 16, level, value, words))
    rows = [(name[:3], day * HEAT_ROW + 16) for day, name in enumerate(DAYS)]
    columns = [
        (f"{hour}", round(HEAT_LEFT + place * width + width / 2 - 0.5, 1))
        for place, hour in enumerate(hours)
    ]
    numbers = 4 + 7 * len(str(top)) <= width
    return HeatMap(cells, rows, columns, round(width - 2, 2), HEAT_ROW - 2, numbers)


STRIP_HEIGHT, STRIP_LINE, STRIP_EDGE = 30, 15, 12


@dataclass(frozen=True)
class Dot:
    """A day on a strip, larger where more happened."""

    x: float
    radius: float
    words: str


@dataclass(frozen=True)
class Strip:
    """Days along a line."""

    dots: list[Dot]
    width: int = WIDTH
    height: int = STRIP_HEIGHT
    line_y: int = STRIP_LINE


def strip(days: Iterable[dt.date], *, first: dt.date, last: dt.date, noun: str) -> Strip:
    """Return the picture of when something happened, from a first to a last day of the line."""
    span = max((last - first).days, 1)
    room = WIDTH - 2 * STRIP_EDGE
    dots = []
    for day, count in sorted(Counter(days).items()):
        x = STRIP_EDGE + room * min(max((day - first).days / span, 0), 1)
        words = f"{dates.short_date(day)}: {counted(count, noun)}"
        dots.append(Dot(round(x, 1), min(4 + 1.5 * count, 11), words))
    return Strip(dots)
