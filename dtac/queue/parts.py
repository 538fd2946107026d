"""What the work queue is made of: parts, each with what waits in it and how much of what."""

from dataclasses import dataclass, field

from dtac.presenters import Row

SHOWN = 20
"""Rows of a part; the rest is a list of its own."""


@dataclass(frozen=True)
class Tile:
    """How many wait for one thing, in words; it leads to its part or to a list of its own."""

    number: int
    one: str
    many: str
    url: str
    always: bool = False

    @property
    def label(self) -> str:
        """What that many are called."""
        return self.one if self.number == 1 else self.many

    @property
    def is_shown(self) -> bool:
        """Whether it is worth a tile: it is something, or always asked about."""
        return self.always or self.number > 0


@dataclass(frozen=True)
class Empty:
    """What is said where nothing waits, and when something will."""

    title: str
    text: str


@dataclass(frozen=True)
class Part:
    """A part of the queue: its tiles, the first rows, and whose records these are.

    One without rows is not shown unless `empty` says what stands there instead. `more` is the
    address and the words of a link to what is done already.
    """

    key: str
    title: str
    tiles: list[Tile]
    rows: list[Row]
    refs: list[str] = field(default_factory=list)
    faces: bool = True
    more: tuple[str, str] | None = None
    empty: Empty | None = None

    @property
    def is_shown(self) -> bool:
        """Whether it has a place on the page."""
        return bool(self.rows or self.empty)
