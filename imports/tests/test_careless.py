"""What a hostile or careless manager does, and what it says to them."""

import io
import zipfile

import pytest

from imports.models import ImportedRow, ImportRun
from imports.running import run_work
from imports.services import run_undo, run_write
from imports.tests.files import FILES, GOOD, checked, photo_zip, said, send, step, upload_data
from members.models import Member, Premises
from tests.cast import Cast, signed_in


def zip_of(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "Name\nx\n")
    return buffer.getvalue()


NO_TABLE = "neither a CSV nor an XLSX file"
WRONG = {
    "pdf": (b"%PDF-1.7\nText, more\n1,2\n", NO_TABLE),
    "photo": (b"\xff\xd8\xff\xe0,a\n1,2\n", NO_TABLE),
    "web page": (b"\xef\xbb\xbf\n<html><table><tr>Name\n1,2\n", NO_TABLE),
    "old Excel": (b"\xd0\xcf\x11\xe0 rest", "old Excel"),
    "Word": (zip_of("word/document.xml", "[Content_Types].xml"), NO_TABLE),
    "OpenDocument": (zip_of("mimetype", "content.xml"), NO_TABLE),
    "ZIP": (zip_of("members.csv"), "A ZIP is read for subjects only"),
    "cut short": (zip_of("members.csv")[:40], "damaged or was cut short"),
    "nothing": (b"", "This file is empty"),
    "spaces": (b" \n\n ", "This file is empty"),
    "head alone": (b"Number,Name,Sector,Area,Status\n", "There is no row beneath the names"),
    "50 MB": (b"Number,Name\n" + b"1,x\n" * 13_000_000, "over 25 MB"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_file_that_is_none_is_refused_beside_its_field(cast: Cast, client_of, what: str) -> None:
    content, words = WRONG[what]
    answer = client_of("intel").post("/import/new/", upload_data("members", content))
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert list(errors) == ["file"], errors
    assert words in str(errors["file"]), errors
    assert not ImportRun.objects.exists()


def test_photos_that_are_none_are_told_at_their_field(cast: Cast, client_of) -> None:
    client = client_of("intel")
    for photos, words in ((b"PK\x03\x04 cut", "damaged"), (b"no zip", "damaged")):
        answer = client.post("/import/new/", upload_data("subjects", FILES["subjects"], photos))
        assert words in str(answer.context["form"].errors["photos"])
        assert "Choose the file again" in answer.text
    answer = client.post("/import/new/", upload_data("members", GOOD, photo_zip()))
    assert "file of subjects only" in str(answer.context["form"].errors["photos"])


def test_one_column_for_two_fields_is_refused(cast: Cast, client_of) -> None:
    client = client_of("intel")
    run = send(client, "members", GOOD)
    form = client.get(f"/import/{run.ref}/columns/").context["form"]
    data = {name: form[name].value() for name in form.fields} | {"postcode": "1"}
    answer = client.post(f"/import/{run.ref}/columns/", data)
    assert answer.status_code == 422
    assert "This column is used for “Name” already." in answer.text
    run.refresh_from_db()
    assert (run.state, run.mapping) == ("uploaded", {})


def test_two_tabs_write_one_import_once(cast: Cast, client_of) -> None:
    client = client_of("intel")
    run = checked(client, "members", GOOD)
    count = Member.objects.count()
    for _ in range(2):
        assert client.post(f"/import/{run.ref}/step/", {"step": "write"}).status_code == 302
    page = client.get(f"/import/{run.ref}/")
    assert "Nothing was done: this import is at another step by now" in page.text
    run_work(run_id=run.pk)
    answer = client.post(f"/import/{run.ref}/step/", {"step": "write"}, follow=True)
    assert "another step by now, “Imported”" in answer.text
    assert Member.objects.count() == count + 2


def test_the_same_file_from_two_tabs_is_written_once(cast: Cast, client_of) -> None:
    client = client_of("intel")
    count = Member.objects.count()
    runs = [checked(client, "members", GOOD) for _ in range(2)]
    assert all(run.is_ready for run in runs)
    first, second = (step(client, run, "write") for run in runs)
    assert (first.state, second.state) == ("done", "checked")
    assert (second.written_at, second.state_words) == (None, "Nothing new in it")
    assert (Member.objects.count(), ImportedRow.objects.count()) == (count + 2, 2)
    assert "Nothing new in it." in client.get(f"/import/{second.ref}/").text


def test_undone_twice_is_undone_once(cast: Cast, client_of) -> None:
    client = client_of("intel")
    run = step(client, checked(client, "members", GOOD), "write")
    data = {"step": "undo", "reason": "First"}
    client.post(f"/import/{run.ref}/step/", data)
    again = client.post(f"/import/{run.ref}/step/", data | {"reason": "Second"}, follow=True)
    assert "another step by now, “Being undone”" in again.text
    run_work(run_id=run.pk)
    again = client.post(f"/import/{run.ref}/step/", data | {"reason": "Third"}, follow=True)
    assert "another step by now, “Undone”" in again.text
    run.refresh_from_db()
    assert (run.state, run.undo_reason) == ("undone", "First")


def test_what_was_checked_before_an_undoing_is_judged_again(cast: Cast, client_of) -> None:
    client = client_of("intel")
    members = step(client, checked(client, "members", FILES["members"]), "write")
    premises = checked(client, "premises", FILES["premises"])
    run_undo(by=cast.intel, run=members, reason="x")
    run_write(by=cast.intel, run=premises)
    run_work(run_id=members.pk)
    run_work(run_id=premises.pk)
    members.refresh_from_db()
    premises.refresh_from_db()
    assert (members.state, premises.state) == ("undone", "checked")
    assert "is no member here" in said(premises)[0][2]


def test_what_was_written_before_the_undoing_keeps_it(cast: Cast, client_of) -> None:
    client = client_of("intel")
    members = step(client, checked(client, "members", FILES["members"]), "write")
    premises = checked(client, "premises", FILES["premises"])
    run_write(by=cast.intel, run=premises)
    run_undo(by=cast.intel, run=members, reason="x")
    run_work(run_id=premises.pk)
    run_work(run_id=members.pk)
    members.refresh_from_db()
    assert members.state == "done"
    assert members.in_the_way == ["Premises Cobb’s Bakery, Spital Street depends on it."]
    assert Premises.objects.filter(name="Cobb’s Bakery, Spital Street").exists()


def test_a_sign_in_lost_half_way_writes_nothing_and_finds_back(cast: Cast, client_of) -> None:
    client = client_of("intel")
    run = checked(client, "members", GOOD)
    client.logout()
    answer = client.post(f"/import/{run.ref}/step/", {"step": "write"})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/")
    part = client.get(f"/import/{run.ref}/", HTTP_HX_REQUEST="true", HTTP_HX_TARGET="progress")
    assert part["HX-Redirect"].startswith("/sign-in/")
    assert client.post("/import/new/", upload_data("members", GOOD)).status_code == 302
    assert ImportRun.objects.count() == 1
    signed_in(client, cast.intel)
    lost = client.get(f"/import/{run.ref}/step/")
    assert lost.status_code == 405
    assert "If you had to sign in first, nothing was done" in lost.text
    run.refresh_from_db()
    assert run.is_ready


def test_the_same_problem_of_many_rows_is_shown_once(cast: Cast, client_of) -> None:
    client = client_of("intel")
    rows = "".join(f"{n},Shop {n},Zeppelin,Town Centre,Prospect\n" for n in range(60))
    run = checked(client, "members", b"Number,Name,Sector,Area,Status\n" + rows.encode())
    page = client.get(f"/import/{run.ref}/").text
    assert (page.count("“Zeppelin” is none of"), "and 59 more" in page) == (1, True)
    listed = client.get(f"/import/{run.ref}/problems.csv").content.decode()
    assert listed.count("“Zeppelin” is none of") == 60
