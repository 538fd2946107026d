"""The pack: others' words really gone, handed out only on record, deleted after 90 days."""

import hashlib
import io
import uuid
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from common import dates
from members.models import SharingRecord
from records.models import AccessItem
from records.sar.pack import pack_make, packs_purge, packs_sweep
from records.sar.redaction import REMOVED
from records.sar.services import access_answer, item_decide
from records.tests.accessed import all_given, handed, ordered, searched, stored
from records.tests.oracle import DAY
from tests import factories
from tests.cast import Cast
from tests.pdfs import text_of


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
