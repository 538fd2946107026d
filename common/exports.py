"""Tables as files: CSV and ODS. A cell that a person typed is never taken for a formula."""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

Value = str | int | Decimal | dt.date | None
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
ODS: Final = "application/vnd.oasis.opendocument.spreadsheet"


def csv_bytes(head: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """Return a table as CSV (RFC 4180): UTF-8 with the mark by which Excel knows it.

    Days are written as 2026-03-14. A text that a spreadsheet would take for a formula gets an
    apostrophe before it.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows([_plain(value) for value in row] for row in rows)
    return ("\ufeff" + out.getvalue()).encode()


def _plain(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA_STARTS) else value
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def ods_bytes(name: str, head: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """Return a table as an ODS file with one sheet: days, numbers and texts as what they are."""
    from odfdo import Cell, Document, Row, Table  # large, and seldom needed

    document = Document("spreadsheet")
    document.body.clear()
    table = Table(name)
    for line in (head, *rows):
        row = Row()
        for value in line:
            row.append_cell(Cell("" if value is None else value))
        table.append_row(row)
    document.body.append(table)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
