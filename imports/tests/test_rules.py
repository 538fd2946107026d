"""What an import may never do, and what it says instead."""

import datetime as dt
import hashlib
import threading
import uuid
from functools import partial
from pathlib import Path
from unittest.mock import Mock

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.utils import timezone

from audit.models import Event
from common import dates
from exclusions.activity import shown_until
from exclusions.models import Notice
from imports import running
from imports.keeping import files_purge
from imports.models import ImportedRow, ImportRun
from imports.running import run_work, runs_sweep
from imports.services import run_undo, run_write, to_invite
from imports.sources import source_of
from imports.tests.files import (
    FILES,
    GOOD,
    checked,
    csv_of,
    day,
    photo_zip,
    said,
    step,
    upload_data,
    worked,
)
from incidents.models import Report
from members.letters import address_letter_render
from members.models import Invitation, Member, User
from members.pipeline import ContactInput, contact_save
from offenders.models import Alias, Photo, Subject
from tests import factories
from tests.cast import Cast, make_cast, signed_in
from tests.races import at_once, wait_until, waiters


def test_every_problem_is_told_by_row_and_column(cast: Cast, client_of) -> None:
    run = checked(client_of("intel"), "members", csv_of("""
        Title of the list
        Membership Number,Shop name,Business type,Zone,Member since,Address 1,Post code
        M-1,Cobbs,Ind.,Town Centre,31/02/2020,1 High St,DA1 1
        M-1,Mill,Greengrocer,Mars,,1 High St,DA1 1DN
        M-3,,Pub,Town Centre,,,
    """))  # fmt: skip
    assert not run.is_ready
    found = {(row, column): words for row, column, words in said(run)}
    assert found[3, "Post code"] == "“DA1 1” is not a whole postcode, such as DA1 1DN."
    assert found[3, "Member since"].startswith("“31/02/2020” is not a day.")
    assert "none of: Large retail" in found[4, "Business type"]
    assert "no area of the borough" in found[4, "Zone"]
    assert "row 3" in found[4, "Membership Number"]
    assert found[5, "Shop name"] == "This is empty and is needed."
    assert not ImportedRow.objects.exists()
    answer = client_of("intel").get(f"/import/{run.ref}/problems.csv")
    assert "“DA1 1” is not a whole postcode" in answer.content.decode()


def test_nothing_is_written_twice_and_nothing_is_changed(cast: Cast, client_of) -> None:
    client = client_of("intel")
    step(client, checked(client, "members", GOOD), "write")
    count = Member.objects.count()
    again = checked(client, "members", GOOD.replace(b"Pub", b"Bank"))
    assert (again.make_count, again.counts["there"]) == (0, 2)
    assert not again.is_ready
    assert [words for _, _, words in said(again, "note")] == [
        "“Bank” differs from what was imported before. Not changed: do that by hand."
    ]
    more = checked(client, "members", GOOD + b"\n3,Third Shop,Pub,Town Centre,Prospect")
    more = step(client, more, "write")
    assert (more.state, Member.objects.count()) == ("done", count + 1)
    assert Member.objects.get(name="Second Shop").sector == "licensed"


def test_one_bad_row_at_the_last_moment_and_nothing_is_written(cast: Cast, client_of) -> None:
    client = client_of("intel")
    run = checked(client, "subscriptions", csv_of("""
        Company,Start date,Annual fee
        Marlowe Chemist,01/04/2026,450
        The Penfold Arms,01/04/2026,450
    """))  # fmt: skip
    assert run.is_ready, said(run)
    held = cast.pub.member.subscriptions.create(
        starts_on=dt.date(2026, 6, 1), ends_on=dt.date(2027, 5, 31), fee=1
    )
    run = step(client, run, "write")
    assert (run.state, run.is_ready) == ("checked", False)
    assert said(run) == [(3, "", "Another subscription covers some of these days.")]
    assert run.written_at is None
    assert not cast.shop.member.subscriptions.exists()
    assert cast.pub.member.subscriptions.get() == held


def test_a_member_of_that_name_meanwhile_is_taken_as_it(cast: Cast, client_of) -> None:
    client = client_of("intel")
    run = checked(client, "members", GOOD)
    factories.MemberFactory(name="First shop")
    run = step(client, run, "write")
    assert (run.state, run.counts["make"], run.counts["matched"]) == ("done", 1, 1)
    assert Member.objects.filter(name__iexact="first shop").count() == 1


def test_what_something_stands_on_is_not_undone(cast: Cast, client_of) -> None:
    client = client_of("intel")
    run = step(client, checked(client, "members", GOOD), "write")
    member = Member.objects.get(name="First Shop")
    contact_save(by=cast.intel, member=member, data=ContactInput("Ann", phone="1234567"))
    other = Member.objects.get(name="Second Shop")
    other.name, other.revision = "Second Shop, changed", 2
    other.save()
    run = step(client, run, "undo", reason="Tried out.")
    assert run.state == "done"
    assert run.in_the_way == [
        "Member Second Shop, changed was changed since.",
        "Member contact of First Shop depends on it.",
    ]  # fmt: skip
    assert Member.objects.filter(pk=member.pk).exists()
    page = client.get(f"/import/{run.ref}/").content.decode()
    assert "Member contact of First Shop depends on it." in page


def test_an_undone_import_can_be_imported_again(cast: Cast, client_of) -> None:
    client = client_of("intel")
    run = step(client, checked(client, "members", GOOD), "write")
    run = step(client, run, "undo", reason="Tried out.")
    assert run.state == "undone"
    again = step(client, checked(client, "members", GOOD), "write")
    assert (again.state, again.make_count) == ("done", 2)
    actions = list(Event.objects.filter(record=run.ref).values_list("action", flat=True))
    assert {"imports.run.written", "imports.run.undone"} <= set(actions)


def test_what_is_past_its_time_is_refused(cast: Cast, client_of) -> None:
    client = client_of("intel")
    factories.incident_type()
    old, young = day(3 * 366), day(10)
    run = checked(client, "subjects", f"Id,Name,Last incident\n1,Ann Old,{old}\n".encode())
    assert "more than 24 months ago" in said(run)[0][2]
    subject = factories.subject(cast.intel, name="Kevin Marsh")
    rows = f"Date,Type,Store\n{old},Shop theft,{cast.shop.name!r}\n".replace("'", '"')
    run = checked(client, "incidents", rows.encode())
    assert "more than 24 months ago" in said(run)[0][2]
    notice = "Offender id,Name,Reason,Served on,Last day,Method,Served by\n"
    who = f"{subject.ref},Kevin Marsh"
    cases = {
        f"{who},x,{old},,By hand,PC Lane": "more than 24 months ago",
        f"{who},x,{young},{day(-400)},By hand,PC Lane": "twelve calendar months at most",
        f"D-9999,,x,{young},,By hand,PC Lane": "is nobody here",
        f"{who},x,{day(-5)},,By hand,PC Lane": "in the future",
        f"{who},x,{young},,By hand,": "is needed",
    }
    for row, words in cases.items():
        run = checked(client, "notices", (notice + row).encode())
        assert any(words in each[2] for each in said(run)), (row, said(run))


def test_a_notice_of_a_wrong_or_young_person_is_refused(cast: Cast, client_of) -> None:
    client = client_of("intel")
    kevin = factories.subject(cast.intel, name="Kevin Marsh")
    young = factories.subject(
        cast.intel, name="Jo Young", date_of_birth=dates.add_months(dates.today(), -16 * 12)
    )
    head = "Offender id,Offender name,Reason,Served on,Method,Served by\n"
    end = f"x,{day(5)},By hand,PC Lane\n"
    rows = f"{kevin.ref},Ann Other,{end}{young.ref},Young Jo,{end}"
    run = checked(client, "notices", (head + rows).encode())
    words = [each[2] for each in said(run)]
    assert f"is not the name on {kevin.ref}" in words[0]
    assert "is or may be under 18" in words[1]


def test_nobody_becomes_the_manager_by_a_file(cast: Cast, client_of) -> None:
    client = client_of("intel")
    head = "Name,Email,Member,Role\n"
    rows = "".join(
        f"A B,a{n}@x.example,{member},{role}\n"
        for n, (member, role) in enumerate(
            [("Marlowe Chemist", "Intelligence Manager"), ("Marlowe Chemist", "Board"),
             ("Marlowe Chemist", "admin"), ("D-TAC", "Reporter"),
             ("Marlowe Chemist", "Partner agency")]
        )
    )  # fmt: skip
    run = checked(client, "users", (head + rows).encode())
    assert {row for row, _, _ in said(run)} == {2, 3, 4, 5, 6}


def test_people_are_invited_when_the_manager_says(cast: Cast, client_of) -> None:
    client = client_of("intel")
    content = b"Name,Email,Member\nAnn Lee,ann@x.example,Marlowe Chemist\n"
    run = step(client, checked(client, "users", content), "write")
    person = User.objects.get(email="ann@x.example")
    assert not Invitation.objects.filter(user=person).exists()
    step(client, run, "invite")
    link = Invitation.objects.get(user=person)
    assert link.is_first_password
    letter = address_letter_render(
        template="invitation", address=person.email, context={"invitation": link.pk}
    )
    assert "you have an account" in letter.text
    assert "new password" not in letter.text + letter.html
    step(client, run, "invite")
    assert Invitation.objects.filter(user=person).count() == 1
    with time_machine.travel(timezone.now() + dt.timedelta(days=8), tick=False):
        assert list(to_invite(run)) == [person]  # the link is over
    run = step(client, run, "undo", reason="x")
    assert any("Invitation" in words for words in run.in_the_way)


def test_two_workers_and_a_dead_one(cast: Cast, client_of) -> None:
    client = client_of("intel")
    run = checked(client, "members", GOOD)
    client.post(f"/import/{run.ref}/step/", {"step": "write"})
    ImportRun.objects.filter(pk=run.pk).update(alive_at=timezone.now(), tries=1)
    assert not run_work(run_id=run.pk)  # somebody is at it
    stale = timezone.now() - running.LEASE - dt.timedelta(seconds=1)
    ImportRun.objects.filter(pk=run.pk).update(alive_at=stale)
    assert runs_sweep() == 1  # they died
    run.refresh_from_db()
    assert (run.state, run_work(run_id=run.pk)) == ("done", False)
    assert Member.objects.filter(name="First Shop").count() == 1


def test_a_worker_that_was_taken_over_commits_nothing(
    cast: Cast, client_of, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of("intel")
    run = checked(client, "members", GOOD)
    client.post(f"/import/{run.ref}/step/", {"step": "write"})
    real = running._note_rows

    def taken_over(*args: object) -> None:
        real(*args)
        ImportRun.objects.filter(pk=run.pk).update(claim=None)

    monkeypatch.setattr(running, "_note_rows", taken_over)
    assert not run_work(run_id=run.pk)
    assert not Member.objects.filter(name="First Shop").exists()
    assert not ImportedRow.objects.exists()


def test_photos_are_judged_as_uploads_are(cast: Cast, client_of) -> None:
    client = client_of("intel")
    rows = f"Id,Name,Last incident,Photo\n1,Ann,{day(9)},x.jpg; ../../etc/1042.jpg; no.jpg\n"
    bad = photo_zip(**{"x.jpg": b"<svg onload=alert(1)>", "../../evil.jpg": b"x"})
    run = checked(client, "subjects", rows.encode(), bad)
    words = [each[2] for each in said(run)]
    assert any("X.jpg can’t be taken: This file is not a photo" in each for each in words), words
    assert any("No.jpg is not in the ZIP" in each for each in words)
    assert not Photo.objects.exists()
    whole = photo_zip(**{"people.csv": FILES["subjects"]})
    run = step(client, checked(client, "subjects", whole), "write")
    assert (run.state, Photo.objects.count()) == ("done", 1)
    run = step(client, run, "undo", reason="x")
    assert (run.state, Photo.objects.count(), Subject.objects.count()) == ("undone", 0, 0)


def test_another_file_by_the_same_form_is_refused(cast: Cast, client_of) -> None:
    client, form = client_of("intel"), str(uuid.uuid4())
    for content, status in ((GOOD, 302), (GOOD, 302), (GOOD + b"x", 422)):
        data = upload_data("members", content) | {"client_id": form}
        assert client.post("/import/new/", data).status_code == status
    assert ImportRun.objects.count() == 1


def test_data_about_people_needs_its_ground(cast: Cast, client_of) -> None:
    file = SimpleUploadedFile("x.csv", FILES["subjects"])
    data = {"kind": "subjects", "source": "Old", "file": file}
    answer = client_of("intel").post("/import/new/", data)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"ground", "holder"}
    assert not ImportRun.objects.exists()


def test_files_go_after_a_month_and_the_import_can_still_be_undone(cast: Cast, client_of) -> None:
    client = client_of("intel")
    run = step(client, checked(client, "members", GOOD), "write")
    assert files_purge() == 0
    ImportRun.objects.update(moved_at=timezone.now() - dt.timedelta(days=31))
    assert files_purge() == 1
    assert step(client, run, "undo", reason="x").state == "undone"


def test_the_command_says_the_same(cast: Cast, tmp_path, capsys) -> None:
    path = tmp_path / "members.csv"
    path.write_bytes(GOOD.replace(b"Pub", b"Zeppelin"))
    with pytest.raises(CommandError, match="nothing was written"):
        call_command("import_data", "members", str(path), by="intel@test.example")
    assert "Row 3, Sector: “Zeppelin” is none of" in capsys.readouterr().out
    path.write_bytes(GOOD)
    call_command("import_data", "members", str(path), dry_run=True)
    assert not Member.objects.filter(name="First Shop").exists()
    call_command("import_data", "members", str(path))
    run = ImportRun.objects.latest("pk")
    assert Member.objects.filter(name="First Shop").exists()
    call_command("import_data", undo=run.ref)
    assert not Member.objects.filter(name="First Shop").exists()


def test_the_lock_is_let_go(cast: Cast, client_of) -> None:
    checked(client_of("intel"), "members", GOOD)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks JOIN pg_database ON oid = database"
                       " WHERE datname = current_database() AND locktype = 'advisory'"
                       " AND objid = %s", [running.LOCK])  # fmt: skip
        assert cursor.fetchone()[0] == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_write_once(django_db_blocker: object) -> None:
    cast = make_cast()
    client = Client()
    signed_in(client, cast.intel)
    runs = [checked(client, "members", GOOD.replace(b"Shop", name)) for name in (b"Shop", b"Bar")]
    for run in runs:
        ImportRun.objects.filter(pk=run.pk).update(source=run.ref)
        run.refresh_from_db()
        run_write(by=cast.intel, run=run)
    before = Member.objects.count()
    works = [partial(run_work, run_id=run.pk) for run in runs for _ in range(2)]
    assert at_once(*works) == [None] * 4
    while runs_sweep():  # who found another at work is taken up by the sweep
        pass
    assert {run.state for run in ImportRun.objects.all()} == {"done"}
    assert Member.objects.count() == before + 4


@pytest.mark.django_db(transaction=True)
def test_what_is_changed_while_an_import_is_undone_is_not_lost(django_db_blocker: object) -> None:
    cast = make_cast()
    client = Client()
    signed_in(client, cast.intel)
    run = step(client, checked(client, "members", GOOD), "write")
    run_undo(by=cast.intel, run=run, reason="Tried out.")
    changed = threading.Event()

    def change() -> None:
        with transaction.atomic():
            Member.objects.filter(name="First Shop").update(sector="venue", revision=2)
            changed.set()
            wait_until(lambda: waiters() == 1)

    def undo() -> None:
        changed.wait(timeout=20)
        run_work(run_id=run.pk)

    assert at_once(change, undo) == [None, None]
    run.refresh_from_db()
    assert (run.state, run.in_the_way) == ("done", ["Member First Shop was changed since."])
    assert Member.objects.get(name="First Shop").sector == "venue"


def test_a_subjects_log_tells_what_was_taken_back(cast: Cast, client_of) -> None:
    client = client_of("intel")
    factories.incident_type()
    runs = []
    for kind in ("members", "premises", "subjects", "incidents", "notices"):
        runs.append(step(client, checked(client, kind, FILES[kind]), "write"))
    kevin = Subject.objects.get(name="Kevin Marsh").ref
    notice = Notice.objects.get().ref
    report = Report.objects.get(people__subject__ref=kevin).ref
    for run in reversed(runs[2:]):
        assert step(client, run, "undo", reason="x").state == "undone"
    told = Event.objects.filter(subjects__contains=[kevin], action__endswith=".removed")
    assert list(told.order_by("pk").values_list("action", "record")) == [
        ("imports.notice.removed", notice),
        ("imports.report.removed", report),
        ("imports.subject.removed", kevin),
    ]


def stored_for(run: ImportRun) -> str:
    """Return all that the tables of imports hold of a run, as one text."""
    held = [*ImportRun.objects.filter(pk=run.pk), *run.rows.all(), *run.problems.all()]
    return " ".join(str(vars(row)) for row in held)


def test_nothing_personal_is_left_of_an_undone_or_discarded_file(
    cast: Cast, client_of, django_capture_on_commit_callbacks
) -> None:
    client = client_of("intel")
    file = FILES["subjects"].replace(b"Marsh", b"Secretname")
    for name in ("undo", "discard"):
        run = checked(client, "subjects", file)
        ImportRun.objects.filter(pk=run.pk).update(file_name="Secretname.CSV")
        if name == "undo":
            run = step(client, run, "write")
            assert "Secretname" in stored_for(run)
        with django_capture_on_commit_callbacks(execute=True):
            run = step(client, run, name, reason="x")
        assert run.state in ("undone", "discarded")
        assert not default_storage.exists(run.file)
        assert run.file_name == "file.csv"
        for word in ("Secretname", "02/06", "Kevin"):
            assert word not in stored_for(run), (name, word)
        assert not run.rows.exclude(key="", cells={}, made=[]).exists()
        page = client.get(f"/import/{run.ref}/")
        assert page.status_code == 200
        assert client.get(f"/import/{run.ref}/columns/").status_code == 200


def test_what_is_in_the_way_names_nobody_and_goes_with_the_file(cast: Cast, client_of) -> None:
    client = client_of("intel")
    run = step(client, checked(client, "subjects", FILES["subjects"]), "write")
    alias = Alias.objects.get(name="Kez")
    Alias.objects.filter(pk=alias.pk).update(name="Kezzer")
    run = step(client, run, "undo", reason="x")
    assert run.in_the_way == [f"Alias of {alias.subject.ref} was changed since."]
    ImportRun.objects.update(moved_at=timezone.now() - dt.timedelta(days=31))
    assert files_purge() == 1
    run.refresh_from_db()
    assert (run.in_the_way, run.head, run.file_name) == ([], [], "file.csv")
    assert files_purge() == 0


def test_a_cell_is_not_found_by_trying(cast: Cast, client_of) -> None:
    client = client_of("intel")
    run = step(client, checked(client, "subjects", FILES["subjects"]), "write")
    plain = hashlib.sha256(b"02/06/1988").hexdigest()[:12]
    assert all(plain not in row.cells.values() for row in run.rows.all())


def test_imported_subjects_are_to_be_looked_at_in_time(cast: Cast, client_of) -> None:
    client = client_of("intel")
    run = step(client, checked(client, "subjects", FILES["subjects"]), "write")
    rows = ImportedRow.objects.filter(run=run, is_made=True)
    assert "to look at" not in client.get("/queue/").text
    rows.update(review_on=dates.today() + dt.timedelta(days=10))
    page = client.get("/queue/").text
    assert f"{rows.count()} imported subject" in page
    assert f"/import/{run.ref}/" in page


def faces() -> set[str]:
    """Return the names of the photos in the store."""
    root = Path(default_storage.path("originals"))
    return {path.name for path in root.rglob("*.*")} if root.exists() else set()


def to_write(client, photos: bytes) -> ImportRun:
    """Return an import of subjects with photos that waits for its writer."""
    run = checked(client, "subjects", FILES["subjects"], photos)
    client.post(f"/import/{run.ref}/step/", {"step": "write"})
    return run


def test_no_face_stays_of_a_writer_that_was_killed(
    cast: Cast, client_of, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks
) -> None:
    held, run = faces(), to_write(client_of("intel"), photo_zip())
    with monkeypatch.context() as patch:
        patch.setattr(running, "_save", Mock(side_effect=SystemExit))  # as a kill leaves it:
        patch.setattr(running, "own_faces_clear", Mock())  # nothing is tidied up
        for _ in range(ImportRun.TRIES):
            with pytest.raises(SystemExit):
                run_work(run_id=run.pk)
            ImportRun.objects.filter(pk=run.pk).update(alive_at=None)
    assert len(faces() - held) == ImportRun.TRIES
    with django_capture_on_commit_callbacks(execute=True):
        run = worked(run)
    assert (run.state, faces()) == ("failed", held)


def test_no_face_stays_of_a_killed_try_where_the_next_one_is_done(
    cast: Cast, client_of, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks
) -> None:
    held, run = faces(), to_write(client_of("intel"), photo_zip())
    with monkeypatch.context() as patch:
        patch.setattr(running, "_save", Mock(side_effect=SystemExit))
        patch.setattr(running, "own_faces_clear", Mock())
        with pytest.raises(SystemExit):
            run_work(run_id=run.pk)
    ImportRun.objects.filter(pk=run.pk).update(alive_at=None)
    with django_capture_on_commit_callbacks(execute=True):
        run = worked(run)
    assert run.state == "done"
    assert faces() - held == {Photo.objects.get().original.name.rpartition("/")[2]}


def test_an_older_try_deletes_no_photo_of_the_one_that_took_over(
    cast: Cast, client_of, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = to_write(client_of("intel"), photo_zip())
    real, tries = running._save, []

    def hangs(*args: object) -> object:
        tries.append(1)
        if len(tries) == 1:  # the first wakes up only when a second has finished
            ImportRun.objects.filter(pk=run.pk).update(alive_at=None)
            assert run_work(run_id=run.pk)
            raise OperationalError("the connection is gone")
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(running, "_save", hangs)
    assert not run_work(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, len(tries)) == ("done", 2)
    photo = Photo.objects.get()
    assert default_storage.exists(photo.original.name)


NOTICE = "Offender id,Offender name,Reason,Served on,Method,Served by\n"


def test_our_reference_holds_with_the_name_on_the_record_alone(cast: Cast, client_of) -> None:
    client = client_of("intel")
    oleg = factories.subject(cast.intel, name="Олег Сидоров", photo=False)
    end = f"x,{day(5)},By hand,PC Lane\n"
    short = oleg.ref.replace("-", "").replace("0", "")
    for who in (f"{oleg.ref},", f"{short},Олег Сидоров", f"{oleg.ref},Иван Петров"):
        run = checked(client, "notices", f"{NOTICE}{who},{end}".encode())
        assert len(said(run)) == 1, who
    run = checked(client, "notices", f"{NOTICE}{oleg.ref},Сидоров Олег,{end}".encode())
    assert run.is_ready, said(run)
    assert "Олег Сидоров" in said(run, "note")[0][2]


def test_a_notice_on_somebody_of_unknown_age_is_refused(cast: Cast, client_of) -> None:
    ann = factories.subject(cast.intel, name="Ann Other", date_of_birth=None, photo=False)
    rows = f"{NOTICE}{ann.ref},Ann Other,x,{day(5)},By hand,PC Lane\n"
    run = checked(client_of("intel"), "notices", rows.encode())
    assert "Nothing says how old" in said(run)[0][2]


def test_the_same_payments_are_told_and_a_source_has_no_case(cast: Cast, client_of) -> None:
    client = client_of("intel")
    rows = b"Member,Date paid,Amount\nMarlowe Chemist,01/04/2026,450\n"
    step(client, checked(client, "payments", rows), "write")
    numbered = rows.replace(b"Amount\n", b"Amount,Number\n").replace(b"450\n", b"450,R-1\n")
    notes = [words for _, _, words in said(checked(client, "payments", numbered), "note")]
    assert any("the same?" in words for words in notes), notes
    again = checked(client, "payments", rows)
    assert (again.make_count, again.counts["there"]) == (0, 1)
    assert any("This very file was imported before" in each[2] for each in said(again, "note"))
    assert source_of("OLD  system") == "Old system"


def test_members_see_somebody_for_a_year_after_their_last_incident_elsewhere(
    cast: Cast, client_of
) -> None:
    client = client_of("intel")
    last = dates.today() - dt.timedelta(days=200)
    rows = f"Id,Name,Date of birth,Last incident\n1,Ann Old,01/02/1980,{last:%d/%m/%Y}\n"
    run = step(client, checked(client, "subjects", rows.encode()), "write")
    assert run.state == "done", said(run)
    subject = Subject.objects.get(name="Ann Old")
    assert shown_until(subject) == dates.last_day_of_year_from(last)
    into = factories.subject(cast.intel, name="Ann Kept", photo=False)
    Subject.objects.filter(pk=subject.pk).update(merged_into=into)
    assert shown_until(into) == dates.last_day_of_year_from(last)
    factories.accepted_incident(cast.intel, cast.staff, cast.shop, into)
    assert shown_until(into) == dates.last_day_of_year_from(dates.today())
