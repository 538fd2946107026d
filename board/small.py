"""Small counts: what could point at a person is not shown, nor what would let it be worked out.

A count of a whole borough points at nobody. One of an area or a sector may: "one exclusion in
Longfield". So in a breakdown whose total is shown:

- a count under 5 (a zero too, so that nothing is said by what isn't hidden) is "fewer than 5";
- the smallest of the others is hidden with it, and more of them until each small count may still be
  one of three when what is shown is subtracted from the total;
- where that hides all, none is told from another.

docs/decisions/0013 reasons why; tests/test_small.py tries to work them out.
"""

from collections.abc import Hashable, Mapping
from typing import TypeVar

LEAST = 5
CHOICES = 3
"""How many values a small count must leave open. Two are told apart by how much else is hidden."""
Key = TypeVar("Key", bound=Hashable)


def hidden(counts: Mapping[Key, int]) -> dict[Key, str]:
    """Return why a count is not shown, "small" or "covers", for those of a breakdown that aren't.

    `counts` are all parts of a total that is known to the reader.
    """
    if not any(counts.values()):
        return {}  # nothing happened anywhere: that is about nobody
    why = {key: "small" for key, n in counts.items() if n < LEAST}
    shown = sorted((n, place) for place, (key, n) in enumerate(counts.items()) if key not in why)
    keys = list(counts)
    if not why:
        return {}
    # One covers always, so that nothing is told by whether one was needed.
    if shown:
        why[keys[shown.pop(0)[1]]] = "covers"
    while shown and not _safe(counts, why, least_shown=shown[0][0]):
        why[keys[shown.pop(0)[1]]] = "covers"
    # Where all are hidden they are hidden alike: 8 in two parts might be told as 4 and 4 otherwise.
    return why if shown else dict.fromkeys(counts, "covers")


def _safe(counts: Mapping[Key, int], why: Mapping[Key, str], *, least_shown: int) -> bool:
    """Whether each small count may be one of CHOICES, for a reader who knows these rules.

    They know the total of what is hidden, that a small one is 0 to 4, and that what covers it is 5
    or more and less than the smallest that is shown (the same number might have been hidden first).
    """
    total = sum(counts[key] for key in why)
    bounds = {
        key: (0, LEAST - 1) if reason == "small" else (LEAST, max(LEAST, least_shown - 1))
        for key, reason in why.items()
    }
    low = sum(bound[0] for bound in bounds.values())
    high = sum(bound[1] for bound in bounds.values())
    for key, reason in why.items():
        if reason == "small":
            mine = bounds[key]
            lowest = max(mine[0], total - (high - mine[1]))
            highest = min(mine[1], total - (low - mine[0]))
            if highest - lowest < CHOICES - 1:
                return False
    return True


def hidden_rows(table: Mapping[Key, Mapping[str, int]]) -> set[Key]:
    """Return the rows of a table whose split is not shown: by area, of what kind, say.

    The reader knows the total of each row and of each column. Rows with a count of 1 to 4 are
    hidden whole, and more of them until each such count may be one of several. For rows of which
    only the totals are known, the bounds that are asked here are the exact ones.
    """
    small = {key for key, row in table.items() if any(0 < n < LEAST for n in row.values())}
    rest = sorted(
        (key for key in table if key not in small), key=lambda key: sum(table[key].values())
    )
    out = set(small)
    while out and rest and not _rows_safe(table, small, out):
        out.add(rest.pop(0))
    return out if not out or _rows_safe(table, small, out) else set(table)


def _rows_safe(table: Mapping[Key, Mapping[str, int]], small: set[Key], out: set[Key]) -> bool:
    columns: dict[str, int] = {}
    for key in out:
        for name, n in table[key].items():
            columns[name] = columns.get(name, 0) + n
    everything = sum(columns.values())
    for key in small:
        row = sum(table[key].values())
        for name, n in table[key].items():
            if 0 < n < LEAST:
                lowest = max(0, row - (everything - columns[name]))
                if min(row, columns[name]) - lowest < 1:
                    return False
    return True


def rounded(number: int) -> int | None:
    """Return a count to the nearest 5; None for one under 5."""
    return None if number < LEAST else LEAST * round(number / LEAST)
