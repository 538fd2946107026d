"""Subject access: searched everywhere, others' words really gone, handed out only on record."""

import hashlib
import io
import re
import uuid
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from common import dates
from common.variants import make_waiting_variants
from incidents.models import Attachment
from incidents.services import PersonInput, report_accept
from members.models import SharingRecord
from offenders.models import Photo, Subject
from records.models import AccessItem, AccessPack, AccessRequest
from records.retention.clocks import clocks_of
from records.sar.pack import pack_hand_out, pack_make, pack_order, packs_purge, packs_sweep
from records.sar.redaction import REMOVED, proposed, removed_from, words_of
from records.sar.services import (
    access_answer,
    access_search,
    item_decide,
)
from records.sar.sources import SOURCES
from records.tests.oracle import DAY
from tests import factories
from tests.cast import Cast
from tests.pdfs import text_of


def searched(cast: Cast, row: AccessRequest, *refs: str, names: Any = None) -> AccessRequest:
    row.refresh_from_db()
    access_search(
        by=cast.intel, access=row, revision=row.revision, names=names or row.names, born=None,
        subject_refs=refs,
    )  # fmt: skip
    row.refresh_from_db()
    return row


def all_given(cast: Cast, row: AccessRequest) -> AccessRequest:
    """Give everything, without what is proposed to be removed."""
    for item in row.items.all():
        item_decide(by=cast.intel, item=item, given=True, removed=item.removed, boxes=item.boxes)
    row.refresh_from_db()
    return row


def ordered(cast: Cast, row: AccessRequest) -> AccessPack:
    return pack_order(by=cast.intel, access=row, revision=row.revision, client_id=uuid.uuid4())


def handed(cast: Cast, pack: AccessPack) -> SharingRecord:
    pack.refresh_from_db()
    return pack_hand_out(
        by=cast.intel, pack=pack, client_id=uuid.uuid4(), recipient="Kevin Marsh, by post"
    )


def stored(name: str) -> bytes:
    with default_storage.open(name, "rb") as file:
        return bytes(file.read())


@pytest.fixture
def story(cast: Cast) -> dict[str, Any]:
    """A subject about whom there is something of nearly every kind."""
    version = factories.published(cast.intel, name="Kevin Marsh", aliases=["Kez"])
    who = version.subject
    other = factories.published(cast.intel, name="Zoltan Quillfeather").subject
    people = [PersonInput(subject=who), PersonInput(subject=other)]
    report = factories.report(
        cast.staff, cast.shop, type=factories.incident_type(), people=people,
        words="Kevin Marsh and Zoltan Quillfeather ran. Staff Person saw it all.",
        files=[factories.upload()],
    )  # fmt: skip
    report_accept(by=cast.intel, report=report, revision=1)
    notice = factories.served_notice(cast.intel, cast.staff, cast.shop, who)
    given = factories.intelligence(cast.staff, text="Kevin Marsh sells at the station.",
                                   source_words="My cousin Wilhelmina told me")  # fmt: skip
    given.subjects.add(who)
    share = factories.share(cast.intel, who.ref)
    for waiting in (Photo, Attachment):
        make_waiting_variants(waiting.objects.all())
    return {"who": who, "other": other, "report": report, "notice": notice, "given": given,
            "share": share}  # fmt: skip


def test_every_kind_is_searched_and_the_search_is_recorded(
    cast: Cast, story: dict[str, Any], client_of: Callable[[str], Any]
) -> None:
    who = story["who"]
    assert client_of("police").get(f"/gallery/{who.ref}/").status_code == 200
    row = searched(cast, factories.access_request(cast.intel, names=["Kevn Mrash"]))
    assert who.ref in row.searches.get().candidates  # misspelt, and found
    row = searched(cast, row, who.ref)
    found = {(item.source, item.key) for item in row.items.all()}
    for wanted in (
        ("record", who.ref), ("report", story["report"].ref), ("notice", story["notice"].ref),
        ("intelligence", story["given"].ref), ("share", story["share"].ref), ("viewers", who.ref),
    ):  # fmt: skip
        assert wanted in found, wanted
    assert {"profile", "photo", "file"} <= {source for source, _ in found}
    latest = row.searches.first()
    assert latest is not None
    assert (latest.made_by, latest.subject_refs) == (cast.intel, [who.ref])
    assert latest.found["record"] == 1
    # Again: nothing twice, and what was decided stays.
    item = row.items.get(source="record")
    item_decide(by=cast.intel, item=item, given=False, left_because="crime")
    before = row.items.count()
    row = searched(cast, row, who.ref)
    assert row.items.count() == before
    assert row.items.get(source="record").given is False


def test_who_looked_is_told_by_role_only(
    cast: Cast, story: dict[str, Any], client_of: Callable[[str], Any]
) -> None:
    who = story["who"]
    for role in ("police", "other"):
        client_of(role).get(f"/gallery/{who.ref}/")
    row = searched(cast, factories.access_request(cast.intel), who.ref)
    text = row.items.get(source="viewers").text
    assert "Partner agency: 1 time," in text
    assert "Reporter" in text
    for user in cast.users.values():
        assert user.name not in text


def test_a_name_in_the_words_alone_is_found_and_said_to_be_unsure(cast: Cast) -> None:
    report = factories.report(
        cast.staff, cast.shop, people=[PersonInput(named_as="Kevyn Marsh", description="x")]
    )
    said = factories.report(
        cast.staff, cast.shop, words="It was kevin marsh again.",
        people=[PersonInput(description="grey hoodie")],
    )  # fmt: skip
    row = searched(cast, factories.access_request(cast.intel, names=["Kevin Marsh"]))
    items = {item.key: item for item in row.items.filter(source="report")}
    assert set(items) == {report.ref, said.ref}
    assert not any(item.linked for item in items.values())


def test_people_of_members_are_found_too(cast: Cast) -> None:
    row = searched(cast, factories.access_request(cast.intel, names=["Staff Persson"]))
    assert "Staff Person" in row.items.get(source="people", key=f"user-{cast.staff.pk}").text


def test_what_is_others_is_in_neither_the_text_nor_the_bytes(
    cast: Cast, story: dict[str, Any]
) -> None:
    who = story["who"]
    row = searched(cast, factories.access_request(cast.intel), who.ref)
    pack = ordered(cast, all_given(cast, row))
    assert pack_make(pack_id=pack.pk)
    pack.refresh_from_db()
    pdf = stored(pack.pdf)
    text = text_of(pdf)
    assert "Kevin Marsh" in text
    assert REMOVED in text
    archive = zipfile.ZipFile(io.BytesIO(stored(pack.archive)))
    everything = text + "".join(
        archive.read(name).decode("utf-8", "replace") for name in archive.namelist()
    )
    for secret in ("Quillfeather", "Zoltan", "Wilhelmina", "cousin", "Staff Person"):
        assert secret not in everything, secret
    assert b"Quillfeather" not in pdf
    assert b"/MarkInfo" in pdf or b"/StructTreeRoot" in pdf  # tagged


def test_the_zip_says_what_is_in_it_and_that_it_is_unaltered(
    cast: Cast, story: dict[str, Any]
) -> None:
    row = searched(cast, factories.access_request(cast.intel), story["who"].ref)
    pack = ordered(cast, all_given(cast, row))
    pack_make(pack_id=pack.pk)
    pack.refresh_from_db()
    archive = zipfile.ZipFile(io.BytesIO(stored(pack.archive)))
    folder = f"{pack.ref}/"
    names = {name.removeprefix(folder) for name in archive.namelist()}
    assert {"pack.pdf", "INDEX.csv", "MANIFEST.sha256", "photos/1.jpg"} <= names
    lines = archive.read(f"{folder}MANIFEST.sha256").decode().splitlines()
    listed = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    assert set(listed) == names - {"MANIFEST.sha256"}
    for name, digest in listed.items():
        assert hashlib.sha256(archive.read(folder + name)).hexdigest() == digest


def test_a_box_is_burnt_into_the_pixels(cast: Cast, story: dict[str, Any]) -> None:
    row = searched(cast, factories.access_request(cast.intel), story["who"].ref)
    photo = row.items.get(source="photo")
    row = all_given(cast, row)
    boxes = {"blur": [[0.25, 0.25, 0.5, 0.5]]}
    item_decide(by=cast.intel, item=photo, given=True, boxes=boxes)
    row.refresh_from_db()
    pack = ordered(cast, row)
    pack_make(pack_id=pack.pk)
    pack.refresh_from_db()
    archive = zipfile.ZipFile(io.BytesIO(stored(pack.archive)))
    picture = Image.open(io.BytesIO(archive.read(f"{pack.ref}/photos/1.jpg"))).convert("RGB")
    width, height = picture.size
    inside = picture.crop((width * 3 // 8, height * 3 // 8, width * 5 // 8, height * 5 // 8))
    assert max(inside.convert("L").tobytes()) <= 8  # black, but for what JPEG rounds
    assert not picture.getexif()


def test_texts_of_a_kind_are_read_and_given_together(
    cast: Cast, story: dict[str, Any], client_of: Callable[[str], Any]
) -> None:
    row = searched(cast, factories.access_request(cast.intel), story["who"].ref)
    unsure = row.items.create(source="report", key="INC-X", title="x", text="x", linked=False)
    report = row.items.get(source="report", key=story["report"].ref)
    client = client_of("intel")
    path = f"/records/access/{row.ref}/read/report/"
    page = client.get(path)
    said = page.content.decode()
    assert '<del class="cut-word">Quillfeather</del>' in said
    assert "INC-X" not in said
    form = page.context["form"]
    data = {"revision": form["revision"].value(), "items": form["items"].value()}
    assert client.post(path, data | {"items": [unsure.pk]}).status_code == 422
    assert client.post(path, data).status_code == 302
    for each in (report, unsure):
        each.refresh_from_db()
    assert report.given
    assert report.removed
    assert unsure.given is None
    assert client.post(path, data).status_code == 422  # another page was sent before
    photos = client.get(f"/records/access/{row.ref}/read/photo/")
    assert photos.context["texts"] == []


def test_nothing_leaves_without_an_entry_in_the_register(
    cast: Cast, story: dict[str, Any], client_of: Callable[[str], Any]
) -> None:
    who = story["who"]
    row = searched(cast, factories.access_request(cast.intel), who.ref)
    with pytest.raises(ValidationError, match="decide about everything"):
        ordered(cast, row)
    pack = ordered(cast, all_given(cast, row))
    pack_make(pack_id=pack.pk)
    row.refresh_from_db()
    answer: Any = {"by": cast.intel, "access": row, "revision": row.revision, "outcome": "given",
                   "on": dates.today()}  # fmt: skip
    with pytest.raises(ValidationError, match="hand the pack out"):
        access_answer(**answer)
    client = client_of("intel")
    data = {"client_id": str(uuid.uuid4()), "recipient": "Kevin Marsh, by post"}
    for _ in range(2):  # sent twice: one entry
        got = client.post(f"/records/access/packs/{pack.ref}/", data)
        assert got["Content-Type"] == "application/zip"
    entry = SharingRecord.objects.get(record=pack.ref)
    content = b"".join(got.streaming_content)
    assert hashlib.sha256(content).hexdigest() == entry.sha256
    assert entry.subjects == [who.ref]
    assert access_answer(**answer).outcome == "given"
    with pytest.raises(ValidationError, match="answered already"):
        item_decide(by=cast.intel, item=row.items.all()[0], given=True)


def test_a_pack_of_something_else_since_is_not_handed_out(
    cast: Cast, story: dict[str, Any]
) -> None:
    row = searched(cast, factories.access_request(cast.intel), story["who"].ref)
    pack = ordered(cast, all_given(cast, row))
    pack_make(pack_id=pack.pk)
    item_decide(by=cast.intel, item=row.items.all()[0], given=False, left_because="others")
    with pytest.raises(ValidationError, match="Order the pack again"):
        handed(cast, pack)


def test_an_altered_pack_is_not_handed_out(cast: Cast, story: dict[str, Any]) -> None:
    row = searched(cast, factories.access_request(cast.intel), story["who"].ref)
    pack = ordered(cast, all_given(cast, row))
    pack_make(pack_id=pack.pk)
    pack.refresh_from_db()
    with default_storage.open(pack.archive, "wb") as file:
        file.write(b"something else")
    with pytest.raises(ValidationError, match="not what was made"):
        handed(cast, pack)


def test_a_try_that_died_is_taken_up(
    cast: Cast, story: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = searched(cast, factories.access_request(cast.intel), story["who"].ref)
    pack = ordered(cast, all_given(cast, row))

    def dies(*_: Any, **__: Any) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr("records.sar.pack.pdf_render", dies)
        assert not pack_make(pack_id=pack.pk)
    assert packs_sweep() == 1
    pack.refresh_from_db()
    assert pack.has_files
    assert packs_sweep() == 0


def test_after_90_days_the_entry_stays_alone(cast: Cast, story: dict[str, Any]) -> None:
    row = searched(cast, factories.access_request(cast.intel), story["who"].ref)
    pack = ordered(cast, all_given(cast, row))
    pack_make(pack_id=pack.pk)
    handed(cast, pack)
    row.refresh_from_db()
    access_answer(
        by=cast.intel, access=row, revision=row.revision, outcome="given", on=dates.today()
    )
    pack.refresh_from_db()
    names = (pack.pdf, pack.archive)
    with time_machine.travel(timezone.now() + 89 * DAY, tick=False):
        assert packs_purge() == 0
    with time_machine.travel(timezone.now() + 92 * DAY, tick=False):
        assert packs_purge() == 2
        assert packs_purge() == 0
    assert not any(default_storage.exists(name) for name in names)
    row.refresh_from_db()
    assert not AccessItem.objects.exists()
    assert (row.asker, row.names, row.outcome) == ("", [], "given")
    assert all(not search.names for search in row.searches.all())
    assert SharingRecord.objects.filter(record=pack.ref).exists()


def test_nothing_is_held_only_after_a_search_that_found_nothing(cast: Cast) -> None:
    row = factories.access_request(cast.intel, names=["Nobody Atall"])

    def nothing() -> AccessRequest:
        row.refresh_from_db()
        return access_answer(
            by=cast.intel, access=row, revision=row.revision, outcome="nothing", on=dates.today()
        )

    with pytest.raises(ValidationError, match="First search"):
        nothing()
    searched(cast, row)
    assert nothing().outcome == "nothing"


def test_an_open_request_keeps_the_record(cast: Cast) -> None:
    who = factories.subject(cast.intel, photo=False)
    row = searched(cast, factories.access_request(cast.intel), who.ref)
    assert clocks_of([who.pk])[who.pk].request == row.ref
    assert clocks_of([who.pk])[who.pk].is_blocked


def test_nobody_but_the_manager_reaches_it(
    cast: Cast, story: dict[str, Any], client_of: Callable[[str], Any]
) -> None:
    row = searched(cast, factories.access_request(cast.intel), story["who"].ref)
    pack = ordered(cast, all_given(cast, row))
    pack_make(pack_id=pack.pk)
    photo = row.items.get(source="photo")
    paths = (f"{row.ref}/", f"{row.ref}/items/{photo.pk}/", f"{row.ref}/items/{photo.pk}/look/",
             f"packs/{pack.ref}/", f"packs/{pack.ref}/pack.pdf")  # fmt: skip
    for path in paths:
        assert client_of("intel").get(f"/records/access/{path}").status_code == 200, path
        for role in ("staff", "store", "police", "board", "admin"):
            assert client_of(role).get(f"/records/access/{path}").status_code == 404, path


words = st.lists(st.text(st.characters(categories=["L", "N", "P"]), min_size=1), max_size=12)


@given(words, st.sets(st.integers(0, 11)))
def test_removed_words_are_gone_and_the_others_stay(said: list[str], numbers: set[int]) -> None:
    text = " ".join(said)
    kept = [word for n, word in enumerate(words_of(text)) if n not in numbers]
    left = [word for word in words_of(removed_from(text, numbers)) if word != REMOVED]
    assert left == [word for word in kept if word != REMOVED]


def test_names_are_proposed_however_they_are_written() -> None:
    text = "Kevin met O’Brien, ZOLTÁN and zoltan's brother; Mr Jones too"
    numbers = proposed(text, ["Zoltan O'Brien", "Mr Jones"], own=["Kevin Jones"])
    assert [words_of(text)[n] for n in numbers] == ["O’Brien,", "ZOLTÁN", "zoltan's"]


NOT_ABOUT = {
    "differentpeople", "subjectmerge", "bulletin", "extension", "notsameperson", "reviewstep",
    "involvement", "alias", "accessrequest_subjects",
}  # fmt: skip
"""Point to a subject and say nothing of them, or are told as part of another item."""


def test_no_table_about_a_subject_is_forgotten() -> None:
    """A new table that points to a subject fails here until a source speaks of it."""
    import inspect

    from records.sar import elsewhere, reported, sources

    told = "".join(inspect.getsource(module) for module in (elsewhere, reported, sources))
    for model in apps.get_models(include_auto_created=True):
        if model._meta.proxy:
            continue
        for column in model._meta.concrete_fields:
            if column.is_relation and column.related_model is Subject and model is not Subject:
                name = model._meta.model_name or ""
                plain = re.sub(r"_.*", "", name)
                known = name in NOT_ABOUT or model.__name__ in told or plain in told.lower()
                assert known, model._meta.label
    assert len(SOURCES) == 19
