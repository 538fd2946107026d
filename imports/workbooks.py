"""Sheets of XLSX files: typed cells as people write them, and formulas that nobody reckoned."""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any, Final

import openpyxl
from django.core.exceptions import ValidationError

from .cells import plain
from .reading import (
    HEAD_WITHIN,
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_ROWS,
    MOST_UNPACKED,
    NOT_A_TABLE,
    TOO_MANY_CELLS,
    Fault,
    Sheet,
    check_archive,
)

FORMULA: Final = re.compile(rb"<(\w+:)?f[\s/>]")
NOT_RECKONED: Final = (
    "This is a formula without its value. Open the file in Excel and save it again, or write the"
    " value."
)
PEEKED: Final = 50


def book_sheets(content: bytes, *, most: int = 0) -> Iterator[Sheet]:
    """Yield the sheets of a workbook, or `most` lines of each; the others are told with each.

    Raises ValidationError: damaged, too large, no workbook.
    """
    check_archive(io.BytesIO(content), unpacked=MOST_UNPACKED)
    try:
        book = _open(content, values=True)
        sheets = book.worksheets
        filled = [sheet.title for sheet in sheets if len(sheets) == 1 or _has_rows(sheet)]
        # A second reading, for what the first does not tell: only where there is a formula.
        formulas = None if most or not _has_formulas(content) else _open(content, values=False)
        for place, sheet in enumerate(sheets):
            twin = formulas.worksheets[place] if formulas else None
            lines, faults = _sheet(sheet, twin, most or MOST_ROWS + HEAD_WITHIN + 1)
            others = [title for title in filled if title != sheet.title]
            if others:
                names = ", ".join(f"“{title[:31]}”" for title in others[:5])
                words = f"Only the sheet “{sheet.title[:31]}” is read. Not read: {names}."
                faults.append(Fault(0, None, words, is_problem=False))
            yield Sheet(lines, faults, is_whole=not most or len(lines) < most)
    except ValidationError:
        raise
    except Exception as error:  # the library raises nearly anything on damaged files
        raise ValidationError(NOT_A_TABLE) from error


def _open(content: bytes, *, values: bool) -> Any:
    book = openpyxl.load_workbook(
        io.BytesIO(content), read_only=True, data_only=values, keep_links=False
    )
    for sheet in book.worksheets:
        if hasattr(sheet, "reset_dimensions"):
            sheet.reset_dimensions()  # what a file says of its size need not be so
    return book


def _has_rows(sheet: Any) -> bool:
    rows = sheet.iter_rows(max_row=PEEKED, max_col=MOST_COLUMNS, values_only=True)
    return any(cell is not None for cells in rows for cell in cells)


def _has_formulas(content: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        return any(FORMULA.search(archive.read(name)) for name in parts if name.endswith(".xml"))


def _sheet(sheet: Any, twin: Any, most: int) -> tuple[list[tuple[int, list[str]]], list[Fault]]:
    lines: list[tuple[int, list[str]]] = []
    faults: list[Fault] = []
    size = {"max_row": most, "max_col": MOST_COLUMNS + 1}
    held = 0
    if twin is None:
        rows = sheet.iter_rows(**size, values_only=True)
    else:
        rows = _reckoned(sheet.iter_rows(**size), twin.iter_rows(**size), faults)
    for number, cells in enumerate(rows, start=1):
        lines.append((number, [_typed(cell) for cell in cells]))
        held += sum(cell is not None for cell in cells)
        if held > MOST_CELLS:
            raise ValidationError(TOO_MANY_CELLS)
    return lines, faults


def _reckoned(rows: Any, twins: Any, faults: list[Fault]) -> Iterator[list[Any]]:
    """Yield the values of rows; a formula that has none is a fault.

    One that makes an empty text has one: a value of the type "str".
    """
    for number, (cells, formulas) in enumerate(zip(rows, twins, strict=True), start=1):
        for place, (cell, formula) in enumerate(zip(cells, formulas, strict=True)):
            is_empty = cell.value is None and cell.data_type != "str"
            if is_empty and formula.data_type == "f":
                faults.append(Fault(number, place, NOT_RECKONED))
        yield [cell.value for cell in cells]


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
