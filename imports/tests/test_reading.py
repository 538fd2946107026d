"""Files as they are saved in the world; and whatever a cell holds, no error page."""

import datetime as dt
import io
import zipfile
from decimal import Decimal

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imports import cells
from imports.kinds import KINDS
from imports.mapping import guess
from imports.models import ImportRun
from imports.reading import read_table
from imports.running import run_work
from imports.services import Upload, mapping_of, run_map, run_upload, run_write
from imports.store import known_names
from imports.tests.files import xlsx_of
from imports.tests.test_end_to_end import tables
from tests import factories
from tests.cast import Cast

TEXT = "Shop name;Fee\nCafé Noir;£5\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv_however_it_was_saved(encoding: str, delimiter: str) -> None:
    table = read_table(TEXT.replace(";", delimiter).encode(encoding))
    assert (table.head, table.rows) == (["Shop name", "Fee"], [(2, ["Café Noir", "£5"])])


def test_xlsx_with_dates_numbers_and_lines_above() -> None:
    content = xlsx_of([
        ["Members of the scheme"], [], ["Shop name", "Member since", "Fee", "Radios", "Paid"],
        ["Cobbs", dt.datetime(2019, 3, 14), 450.5, 2.0, True],
    ])  # fmt: skip
    table = read_table(content, known=known_names("members"))
    assert table.rows == [(4, ["Cobbs", "2019-03-14", "450.5", "2", "yes"])]


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 200_000_000)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00" * 50, b"\xd0\xcf\x11\xe0rest", b"PK\x03\x04 cut short", b"just words",
     b"a,b\n", b"\xff\xd8\xff\xe0" + b"\x00\x01" * 300],
)  # fmt: skip
def test_what_is_no_table_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(ValidationError):
        read_table(content)


def test_too_much_is_refused() -> None:
    for content in (bomb(), b"a,b\n" + b"1,2\n" * 50_100, b",".join([b"x"] * 150) + b"\n1\n"):
        with pytest.raises(ValidationError, match=r"large|over"):
            read_table(content)


@pytest.mark.parametrize(
    ("text", "day"),
    [("31/12/2026", (2026, 12, 31)), ("2026-12-31", (2026, 12, 31)),
     ("31 Dec 2026", (2026, 12, 31)), ("Thu 31st December 2026", (2026, 12, 31)),
     ("31/12/2026 14:05", (2026, 12, 31)),
     ("46387", (2026, 12, 31)), ("1.2.2026", (2026, 2, 1))],
)  # fmt: skip
def test_days_as_people_write_them(text: str, day: tuple[int, int, int]) -> None:
    assert cells.day_of(text) == dt.date(*day)


def test_other_cells_as_people_write_them() -> None:
    assert cells.money_of("£ 1,234.50") == Decimal("1234.50")
    assert cells.money_of("12.500000000000002") == Decimal("12.50")
    assert cells.clock_of("2.05pm") == cells.clock_of("14:05") == dt.time(14, 5)
    assert cells.phone_of("1322 960001") == "1322 960001"
    assert cells.phone_of("1322960001") == "01322960001"
    assert cells.postcode("da11dn") == "DA1 1DN"
    for reader, text in ((cells.day_of, "12/31/2026"), (cells.money_of, "1,5"),
                         (cells.yes_of, "perhaps"), (cells.email_of, "a@b")):  # fmt: skip
        with pytest.raises(ValueError, match=r"is "):
            reader(text)


@pytest.mark.parametrize("kind", KINDS)
def test_our_own_empty_file_is_matched_whole(kind: str, cast: Cast, client_of) -> None:
    answer = client_of("intel").get(f"/import/templates/{kind}.csv")
    table = read_table(answer.content, known=known_names(kind))
    found = guess(KINDS[kind], table.head)
    assert [table.head[found[field.name]] for field in KINDS[kind].fields] == table.head


GARBAGE = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["0", "-1", "1e999", "NaN", "31/02/2026", "9999-12-31", "0001-01-01", "99999",
                     "D-0001", "yes", "£-5", "x" * 5000, "=1+1", "Town Centre", "Shop theft",
                     "Marlowe Chemist", "01/11/2026", "A;B|C", "\u202e", "😀", "D-TAC", "1"]),
)  # fmt: skip


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_cells_hold_writing_does_what_the_check_says(cast: Cast, data) -> None:
    factories.incident_type()
    kind = KINDS[data.draw(st.sampled_from(sorted(KINDS)))]
    width = len(kind.fields)
    cells_of_row = st.lists(GARBAGE, min_size=width, max_size=width)
    rows = data.draw(st.lists(cells_of_row, min_size=1, max_size=3))
    head = [field.label for field in kind.fields]
    good = [field.example for field in kind.fields]
    mixed = [
        [mine if data.draw(st.booleans()) else given for mine, given in zip(good, row, strict=True)]
        for row in rows
    ]
    content = xlsx_or_csv(head, mixed)
    file = SimpleUploadedFile("x.csv", content)
    upload = Upload(kind=kind.code, source="Old", file=file, ground="dpa_sch1_10", holder="Old")
    try:
        run = run_upload(by=cast.intel, data=upload)
        run = run_map(by=cast.intel, run=run, mapping=mapping_of(run))
    except ValidationError:
        return  # told in words
    before = tables()
    run_work(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.problem) == ("checked", "")
    assert tables() == before
    if run.is_ready:
        count = run.make_count
        run_work(run_id=run_write(by=cast.intel, run=run).pk)
        run.refresh_from_db()
        assert (run.state, run.make_count) == ("done", count)
        ImportRun.objects.filter(pk=run.pk).update(source=f"{run.pk}")


def xlsx_or_csv(head: list[str], rows: list[list[str]]) -> bytes:
    import csv

    out = io.StringIO(newline="")
    csv.writer(out).writerows([head, *rows])
    return out.getvalue().encode("utf-8", errors="replace")


def faults(content: bytes, kind: str = "subjects") -> list[tuple[int, int | None]]:
    found = read_table(content, known=known_names(kind)).faults
    return [(fault.row, fault.place) for fault in found if fault.is_problem]


def test_a_formula_without_its_value_is_a_problem() -> None:
    content = xlsx_of([["Id", "Name", "Last incident"], ["1", "Ann", "=A2+90"]])
    assert faults(content) == [(2, 2)]


def test_what_would_be_lost_is_a_problem() -> None:
    assert faults(b'Id,Name,DOB\n1,"Ann,\n2,Bo,\n3,Cy,\n') == [(2, None)]
    assert faults(b'Id,Name,DOB\n1,"Ann,x\n2,Bo,y\n3,Cy",z\n4,Di,\n') == [(2, None)]
    assert faults(b"Id,Name,DOB\n1,Ann,,more\n") == [(2, None)]
    assert faults("Id,Name\n1,Renée".encode() + b"\n2,Zo\xeb\n") == [(3, 1)]


def test_the_head_is_the_first_line_with_names() -> None:
    head = "Log,Offence,Shop,Date,Weapon?,Violence?,Threats?,CCTV?"
    text = f"{head}\nL0,Assault,Cobbs,01/11/2026,No,No,No,No\n"
    table = read_table(text.encode(), known=known_names("incidents"))
    assert ",".join(table.head) == head
    assert len(table.rows) == 1


def test_what_is_not_the_field_is_not_guessed() -> None:
    assert "words" not in guess(KINDS["incidents"], ["Date", "Type", "Notes"])
    assert "last_incident_on" not in guess(KINDS["subjects"], ["Id", "Last seen"])


def test_too_many_cells_are_refused() -> None:
    with pytest.raises(ValidationError, match="cells"):
        read_table(b"a,b\n" + (b"1," * 99 + b"1\n") * 10_100)


@pytest.mark.parametrize(
    "cell",
    ["Took £1,200 of gin,\nthen £2,500 of rum", "red,blue,green\nblack,white",
     "12,High Street,\nDartford,Kent,DA1 1DN", "hat,coat\nshoes,bag\nbelt,scarf",
     "first,second,third,fourth\n\nfifth"],
)  # fmt: skip
def test_a_text_with_lines_and_commas_is_no_stray_quote(cell: str) -> None:
    for width in (2, 3, 6):
        head = ["Id", "Name", "Description", "Marks", "Build", "Hair"][:width]
        for place in range(1, width):
            row = ["1", "Ann", "Tall", "", "", ""][:width]
            row[place] = cell
            assert faults(xlsx_or_csv(head, [row, ["2", "Bo"]])) == [], (width, place)


def test_a_sheet_that_is_not_read_is_told() -> None:
    book = openpyxl.Workbook()
    for title, rows in (("Members", [["Shop name", "Fee"], ["Cobbs", 5]]), ("Left", [["x"]]),
                        ("Empty", [])):  # fmt: skip
        sheet = book.active if title == "Members" else book.create_sheet()
        sheet.title = title
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    table = read_table(buffer.getvalue(), known=known_names("members"))
    assert [(fault.row, fault.place, fault.is_problem) for fault in table.faults] == [
        (0, None, False)
    ]
    assert table.faults[0].words == "Only the sheet “Members” is read. Not read: “Left”."
