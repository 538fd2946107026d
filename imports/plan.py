"""What would become of each row of a file: read, understood, judged. Nothing is written here."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from common.bulk import Taken

from .cells import digest, plain
from .kinds import Before, Kind, Line, Match, Told
from .known import Known
from .models import ImportedRow, ImportProblem, ImportRun
from .reading import Table

MOST_STORED: Final = 2_000
EVERY: Final = 500
Tell = Callable[[int, int], None]
ERROR: Final = re.compile(r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|[A-Z_]+!|#+)|Err:\d+")
"""What a spreadsheet writes into a cell that it can't reckon, or that is too narrow."""


@dataclass(frozen=True)
class Finding:
    """Something wrong with a row, or worth knowing."""

    level: str
    row: int
    column: str
    value: str
    words: str


@dataclass
class Plan:
    """What becomes of the rows."""

    make: list[tuple[Line, Taken]] = field(default_factory=list)
    more: list[tuple[Line, Taken]] = field(default_factory=list)
    """Rows imported before that bring something anew: what it is, on what they made."""
    matched: list[tuple[Line, Match]] = field(default_factory=list)
    there: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def problems(self) -> int:
        """How many problems there are."""
        return sum(each.level == ImportProblem.Level.PROBLEM for each in self.findings)

    @property
    def is_new(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.make or self.more or self.matched)

    def counts(self, rows: int) -> dict[str, int]:
        """Return rows by what becomes of them."""
        return {
            "rows": rows,
            "make": len(self.make),
            "matched": len(self.matched),
            "there": self.there,
            "more": len(self.more),
            "problems": self.problems,
            "notes": len(self.findings) - self.problems,
        }


class Planner:
    """Goes through a table once."""

    def __init__(self, kind: Kind, table: Table, mapping: dict[str, int], told: Told) -> None:
        self._kind, self._table, self._told = kind, table, told
        self._mapping = {
            name: place
            for name, place in mapping.items()
            if kind.field(name) and place < len(table.head)
        }
        self._known = Known(told.source)
        self._there = _imported(kind, told.source)
        self._seen: dict[str, int] = {}
        self._faults = {(each.row, each.place): each.words for each in table.faults}
        self.plan = Plan()

    def run(self, tell: Tell) -> Plan:
        """Judge every row; `tell` is told how far it is."""
        total = len(self._table.rows)
        for done, (number, cells) in enumerate(self._table.rows):
            if done % EVERY == 0:
                tell(done, total)
            self._judge(self._line(number, cells))
        tell(total, total)
        self._judge_file()
        return self.plan

    def _judge_file(self) -> None:
        """Say what is wrong with the file as such, or with a row that was read wrongly."""
        mapping, level = self._mapping, ImportProblem.Level
        for name, words in self._kind.about_file(mapping):
            self._say(level.NOTE, 0, name, words)
        rows = ImportRun.objects.filter(kind=self._kind.code, sha256=self._told.sha256)
        before = rows.filter(state=ImportRun.State.DONE).exclude(ref=self._told.ref).first()
        if before:
            self._say(level.NOTE, 0, "", f"This very file was imported before, as {before.ref}.")
        for fault in self._table.faults:
            if fault.place is None:
                kind = level.PROBLEM if fault.is_problem else level.NOTE
                self._say(kind, fault.row, "", fault.words)

    def _say(self, level: str, row: int, name: str, words: str) -> None:
        found = finding(self._kind, self._table, self._mapping, level, Line(row, {}), name, words)
        self.plan.findings.append(found)

    def _line(self, number: int, cells: list[str]) -> Line:
        line = Line(number, {name: plain(cells[place]) for name, place in self._mapping.items()})
        for name, text in line.cells.items():
            wanted = self._kind.field(name)
            assert wanted is not None
            fault = self._faults.get((number, self._mapping[name]))
            if fault is None and ERROR.fullmatch(text):
                fault = "is an error of the spreadsheet. Put right what it reckons, or empty it."
            if fault:
                line.wrong(name, fault)
                continue
            if not text:
                continue
            try:
                value = wanted.read(text)
            except ValueError as error:
                line.wrong(name, f"{error}.")
                continue
            except OverflowError:
                line.wrong(name, "can’t be read.")
                continue
            if wanted.most and isinstance(value, str) and len(value) > wanted.most:
                line.wrong(name, f"is too long: {wanted.most} characters at most.")
            line.values[name] = value
        for wanted in self._kind.fields:
            told = any(name == wanted.name for name, _ in line.problems)
            if wanted.needed and not told and not line.cells.get(wanted.name):
                line.wrong(wanted.name, "This is empty and is needed.")
        return line

    def _judge(self, line: Line) -> None:
        line.key = self._kind.key_of(line)
        if not line.key:
            self._take(line, Taken(None) if line.problems else None)
            return
        if line.key in self._seen:
            line.wrong(*self._same(line))
        self._seen.setdefault(line.key, line.number)
        before = self._there.get(line.key)
        if before is not None:
            self._known_already(line, before)
        elif not line.problems and (match := self._kind.match(line, self._known)):
            line.note("name" if self._kind.field("name") else "", match.words)
            self.plan.matched.append((line, match))
            self._note(line)
        else:
            self._take(line, self._kind.make(line, self._known, self._told))

    def _same(self, line: Line) -> tuple[str, str]:
        first = self._seen[line.key]
        if line.said("key"):
            return "key", f"is the number of row {first} too. Each row needs its own."
        return "", f"This is the same as row {first}. Take one out, or map a column of numbers."

    def _take(self, line: Line, made: Taken | None) -> None:
        if made is not None and not line.problems:
            self.plan.make.append((line, made))
        elif not line.problems:
            line.wrong("", "Nothing in this row tells what it is.")
        self._note(line)

    def _known_already(self, line: Line, before: Before) -> None:
        self.plan.there += 1
        now, then = cells_of(line), before.cells
        line.problems = [each for each in line.problems if each[0] == "key"]
        more = self._kind.more(line, self._known, self._told, before)
        if more:
            self.plan.more.append((line, more))
        for name in now:
            if more and name == "photos":
                continue
            if name not in then and line.said(name):
                line.note(name, UNREAD_BEFORE)
            elif name in then and then[name] != now[name]:
                line.note(name, DIFFERS)
        self._note(line)

    def _note(self, line: Line) -> None:
        level = ImportProblem.Level
        for kind, found in ((level.PROBLEM, line.problems), (level.NOTE, line.notes)):
            for name, words in found:
                self.plan.findings.append(
                    finding(self._kind, self._table, self._mapping, kind, line, name, words)
                )


def finding(
    kind: Kind, table: Table, mapping: dict[str, int], level: str, line: Line, name: str, words: str
) -> Finding:
    """Return what is said of a cell: with their name of its column, and what it holds."""
    name = ALIASES.get(name, name)
    place = mapping.get(name)
    column = table.head[place] if place is not None else kind.label_of(name)
    value = line.said(name)[:80]
    text = f"“{value[:40]}” {words}" if value and words.startswith(VERBS) else words
    text = text[0].upper() + text[1:] if text else text
    return Finding(level, line.number, column, value, text[:400].strip())


DIFFERS: Final = "differs from what was imported before. Not changed: do that by hand."
UNREAD_BEFORE: Final = (
    "This column was not read when the row was imported. Not added: do that by hand."
)
VERBS: Final = ("is ", "are ", "has ", "can’t ", "differs ")
ALIASES: Final = {
    "slug": "name", "served_at": "served_on", "occurred_at": "occurred_on", "words": "words",
    "service_method": "method", "revoked_at": "revoked_on", "registration": "plates",
    "incidents": "reports", "source": "photo_source", "taken_on": "photo_taken_on",
}  # fmt: skip
"""Columns of ours that are read from a field of another name."""


def cells_of(line: Line) -> dict[str, str]:
    """Return a digest of each cell, by which a later file's row is known to differ."""
    found = {name: digest(text)[:12] for name, text in line.cells.items()}
    return found | {FACES: " ".join(line.faces)} if line.faces else found


FACES: Final = " faces"
"""Where the digests of a row's photos stand among those of its cells: no field is called so."""


def _imported(kind: Kind, source: str) -> dict[str, Before]:
    """Return what rows of a kind and source are known by; the photos of all that are the same."""
    rows = ImportedRow.objects.filter(kind=kind.code, source=source, undone_at=None)
    held = list(rows.values_list("key", "object_id", "cells"))
    faces: dict[int, set[str]] = defaultdict(set)
    for _, pk, cells in held:
        faces[pk].update(cells.pop(FACES, "").split())
    return {key: Before(pk, cells, frozenset(faces[pk])) for key, pk, cells in held}


def summary(findings: list[Finding]) -> list[tuple[str, int]]:
    """Return the commonest problems by column, with how often each is."""
    counts = Counter(each.column or "The row" for each in findings if each.level == "problem")
    return counts.most_common(8)
