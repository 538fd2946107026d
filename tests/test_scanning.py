"""Files and the virus scanner: what it has not seen doesn't leave, and what is bad never does."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from board.models import ReportAttachment
from board.reports.attachments import attachment_release
from common.scanning import ScannerError, scan
from common.variants import make_waiting_variants
from dtac.actions import FILE_HELD
from dtac.health import State, all_signs
from dtac.scanning import scan_waiting
from dtac.tasks import scan_sweep
from exclusions.evidence.make import pack_make
from exclusions.services import pack_order, signed_copies_add, signed_copy_release
from incidents.models import Attachment
from members.models import OutboundEmail
from offenders.models import Photo
from offenders.services import photos_copy
from offenders.services.photos import photo_release
from tests import factories, scanner
from tests.cast import Cast, signed_in
from tests.races import at_once

PDF = b"%%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%s\ntrailer\n<<>>\n%%%%EOF\n"
BAD_PDF = PDF % scanner.EICAR
GOOD_PDF = PDF % b""


@pytest.fixture
def clamd(settings: Any) -> Iterator[scanner.Scanner]:
    with scanner.running() as running:
        settings.DTAC_CLAMD = running.address
        yield running


def paper(content: bytes) -> Any:
    return factories.upload("note.pdf", content, "application/pdf")


def sent(cast: Cast, *files: Any) -> list[Attachment]:
    report = factories.report(cast.staff, cast.shop, files=list(files))
    return list(report.attachments.order_by("number"))


def told() -> int:
    return OutboundEmail.objects.filter(template="file-held").count()


def save_copy(client: Client, file: Attachment) -> Any:
    return client.post(reverse("exhibit_file", args=[file.uuid]))


@pytest.mark.django_db
def test_a_bad_file_is_held_told_and_given_to_nobody(
    cast: Cast, clamd: scanner.Scanner, client: Client
) -> None:
    bad, good = sent(cast, paper(BAD_PDF), paper(GOOD_PDF))
    assert scan_sweep() == 2
    assert sorted(clamd.seen) == sorted([BAD_PDF, GOOD_PDF])
    bad.refresh_from_db()
    assert bad.malware == scanner.FOUND
    signed_in(client, cast.intel)
    answer = save_copy(client, bad)
    assert (answer.status_code, answer.url) == (302, reverse("exhibit", args=[bad.uuid]))
    page = client.get(answer.url).content.decode()
    assert scanner.FOUND in page
    assert "Save a copy" not in page
    assert b"".join(save_copy(client, good).streaming_content) == GOOD_PDF
    event = Event.objects.get(action=FILE_HELD.code)
    assert (event.record, event.detail["sha256"]) == (bad.report.ref, bad.sha256)
    assert "name" not in event.detail
    assert [mail.user for mail in OutboundEmail.objects.filter(template="file-held")] == [
        cast.intel
    ]
    signed_in(client, cast.staff)
    said = client.get(reverse("report", args=[bad.report.ref])).content.decode()
    assert "held back: a virus was found in it" in said
    assert scan_sweep() == 0
    assert told() == 1


@pytest.mark.django_db
def test_the_copies_of_a_bad_photo_are_deleted(
    cast: Cast,
    clamd: scanner.Scanner,
    client: Client,
    django_capture_on_commit_callbacks: Any,
) -> None:
    (file,) = sent(cast, factories.upload(content=factories.image_bytes() + scanner.EICAR))
    make_waiting_variants(Attachment.objects.all())
    assert default_storage.exists(file.variant_path("card"))
    with django_capture_on_commit_callbacks(execute=True):
        assert scan_sweep() == 1
    assert not any(default_storage.exists(file.variant_path(size)) for size in file.VARIANT_SIZES)
    assert make_waiting_variants(Attachment.objects.all()) == 0
    signed_in(client, cast.intel)
    answer = client.get(reverse("photo", args=[file.uuid, "card"]))
    assert answer["Content-Type"] == "image/svg+xml"
    subject = factories.subject(cast.intel, photo=False)
    file.refresh_from_db()
    assert photos_copy(by=cast.intel, subject=subject, images=[file], source="CCTV") == 0


@pytest.mark.django_db
def test_what_no_scanner_saw_does_not_leave_where_there_is_one(
    cast: Cast, clamd: scanner.Scanner, client: Client
) -> None:
    (file,) = sent(cast, paper(GOOD_PDF))
    photo = factories.subject(cast.intel).photos.get()
    signed_in(client, cast.intel)
    page = client.get(save_copy(client, file).url)
    assert "Try again in a few minutes" in page.content.decode()
    with pytest.raises(ValidationError, match="has not looked"):
        photo_release(by=cast.intel, photo=photo)
    assert scan_sweep() == 2
    assert save_copy(client, file).status_code == 200
    photo.refresh_from_db()
    photo_release(by=cast.intel, photo=photo)


@pytest.mark.django_db
def test_without_a_scanner_nothing_waits(cast: Cast, client: Client) -> None:
    (file,) = sent(cast, paper(GOOD_PDF))
    assert scan_sweep() == 0
    signed_in(client, cast.intel)
    assert save_copy(client, file).status_code == 200


@pytest.mark.django_db
def test_a_scanner_that_is_away_loses_nothing(cast: Cast, settings: Any) -> None:
    with scanner.running() as gone:
        settings.DTAC_CLAMD = gone.address
    (file,) = sent(cast, paper(BAD_PDF))
    assert scan_sweep() == 0
    assert all_signs()["scanner"].state == State.BAD
    assert "does not answer" in all_signs()["scanner"].words
    with scanner.running() as back:
        settings.DTAC_CLAMD = back.address
        assert scan_sweep() == 1
        assert all_signs()["scanner"].state == State.GOOD
    file.refresh_from_db()
    assert file.malware == scanner.FOUND


@pytest.mark.django_db
def test_a_file_too_large_for_the_scanner_stays_and_holds_up_no_other(
    cast: Cast, clamd: scanner.Scanner
) -> None:
    clamd.most = 2_000_000
    large, small = sent(cast, paper(PDF % (b"%" * 8_000_000)), paper(GOOD_PDF))
    assert scan_sweep() == 1
    large.refresh_from_db()
    small.refresh_from_db()
    assert (large.scanned_at, small.scanned_at is None) == (None, False)
    shown = len(clamd.seen)
    assert scan_sweep() == 0
    assert len(clamd.seen) == shown  # it has its next turn in an hour
    assert all_signs()["scanner"].numbers["scans_waiting"] == 1


@pytest.mark.django_db
def test_a_pack_with_a_held_exhibit_says_so(cast: Cast, clamd: scanner.Scanner) -> None:
    subject = factories.published(cast.intel).subject
    report = factories.accepted_incident(
        cast.intel, cast.staff, cast.shop, subject, files=[paper(BAD_PDF)]
    )
    scan_sweep()
    case = factories.case_file(cast.intel, subject, report, kind="cbo")
    pack = pack_order(
        by=cast.intel, case=case, revision=case.revision, client_id=case.client_id,
        names_checked=True,
    )  # fmt: skip
    assert not pack_make(pack_id=pack.pk)
    pack.refresh_from_db()
    assert f"{report.ref}/1 is held back by the virus scanner." in pack.problem
    assert not pack.archive


@pytest.mark.django_db
def test_signed_pages_and_frozen_files_are_held_too(cast: Cast, clamd: scanner.Scanner) -> None:
    subject = factories.published(cast.intel).subject
    notice = factories.served_notice(cast.intel, cast.staff, cast.shop, subject)
    (page,) = signed_copies_add(by=cast.store, notice=notice, files=[paper(BAD_PDF)])
    version = factories.board_report(cast, files=1)
    frozen = version.attachments.get()
    default_storage.delete(str(frozen.original.name))
    with default_storage.open(str(frozen.original.name), "wb") as target:
        target.write(scanner.EICAR)
    scan_sweep()
    page.refresh_from_db()
    frozen = ReportAttachment.objects.get(pk=frozen.pk)
    with pytest.raises(ValidationError, match="A virus scanner found"):
        signed_copy_release(by=cast.intel, copy=page)
    with pytest.raises(ValidationError, match="A virus scanner found"):
        attachment_release(by=cast.board, file=frozen)
    events = Event.objects.filter(action=FILE_HELD.code)
    assert {event.record for event in events} == {notice.ref, version.report.ref}


@pytest.mark.django_db(transaction=True)
def test_two_workers_tell_of_a_file_once(cast: Cast, clamd: scanner.Scanner) -> None:
    sent(cast, paper(BAD_PDF))
    at_once(scan_waiting, scan_waiting, scan_waiting)
    assert (Event.objects.filter(action=FILE_HELD.code).count(), told()) == (1, 1)


@pytest.mark.django_db
def test_a_file_that_is_gone_is_passed_over(cast: Cast, clamd: scanner.Scanner) -> None:
    photo = factories.subject(cast.intel).photos.get()
    default_storage.delete(str(photo.original.name))
    assert scan_sweep() == 0
    assert Photo.objects.get(pk=photo.pk).scanned_at is None


@pytest.mark.django_db
def test_the_round_asks_an_index(cast: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for model, name in ((Photo, "photo_unscanned"), (Attachment, "attachment_unscanned")):
            rows = model.objects.filter(scanned_at=None).order_by("-added_at")[:200]
            assert name in rows.explain()


def test_what_answers_is_a_scanner_or_nothing(settings: Any, tmp_path: Path) -> None:
    settings.DTAC_CLAMD = str(tmp_path / "no.sock")
    before = timezone.now()
    with (tmp_path / "a").open("w+b") as stream, pytest.raises(ScannerError):
        scan(stream)
    assert (timezone.now() - before).total_seconds() < 5
