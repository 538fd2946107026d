"""Bar charts as SVG drawn on the server: no script, and they print."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, FOOT = 480, 200, 22


@dataclass(frozen=True)
class Bar:
    """One bar, in the drawing's units; y grows downwards."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    label: str
    words: str


@dataclass(frozen=True)
class BarChart:
    """What the template draws: bars, and a dashed line where one is asked for."""

    bars: list[Bar]
    line_y: float | None
    width: int = WIDTH
    height: int = HEIGHT
    base: int = HEIGHT - FOOT


def bar_chart(points: Sequence[tuple[str, float, str]], *, line: float | None = None) -> BarChart:
    """Return the chart of (label, value, value in words). `line` is a value to compare with."""
    top = max([value for _, value, _ in points] + [line or 0, 1])
    room = HEIGHT - FOOT - 10
    step = WIDTH / max(len(points), 1)
    bars = []
    for place, (label, value, words) in enumerate(points):
        height = round(room * value / top, 1)
        x = round(place * step + step * 0.12, 1)
        width = round(step * 0.76, 1)
        bars.append(
            Bar(x, HEIGHT - FOOT - height, width, height, round(x + width / 2, 1), label, words)
        )
    line_y = None if line is None else round(HEIGHT - FOOT - room * line / top, 1)
    return BarChart(bars, line_y)
