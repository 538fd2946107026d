"""Photos: refuse what is not one, keep the original, make what is shown.

A file's name and declared type are never believed; the bytes decide.
"""

import hashlib
import io
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, BinaryIO

import pillow_heif
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, default_storage
from django.utils import timezone
from PIL import Image, ImageOps, UnidentifiedImageError

from common.db import StoredImage

pillow_heif.register_heif_opener()

# Pillow's format name -> (content type, file ending). Nothing else is a photo here: no SVG, no GIF.
ACCEPTED = {
    "JPEG": ("image/jpeg", "jpg"),
    "PNG": ("image/png", "png"),
    "WEBP": ("image/webp", "webp"),
    "HEIF": ("image/heic", "heic"),
    "MPO": ("image/jpeg", "jpg"),  # what many phones call a JPEG; its first picture is shown
}
OPENED = [name for name in ACCEPTED if name != "MPO"]  # Pillow opens those as JPEG
NOT_A_PHOTO = "This file is not a photo we can read. Send a JPEG, PNG, WebP or HEIC."
DAMAGED = "This photo is damaged or was cut short. Take or choose it again."
WORKING_EDGE = 1600  # pixels; the large variant needs no more


@dataclass(frozen=True)
class CheckedPhoto:
    """What was learnt from the bytes of an accepted photo."""

    content_type: str
    extension: str
    width: int
    height: int


@contextmanager
def _opened(stream: IO[bytes]) -> Iterator[Image.Image]:
    stream.seek(0)
    with warnings.catch_warnings():
        # Our own pixel limit is checked before decoding; Pillow's warning would only be noise.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        with Image.open(stream, formats=OPENED) as image:
            yield image
    stream.seek(0)


def check_photo(upload: "File[Any]") -> CheckedPhoto:
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
        with _opened(stream) as image:
            found = _check_opened(image)
    except ValidationError:
        raise
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise ValidationError(NOT_A_PHOTO, code="kind") from error
    except Exception as error:  # decoders raise nearly anything on hostile bytes
        raise ValidationError(DAMAGED, code="damaged") from error
    upload.checked_photo = found  # type: ignore[attr-defined]  # decoding once is enough
    return found


def _check_opened(image: Image.Image) -> CheckedPhoto:
    width, height = image.size
    if width * height > settings.DTAC_PHOTO_MAX_PIXELS:
        millions = settings.DTAC_PHOTO_MAX_PIXELS // 1_000_000
        raise ValidationError(
            f"This photo has too many pixels (over {millions} million). Send a smaller one.",
            code="pixels",
        )
    content_type, extension = ACCEPTED[str(image.format)]
    # draft() lets the JPEG decoder skip detail, yet it still reads to the end: a cut file fails.
    image.draft("RGB", (WORKING_EDGE, WORKING_EDGE))
    image.load()
    return CheckedPhoto(content_type, extension, width, height)


def store_original(
    upload: "File[Any]", *, into: StoredImage, storage: Storage = default_storage
) -> None:
    """Check the upload, save its bytes unaltered under a random name, and fill in `into`'s fields.

    The row is not saved. Raises ValidationError as check_photo does.
    """
    photo = getattr(upload, "checked_photo", None) or check_photo(upload)
    digest = hashlib.sha256()
    upload.seek(0)
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    into.uuid = into.uuid or uuid.uuid4()
    name = f"originals/{into.uuid.hex[:2]}/{into.uuid}.{photo.extension}"
    into.original.name = storage.save(name, upload)
    into.content_type = photo.content_type
    into.sha256 = digest.hexdigest()
    into.byte_size = upload.size or 0
    into.added_at = timezone.now()


def make_variants(photo: StoredImage, *, storage: Storage = default_storage) -> None:
    """Write thumb, card and large as JPEG: upright, no EXIF, no more pixels than needed.

    Safe to run again: each file is replaced. Raises OSError or ValueError if it can't be decoded.
    """
    with storage.open(str(photo.original.name), "rb") as stream:
        source = _working_copy(stream)
    for size, box in StoredImage.VARIANT_SIZES.items():
        picture = source.copy()
        if size == "large":
            picture.thumbnail(box, Image.Resampling.LANCZOS)
        else:
            picture = ImageOps.fit(picture, box, Image.Resampling.LANCZOS, centering=(0.5, 0.35))
        buffer = io.BytesIO()
        picture.info.clear()  # comments and profiles of the sender's camera
        picture.save(buffer, "JPEG", quality=82, optimize=True)
        path = photo.variant_path(size)
        if storage.exists(path):
            storage.delete(path)
        storage.save(path, ContentFile(buffer.getvalue()))


def _working_copy(stream: "BinaryIO | File[Any]") -> Image.Image:
    with _opened(stream) as image:
        image.draft("RGB", (WORKING_EDGE, WORKING_EDGE))
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((WORKING_EDGE, WORKING_EDGE), Image.Resampling.LANCZOS)
        if upright.mode in ("RGBA", "LA", "P"):
            layer = upright.convert("RGBA")
            flat = Image.new("RGB", layer.size, "white")
            flat.paste(layer, mask=layer.getchannel("A"))
            return flat
        return upright.convert("RGB")
