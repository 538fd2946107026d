"""What a file says through the form, the pages and the worker, cell by cell."""

import io

import openpyxl
import pytest

from imports.models import ImportRun
from imports.tests.files import FILES, checked, day, said, send, step, worked, xlsx_of
from incidents.models import Involvement
from members.models import Member
from offenders.models import Subject
from tests import factories
from tests.cast import Cast


@pytest.mark.parametrize("cell", ["#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#######", "Err:502"])
def test_an_error_of_the_spreadsheet_is_a_problem(cast: Cast, client_of, cell: str) -> None:
    rows = [["Number", "Name", "Sector", "Area", "Status"],
            ["1", "First Shop", "Ind.", "Town Centre", cell],
            [cell, "Second Shop", "Pub", "Town Centre", "Prospect"]]  # fmt: skip
    for content in (xlsx_of(rows), "\n".join(",".join(row) for row in rows).encode()):
        run = checked(client_of("intel"), "members", content)
        assert not run.is_ready
        words = f"“{cell}” is an error of the spreadsheet. Put right what it reckons, or empty it."
        assert said(run) == [(2, "Status", words), (3, "Number", words)]


def test_a_further_sheet_is_told_and_left_alone(cast: Cast, client_of) -> None:
    client = client_of("intel")
    book = openpyxl.load_workbook(io.BytesIO(xlsx_of([
        ["Number", "Name", "Sector", "Area", "Status"],
        ["1", "First Shop", "Ind.", "Town Centre", "Prospect"],
    ])))  # fmt: skip
    book.active.title = "Shops"
    book.create_sheet("Left us").append(["2", "Second Shop", "Pub", "Town Centre", "Prospect"])
    book.create_sheet("Nothing in it")
    buffer = io.BytesIO()
    book.save(buffer)
    run = checked(client, "members", buffer.getvalue())
    note = (0, "", "Only the sheet “Shops” is read. Not read: “Left us”.")
    assert (said(run), said(run, "note")) == ([], [note])
    assert note[2] in client.get(f"/import/{run.ref}/").text
    assert step(client, run, "write").state == "done"
    assert not Member.objects.filter(name="Second Shop").exists()


def test_who_was_in_it_is_as_sure_and_did_what_the_file_says(cast: Cast, client_of) -> None:
    client = client_of("intel")
    factories.incident_type()
    step(client, checked(client, "subjects", FILES["subjects"]), "write")
    head = "Log number,Offence,Store,Date,Offender IDs,Certainty,Part\n"
    where = f"Shop theft,{cast.shop.name!r},{day(3)}".replace("'", '"')
    cases = {
        "Confirmed,Did it": ("confirmed", "did_it"),
        "likely,accomplice": ("probable", "with_them"),
        "alleged,with them": ("possible", "with_them"),
        ",": ("possible", "did_it"),
    }
    rows = "".join(f"{n},{where},1042; 1043,{said_}\n" for n, said_ in enumerate(cases))
    run = step(client, checked(client, "incidents", (head + rows).encode()), "write")
    assert run.state == "done", said(run)
    for row, wanted in zip(run.rows.order_by("number"), cases.values(), strict=True):
        people = Involvement.objects.filter(report=row.object_id)
        assert list(people.values_list("confidence", "part")) == [wanted] * 2
    bad = f"9,{where},1042,Named in the report,Watched\n"
    run = checked(client, "incidents", (head + bad).encode())
    assert {column: words.partition(":")[0] for _, column, words in said(run)} == {
        "Certainty": "“Named in the report” is none of",
        "Part": "“Watched” is none of",
    }


def test_a_text_over_several_lines_is_kept_as_it_is(cast: Cast, client_of) -> None:
    client = client_of("intel")
    text = "red,blue,green\nblack,white,£1,200"
    rows = f'Id,Name,Description,Last incident\n1,Ann,"{text}",{day(9)}\n2,Bo,Tall,{day(8)}\n'
    run = checked(client, "subjects", rows.encode())
    assert (run.is_ready, said(run)) == (True, [])
    step(client, run, "write")
    assert Subject.objects.get(name="Ann").description == text


def test_columns_are_matched_as_in_the_last_file_like_it(cast: Cast, client_of) -> None:
    client = client_of("intel")
    rows = "Tag,Shop name,Business type,Zone,Status\n{0},Shop {0},Pub,Town Centre,Prospect\n"

    def shown(number: int, kind: str = "members") -> tuple[ImportRun, str, str]:
        run = send(client, kind, rows.format(number).encode())
        page = client.get(f"/import/{run.ref}/columns/")
        return run, str(page.context["form"]["key"].value()), page.text

    run, key, page = shown(1)
    assert (key, "Guessed by their names" in page) == ("", True)
    form = client.get(f"/import/{run.ref}/columns/").context["form"]
    data = {name: form[name].value() for name in form.fields} | {"key": "0"}
    client.post(f"/import/{run.ref}/columns/", data)
    worked(run)
    step(client, run, "discard")  # its file goes, and what was matched stays
    run.refresh_from_db()
    assert (run.head, run.columns_key == "") == ([], False)
    _, key, page = shown(2)
    assert (key, f"Matched as in {run.ref}" in page) == ("0", True)
    assert shown(3, "premises")[1] == ""
    done = step(client, checked(client, "members", rows.format(4).encode()), "write")
    assert done.rows.get().key == "4"
    step(client, done, "undo", reason="The columns were wrong.")
    assert f"Matched as in {run.ref}" in shown(5)[2]
    assert "As you matched them" in client.get(f"/import/{done.ref}/columns/").text


def test_a_column_that_was_not_read_before_is_told(cast: Cast, client_of) -> None:
    client = client_of("intel")
    rows = [("1", "Ann", ""), ("2", "Bo", "Dog"), ("3", "Cy", "Dog")]
    plain = "".join(f"{n},{name},{day(9)}\n" for n, name, _ in rows)
    step(client, checked(client, "subjects", f"Id,Name,Last incident\n{plain}".encode()), "write")
    more = "".join(f"{n},{name},{day(9)},{mark}\n" for n, name, mark in rows)
    run = checked(client, "subjects", f"Id,Name,Last incident,Marks\n{more}".encode())
    words = "This column was not read when the row was imported. Not added: do that by hand."
    assert said(run, "note") == [(3, "Marks", words), (4, "Marks", words)]
    assert not run.is_ready
