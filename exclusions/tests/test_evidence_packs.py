"""Evidence packs: what is in them, what they withhold, and that the worker may die at any line."""

import copy
import datetime as dt
import hashlib
import io
import multiprocessing
import os
import subprocess
import time
import uuid
import zipfile
from pathlib import Path

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from PIL import Image

from audit.models import Event
from common import dates
from common.variants import make_waiting_variants
from exclusions.evidence import make
from exclusions.evidence.make import LEASE, pack_make, packs_purge, packs_sweep
from exclusions.evidence.names import names_left_in
from exclusions.models import CaseFile, EvidencePack
from exclusions.services import (
    StatementInput,
    case_incident_change,
    case_pick,
    pack_order,
    statement_add,
)
from incidents.models import Attachment, Involvement, Report
from incidents.services import PersonInput, report_accept
from members.models import SharingRecord
from offenders.models import Subject
from tests import factories
from tests.cast import Cast, make_cast
from tests.pdfs import HARD_NAMES, shows_name, text_of
from tests.races import at_once

DAY = dt.timedelta(days=1)


def make_case(cast: Cast, *, name: str = "Kevin Marsh", files: int = 2) -> CaseFile:
    """Return a case file: two incidents with photos, a notice with a breach, three statements."""
    subject = factories.published(cast.intel, name=name).subject
    reports = [
        factories.accepted_incident(
            cast.intel,
            by,
            premises,
            subject,
            files=[factories.upload(f"door {number}.jpg") for number in range(files)],
            words="He put razors into a foil-lined bag.",
        )
        for by, premises in ((cast.staff, cast.shop), (cast.other, cast.pub))
    ]
    make_waiting_variants(Attachment.objects.all())
    factories.given_warning(cast.intel, cast.staff, cast.shop, subject, ago=60 * DAY)
    factories.served_notice(cast.intel, cast.staff, cast.shop, subject, ago=30 * DAY)
    seen = factories.report(cast.other, cast.pub, people=[PersonInput(subject=subject)])
    report_accept(by=cast.intel, report=seen, revision=1)
    case = factories.case_file(cast.intel, subject, *reports, kind="cbo")
    first, second = case.incidents.order_by("report__occurred_at")
    for incident, by, shown in ((first, cast.staff, True), (second, cast.other, False)):
        state(cast, case, by.member, by.name, "I saw him take them.", incident, shown)
    state(cast, case, cast.shop.member, "Una Owner", "We closed the back door for good.", None)
    return case


def state(cast, case, member, name, words, incident=None, shown=False) -> None:
    data = StatementInput(
        member=member, witness_name=name, words=words, incident=incident, name_shown=shown
    )
    statement_add(by=cast.intel, case=case, client_id=uuid.uuid4(), data=data)


def opened(name: str) -> bytes:
    with default_storage.open(name) as file:
        return bytes(file.read())


def test_the_pdf_tells_it_all_and_names_whom_it_may(cast: Cast) -> None:
    case = make_case(cast)
    pack = factories.evidence_pack(cast.intel, case)
    said = text_of(opened(pack.pdf))
    for words in (
        "Kevin Marsh (D-0001)", "Criminal behaviour order", "Crime and Policing Act 2014, Part 2",
        case.subject.warning_letters.get().ref, "Warning letters given", "Handed over in person",
        case.ref, pack.ref, case.words, "Chronology", "Incidents and losses", "Breaches",
        "£100.00", "We closed the back door for good.", "WITNESS STATEMENT",
        "2 incidents, 4 exhibits", "I saw him take them.", "foil-lined bag", cast.shop.address,
        f"Statement of: {cast.staff.name}", "Witness 2 (name withheld)",
    ):  # fmt: skip
        assert words in said, words
    for report in case.subject.notices.get().grounds.all():
        assert report.ref not in said  # not chosen
    for file in Attachment.objects.all():
        assert file.sha256 in said.replace(" ", "")
    assert cast.other.name not in said
    assert "Una Owner" not in said
    assert "J. Patel" not in said
    assert "Mrash" not in said


def test_a_name_shown_in_one_statement_stays_withheld_in_the_other(cast: Cast) -> None:
    case = make_case(cast)
    second = case.incidents.order_by("report__occurred_at").last()
    assert second is not None
    state(cast, case, cast.other.member, cast.other.name, "Once more.", second, shown=True)
    said = text_of(opened(factories.evidence_pack(cast.intel, case).pdf))
    assert f"Statement of: {cast.other.name}" in said
    assert "Witness 2 (name withheld)" in said
    assert f"from {cast.other.name}" not in said
    assert f"Reported by {cast.other.name}" not in said


@pytest.mark.parametrize("name", HARD_NAMES)
def test_any_name_comes_out(cast: Cast, name: str) -> None:
    case = make_case(cast, name=name, files=0)
    said = text_of(opened(factories.evidence_pack(cast.intel, case).pdf))
    assert shows_name(said, name)
    assert case.ref in said


def test_the_zip_is_what_sha256sum_accepts(cast: Cast, tmp_path: Path) -> None:
    case = make_case(cast)
    pack = factories.evidence_pack(cast.intel, case)
    content = opened(pack.archive)
    assert (hashlib.sha256(content).hexdigest(), len(content)) == (pack.sha256, pack.byte_size)
    zipfile.ZipFile(io.BytesIO(content)).extractall(tmp_path)
    folder = tmp_path / pack.ref
    checked = subprocess.run(
        ["sha256sum", "--strict", "-c", "MANIFEST.sha256"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    files = sorted(path.name for path in folder.rglob("*") if path.is_file())
    assert len(checked.stdout.splitlines()) == len(files) - 1 == 6  # all but the list itself
    assert opened(pack.pdf) == (folder / "pack.pdf").read_bytes()
    for file in Attachment.objects.select_related("report"):
        (copy,) = folder.glob(f"exhibits/*-{file.report.ref}-{file.number}.jpg")
        assert copy.read_bytes() == opened(str(file.original.name))


def test_each_copy_is_in_its_chain_of_custody_and_in_the_next_pack(cast: Cast) -> None:
    case = make_case(cast)
    first = factories.evidence_pack(cast.intel, case)
    copied = Event.objects.filter(action="incidents.evidence.downloaded", detail__pack=first.ref)
    assert copied.count() == 4
    said = text_of(opened(factories.evidence_pack(cast.intel, case).pdf))
    assert "(unaltered), the Intelligence Manager" in said


def test_an_incident_without_its_files(cast: Cast) -> None:
    case = make_case(cast)
    for incident in case.incidents.all():
        case.refresh_from_db()
        case_incident_change(
            by=cast.intel,
            incident=incident,
            revision=case.revision,
            account="Told shortly.",
            with_files=False,
        )
    pack = factories.evidence_pack(cast.intel, case)
    assert (pack.total, "photos and files" in pack.fields) == (0, False)
    assert "Told shortly." in text_of(opened(pack.pdf))


def order(cast: Cast, case: CaseFile) -> EvidencePack:
    case.refresh_from_db()
    return pack_order(
        by=cast.intel,
        case=case,
        revision=case.revision,
        client_id=uuid.uuid4(),
        names_checked=True,
    )


def there(claim: uuid.UUID | None) -> bool:
    """Whether anything of a try is stored. (Other tests use the same store.)"""
    assert claim is not None
    return any(default_storage.exists(f"{make.FOLDER}/{claim}.{end}") for end in ("pdf", "zip"))


@pytest.mark.parametrize("how", ["altered", "gone"])
def test_nothing_leaves_that_is_not_what_was_sent(cast: Cast, client_of, how: str) -> None:
    pack = order(cast, make_case(cast))
    file = Attachment.objects.first()
    assert file is not None
    path = Path(default_storage.path(str(file.original.name)))
    if how == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes() + b"x")
    assert not pack_make(pack_id=pack.pk)
    pack.refresh_from_db()
    assert file.exhibit_ref in pack.problem
    assert (pack.is_open, pack.has_files, there(pack.claim)) == (False, False, False)
    intel = client_of("intel")
    assert "Tell the administrator" in intel.get(f"/packs/{pack.ref}/").text
    assert intel.get(f"/packs/{pack.ref}/pack.pdf").status_code == 404


def die(cast: Cast, pack: EvidencePack, monkeypatch: pytest.MonkeyPatch, at: str) -> None:
    """Let a worker begin and die at a line, as kill -9 leaves things: nothing is undone."""

    def killed(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt  # no `except Exception` sees it, as none sees a kill

    with monkeypatch.context() as patched:
        patched.setattr(make, at, killed)
        with pytest.raises(KeyboardInterrupt):
            pack_make(pack_id=pack.pk)


@pytest.mark.parametrize("at", ["_read", "write_archive", "_pdf", "_store", "_finish"])
def test_a_worker_that_dies_is_replaced(cast: Cast, monkeypatch, at: str) -> None:
    pack = order(cast, make_case(cast))
    die(cast, pack, monkeypatch, at)
    pack.refresh_from_db()
    dead = pack.claim
    assert packs_sweep() == 0  # somebody may be at it still
    with time_machine.travel(timezone.now() + LEASE + dt.timedelta(seconds=1)):
        assert packs_sweep() == 1
    pack.refresh_from_db()
    assert pack.has_files
    assert (there(dead), there(pack.claim)) == (False, True)


def make_alone(pack_id: int) -> None:
    """Make a pack in a process that was forked: with a connection of its own, whatever it got."""
    connection.connection = None
    pack_make(pack_id=pack_id)


def test_workers_that_are_killed_lose_nothing(transactional_db: None) -> None:
    """Real processes, killed with SIGKILL at eight moments of their work."""
    cast = make_cast()
    case = make_case(cast, files=4)
    begun = time.monotonic()
    factories.evidence_pack(cast.intel, case)
    whole = time.monotonic() - begun
    for part in range(8):
        pack = order(cast, case)
        connection.close()  # the other process has one of its own
        worker = multiprocessing.get_context("fork").Process(
            target=make_alone, kwargs={"pack_id": pack.pk}
        )
        worker.start()
        worker.join(timeout=whole * (part + 1) / 8)
        worker.kill()
        worker.join()
        pack.refresh_from_db()
        dead = pack.claim
        EvidencePack.objects.open().update(alive_at=timezone.now() - 2 * LEASE)  # much later
        packs_sweep()
        pack.refresh_from_db()
        content = opened(pack.archive)
        assert hashlib.sha256(content).hexdigest() == pack.sha256
        assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
        assert dead in (None, pack.claim) or not there(dead)
        made = Event.objects.filter(action="exclusions.pack.made", detail__pack=pack.ref)
        assert made.count() == 1


def test_three_deaths_end_it(cast: Cast, monkeypatch) -> None:
    pack = order(cast, make_case(cast))
    now = timezone.now()
    for number in range(3):
        with time_machine.travel(now + number * 2 * LEASE):
            die(cast, pack, monkeypatch, "_pdf")
    with time_machine.travel(now + 7 * LEASE):
        assert packs_sweep() == 0
    pack.refresh_from_db()
    assert "Order it again" in pack.problem
    assert order(cast, pack.case).is_open  # another can be ordered


def test_who_was_taken_over_writes_nothing(cast: Cast, monkeypatch) -> None:
    pack = order(cast, make_case(cast))
    real = make.write_archive

    def slow(*args: object, **kwargs: object) -> bytes:
        with time_machine.travel(timezone.now() + 2 * LEASE):
            monkeypatch.setattr(make, "write_archive", real)
            assert pack_make(pack_id=pack.pk)  # meanwhile another takes over, and is done
        return real(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(make, "write_archive", slow)
    assert not pack_make(pack_id=pack.pk)
    pack.refresh_from_db()
    assert pack.tries == 2
    content = opened(pack.archive)
    assert hashlib.sha256(content).hexdigest() == pack.sha256
    assert Event.objects.filter(action="exclusions.pack.made").count() == 1


def test_two_workers_make_one(transactional_db: None) -> None:
    cast = make_cast()
    pack = order(cast, make_case(cast))
    done: list[bool] = []
    at_once(*[lambda: done.append(pack_make(pack_id=pack.pk))] * 3)
    assert sorted(done) == [False, False, True]
    assert Event.objects.filter(action="exclusions.pack.made").count() == 1


def test_handed_out_it_is_in_the_register(cast: Cast, client_of) -> None:
    case = make_case(cast)
    pack = factories.evidence_pack(cast.intel, case)
    intel = client_of("intel")
    share = f"/packs/{pack.ref}/share/"
    assert intel.post(share, {}).status_code == 422
    assert not SharingRecord.objects.exists()
    data = share_data(intel.get(f"/packs/{pack.ref}/").context["form"])
    for _ in range(2):  # a double click is one entry
        answer = intel.post(share, data)
        content = b"".join(answer)
        assert hashlib.sha256(content).hexdigest() == pack.sha256
    entry = SharingRecord.objects.get()
    assert (entry.record, entry.subjects, entry.sha256) == (
        pack.ref,
        [case.subject.ref],
        pack.sha256,
    )
    assert "names of witnesses" in entry.fields
    assert "Shared with PC 1 Smith, Kent Police" in intel.get(f"/packs/{pack.ref}/").text
    assert "no-store" in answer["Cache-Control"]


def share_data(form) -> dict[str, str]:
    return {
        "client_id": str(form["client_id"].value()),
        "recipient": "PC 1 Smith",
        "body": "Kent Police",
        "purpose": form["purpose"].value(),
        "lawful_basis": form["lawful_basis"].value(),
    }


def test_another_recipient_is_another_entry(cast: Cast, client_of) -> None:
    """The page stays open after a download: what is typed then is no repetition."""
    pack = factories.evidence_pack(cast.intel, make_case(cast, files=0))
    intel = client_of("intel")
    data = share_data(intel.get(f"/packs/{pack.ref}/").context["form"])
    share = f"/packs/{pack.ref}/share/"
    assert intel.post(share, data).status_code == 200
    other = data | {"recipient": "Mr Beta"}
    refused = intel.post(share, other)
    assert (refused.status_code, "Press again" in refused.text) == (422, True)
    fresh = refused.context["form"]["client_id"].value()
    assert intel.post(share, other | {"client_id": str(fresh)}).status_code == 200
    told = list(SharingRecord.objects.order_by("pk").values_list("recipient", flat=True))
    assert told == ["PC 1 Smith, Kent Police", "Mr Beta, Kent Police"]


@pytest.mark.parametrize("how", ["altered", "gone"])
def test_a_pack_that_was_altered_is_not_handed_out(cast: Cast, client_of, how: str) -> None:
    pack = factories.evidence_pack(cast.intel, make_case(cast, files=0))
    intel = client_of("intel")
    data = share_data(intel.get(f"/packs/{pack.ref}/").context["form"])
    for name in (pack.archive, pack.pdf):
        path = Path(default_storage.path(name))
        if how == "gone":
            path.unlink()
        else:
            path.write_bytes(path.read_bytes() + b"x")
    words = "missing from the store" if how == "gone" else "not what was made"
    refused = intel.post(f"/packs/{pack.ref}/share/", data)
    assert (refused.status_code, words in refused.text) == (422, True)
    assert not SharingRecord.objects.exists()
    assert words in intel.get(f"/packs/{pack.ref}/pack.pdf", follow=True).text


def test_what_was_changed_since_it_was_ordered_is_ordered_again(cast: Cast) -> None:
    pack = order(cast, make_case(cast, files=0))
    case, incident = pack.case, pack.case.incidents.first()
    assert incident is not None
    case_incident_change(
        by=cast.intel,
        incident=incident,
        revision=case.revision,
        account=f"{cast.other.name} told him.",
        with_files=True,
    )
    assert not pack_make(pack_id=pack.pk)
    pack.refresh_from_db()
    assert "changed before the pack was made" in pack.problem


def test_what_is_no_longer_this_persons_is_in_no_pack(cast: Cast, client_of) -> None:
    case = make_case(cast, files=0)
    pack = order(cast, case)
    report = case.incidents.order_by("pk")[0].report
    report.people.update(subject=factories.subject(cast.intel, name="Ann Ash"))
    assert not pack_make(pack_id=pack.pk)
    pack.refresh_from_db()
    assert report.ref in pack.problem
    with pytest.raises(ValidationError, match=report.ref):
        order(cast, case)
    page = client_of("intel").get(f"/cases/{case.ref}/").text
    assert "No accepted incident of this person any more" in page


def test_what_a_device_calls_a_photo_is_not_printed(cast: Cast) -> None:
    case = make_case(cast)
    Attachment.objects.update(file_name=f"{cast.other.name}s phone.jpg")
    said = text_of(opened(factories.evidence_pack(cast.intel, case).pdf))
    assert cast.other.name not in said
    assert "JPEG photo," in said


def test_a_colleague_who_sent_a_photo_is_looked_for_too(cast: Cast) -> None:
    case = make_case(cast, files=1)
    photo = Attachment.objects.first()
    assert photo is not None
    photo.pk, photo.uuid, photo.number, photo.added_by = None, uuid.uuid4(), 9, cast.otherstore
    Attachment.objects.bulk_create([photo])
    case.words = f"As {cast.otherstore.name} says."
    case.save()
    found = [(left.name, left.place) for left in names_left_in(case)]
    assert (cast.otherstore.name, "the first page") in found


def test_files_that_nobody_has_are_swept(cast: Cast) -> None:
    pack = factories.evidence_pack(cast.intel, make_case(cast, files=0))
    stray = default_storage.save(f"{make.FOLDER}/{uuid.uuid4()}.pdf", ContentFile(b"x"))
    packs_purge()
    assert default_storage.exists(stray)  # somebody may be at it
    old = (timezone.now() - 2 * DAY).timestamp()
    for name in (stray, pack.pdf, pack.archive):
        os.utime(default_storage.path(name), (old, old))
    packs_purge()
    assert not default_storage.exists(stray)
    assert default_storage.exists(pack.pdf)
    assert default_storage.exists(pack.archive)


def test_only_the_manager_knows_of_it(cast: Cast, client_of) -> None:
    case = make_case(cast)
    pack = factories.evidence_pack(cast.intel, case)
    for who in ("staff", "store", "other", "police", "board", "admin"):
        client = client_of(who)
        for path in (
            "/cases/", f"/cases/{case.ref}/", f"/packs/{pack.ref}/", f"/packs/{pack.ref}/pack.pdf",
        ):  # fmt: skip
            assert client.get(path).status_code == 404, (who, path)
        assert client.post(f"/packs/{pack.ref}/share/").status_code == 404


def test_after_ninety_days_the_files_go_and_the_entry_stays(cast: Cast, client_of) -> None:
    pack = factories.evidence_pack(cast.intel, make_case(cast))
    with time_machine.travel(timezone.now() + 90 * DAY - dt.timedelta(minutes=1)):
        assert packs_purge() == 0
    with time_machine.travel(timezone.now() + 90 * DAY + dt.timedelta(minutes=1)):
        assert packs_purge() == 1
        assert packs_purge() == 0
    assert not default_storage.exists(pack.archive)
    assert not default_storage.exists(pack.pdf)
    page = client_of("intel").get(f"/packs/{pack.ref}/").text
    assert pack.sha256 in page
    assert "deleted" in page
    assert client_of("intel").post(f"/packs/{pack.ref}/share/", {}).status_code == 422


@pytest.mark.parametrize(
    "change",
    [
        {"sha256": "0" * 64},
        {"made_at": None},
        {"failed_at": timezone.now(), "problem": "x"},
        {"done": 99},
        {"pdf": ""},
    ],
)
def test_what_was_made_can_not_come_to_be_something_else(cast: Cast, change) -> None:
    pack = factories.evidence_pack(cast.intel, make_case(cast, files=0))
    with pytest.raises(DatabaseError), transaction.atomic():
        EvidencePack.objects.filter(pk=pack.pk).update(**change)


def test_a_merge_takes_the_case_file_along(cast: Cast) -> None:
    from exclusions.merging import merge_undo, subjects_merge

    case = make_case(cast, files=0)
    gone = case.subject
    gone.refresh_from_db()
    kept = factories.subject(cast.intel, name="Kevyn Marsh")
    done = subjects_merge(
        by=cast.intel, kept=kept, gone=gone, revisions=(1, gone.revision), fields={}, reason="Same."
    )
    case.refresh_from_db()
    assert case.subject == kept
    merge_undo(by=cast.intel, merge=done)
    case.refresh_from_db()
    assert case.subject == Subject.objects.get(pk=gone.pk)


def noise(size: tuple[int, int]) -> bytes:
    """Return a JPEG that is as large as a photo of its size, a few at a time."""
    buffer = io.BytesIO()
    Image.effect_noise(size, 64).convert("RGB").save(buffer, "JPEG", quality=75)
    return buffer.getvalue()


def many(cast: Cast, *, incidents: int, photos: int) -> CaseFile:
    """Return a case file of many incidents with large photos, made without services."""
    case = make_case(cast, files=1)
    report = case.incidents.first().report  # type: ignore[union-attr]
    person, photo = report.people.get(), report.attachments.get()
    content, card = noise((1000, 750)), noise((400, 500))
    shared = default_storage.save("originals/large.jpg", ContentFile(content))
    year = report.ref.split("-")[1]
    reports, people, files = [], [], []
    for number in range(incidents):
        report.pk, report.ref, report.client_id = None, f"INC-{year}-9{number:04}", uuid.uuid4()
        reports.append(copy.copy(report))
    Report.objects.bulk_create(reports)
    for number, each in enumerate(reports):
        person.pk, person.report = None, each
        people.append(copy.copy(person))
        for nth in range(photos // incidents + (number < photos % incidents)):
            photo.pk, photo.uuid, photo.report, photo.number = None, uuid.uuid4(), each, nth + 1
            photo.original, photo.byte_size = shared, len(content)
            photo.sha256 = hashlib.sha256(content).hexdigest()
            files.append(copy.copy(photo))
    Involvement.objects.bulk_create(people)
    Attachment.objects.bulk_create(files)
    for file in files:
        default_storage.save(file.variant_path("card"), ContentFile(card))
    case.refresh_from_db()
    first = [each.report for each in case.incidents.select_related("report")]
    return case_pick(by=cast.intel, case=case, revision=case.revision, reports=[*first, *reports])


def test_two_hundred_incidents_with_three_hundred_photos_in_a_minute(cast: Cast) -> None:
    pack = order(cast, many(cast, incidents=198, photos=298))
    begun = time.monotonic()
    assert pack_make(pack_id=pack.pk)
    took = time.monotonic() - begun
    pack.refresh_from_db()
    assert (len(pack.incident_refs), pack.total) == (200, 300)
    assert took < 60


def test_dates_are_london_dates(cast: Cast) -> None:
    case = make_case(cast, files=0)
    pack = factories.evidence_pack(cast.intel, case)
    assert dates.in_full(pack.ordered_at) in text_of(opened(pack.pdf))
