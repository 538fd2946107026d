"""Tables as files: what went in comes out, and nothing typed is a formula."""

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from odfdo import Document

from common.exports import csv_bytes, ods_bytes

HEAD = ("Ref", "Name", "From", "Amount", "Number")
ROWS = [
    ("EXC-2026-0001", "Zoë “O'Brien”, مريم\nsecond line", dt.date(2028, 2, 29), Decimal("1.10"), 3),
    ("EXC-2026-0002", "", None, Decimal(0), 0),
]


def test_csv_reads_back() -> None:
    made = csv_bytes(HEAD, ROWS)
    assert made.startswith(b"\xef\xbb\xbf")
    back = list(csv.reader(io.StringIO(made.decode("utf-8-sig"), newline="")))
    assert back[0] == list(HEAD)
    assert back[1] == ["EXC-2026-0001", ROWS[0][1], "2028-02-29", "1.10", "3"]
    assert back[2] == ["EXC-2026-0002", "", "", "0", "0"]


@pytest.mark.parametrize("typed", ["=1+1", "+44", "-2", "@SUM(A1)", "\tx", "\rx"])
def test_what_is_typed_is_no_formula(typed: str) -> None:
    row = csv_bytes(("A",), [(typed,)]).decode("utf-8-sig")
    assert next(csv.reader(io.StringIO(row.partition("\r\n")[2], newline="")))[0] == f"'{typed}"
    sheet = Document(io.BytesIO(ods_bytes("S", ("A",), [(typed,)]))).body.get_table(0)
    cell = sheet.get_cell((0, 1))
    assert (cell.type, cell.formula) == ("string", None)


def test_ods_reads_back_as_what_it_was() -> None:
    sheet = Document(io.BytesIO(ods_bytes("Register", HEAD, ROWS))).body.get_table(0)
    assert sheet.name == "Register"
    back = [list(row) for row in sheet.get_values()]
    assert back[0] == list(HEAD)
    assert back[1][2] in (dt.date(2028, 2, 29), dt.datetime(2028, 2, 29))
    assert (back[1][3], back[1][4]) == (Decimal("1.10"), 3)
    assert "مريم" in str(back[1][1])
