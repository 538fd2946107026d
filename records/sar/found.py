"""What a source hands back: a title, a day, a text in lines, and what in it is others'."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from common import dates

from .redaction import proposed, words_of


@dataclass(frozen=True)
class Terms:
    """For whom everything held is searched: their names, and the records that are theirs."""

    names: Sequence[str]
    born: dt.date | None = None
    keys: Sequence[int] = ()
    refs: Sequence[str] = ()


@dataclass(frozen=True)
class Line:
    """A labelled line of a text. `secret`: all of it is proposed to be removed."""

    label: str
    value: Any
    secret: bool = False


@dataclass(frozen=True)
class Found:
    """Something that is held. `hide` are names of others that may stand in its text, `about` the
    references of other subjects that it is about.
    """

    key: str
    title: str
    on: dt.date | None
    lines: Sequence[Line]
    hide: Sequence[str] = ()
    image: str = ""
    linked: bool = True
    about: Sequence[str] = ()


@dataclass(frozen=True)
class Source:
    """A kind of record: what it is called in the pack, and how what it has is found."""

    label: str
    find: Callable[[Terms], Iterator[Found]]
    about: str = field(default="")


def said(value: Any) -> str:
    """Return a value in words: a day as people write it, a list with commas, "" for nothing."""
    if value is None or value is False or value == "" or value == []:
        return ""
    if value is True:
        return "yes"
    if isinstance(value, dt.datetime):
        return dates.in_full(value)
    if isinstance(value, dt.date):
        return dates.day_in_full(value)
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)


def text_of(lines: Iterable[Line]) -> tuple[str, list[int]]:
    """Return lines as one text, and the numbers of the words of those that are secret."""
    out: list[str] = []
    secret: list[int] = []
    at = 0
    for line in lines:
        value = said(line.value)
        if not value:
            continue
        label = f"{line.label}:"
        first = at + len(words_of(label))
        at = first + len(words_of(value))
        if line.secret:
            secret += range(first, at)
        out.append(f"{label} {value}")
    return "\n".join(out), secret


def to_remove(found: Found, text: str, secret: Iterable[int], own: Iterable[str]) -> list[int]:
    """Return the numbers of the words that are proposed to be removed from a text."""
    return sorted({*secret, *proposed(text, found.hide, own)})
