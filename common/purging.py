"""What the apps' retention.py hand back: the files that go, what went, what the figures need."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.core.files.storage import default_storage


@dataclass(frozen=True)
class Figure:
    """What a figure counted of something that is deleted: one of a kind, on a day."""

    kind: str
    day: dt.date
    area: int | None = None
    member: int | None = None
    type: int | None = None
    stolen: Decimal = Decimal(0)
    recovered: Decimal = Decimal(0)


@dataclass(frozen=True)
class Reach:
    """How far a circular reached: its key, the day it was sent, to how many, read by how many."""

    key: int
    sent_on: dt.date
    recipients: int
    readers: int


@dataclass(frozen=True)
class Gone:
    """A record that was deleted: what is left of it. No name, no text."""

    category: str
    ref: str
    kind: str
    status: str
    created_on: dt.date
    figures: tuple[Figure, ...] = ()
    reach: Reach | None = None


@dataclass
class Purged:
    """What one deletion took along. `look_at`: records that stay and may still speak of it."""

    files: list[str] = field(default_factory=list)
    gone: list[Gone] = field(default_factory=list)
    look_at: set[str] = field(default_factory=set)

    def add(self, other: "Purged") -> None:
        """Take in what another app's deletion took along."""
        self.files += other.files
        self.gone += other.gone
        self.look_at |= other.look_at


def files_delete(names: Iterable[str]) -> None:
    """Delete files from the store; what is gone already is no matter."""
    for name in names:
        default_storage.delete(name)
