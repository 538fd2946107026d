"""Small counts: what could point at a person is not shown, nor what would let it be worked out.

A count of a whole borough points at nobody. One of an area or a sector may: "one exclusion in
Longfield". So in a breakdown whose total is shown, a count under 5 (a zero too, so that nothing is
said by what isn't hidden) is "fewer than 5", and

- the other counts are to the nearest 5, and pounds to the nearest 50: exact ones of a year and of
  its quarters would tell the quarter that is hidden; more are hidden where that leaves too little;
- parts are shown of whole months only (and of the months up to today): of days of one's own, a day
  apart, the day would be told on which "fewer than 5" becomes "about 5". Who looks each day sees
  that of the running month;
- where that hides all, none is told from another.

docs/decisions/0013 reasons why; tests/test_small.py tries to work them out.
"""

from collections.abc import Hashable, Mapping
from decimal import Decimal
from typing import TypeVar

LEAST = 5
FIFTY = 50
CHOICES = 3
"""How many values a small count must leave open. Two are told apart by how much else is hidden."""
Key = TypeVar("Key", bound=Hashable)
Bounds = tuple[int, int]


def hidden(counts: Mapping[Key, int]) -> dict[Key, str]:
    """Return why a count is not shown, "small" or "covers", for those of a breakdown that aren't.

    `counts` are all parts of a total that the reader knows.
    """
    why = {key: "small" for key, n in counts.items() if n < LEAST}
    if not why or not any(counts.values()):
        return {}  # nothing small; or nothing happened anywhere, which is about nobody
    small = dict(why)
    keys = list(counts)
    shown = sorted((n, place) for place, n in enumerate(counts.values()) if n >= LEAST)
    while len(shown) > 1:
        if _safe(counts, why, most=shown[0][0] - 1):
            return why
        why[keys[shown.pop(0)[1]]] = "covers"
    # One alone is hidden too: it would tell which small ones there are where none is left.
    if len(small) == len(counts) and _safe(counts, small, most=LEAST):
        return small
    return dict.fromkeys(counts, "covers")  # 8 in two parts might be told as 4 and 4 otherwise


def rounded(number: int) -> int:
    """Return a count to the nearest 5."""
    return LEAST * round(number / LEAST)


def rounded_pounds(amount: Decimal) -> Decimal:
    """Return pounds to the nearest 50."""
    return Decimal(FIFTY * round(amount / FIFTY))


def _around(number: int) -> Bounds:
    """Return what a number may be that is shown to the nearest 5."""
    return max(rounded(number) - 2, LEAST), rounded(number) + 2


def _safe(counts: Mapping[Key, int], why: Mapping[Key, str], *, most: int) -> bool:
    """Whether each small count may be one of CHOICES, for a reader who knows these rules.

    They know the total, that a small one is 0 to 4, and that what covers it is 5 or more and less
    than the smallest that is shown (the same number might have been hidden first).
    """
    bounds = {"small": (0, LEAST - 1), "covers": (LEAST, max(LEAST, most))}
    each = [bounds[why[key]] if key in why else _around(n) for key, n in counts.items()]
    total = sum(counts.values())
    lowest = max(0, total - (sum(high for _, high in each) - (LEAST - 1)))
    highest = min(LEAST - 1, total - sum(low for low, _ in each))
    return highest - lowest >= CHOICES - 1
