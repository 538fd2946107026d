"""What is hidden can't be worked out: a reader who knows the rules tries every way there is."""

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from board.small import LEAST, hidden, hidden_rows, rounded


def possible(counts: dict[int, int]) -> Iterator[tuple[int, ...]]:
    """Yield every set of counts that would be shown just as these are, with the same total."""
    why = hidden(counts)
    total = sum(counts[key] for key in why)
    ranges = [range(min(total, 40) + 1) if key in why else (n,) for key, n in counts.items()]
    for guess in product(*ranges):
        candidate = dict(enumerate(guess))
        if sum(guess) == sum(counts.values()) and hidden(candidate) == why:
            yield guess


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(0, 11), min_size=2, max_size=4))
def test_no_small_count_has_one_value_only(numbers: list[int]) -> None:
    counts = dict(enumerate(numbers))
    why = hidden(counts)
    guesses = list(possible(counts))
    assert tuple(numbers) in guesses
    for key, n in counts.items():
        if 0 < n < LEAST:
            assert key in why
            assert len({guess[key] for guess in guesses}) > 1, (numbers, why)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([0, 0, 0], {}),  # nothing happened: that is about nobody
        ([30, 20, 10], {}),
        ([30, 20, 3], {1: "covers", 2: "small"}),  # else 53 - 30 - 20 = 3
        ([30, 20, 3, 1], {1: "covers", 2: "small", 3: "small"}),
        ([30, 9, 4, 4], {1: "covers", 2: "small", 3: "small"}),  # 8 in two means 4 and 4
        ([1, 0], {0: "covers", 1: "covers"}),
        ([4, 4], {0: "covers", 1: "covers"}),  # with "fewer than 5" both would be known
    ],
)
def test_what_is_hidden(numbers: list[int], expected: dict[int, str]) -> None:
    assert hidden(dict(enumerate(numbers))) == expected


def splits(rows: list[int], columns: list[int]) -> Iterator[list[tuple[int, ...]]]:
    """Yield every table with these totals of rows and columns."""
    if not rows:
        if not any(columns):
            yield []
        return
    for first in product(*(range(min(rows[0], most) + 1) for most in columns)):
        if sum(first) == rows[0]:
            left = [most - n for most, n in zip(columns, first, strict=True)]
            yield from ([first, *rest] for rest in splits(rows[1:], left))


@settings(max_examples=120, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 8), st.integers(0, 6), st.integers(0, 3)), min_size=2, max_size=4
    )
)
def test_no_small_part_of_an_area_can_be_worked_out(rows: list[tuple[int, int, int]]) -> None:
    """Unless the totals of all areas and kinds alone, which are shown anyway, tell it."""
    names = ("crime", "asb", "other")
    table = {place: dict(zip(names, row, strict=True)) for place, row in enumerate(rows)}
    out = sorted(hidden_rows(table))
    small = [(key, name) for key in table for name in names if 0 < table[key][name] < LEAST]
    assert {key for key, _ in small} <= set(out)
    if len(out) == len(rows):
        return
    columns = [sum(table[key][name] for key in out) for name in names]
    found = list(splits([sum(rows[key]) for key in out], columns))
    for key, name in small:
        values = {guess[out.index(key)][names.index(name)] for guess in found}
        assert len(values) > 1, (rows, out, key, name)


def test_rounded() -> None:
    assert [rounded(n) for n in (0, 4, 5, 7, 8, 12, 13, 100)] == [None, None, 5, 5, 10, 10, 15, 100]
