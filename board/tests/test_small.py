"""What is hidden can't be worked out: a reader who knows the rules tries every way there is."""

from collections import defaultdict
from itertools import product

import pytest

from board.cells import count_cell
from board.small import LEAST, hidden, rounded


@pytest.mark.parametrize(("parts", "most"), [(2, 24), (3, 18), (4, 12)])
def test_no_small_count_can_be_worked_out(parts: int, most: int) -> None:
    """Of all tables there can be, those that look alike differ in each of their small counts."""
    alike = defaultdict(list)
    for numbers in product(range(most + 1), repeat=parts):
        why = hidden(dict(enumerate(numbers)))
        shown = tuple(rounded(n) for place, n in enumerate(numbers) if place not in why)
        alike[sum(numbers), tuple(sorted(why.items())), shown].append(numbers)
    for look, tables in alike.items():
        if any(max(table) > most - 3 for table in tables):
            continue  # others that look like it were not tried
        for place in range(parts):
            values = {table[place] for table in tables}
            assert len(values) > 1 or not 0 < values.pop() < LEAST, (look, tables)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([0, 0, 0], {}),  # nothing happened: that is about nobody
        ([30, 20, 10], {}),
        ([30, 20, 3], {2: "small"}),  # 53 less about 30 and about 20 is anything from 0 to 4
        ([22, 22, 12, 4], {2: "covers", 3: "small"}),
        ([1, 0], {0: "covers", 1: "covers"}),
        ([1, 2, 0, 3, 0, 0], dict.fromkeys(range(6), "small")),
        ([4, 4], {0: "covers", 1: "covers"}),  # with "fewer than 5" both would be known
    ],
)
def test_what_is_hidden(numbers: list[int], expected: dict[int, str]) -> None:
    assert hidden(dict(enumerate(numbers))) == expected


def test_rounded() -> None:
    assert [rounded(n) for n in (5, 7, 8, 12, 13, 100)] == [5, 5, 10, 10, 15, 100]


def test_cells_in_words() -> None:
    parts = {"a": 33, "b": 21, "c": 3, "d": 43}
    about = ["about 35", "about 20", "fewer than 5", "about 45"]
    assert count_cell(parts, None).words == "100"
    assert [count_cell(parts, key).words for key in parts] == about
    assert count_cell(parts, "c").plain == "fewer than 5"


def test_a_hidden_quarter_is_not_what_the_year_leaves_of_the_others() -> None:
    """Rounded figures of a year and its quarters leave each small one three values or more."""
    for first in range(LEAST):
        quarters = (first, 10, 12, 9)
        year = rounded(sum(quarters))
        low = year - 2 - sum(rounded(n) + 2 for n in quarters[1:])
        high = year + 2 - sum(rounded(n) - 2 for n in quarters[1:])
        assert min(high, LEAST - 1) - max(low, 0) >= 2
