"""Files as schemes hold them: CSV in whatever it was saved, XLSX, and a ZIP with photos.

A file's name is never believed, and nothing of an archive is written to disk by its own name.
"""

import csv
import datetime as dt
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any, Final

import openpyxl
from django.core.exceptions import ValidationError

from .cells import fold, plain

MOST_BYTES: Final = 25 * 1024 * 1024
MOST_ROWS: Final = 50_000
MOST_COLUMNS: Final = 100
MOST_CELL: Final = 20_000
MOST_UNPACKED: Final = 150 * 1024 * 1024
MOST_PARTS: Final = 2_000
MOST_RATIO: Final = 300
HEAD_WITHIN: Final = 20
"""Lines that may stand above the head: a title, who printed it, an empty line."""
DELIMITERS: Final = (",", ";", "\t", "|")
NOT_A_TABLE: Final = "This is neither a CSV nor an XLSX file that can be read. Save it as CSV."
OLD_EXCEL: Final = "This is a file of an old Excel (XLS). Open it there and save it as XLSX or CSV."
NO_HEAD: Final = "No line with the names of the columns was found. Put them in the first line."


@dataclass(frozen=True)
class Table:
    """A file's columns, and its rows with the number that a spreadsheet shows for each."""

    head: list[str]
    rows: list[tuple[int, list[str]]] = field(default_factory=list)

    def examples(self) -> list[list[str]]:
        """Return up to three values of each column, none twice."""
        found: list[list[str]] = [[] for _ in self.head]
        for _, cells in self.rows[:500]:
            for place, text in enumerate(cells):
                if text and len(found[place]) < 3 and text[:60] not in found[place]:
                    found[place].append(text[:60])
        return found


def read_table(content: bytes, *, known: Iterable[str] = ()) -> Table:
    """Return what a CSV or XLSX file holds, all as text.

    `known` are names that columns may have: the line with most of them is the head. Raises
    ValidationError: no table, too large, no head, nothing beneath it.
    """
    if len(content) > MOST_BYTES:
        raise ValidationError(f"This file is over {MOST_BYTES // 1024**2} MB. Split it in two.")
    if not content.strip():
        raise ValidationError("This file is empty.")
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise ValidationError(OLD_EXCEL)
    sheets = _sheets(content) if content.startswith(b"PK") else [_csv(content)]
    return _table(sheets, {fold(name) for name in known})


def _table(sheets: Iterable[list[tuple[int, list[str]]]], known: set[str]) -> Table:
    """Return the first sheet with a head and rows; of a head's columns those that have a name."""
    found_head = False
    for lines in sheets:
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
        rows = [
            (number, [text[:MOST_CELL] for text in (cells + [""] * width)[:width]])
            for number, cells in lines[place + 1 :]
            if any(cells)
        ]
        if len(rows) > MOST_ROWS:
            raise ValidationError(f"This file has over {MOST_ROWS:,} rows. Split it in two.")
        if rows:
            return Table(_named_apart(head), rows)
    raise ValidationError("There is no row beneath the names." if found_head else NO_HEAD)


def _head_place(lines: list[tuple[int, list[str]]], known: set[str]) -> int | None:
    best, most = None, 0.0
    for place, (_, cells) in enumerate(lines[:HEAD_WITHIN]):
        named = [fold(text) for text in cells if text]
        score = sum(name in known for name in named) + (0.5 if len(named) > 1 else 0)
        if named and best is None and len(named) == 1:
            best = place if not known & set(named) else best
        if score > most:
            best, most = place, score
    return best


def _named_apart(head: list[str]) -> list[str]:
    """Give a name to columns without one, and number those that are called the same."""
    seen: Counter[str] = Counter()
    found = []
    for place, text in enumerate(head, start=1):
        name = text or f"Column {place}"
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


def _csv(content: bytes) -> list[tuple[int, list[str]]]:
    text = _decoded(content)
    delimiter = _delimiter(text)
    lines: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for number, cells in enumerate(reader, start=1):
            if len(cells) > 10 * MOST_COLUMNS:
                raise ValidationError(f"Row {number} has over {MOST_COLUMNS} columns.")
            lines.append((number, [plain(cell) for cell in cells]))
            if len(lines) > MOST_ROWS + HEAD_WITHIN:
                raise ValidationError(f"This file has over {MOST_ROWS:,} rows. Split it in two.")
    except csv.Error as error:
        raise ValidationError(f"Row {len(lines) + 1} can’t be read: {error}.") from error
    return lines


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
        return content.decode("cp1252", errors="replace")


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


def _sheets(content: bytes) -> Iterator[list[tuple[int, list[str]]]]:
    check_archive(io.BytesIO(content), unpacked=MOST_UNPACKED)
    try:
        book = openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=True, keep_links=False
        )
        for sheet in book.worksheets:
            if hasattr(sheet, "reset_dimensions"):
                sheet.reset_dimensions()  # what a file says of its size need not be so
            yield _sheet(sheet)
    except ValidationError:
        raise
    except Exception as error:  # the library raises nearly anything on damaged files
        raise ValidationError(NOT_A_TABLE) from error


def _sheet(sheet: Any) -> list[tuple[int, list[str]]]:
    lines: list[tuple[int, list[str]]] = []
    last = MOST_ROWS + HEAD_WITHIN + 1
    rows = sheet.iter_rows(max_row=last, max_col=MOST_COLUMNS + 1, values_only=True)
    for number, cells in enumerate(rows, start=1):
        lines.append((number, [_typed(cell) for cell in cells]))
    return lines


def _typed(cell: Any) -> str:
    """Return a typed cell as people write it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, dt.datetime):
        return f"{cell:%Y-%m-%d}" if cell.time() == dt.time() else f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return plain(cell)


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
