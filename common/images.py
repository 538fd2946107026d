"""Photos: refuse what is not one, keep the original, make what is shown.

A file's name and declared type are never believed; the bytes decide.
"""

import hashlib
import io
import math
import os
import threading
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, default_storage
from django.utils import timezone
from PIL import Image, ImageOps, UnidentifiedImageError

from common.db import StoredImage
from common.edits import Edits, blurred, cropped, edits_from
from common.http import BusyError
from common.stores import folder_of, replace_whole

# Pillow's format name -> (content type, file ending). Nothing else is a photo here: no SVG, no GIF.
ACCEPTED = {
    "JPEG": ("image/jpeg", "jpg"),
    "PNG": ("image/png", "png"),
    "WEBP": ("image/webp", "webp"),
    "HEIF": ("image/heic", "heic"),
    "MPO": ("image/jpeg", "jpg"),  # what many phones call a JPEG; its first picture is shown
}
OPENED = ("JPEG", "PNG", "WEBP")  # Pillow opens an MPO as JPEG
WHOLE = ("PNG", "WEBP")
"""Screenshots and pictures from the web; cameras make none. Decoded at full size or not at all."""
NOT_A_PHOTO = "This file is not a photo we can read. Send a JPEG, PNG, WebP or HEIC."
TOO_MANY_PIXELS = "This photo has too many pixels. Send a smaller one."
DAMAGED = "This photo is damaged or was cut short. Take or choose it again."
NOT_SHOWN = "This photo can’t be shown: its file is missing or damaged."
WORKING_EDGE = 1600  # pixels; the large variant needs no more
NEAR_ENOUGH = 1.5  # times as many are not made fewer first: that takes longer than it saves


@dataclass(frozen=True)
class CheckedFile:
    """What was learnt from the bytes of an accepted file."""

    content_type: str
    extension: str
    kind: str = "photo"


_DECODING = threading.BoundedSemaphore(1)
"""A photo of 48 million pixels takes some 150 MB to decode: one at a time in each process."""


@contextmanager
def _in_turn() -> Iterator[None]:
    if not _DECODING.acquire(timeout=settings.DTAC_PHOTO_TURN_SECONDS):
        raise BusyError
    try:
        yield
    finally:
        _DECODING.release()


@contextmanager
def photo_opened(stream: IO[bytes]) -> Iterator[Image.Image]:
    """Open a photo of an accepted kind; what isn't one raises UnidentifiedImageError (OSError)."""
    formats = _formats(stream)
    stream.seek(0)
    with warnings.catch_warnings():
        # Our own pixel limit is checked before decoding; Pillow's warning would only be noise.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        with Image.open(stream, formats=formats) as image:
            yield image
    stream.seek(0)


def _formats(stream: IO[bytes]) -> tuple[str, ...]:
    """Return what to try. What decodes HEIC takes 4 MB of a process: loaded for the first one."""
    stream.seek(0)
    if stream.read(8)[4:] != b"ftyp":  # ISO/IEC 14496-12: files of that family begin so
        return OPENED
    import pillow_heif

    pillow_heif.register_heif_opener()
    return ("HEIF",)


def check_photo(upload: "File[Any]") -> CheckedFile:
    """Return what kind of photo this is, after decoding all of it.

    Raises ValidationError with words for the sender: not a photo, too large in bytes or pixels,
    damaged.
    """
    limit = settings.DTAC_PHOTO_MAX_BYTES
    if upload.size is None or upload.size == 0:
        raise ValidationError("This file is empty. Take or choose the photo again.", code="empty")
    if upload.size > limit:
        raise ValidationError(
            f"This photo is over {limit // (1024 * 1024)} MB. Send a smaller one.", code="bytes"
        )
    stream: Any = upload.file
    try:
        with _in_turn(), photo_opened(stream) as image:
            found = _check_opened(image)
    except (ValidationError, BusyError):
        raise
    except UnidentifiedImageError as error:
        raise ValidationError(NOT_A_PHOTO, code="kind") from error
    except Image.DecompressionBombError as error:
        raise ValidationError(TOO_MANY_PIXELS, code="pixels") from error
    except Exception as error:  # decoders raise nearly anything on hostile bytes
        raise ValidationError(DAMAGED, code="damaged") from error
    upload.checked = found  # type: ignore[attr-defined]  # decoding once is enough
    return found


def _check_opened(image: Image.Image) -> CheckedFile:
    width, height = image.size
    limit = settings.DTAC_PHOTO_MAX_PIXELS
    if image.format in WHOLE:
        limit = min(limit, settings.DTAC_PHOTO_MAX_PIXELS_WHOLE)
    if width * height > limit:
        millions = limit // 1_000_000
        raise ValidationError(
            f"This photo has too many pixels (over {millions} million). Send a smaller one.",
            code="pixels",
        )
    content_type, extension = ACCEPTED[str(image.format)]
    # draft() lets the JPEG decoder skip detail, yet it still reads to the end: a cut file fails.
    image.draft("RGB", (WORKING_EDGE, WORKING_EDGE))
    image.load()
    return CheckedFile(content_type, extension)


def store_original(
    upload: "File[Any]", *, into: StoredImage, storage: Storage = default_storage
) -> None:
    """Save the bytes unaltered under a random name, and fill in `into`'s fields.

    What was not checked before must be a photo. The row is not saved. Raises ValidationError as
    check_photo does.
    """
    checked = getattr(upload, "checked", None) or check_photo(upload)
    digest = hashlib.sha256()
    upload.seek(0)
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    into.uuid = into.uuid or uuid.uuid4()
    name = f"originals/{into.uuid.hex[:2]}/{into.uuid}.{checked.extension}"
    try:
        into.original.name = storage.save(name, upload)
        to_disk(storage, str(into.original.name))
    except BaseException:  # a full disk leaves a part of it
        storage.delete(name)
        raise
    into.content_type = checked.content_type
    into.sha256 = digest.hexdigest()
    into.byte_size = upload.size or 0
    into.added_at = timezone.now()


def make_variants(photo: StoredImage, *, storage: Storage = default_storage) -> None:
    """Write thumb, card and large as JPEG: upright, no EXIF, no more pixels than needed.

    Where the row has `edits`, they are applied first: nothing of what they hide is in any size.
    Fills in `photo.phash`; the row is not saved. Safe to run again: each file is replaced. Raises
    OSError or ValueError if it can't be decoded, ValidationError if the edits are none.
    """
    edits = edits_from(getattr(photo, "edits", {}))
    with storage.open(str(photo.original.name), "rb") as stream:
        source = _edited_copy(stream, edits)
    photo.phash = perceptual_hash(source)
    large = source  # the small sizes are made of the large one
    large.thumbnail(StoredImage.VARIANT_SIZES["large"], Image.Resampling.LANCZOS)
    for size, box in StoredImage.VARIANT_SIZES.items():
        picture = large
        if size != "large":
            picture = ImageOps.fit(large, box, Image.Resampling.LANCZOS, centering=(0.5, 0.35))
        write_whole(storage, photo.variant_path(size), _jpeg(picture))


def write_whole(storage: Storage, name: str, content: bytes) -> None:
    """Write a file in one step: whoever opens it gets all of it, what was there before, or nothing.

    What is left where the process dies in the middle is `common.orphans`' to delete.
    """
    if folder_of(storage) is None:
        replace_whole(storage, name, content)
        return
    part = f"{name}.part"
    storage.delete(part)
    try:
        storage.save(part, ContentFile(content))
        to_disk(storage, part)
        Path(storage.path(part)).replace(storage.path(name))
    except BaseException:
        storage.delete(part)
        raise


def to_disk(storage: Storage, name: str) -> None:
    """Wait until a file is on the disk: a row that outlives a power cut must not lose its file."""
    if folder_of(storage) is None:
        return  # an object store says that it has a file once it is safe
    path = Path(storage.path(name))
    for each in (path, path.parent):
        handle = os.open(each, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def photo_preview(photo: StoredImage, edits: Edits, *, storage: Storage = default_storage) -> bytes:
    """Return a JPEG of the original with these edits: the large size that would be made of it.

    Waits for its turn to decode. Raises BusyError; OSError or ValueError if it can't be decoded, or
    a virus was found in it.
    """
    if photo.malware:
        raise ValueError("held back")
    with _in_turn(), storage.open(str(photo.original.name), "rb") as stream:
        picture = _edited_copy(stream, edits)
    picture.thumbnail(StoredImage.VARIANT_SIZES["large"], Image.Resampling.LANCZOS)
    return _jpeg(picture)


def _jpeg(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.info.clear()  # comments and profiles of the sender's camera
    picture.save(buffer, "JPEG", quality=82, optimize=True)
    return buffer.getvalue()


def _edited_copy(stream: "BinaryIO | File[Any]", edits: Edits) -> Image.Image:
    """Return the picture with edits applied, in no more pixels than the sizes need."""
    kept = min(edits.crop.width, edits.crop.height) if edits.crop else 1
    with photo_opened(stream) as image:
        _skip_detail(image, edge=math.ceil(WORKING_EDGE / kept))
        ImageOps.exif_transpose(image, in_place=True)
        picture, part = cropped(image, edits)
        if max(picture.size) > WORKING_EDGE * NEAR_ENOUGH:
            picture.thumbnail((WORKING_EDGE, WORKING_EDGE), Image.Resampling.LANCZOS)
        return blurred(_flat(picture), edits, part=part)


def _skip_detail(image: Image.Image, *, edge: int) -> None:
    """Have the JPEG decoder leave out detail beyond `edge` pixels, or what is too much to hold.

    A small part of a large photo is decoded as finely as other kinds of file are.
    """
    width, height = image.size
    most = settings.DTAC_PHOTO_MAX_PIXELS_WHOLE
    scale = 1
    while scale < 8 and (
        max(width, height) // (scale * 2) >= edge or width * height > most * scale**2
    ):
        scale *= 2
    image.draft("RGB", (width // scale, height // scale))


def _flat(picture: Image.Image) -> Image.Image:
    """Return it as RGB, on white where it is transparent."""
    if picture.mode in ("RGBA", "LA", "P"):
        layer = picture.convert("RGBA")
        flat = Image.new("RGB", layer.size, "white")
        flat.paste(layer, mask=layer.getchannel("A"))
        return flat
    return picture.convert("RGB")


def perceptual_hash(picture: Image.Image) -> int | None:
    """Return 64 bits that stay nearly the same when a picture is resized or re-encoded.

    Each bit says whether a spot is lighter than its neighbour to the right (difference hash). As a
    signed number, the way PostgreSQL keeps it; None for a picture with too little in it to tell.
    It compares pictures, never faces.
    """
    small = picture.convert("L").resize((9, 8), Image.Resampling.LANCZOS)
    spots = small.tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            left, right = spots[row * 9 + column], spots[row * 9 + column + 1]
            bits = bits << 1 | (left > right)
    if not 8 <= bits.bit_count() <= 56:
        return None
    return bits - (1 << 64) if bits >> 63 else bits
