"""Files as schemes hold them: CSV in whatever it was saved, XLSX, and a ZIP with photos.

A file's name is never believed, and nothing of an archive is written to disk by its own name.
"""

import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO, Final

from django.core.exceptions import ValidationError

from .cells import fold, plain

MOST_BYTES: Final = 25 * 1024 * 1024
MOST_ROWS: Final = 50_000
MOST_COLUMNS: Final = 100
MOST_CELL: Final = 20_000
MOST_CELLS: Final = 1_000_000
MOST_UNPACKED: Final = 100 * 1024 * 1024
MOST_PARTS: Final = 2_000
MOST_RATIO: Final = 300
HEAD_WITHIN: Final = 20
"""Lines that may stand above the head: a title, who printed it, an empty line."""
DELIMITERS: Final = (",", ";", "\t", "|")
NOT_A_TABLE: Final = "This is neither a CSV nor an XLSX file that can be read. Save it as CSV."
OLD_EXCEL: Final = "This is a file of an old Excel (XLS). Open it there and save it as XLSX or CSV."
OTHERS: Final = (
    b"%pdf", b"\xff\xd8\xff", b"\x89png", b"gif8", b"{\\rtf", b"<!doctype", b"<html", b"<?xml",
    b"<table", b"rar!", b"\x1f\x8b", b"7z\xbc",
)  # fmt: skip
"""How files begin that are no tables, though they may be read as lines of text."""
TOO_MANY_CELLS: Final = f"This file has over {MOST_CELLS:,} cells. Split it, or leave columns out."
FIRST: Final = 200
"""Lines of a workbook that are read to show what its columns hold."""
UNREAD: Final = "\ufffd"
BAD_BYTE: Final = (
    "has a character that can’t be read. Save the file as UTF-8 CSV, or write it anew."
)
BEYOND: Final = (
    "Something stands beyond the last column with a name. Name that column, or empty it."
)
STRAY_QUOTE: Final = (
    "This looks like several rows in one: a quotation mark that is not closed. Take it out."
)
NO_HEAD: Final = "No line with the names of the columns was found. Put them in the first line."


Lines = list[tuple[int, list[str]]]


@dataclass(frozen=True)
class Fault:
    """What was read wrongly, or not at all: a cell, or a row (0: the file) where `place` is None.

    Of a cell the words go on from what it holds; it matters where its column is read.
    """

    row: int
    place: int | None
    words: str
    is_problem: bool = True


@dataclass(frozen=True)
class Sheet:
    """The lines of a CSV, or of one sheet of a workbook."""

    lines: Lines
    faults: list[Fault] = field(default_factory=list)
    delimiter: str = ""
    is_whole: bool = True


@dataclass(frozen=True)
class Table:
    """A file's columns, and its rows with the number that a spreadsheet shows for each."""

    head: list[str]
    rows: Lines = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    is_whole: bool = True
    """False: only the first rows were read, to show what the columns hold."""

    def examples(self) -> list[list[str]]:
        """Return up to three values of each column, none twice."""
        found: list[list[str]] = [[] for _ in self.head]
        for _, cells in self.rows[:500]:
            for place, text in enumerate(cells):
                if text and len(found[place]) < 3 and text[:60] not in found[place]:
                    found[place].append(text[:60])
        return found


def read_table(content: bytes, *, known: Iterable[str] = (), only_head: bool = False) -> Table:
    """Return what a CSV or XLSX file holds, all as text; or of XLSX only its first lines.

    `known` are names that columns may have: by them the head is found. Raises ValidationError: no
    table, too large, no head, nothing beneath it.
    """
    if len(content) > MOST_BYTES:
        raise ValidationError(f"This file is over {MOST_BYTES // 1024**2} MB. Split it in two.")
    if not content.strip():
        raise ValidationError("This file is empty.")
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise ValidationError(OLD_EXCEL)
    if content.removeprefix(b"\xef\xbb\xbf").lstrip()[:9].lower().startswith(OTHERS):
        raise ValidationError(NOT_A_TABLE)
    from .workbooks import book_sheets  # it is above this one

    is_book = content.startswith(b"PK")
    sheets = book_sheets(content, most=FIRST if only_head else 0) if is_book else [_csv(content)]
    return _table(sheets, {fold(name) for name in known})


def _table(sheets: Iterable[Sheet], known: set[str]) -> Table:
    """Return the first sheet with a head and rows; of a head's columns those that have a name."""
    found_head = False
    for sheet in sheets:
        lines = sheet.lines
        place = _head_place(lines, known)
        if place is None:
            continue
        found_head = True
        head = [name[:80] for name in lines[place][1]]
        while head and not head[-1]:
            head.pop()
        if len(head) > MOST_COLUMNS:
            raise ValidationError(f"This file has over {MOST_COLUMNS} columns. Leave some out.")
        width = len(head)
        faulty = {fault.row for fault in sheet.faults}
        rows = [
            (number, [text[:MOST_CELL] for text in (cells + [""] * width)[:width]])
            for number, cells in lines[place + 1 :]
            if any(cells) or number in faulty
        ]
        if len(rows) > MOST_ROWS:
            raise ValidationError(f"This file has over {MOST_ROWS:,} rows. Split it in two.")
        if rows:
            faults = [*sheet.faults, *_faults_of(sheet, place, width)]
            return Table(_named_apart(head), rows, faults, sheet.is_whole)
    raise ValidationError("There is no row beneath the names." if found_head else NO_HEAD)


def _head_place(lines: Lines, known: set[str]) -> int | None:
    """Return the first line with half as many names of columns as the line with most, each once.

    A row may say "no" in many cells, and "No" be the name of a column: that is one.
    """
    scores = []
    for _, cells in lines[:HEAD_WITHIN]:
        named = {fold(text) for text in cells if text}
        scores.append(len(named & known) + (0.5 if len(named) > 1 else 0.1 * len(named)))
    most = max(scores, default=0)
    return next((place for place, score in enumerate(scores) if score * 2 >= most > 0), None)


def _faults_of(sheet: Sheet, place: int, width: int) -> list[Fault]:
    """Return what is not as it should be about the rows of a sheet with that head."""
    number = sheet.lines[place][0]
    above = [line for line, cells in sheet.lines[:place] if any(cells)]
    found = []
    if above:
        words = f"This line has the names of the columns. Above it {len(above)} are passed over."
        found.append(Fault(number, None, words, is_problem=False))
    told = {fault.row for fault in sheet.faults if fault.words == STRAY_QUOTE}
    begun = {_shape(cells[0]) for _, cells in sheet.lines[place + 1 :] if cells}
    for row, cells in sheet.lines[place + 1 :]:
        if any(cells[width:]):
            found.append(Fault(row, None, BEYOND))
        if row not in told and sheet.delimiter and _holds_rows(cells, sheet, width, begun):
            found.append(Fault(row, None, STRAY_QUOTE))
    return found


def _holds_rows(cells: list[str], sheet: Sheet, width: int, begun: set[str]) -> bool:
    """Whether a cell of a row is the rest of it and other rows, by a quotation mark too many.

    A text over several lines with commas is none: its lines have not just as many cells as the row
    lacks, or begin as no row does.
    """
    for place, cell in enumerate(cells):
        lines = cell.split("\n")
        if len(lines) == 1:
            continue
        rest, last = width - place, width + place + 1 - len(cells)
        wanted = [rest, *[width] * (len(lines) - 2), last]
        parts = [line.split(sheet.delimiter) for line in lines]
        if [len(part) for part in parts] == wanted and {_shape(p[0]) for p in parts[1:]} <= begun:
            return True
    return False


def _shape(text: str) -> str:
    """Return what a cell looks like: figures as one 9, letters as one a."""
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "9", text.strip()))


def _named_apart(head: list[str]) -> list[str]:
    """Give a name to columns without one, and number those that are called the same."""
    seen: Counter[str] = Counter()
    found = []
    for place, text in enumerate(head, start=1):
        name = text or f"Column {place}"
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


def _csv(content: bytes) -> Sheet:
    text = _decoded(content)
    delimiter = _delimiter(text)
    lines: Lines = []
    faults: list[Fault] = []
    read: list[str] = []
    stream = _noted(io.StringIO(text, newline=""), read)
    reader = csv.reader(stream, delimiter=delimiter)
    broken = UNREAD in text
    try:
        for number, cells in enumerate(reader, start=1):
            if len(read) > 1 and not _is_strict(read, delimiter):
                faults.append(Fault(number, None, STRAY_QUOTE))
            read.clear()
            if broken:
                places = [place for place, cell in enumerate(cells) if UNREAD in cell]
                faults += [Fault(number, place, BAD_BYTE) for place in places]
            if len(cells) > 10 * MOST_COLUMNS:
                raise ValidationError(f"Row {number} has over {MOST_COLUMNS} columns.")
            lines.append((number, [plain(cell) for cell in cells]))
            if len(lines) > MOST_ROWS + HEAD_WITHIN:
                raise ValidationError(f"This file has over {MOST_ROWS:,} rows. Split it in two.")
    except csv.Error as error:
        raise ValidationError(f"Row {len(lines) + 1} can’t be read: {error}.") from error
    _check_cells(lines)
    return Sheet(lines, faults, delimiter)


def _noted(stream: Iterable[str], read: list[str]) -> Iterator[str]:
    """Yield lines as they are, and keep those that the row being read is made of."""
    for line in stream:
        read.append(line)
        yield line


def _is_strict(lines: list[str], delimiter: str) -> bool:
    """Whether a row over several lines is quoted as it should be, its last quote closed."""
    try:
        return len(list(csv.reader(lines, delimiter=delimiter, strict=True))) == 1
    except csv.Error:
        return False


def _check_cells(lines: Lines) -> None:
    if sum(len(cells) for _, cells in lines) > MOST_CELLS:
        raise ValidationError(TOO_MANY_CELLS)


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    if b"\x00" in content[:2000]:
        half = content[:2000]
        big = half[0::2].count(0) > half[1::2].count(0)
        if half.count(0) < len(half) // 4:
            raise ValidationError(NOT_A_TABLE)
        return content.decode("utf-16-be" if big else "utf-16-le", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("utf-8-sig", errors="replace")
    # A bad byte among letters that are UTF-8 is damage; many alone are the older code page.
    good = sum(not char.isascii() for char in text) - text.count(UNREAD)
    return text if good >= text.count(UNREAD) else content.decode("cp1252", errors="replace")


def _delimiter(text: str) -> str:
    """Return what stands between the cells: what makes most columns, the same in most lines."""
    sample = re.split(r"\r\n|\n|\r", text[:20_000])[: HEAD_WITHIN * 2]
    best, most = ",", 0.0
    for delimiter in DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(sample, delimiter=delimiter) if row]
        except csv.Error:
            continue
        wide = Counter(width for width in widths if width > 1)
        if wide:
            width, times = wide.most_common(1)[0]
            score = times / len(widths) * 100 + width
            if score > most:
                best, most = delimiter, score
    return best


def check_archive(stream: IO[bytes], *, unpacked: int, parts: int = MOST_PARTS) -> None:
    """Refuse an archive that grows when it is opened. Raises ValidationError."""
    try:
        with zipfile.ZipFile(stream) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise ValidationError("This file is damaged or was cut short. Choose it again.") from error
    if len(entries) > parts:
        raise ValidationError(f"This file has over {parts:,} parts.")
    if any(entry.flag_bits & 1 for entry in entries):
        raise ValidationError("This file has a password. Take it off first.")
    size = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if size > unpacked or size > MOST_RATIO * max(packed, 1024):
        raise ValidationError("This file is too large once it is opened. Split it.")


TABLE_NAME: Final = re.compile(r"\.(csv|xlsx|txt|tsv)$", re.IGNORECASE)
