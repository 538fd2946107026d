"""Photos: what is refused, what is kept, what is shown."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from PIL import Image

from common import images
from common.http import BusyError
from common.images import check_photo, make_variants
from offenders.models import Photo
from tests import factories
from tests.cast import Cast


def jpeg_with_orientation() -> bytes:
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter clockwise to stand upright
    exif[0x010E] = "secret place"
    Image.new("RGB", (400, 200), "red").save(
        buffer, "JPEG", exif=exif, comment=b"secret words", xmp=b"<x>secret author</x>"
    )
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("note.jpg", b"just text", "not a photo"),
        ("page.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a photo"),
        ("cut.jpg", factories.image_bytes(size=(900, 900))[:4000], "damaged"),
        ("anim.gif", factories.image_bytes("GIF"), "not a photo"),
        ("big.png", factories.image_bytes("PNG", size=(10000, 6000)), "too many pixels"),
    ],
)
def test_what_is_not_a_photo_is_refused(name: str, content: bytes, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        check_photo(factories.upload(name, content))


FIRST_PHOTOS = """
import sys, django
from pathlib import Path
django.setup()
from django.core.files.uploadedfile import SimpleUploadedFile
from common.images import check_photo
from dtac.loading import load_all

load_all()
for path in map(Path, sys.argv[1:]):
    print(check_photo(SimpleUploadedFile("photo", path.read_bytes())).extension)
    print("pillow_heif" in sys.modules)
"""


def test_what_decodes_heic_is_loaded_for_the_first_such_photo(tmp_path: Path) -> None:
    """It takes some megabytes of each process, and few phones send one."""
    paths = [tmp_path / kind for kind in ("JPEG", "PNG", "WEBP", "HEIF")]
    for path in paths:
        path.write_bytes(factories.image_bytes(path.name))
    done = subprocess.run(
        [sys.executable, "-c", FIRST_PHOTOS, *map(str, paths)],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert done.stdout.split() == [
        "jpg", "False", "png", "False", "webp", "False", "heic", "True",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_four_formats_are_accepted_whatever_the_name_says(kind: str) -> None:
    found = check_photo(factories.upload("anything.txt", factories.image_bytes(kind)))
    assert found.content_type.startswith("image/")


@pytest.mark.django_db
def test_the_original_is_kept_and_what_is_shown_is_upright_without_exif(cast: Cast) -> None:
    subject = factories.subject(cast.intel, photo=False)
    sent = jpeg_with_orientation()
    from offenders.services import PhotoFacts, photo_add

    photo = photo_add(
        by=cast.intel,
        subject=subject,
        upload=factories.upload(content=sent),
        facts=PhotoFacts(source="CCTV"),
    )
    make_variants(photo)
    make_variants(photo)  # twice changes nothing
    assert default_storage.open(photo.original.name).read() == sent
    shown = Image.open(default_storage.open(photo.variant_path("large")))
    assert shown.size == (200, 400)
    assert not shown.getexif()
    for size in photo.VARIANT_SIZES:
        assert b"secret" not in default_storage.open(photo.variant_path(size)).read()


@pytest.mark.django_db
def test_a_photo_that_cannot_be_decoded_is_marked_and_not_tried_for_ever(cast: Cast) -> None:
    from common.variants import make_waiting_variants

    subject = factories.subject(cast.intel)
    photo = Photo.objects.get(subject=subject)
    with default_storage.open(photo.original.name, "wb") as stream:
        stream.write(b"gone bad")
    assert make_waiting_variants(Photo.objects.all()) == 0
    photo.refresh_from_db()
    assert photo.variants_error
    assert make_waiting_variants(Photo.objects.all()) == 0


def test_what_is_decoded_whole_may_be_smaller_only(settings) -> None:
    settings.DTAC_PHOTO_MAX_PIXELS_WHOLE = 10_000
    for kind in ("PNG", "WEBP"):
        with pytest.raises(ValidationError, match="too many pixels"):
            check_photo(factories.upload("x", factories.image_bytes(kind, size=(200, 100))))
    for kind in ("JPEG", "HEIF"):
        assert check_photo(factories.upload("x", factories.image_bytes(kind, size=(200, 100))))


def test_a_heic_of_48_million_pixels_is_taken() -> None:
    content = factories.image_bytes("HEIF", size=(8064, 6048))
    assert check_photo(factories.upload("x", content)).content_type == "image/heic"


def test_photos_are_decoded_in_turn_and_nobody_waits_for_ever(settings) -> None:
    settings.DTAC_PHOTO_TURN_SECONDS = 0.1
    with images._in_turn(), pytest.raises(BusyError):
        check_photo(factories.upload())
    assert check_photo(factories.upload())
