"""Files without rows go, a day later; and files are written whole, whatever the disk does."""

import contextlib
import os
import resource
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage

from common.bodies import arriving_folder
from common.images import make_variants
from common.orphans import orphans_delete
from common.variants import make_waiting_variants
from incidents.models import Attachment, Report
from offenders.models import Photo
from tests import factories
from tests.cast import Cast


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def report(cast: Cast, media: Path) -> Report:
    files = [factories.upload(), factories.upload("a.mp4", factories.video_bytes())]
    return factories.report(cast.staff, cast.shop, files=files)


def files(media: Path) -> set[str]:
    return {str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()}


def age(media: Path, days: float = 2) -> None:
    """Make every file as old as that."""
    for path in media.rglob("*"):
        if path.is_file():
            os.utime(path, (time.time() - days * 86400,) * 2)


def left_over(media: Path, name: str) -> Path:
    path = media / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    return path


def test_only_old_files_of_ours_without_a_row_go(cast: Cast, media: Path, report: Report) -> None:
    factories.subject(cast.intel)
    assert make_waiting_variants(Photo.objects.all()) == 1
    assert make_waiting_variants(Attachment.objects.filter(kind="photo")) == 1
    photo = report.attachments.get(number=1)
    kept = files(media)
    assert len(kept) == 3 + 2 * 3
    nobody, thumb = uuid.uuid4(), photo.variant_path("thumb")
    gone = {
        f"originals/{nobody.hex[:2]}/{nobody}.jpg",
        f"variants/{nobody.hex[:2]}/{nobody}-card.jpg",
        f"{thumb}.part",  # of one that was killed while it wrote
        str(photo.original.name).replace(".jpg", "_x1y2z3.jpg"),
    }
    for name in gone:
        left_over(media, name)
    stranger = left_over(media, "originals/ab/readme.txt")
    assert orphans_delete() == 0  # all of it is young
    age(media)
    assert orphans_delete() == len(gone)
    assert files(media) == kept | {str(stranger.relative_to(media))}


def test_a_wrong_database_costs_no_evidence(media: Path, report: Report) -> None:
    for _ in range(101):
        nobody = uuid.uuid4()
        left_over(media, f"originals/{nobody.hex[:2]}/{nobody}.jpg")
    age(media)
    held = files(media)
    assert orphans_delete() == 0
    assert files(media) == held


@pytest.mark.django_db
def test_an_empty_database_costs_no_evidence(media: Path) -> None:
    nobody = uuid.uuid4()
    left_over(media, f"originals/{nobody.hex[:2]}/{nobody}.jpg")
    age(media)
    assert orphans_delete() == 0
    assert len(files(media)) == 1


@pytest.mark.django_db
def test_what_a_killed_web_server_was_taking_in_goes(media: Path) -> None:
    old, young = (left_over(arriving_folder(), f"tmp{number}.upload") for number in range(2))
    os.utime(old, (time.time() - 2 * 86400,) * 2)
    orphans_delete()
    assert list(arriving_folder().iterdir()) == [young]


@contextlib.contextmanager
def full_disk(after: int) -> Iterator[None]:
    """Let no file grow past some bytes, as on a disk without room."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (after, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_puts_thumbnails_off_and_leaves_no_part(media: Path, report: Report) -> None:
    photos = Attachment.objects.filter(kind="photo")
    before = files(media)
    with full_disk(after=300):
        assert make_waiting_variants(photos) == 0
    photo = photos.get()
    assert (photo.variants_ready_at, photo.variants_error) == (None, "")
    assert files(media) == before
    assert make_waiting_variants(photos) == 1  # there is room again
    assert len(files(media)) == len(before) + 3


def test_a_shown_photo_stays_whole_while_it_is_made_again(media: Path, report: Report) -> None:
    photo = report.attachments.get(number=1)
    make_variants(photo)
    shown = {size: (media / photo.variant_path(size)).read_bytes() for size in photo.VARIANT_SIZES}
    with full_disk(after=300), pytest.raises(OSError, match="File too large"):
        make_variants(photo)
    for size, content in shown.items():
        assert (media / photo.variant_path(size)).read_bytes() == content


def test_a_full_disk_takes_no_report_and_keeps_no_part_of_one(cast: Cast, media: Path) -> None:
    whole, cut = factories.upload(content=b"%PDF-1.7 %%EOF"), factories.upload()
    with full_disk(after=300), pytest.raises(OSError, match="File too large"):
        factories.report(cast.staff, cast.shop, files=[whole, cut])
    assert not Report.objects.exists()
    assert not files(media)
    assert default_storage.location == str(media)
