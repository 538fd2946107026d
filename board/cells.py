"""A figure as it is shown and exported: a number, pounds, or why there is none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from common import money

from .small import LEAST, hidden, rounded

SMALL, COVERS, UNKNOWN = "fewer than 5", "not shown", "not counted"


@dataclass(frozen=True)
class Cell:
    """One figure. `why` says why it isn't shown: small, covers, unknown; or that it is "about"."""

    value: int | Decimal | None
    why: str = ""

    @property
    def words(self) -> str:
        """What is written on the page."""
        said = {"small": SMALL, "covers": COVERS, "unknown": UNKNOWN}.get(self.why)
        if said:
            return said
        number = money.pounds(self.value) if isinstance(self.value, Decimal) else f"{self.value:,}"
        return f"about {number}" if self.why == "about" else number

    @property
    def css(self) -> str:
        """How it is set: a figure, paler where there is none."""
        return "num" if self.is_shown else "num muted"

    @property
    def plain(self) -> int | Decimal | str:
        """What is written into a file: the number where there is one."""
        if self.why or self.value is None:
            return self.words
        return self.value

    @property
    def is_shown(self) -> bool:
        """Whether there is a number to read."""
        return self.why in ("", "about")


@dataclass(frozen=True)
class Line:
    """A row: its label, one cell for each column, and what the figure means."""

    label: str
    cells: Sequence[Cell]
    means: str = ""


@dataclass(frozen=True)
class Section:
    """A table of the page: this period, the one before, the same a year earlier."""

    key: str
    title: str
    lines: Sequence[Line]
    note: str = ""


def count_cell(parts: Mapping[Any, int], part: Any) -> Cell:
    """Return a count of people's doings: the whole scheme's, or one part's as far as it may be.

    Of a part it is to the nearest 5: exact parts of several periods would tell a hidden one.
    """
    if part is None:
        return Cell(sum(parts.values()))
    why = hidden(parts)
    if part in why:
        return Cell(None, why[part])
    number = parts.get(part, 0)
    return Cell(number) if number < LEAST else Cell(rounded(number), "about")


def plain_cell(parts: Mapping[Any, int] | None, part: Any) -> Cell:
    """Return a count of businesses, of which nothing is hidden; unknown where there is none."""
    if parts is None:
        return Cell(None, "unknown")
    return Cell(sum(parts.values()) if part is None else parts.get(part, 0))
