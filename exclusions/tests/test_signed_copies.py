"""The photo of the signed copy: added by who served, opened by few, the bytes that were sent."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from PIL import Image

from audit.models import Event
from common.orphans import orphans_delete
from exclusions.models import Notice, SignedCopy
from exclusions.services import (
    appeal_panel_add,
    notice_revoke,
    numbers_issue,
    signed_copies_add,
)
from incidents.services import PersonInput
from tests import factories
from tests.cast import Cast, make_cast
from tests.races import at_once

ClientOf = Callable[[str], Client]
PDF = b"%PDF-1.7\nscan\n%%EOF\n"


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def notice(cast: Cast) -> Notice:
    subject = factories.subject(cast.intel, photo=False)
    return factories.raised_notice(cast.intel, cast.staff, cast.shop, subject)


@pytest.fixture
def served(cast: Cast) -> Notice:
    subject = factories.subject(cast.intel, name="Ann Appellant", photo=False)
    return factories.served_notice(cast.intel, cast.staff, cast.shop, subject)


def form(**fields: Any) -> dict[str, Any]:
    values = {
        "served_at": f"{timezone.localtime():%Y-%m-%dT%H:%M}",
        "method": "in_person",
        "served_by": "Jo Patel",
    }
    return values | fields


def picture(colour: str = "white") -> bytes:
    return factories.image_bytes(colour=colour)


def files(media: Path) -> int:
    return len([path for path in media.rglob("*") if path.is_file()])


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def path_of(notice: Notice, number: int | str = "") -> str:
    return f"/exclusions/{notice.ref}/signed/{number}{'/' if number else ''}"


def test_several_pages_come_with_the_service_and_leave_as_they_were_sent(
    cast: Cast, client_of: ClientOf, notice: Notice
) -> None:
    pages = [picture(), PDF]
    uploads = [
        factories.upload("one.jpg", pages[0]),
        factories.upload("two.pdf", PDF, "application/pdf"),
    ]
    store = client_of("store")
    done = store.post(f"/exclusions/{notice.ref}/serve/", form(uploads=uploads))
    assert done.url == f"/exclusions/{notice.ref}/"
    notice.refresh_from_db()
    assert notice.state == "in_force"
    assert [(copy.number, copy.added_by) for copy in notice.signed_copies.all()] == [
        (1, cast.store), (2, cast.store)
    ]  # fmt: skip
    shown = store.get(done.url).content.decode()
    for words in ("Page 1", "JPEG photo", "Page 2", "PDF", "by Store Person"):
        assert words in shown
    for who in ("store", "intel"):
        for number, sent in enumerate(pages, start=1):
            answer = client_of(who).get(path_of(notice, number))
            assert body(answer) == sent
            assert "sandbox" in answer["Content-Security-Policy"]
            assert "no-store" in answer["Cache-Control"]
            assert answer["Content-Disposition"].startswith("attachment")
    ending = "pdf"
    assert f'{notice.ref}-signed-2.{ending}"' in answer["Content-Disposition"]
    opened = Event.objects.filter(action="exclusions.notice.signed_opened").order_by("pk")
    assert [(event.actor_id, event.detail["page"]) for event in opened] == [
        (cast.store.pk, 1), (cast.store.pk, 2), (cast.intel.pk, 1), (cast.intel.pk, 2)
    ]  # fmt: skip
    assert all(event.is_read and event.subjects == [notice.subject.ref] for event in opened)


def test_a_page_is_added_later_and_the_same_one_once(
    cast: Cast, client_of: ClientOf, served: Notice, media: Path
) -> None:
    store, path = client_of("store"), path_of(served)
    assert "None is on record yet." in store.get(f"/exclusions/{served.ref}/").content.decode()
    for expected in ("1 page added.", "This was on record already."):
        said = store.post(path, {"uploads": factories.upload("a.jpg", picture())}, follow=True)
        assert expected in said.content.decode()
    assert served.signed_copies.count() == files(media) == 1
    client_of("intel").post(path, {"uploads": factories.upload("b.jpg", picture("red"))})
    assert list(served.signed_copies.values_list("number", "added_by__role")) == [
        (1, "manager"), (2, "intel")
    ]  # fmt: skip
    assert Event.objects.filter(action="exclusions.notice.signed_added").count() == 2


def test_nobody_else_knows_of_it(cast: Cast, client_of: ClientOf, served: Notice) -> None:
    signed_copies_add(by=cast.store, notice=served, files=[factories.upload()])
    for who in ("staff", "other", "otherstore", "police", "board", "admin"):
        client = client_of(who)
        assert client.get(path_of(served)).status_code == 404, who
        assert client.get(path_of(served, 1)).status_code == 404, who
        sent = client.post(path_of(served), {"uploads": factories.upload("b.jpg", picture("red"))})
        assert sent.status_code == 404, who
        page = client.get(f"/exclusions/{served.ref}/").content.decode()
        assert "Signed copy" not in page, who
        with pytest.raises(PermissionDenied):
            signed_copies_add(by=cast.users[who], notice=served, files=[factories.upload()])
    assert served.signed_copies.count() == 1
    assert client_of("store").get(path_of(served, 2)).status_code == 404
    assert client_of("store").get(path_of(served, 10**30)).status_code == 404


def test_over_it_is_the_managers_alone(cast: Cast, client_of: ClientOf, served: Notice) -> None:
    signed_copies_add(by=cast.store, notice=served, files=[factories.upload()])
    notice_revoke(by=cast.intel, notice=served, reason="x")
    for path in (path_of(served), path_of(served, 1)):
        assert client_of("store").get(path).status_code == 404
        assert client_of("intel").get(path).status_code == 200
    with pytest.raises(PermissionDenied):
        signed_copies_add(by=cast.store, notice=served, files=[factories.upload()])


def test_only_of_a_notice_that_is_served(cast: Cast, client_of: ClientOf, notice: Notice) -> None:
    for who in ("store", "intel"):
        assert "not served yet" in client_of(who).get(path_of(notice), follow=True).text
        sent = {"uploads": factories.upload()}
        assert "not served yet" in client_of(who).post(path_of(notice), sent, follow=True).text
    assert not notice.signed_copies.exists()
    with pytest.raises(ValidationError, match="not served yet"):
        signed_copies_add(by=cast.intel, notice=notice, files=[factories.upload()])


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("film.mp4", factories.video_bytes(), "Send a photo or a PDF"),
        ("cut.jpg", factories.image_bytes()[:400], "damaged"),
        ("page.html", b"<html><script>1</script>", "can’t be taken"),
        ("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "can’t be taken"),
        ("cut.pdf", b"%PDF-1.7 and no end", "cut short"),
    ],
)
def test_a_refused_file_keeps_the_form_and_records_nothing(
    cast: Cast, client_of: ClientOf, notice: Notice, served: Notice, media: Path,
    name: str, content: bytes, words: str,
) -> None:  # fmt: skip
    uploads = [factories.upload("fine.jpg"), factories.upload(name, content)]
    store = client_of("store")
    answer = store.post(
        f"/exclusions/{notice.ref}/serve/", form(uploads=uploads, served_by="Imran Hale")
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f"{name}: " in page
    assert words in page
    assert 'value="Imran Hale"' in page
    assert "Choose the photos of the signed copy again." in page
    notice.refresh_from_db()
    assert not notice.is_served
    later = store.post(path_of(served), {"uploads": factories.upload(name, content)})
    assert (later.status_code, words in later.content.decode()) == (422, True)
    assert not SignedCopy.objects.exists()
    assert files(media) == 0


def test_too_large_is_refused_as_with_reports(
    cast: Cast, client_of: ClientOf, served: Notice, settings: Any
) -> None:
    settings.DTAC_PHOTO_MAX_BYTES = settings.DTAC_DOCUMENT_MAX_BYTES = 1024 * 1024
    settings.DTAC_PHOTO_MAX_PIXELS = 10_000
    for name, content, words in (
        ("a.jpg", picture(), "too many pixels"),
        ("a.pdf", PDF[:9] + b" " * 1024 * 1024 + PDF[9:], "over 1 MB"),
    ):
        answer = client_of("store").post(
            path_of(served), {"uploads": factories.upload(name, content)}
        )
        assert words in answer.content.decode()


def test_nothing_chosen_is_said(cast: Cast, client_of: ClientOf, served: Notice) -> None:
    answer = client_of("store").post(path_of(served), {})
    assert (answer.status_code, "Choose a file." in answer.content.decode()) == (422, True)
    with pytest.raises(ValidationError, match="Choose a photo"):
        signed_copies_add(by=cast.store, notice=served, files=[])


def test_what_the_service_refuses_leaves_no_file(
    cast: Cast, client_of: ClientOf, served: Notice, media: Path
) -> None:
    grounds = served.grounds.get()
    second = factories.raised_notice(cast.intel, cast.staff, cast.shop, served.subject)
    answer = client_of("store").post(
        f"/exclusions/{second.ref}/serve/", form(uploads=factories.upload())
    )
    assert "covers some of these days" in answer.content.decode()
    assert grounds.attachments.count() == files(media) == 0


def test_ten_pages_at_most(cast: Cast, client_of: ClientOf, served: Notice, media: Path) -> None:
    def pages(first: int, end: int) -> list[Any]:
        return [
            factories.upload(f"{n}.jpg", picture(f"#{n * 20:02x}0000")) for n in range(first, end)
        ]

    answer = client_of("store").post(path_of(served), {"uploads": pages(0, 11)})
    assert "Send 10 files at most." in answer.content.decode()
    signed_copies_add(by=cast.store, notice=served, files=pages(0, 7))
    refused = client_of("store").post(path_of(served), {"uploads": pages(7, 11)})
    assert "10 pages are kept at most, and there are 7 already." in refused.content.decode()
    assert files(media) == 7
    signed_copies_add(by=cast.store, notice=served, files=pages(7, 10))
    assert "No more pages" in client_of("store").get(path_of(served)).content.decode()
    copy = SignedCopy.objects.latest("number")
    copy.pk, copy.number, copy.sha256, copy.uuid = None, 11, "x", uuid.uuid4()
    with pytest.raises(IntegrityError, match="signed_copy_ten_at_most"), transaction.atomic():
        copy.save()


@pytest.mark.django_db(transaction=True)
def test_many_at_once_give_each_page_a_number_of_its_own(media: Path) -> None:
    cast = make_cast()
    subject = factories.subject(cast.intel, photo=False)
    notice = factories.served_notice(cast.intel, cast.staff, cast.shop, subject)

    def add(colour: str) -> Callable[[], object]:
        page = factories.upload("a.jpg", picture(colour))
        return lambda: signed_copies_add(by=cast.store, notice=notice, files=[page])

    colours = ["red", "green", "blue", "red", "green", "blue"]  # each sent twice
    assert at_once(*map(add, colours)) == [None] * 6
    assert sorted(notice.signed_copies.values_list("number", flat=True)) == [1, 2, 3]
    assert files(media) == 3


def test_altered_or_gone_it_does_not_leave(
    cast: Cast, client_of: ClientOf, served: Notice, media: Path
) -> None:
    (copy,) = signed_copies_add(by=cast.store, notice=served, files=[factories.upload()])
    stored = media / copy.original.name
    stored.write_bytes(stored.read_bytes() + b"x")
    answer = client_of("store").get(path_of(served, 1), follow=True)
    assert "not what was sent any more" in answer.content.decode()
    event = Event.objects.get(action="exclusions.notice.signed_opened")
    assert event.detail["intact"] is False
    stored.unlink()
    answer = client_of("intel").get(path_of(served, 1), follow=True)
    assert "missing from the store" in answer.content.decode()


def test_what_was_sent_is_frozen_in_the_database(cast: Cast, served: Notice, sql: Any) -> None:
    (copy,) = signed_copies_add(by=cast.store, notice=served, files=[factories.upload()])
    assert copy.sha256 == hashlib.sha256(factories.image_bytes()).hexdigest()
    for change in ("sha256 = 'x'", "number = 2", "original = 'x'", "byte_size = 1",
                   "added_at = now()", "added_by_id = added_by_id + 1",
                   "content_type = 'image/png'"):  # fmt: skip
        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            sql(f"UPDATE exclusions_signedcopy SET {change} WHERE id = {copy.pk}")
    with pytest.raises(IntegrityError, match="signed_copy_is_paper"), transaction.atomic():
        sql("INSERT INTO exclusions_signedcopy (uuid, original, content_type, sha256, byte_size,"
            " added_at, variants_error, number, notice_id, added_by_id) SELECT gen_random_uuid(),"
            " 'x', 'video/mp4', 'x', 1, now(), '', 2, notice_id, added_by_id"
            " FROM exclusions_signedcopy")  # fmt: skip


def test_the_nightly_sweep_knows_whose_it_is(cast: Cast, served: Notice, media: Path) -> None:
    signed_copies_add(by=cast.store, notice=served, files=[factories.upload()])
    with time_machine.travel(timezone.now() + dt.timedelta(days=3)):
        assert orphans_delete() == 0
    assert files(media) == 1


def test_it_comes_with_a_notice_on_the_spot(cast: Cast, client_of: ClientOf, media: Path) -> None:
    number = numbers_issue(by=cast.intel, member=cast.store.member, count=1)[0]
    report = factories.report(
        cast.store, cast.shop, type=factories.incident_type(), outcome="arrested",
        people=[PersonInput(named_as="Zoë")],
    )  # fmt: skip
    data = form(
        number=number.pk, person=report.people.get().pk, name="Zoë Ash",
        date_of_birth="14/03/1990", reason="Arrested with goods.", uploads=factories.upload(),
    )  # fmt: skip
    store = client_of("store")
    refused = store.post("/exclusions/on-the-spot/", data | {"date_of_birth": "14/03/2020"})
    assert "Choose the photos of the signed copy again." in refused.content.decode()
    assert files(media) == 0
    data["uploads"] = factories.upload()
    assert store.post("/exclusions/on-the-spot/", data).status_code == 302
    assert Notice.objects.get().signed_copies.get().added_by == cast.store


def test_who_decides_the_appeal_opens_it_as_part_of_the_case(
    cast: Cast, client_of: ClientOf, served: Notice
) -> None:
    signed_copies_add(by=cast.store, notice=served, files=[factories.upload()])
    board, appeal = client_of("board"), factories.appeal(cast.intel, served)
    assert board.get(path_of(served, 1)).status_code == 404
    appeal_panel_add(by=cast.intel, appeal=appeal, user=cast.board)
    page = board.get(f"/appeals/{appeal.ref}/").content.decode()
    assert path_of(served, 1) in page
    assert cast.store.name not in page
    assert board.get(path_of(served, 1)).status_code == 200
    assert board.get(path_of(served)).status_code == 404
    board.post(f"/appeals/{appeal.ref}/", {"step": "decline", "decline-reason": "Her neighbour."})
    assert board.get(path_of(served, 1)).status_code == 404


def test_what_the_camera_wrote_stays_in_the_original(
    cast: Cast, client_of: ClientOf, served: Notice, tmp_path: Path
) -> None:
    """As with evidence: the bytes are proof, and no copy of them is made for pages."""
    exif = Image.Exif()
    exif[0x010F] = "Camera of Jo"
    path = tmp_path / "a.jpg"
    Image.new("RGB", (40, 40)).save(path, exif=exif)
    store = client_of("store")
    store.post(path_of(served), {"uploads": factories.upload("a.jpg", path.read_bytes())})
    assert b"Camera of Jo" in body(store.get(path_of(served, 1)))
    copy = served.signed_copies.get()
    for who in ("store", "intel"):
        assert client_of(who).get(f"/photos/{copy.uuid}/large/").status_code == 404


def test_a_page_sent_by_mistake_is_deleted_with_its_file(
    cast: Cast,
    client_of: ClientOf,
    served: Notice,
    django_capture_on_commit_callbacks: Any,
) -> None:
    white, grey = (factories.upload(content=picture(colour)) for colour in ("white", "grey"))
    notice, pages = served, signed_copies_add(by=cast.intel, notice=served, files=[white, grey])
    first = str(pages[0].original.name)
    intel, path = client_of("intel"), f"/exclusions/{notice.ref}/signed/{pages[0].uuid}/remove/"
    assert client_of("store").post(path, {"why": "unreadable"}).status_code == 404
    assert "Take out page 1" in intel.get(path).text
    assert "Choose why" in intel.post(path, {"why": "x"}).text
    with django_capture_on_commit_callbacks(execute=True):
        done = intel.post(path, {"why": "not_of_it"}, follow=True).text
    assert "Page 1 is taken out" in done
    for stale in (intel.get(path, follow=True), intel.post(path, {"why": "x"}, follow=True)):
        assert "taken out already" in stale.text
    assert not default_storage.exists(first)
    assert [copy.number for copy in notice.signed_copies.all()] == [2]
    event = Event.objects.get(action="exclusions.notice.signed_removed")
    assert (event.detail["sha256"], event.detail["why"]) == (pages[0].sha256, "not_of_it")
    white = factories.upload(content=picture("white"))
    again = signed_copies_add(by=cast.intel, notice=notice, files=[white])
    assert [copy.number for copy in again] == [1]  # its place is free
    intel.post(path, {"why": "not_of_it"})  # an old page, of what had that place before
    assert notice.signed_copies.count() == 2
