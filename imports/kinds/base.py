"""What each kind of file is made of: fields, and how a row becomes something of ours."""

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Final

from django.core.exceptions import ValidationError

from common.bulk import Refusal, Taken, refusals_of
from imports.cells import Reader, digest, fold, line_of
from members.takeover import Stamp

if TYPE_CHECKING:
    from imports.known import Known
    from imports.photos import PhotoArchive

KEPT_MONTHS: Final = 24
"""Twelve months shown to members, twelve more until it is deleted: what is older stays out."""


@dataclass(frozen=True)
class Field:
    """A field of ours that a column of theirs may hold."""

    name: str
    label: str
    says: str = ""
    read: Reader = line_of
    needed: bool = False
    also: tuple[str, ...] = ()
    example: str = ""
    most: int = 0

    def names(self) -> set[str]:
        """Return what a column with this in it may be called."""
        return {fold(name) for name in (self.name, self.label, *self.also)}


@dataclass
class Line:
    """A row of the file: its cells by our fields, what they mean, and what is wrong with them."""

    number: int
    cells: dict[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    key: str = ""
    faces: list[str] = field(default_factory=list)
    """Digests of the photos that go with it, so that one is known again, also once deleted here."""
    review_on: dt.date | None = None
    keep_until: dt.date | None = None

    def get(self, name: str, default: Any = None) -> Any:
        """Return what a cell means, or the default where it is empty or can't be read."""
        value = self.values.get(name)
        return default if value is None or value == "" else value

    def wrong(self, name: str, words: str) -> None:
        """Note what is wrong with a cell."""
        self.problems.append((name, words))

    def note(self, name: str, words: str) -> None:
        """Note what is worth knowing of a cell."""
        self.notes.append((name, words))

    def said(self, name: str) -> str:
        """Return a cell as it is in the file."""
        return self.cells.get(name, "")


@dataclass(frozen=True)
class Told:
    """What is known of the import itself when its rows are judged."""

    stamp: Stamp
    ref: str
    source: str
    ground: str = ""
    sha256: str = ""
    photos: "PhotoArchive | None" = None
    photo_name: Callable[[int, int], Any] | None = None


@dataclass(frozen=True)
class Match:
    """A row that is there already: it is only known by its key from now on."""

    object_id: int
    words: str


@dataclass(frozen=True)
class Before:
    """What a row that was imported before is known by: its cells, its photos, and what it made."""

    object_id: int
    cells: dict[str, str]
    faces: frozenset[str] = frozenset()


class Kind:
    """A kind of file."""

    code: ClassVar[str]
    about: ClassVar[str]
    after: ClassVar[tuple[str, ...]] = ()
    is_about_people: ClassVar[bool] = False
    fields: ClassVar[tuple[Field, ...]]
    main: ClassVar[str]
    """The table of what a row makes, as app_label.model."""

    def field(self, name: str) -> Field | None:
        """Return a field by its name."""
        return next((each for each in self.fields if each.name == name), None)

    def label_of(self, name: str) -> str:
        """Return a field's label."""
        found = self.field(name)
        return found.label if found else ""

    def apart(self, line: Line) -> Sequence[str]:
        """Return the cells that tell a row without a key from others; empty: can't be told."""
        raise NotImplementedError

    def key_of(self, line: Line) -> str:
        """Return by what a row is known again: its number where it came from, or a digest."""
        number = str(line.get("key", ""))
        if number:
            return fold_key(number)
        parts = [fold(part) for part in self.apart(line)]
        return digest(*parts) if any(parts) else ""

    def match(self, line: Line, known: "Known") -> Match | None:
        """Return what is there already, though no import made it; None: nothing."""
        return None

    def make(self, line: Line, known: "Known", told: Told) -> Taken | None:
        """Return what a row makes, not saved; None: it has problems, which the line tells."""
        raise NotImplementedError

    def more(self, line: Line, known: "Known", told: Told, before: Before) -> Taken | None:
        """Return what a row that was imported before brings anew, on what it made; None: nothing.

        The line notes what there is to know.
        """
        return None

    def save_more(self, lines: Sequence[Taken]) -> None:
        """Put what rows bring anew into the database, in a transaction.

        Raises IntegrityError: somebody came in between, so it is to be judged again.
        """

    def number(self, lines: Sequence[Taken]) -> None:
        """Give what is made its references, before the transaction that stores it."""

    def save(self, lines: Sequence[Taken]) -> list[Refusal]:
        """Put it into the database, in a transaction; return which rows are refused."""
        raise NotImplementedError

    def about_file(self, mapped: Collection[str]) -> list[tuple[str, str]]:
        """Return what is worth knowing of a whole file, by the fields that have a column."""
        return []

    def prepare(self, pairs: Sequence[tuple[Line, Taken]], told: Told) -> Iterator[int]:
        """Store the files that go with it; yield how many rows are done, now and then."""
        return iter(())

    def subjects_of(self, made: Taken) -> list[int]:
        """Return the keys of the subjects that a row is about, for the log."""
        return []

    def after_write(self) -> None:
        """Set anew what is derived from such rows, once they are committed."""


def fold_key(number: str) -> str:
    """Return a row's own number as it is compared: "M-0012 " is "m-0012"."""
    cleaned = " ".join(number.casefold().split())
    return cleaned if len(cleaned) <= 78 else digest(cleaned)


def judged(line: Line, make: Callable[[], Taken]) -> Taken | None:
    """Return what `make` makes; where it raises ValidationError, the line tells why."""
    if line.problems:
        return None
    try:
        return make()
    except ValidationError as error:
        for refusal in refusals_of(0, error):
            line.wrong(refusal.column, refusal.words)
        return None


KEY: Final = Field(
    "key",
    "Their number",
    "The number or code that the row has where it comes from. Other files name it by that.",
    also=("id", "ref", "reference", "number", "no", "code", "record id", "unique id", "record",
          "external id"),
    most=200,
)  # fmt: skip


def keyed(*also: str, example: str = "") -> Field:
    """Return the field of a row's own number, with more names that it may have."""
    return Field(KEY.name, KEY.label, KEY.says, KEY.read, also=(*KEY.also, *also), example=example,
                 most=KEY.most)  # fmt: skip


MEMBER: Final = Field(
    "member",
    "Member",
    "Its name, or its number from the file of members.",
    needed=True,
    also=("member name", "business", "business name", "company", "company name", "shop",
          "shop name", "member number", "member id", "member no", "account", "trading as",
          "organisation", "store"),
    example="Cobbs Bakery",
)  # fmt: skip
