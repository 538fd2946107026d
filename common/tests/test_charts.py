"""Drawings: everything inside the frame, in proportion, labels that don't touch."""

import datetime as dt
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from common.charts import HEAT_WIDTH, WIDTH, bar_chart, heat_map, hours_shown, strip
from common.templatetags.dtac_format import drawn_bars

HOURS = st.dictionaries(st.tuples(st.integers(0, 6), st.integers(0, 23)), st.integers(1, 10**7))


@given(st.lists(st.integers(0, 10**9), max_size=60), st.integers(1, 12))
def test_bars_stay_in_the_frame(values: list[int], letters: int) -> None:
    chart = bar_chart([("x" * letters, value, str(value)) for value in values])
    assert [bar.words for bar in chart.bars] == [str(value) for value in values]
    assert all(bar.x >= 0 and bar.x + bar.width <= WIDTH for bar in chart.bars)
    assert all(bar.y >= 0 and bar.y + bar.height == chart.base for bar in chart.bars)
    feet = [bar for bar in chart.bars if bar.foot]
    assert bool(feet) == bool(values)
    room = [b.middle - a.middle for a, b in pairwise(feet)]
    assert all(apart >= letters * 6 for apart in room)


@given(HOURS)
def test_a_heat_map_has_every_hour_and_says_each_value(values: dict[tuple[int, int], int]) -> None:
    drawn = heat_map(values, "incident")
    assert len(drawn.cells) == 7 * len(hours_shown(values))
    assert sum(cell.value for cell in drawn.cells) == sum(values.values())
    assert all(0 <= cell.x <= HEAT_WIDTH - drawn.cell_width for cell in drawn.cells)
    assert all((cell.level == 0) == (cell.value == 0) for cell in drawn.cells)
    assert max((cell.level for cell in drawn.cells), default=0) == (5 if values else 0)


def test_opening_hours_are_shown_though_nothing_happened() -> None:
    assert hours_shown([]) == range(8, 20)
    assert hours_shown([(0, 23), (6, 2)]) == range(2, 24)
    cell = heat_map({(5, 23): 3}, "incident").cells[-17 + 16]
    assert cell.words == "Sunday 23:00 to 00:00: 0 incidents"


def test_a_strip_puts_days_along_its_line() -> None:
    first, last = dt.date(2026, 1, 1), dt.date(2026, 3, 31)
    drawn = strip([last, first, first], first=first, last=last, noun="incident")
    assert [dot.words for dot in drawn.dots] == [
        "1 Jan 2026: 2 incidents",
        "31 Mar 2026: 1 incident",
    ]
    assert drawn.dots[0].x < drawn.dots[1].x <= WIDTH
    assert drawn.dots[0].radius > drawn.dots[1].radius
    assert strip([first], first=first, last=first, noun="x").dots[0].x >= 0


@given(st.integers(1, 60), st.integers(1, 12))
def test_labels_under_bars_are_whole_and_apart(count: int, letters: int) -> None:
    feet = [bar for bar in bar_chart([("x" * letters, 1, "1")] * count).bars if bar.foot]
    half = letters * 6.2 / 2
    assert all(half - 0.1 <= bar.middle <= WIDTH - half + 0.1 for bar in feet)
    assert all(b.middle - a.middle >= 2 * half - 0.1 for a, b in pairwise(feet))


def test_words_of_bars_are_escaped() -> None:
    drawn = drawn_bars(bar_chart([("<b>", 2, "a & b"), ("Feb", 1, "1")]), "bar-2")
    assert "<title>&lt;b&gt;: a &amp; b</title>" in drawn
    assert drawn.count('class="bar bar-2"') == 2
    assert "<b>" not in drawn
