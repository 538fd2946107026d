"""Small counts: what could point at a person is not shown, nor what would let it be worked out.

A count of a whole borough points at nobody. One of an area or a sector may: "one exclusion in
Longfield". So in a breakdown whose total is shown, a count under 5 (a zero too, so that nothing is
said by what isn't hidden) is "fewer than 5", and

- of incidents the other counts are exact (`exact`): the smallest of them is hidden with the small
  ones, and more, until each small count may still be one of three;
- of notices, breaches, appeals and kinds of incident they are to the nearest 5 (`coarse`), so that
  periods that differ by a day tell nothing either; more are hidden where that leaves too little;
- where that hides all, none is told from another.

docs/decisions/0013 reasons why; tests/test_small.py tries to work them out.
"""

from collections.abc import Callable, Hashable, Mapping
from typing import TypeVar

LEAST = 5
CHOICES = 3
"""How many values a small count must leave open. Two are told apart by how much else is hidden."""
Key = TypeVar("Key", bound=Hashable)
Bounds = tuple[int, int]


def exact(counts: Mapping[Key, int]) -> dict[Key, str]:
    """Return why a count is not shown, "small" or "covers", for those of a breakdown that aren't.

    `counts` are all parts of a total that the reader knows.
    """
    return _hidden(counts, known=lambda n: (n, n), covers=1)


def coarse(counts: Mapping[Key, int]) -> dict[Key, str]:
    """Return the same where what is shown is rounded to the nearest 5."""
    return _hidden(counts, known=lambda n: (max(rounded(n) - 2, LEAST), rounded(n) + 2), covers=0)


def rounded(number: int) -> int:
    """Return a count to the nearest 5."""
    return LEAST * round(number / LEAST)


def _hidden(
    counts: Mapping[Key, int], *, known: Callable[[int], Bounds], covers: int
) -> dict[Key, str]:
    why = {key: "small" for key, n in counts.items() if n < LEAST}
    if not why or not any(counts.values()):
        return {}  # nothing small; or nothing happened anywhere, which is about nobody
    small = dict(why)
    keys = list(counts)
    shown = sorted((n, place) for place, n in enumerate(counts.values()) if n >= LEAST)
    while len(shown) > 1:
        # So many cover always, so that nothing is told by whether they were needed.
        if len(why) - len(small) >= covers and _safe(counts, why, known, most=shown[0][0] - 1):
            return why
        why[keys[shown.pop(0)[1]]] = "covers"
    # One alone is hidden too: it would tell which small ones there are where none is left.
    if len(small) == len(counts) and _safe(counts, small, known, most=LEAST):
        return small
    return dict.fromkeys(counts, "covers")  # 8 in two parts might be told as 4 and 4 otherwise


def _safe(
    counts: Mapping[Key, int], why: Mapping[Key, str], known: Callable[[int], Bounds], *, most: int
) -> bool:
    """Whether each small count may be one of CHOICES, for a reader who knows these rules.

    They know the total, that a small one is 0 to 4, and that what covers it is 5 or more and less
    than the smallest that is shown (the same number might have been hidden first).
    """
    bounds = {"small": (0, LEAST - 1), "covers": (LEAST, max(LEAST, most))}
    each = [bounds[why[key]] if key in why else known(n) for key, n in counts.items()]
    total = sum(counts.values())
    lowest = max(0, total - (sum(high for _, high in each) - (LEAST - 1)))
    highest = min(LEAST - 1, total - sum(low for low, _ in each))
    return highest - lowest >= CHOICES - 1
