"""Who looks at a large photo, and when, written across it: a copy that leaks says whose it was.

Drawn as the photo is served, from a size that was made before; some 20 to 30 ms each.
"""

import io
import threading
import unicodedata
from functools import lru_cache
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from PIL import Image, ImageDraw, ImageFont

from common.http import BusyError

AT_ONCE = 2
"""A 1200 by 1500 picture takes 5 MB; more of them at once only wait for the processors."""
_DRAWING = threading.BoundedSemaphore(AT_ONCE)
LIGHT, DARK = 78, 58  # of 255: readable on any background, and the face stays recognisable
SLANT = 24  # degrees: no straight crop between two lines is without a part of one


def watermarked(stream: "IO[bytes] | File[Any]", text: str) -> bytes:
    """Return a JPEG of the photo with the text (of some lines) across all of it.

    Raises BusyError where it is not its turn for long; OSError if it can't be decoded.
    """
    if not _DRAWING.acquire(timeout=settings.DTAC_PHOTO_TURN_SECONDS):
        raise BusyError
    try:
        with Image.open(stream, formats=["JPEG"]) as image:
            picture = image.convert("RGB")
        _write_across(picture, text)
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=82)
        return buffer.getvalue()
    finally:
        _DRAWING.release()


def _write_across(picture: Image.Image, text: str) -> None:
    light, dark = _stamp(text, max(13, min(picture.size) // 22))
    across, down = light.width, light.height
    for row, top in enumerate(range(-down // 3, picture.height, round(down * 0.8))):
        start = -across // 2 if row % 2 else 0  # staggered, as bricks are
        for left in range(start, picture.width, across):
            picture.paste((0, 0, 0), (left + 1, top + 1), dark)
            picture.paste((255, 255, 255), (left, top), light)


@lru_cache(maxsize=64)
def _stamp(text: str, size: int) -> tuple[Image.Image, Image.Image]:
    """Return the slanted text as two masks: the letters, and what lies under them."""
    font = _font(size)
    measure = ImageDraw.Draw(Image.new("L", (1, 1)))
    left, top, right, bottom = measure.multiline_textbbox((0, 0), text, font=font, align="center")
    flat = Image.new("L", (int(right - left) + size * 2, int(bottom - top) + size), 0)
    draw = ImageDraw.Draw(flat)
    draw.multiline_text((size - left, size // 2 - top), text, fill=255, font=font, align="center")
    slanted = flat.rotate(SLANT, Image.Resampling.BICUBIC, expand=True)
    return slanted.point(lambda v: v * LIGHT // 255), slanted.point(lambda v: v * DARK // 255)


@lru_cache(maxsize=8)
def _font(size: int) -> Any:
    return ImageFont.load_default(size)


def drawable(text: str, *, instead: str) -> str:
    """Return the text with letters that the font has: plain ones for others that are near.

    Where a letter can't be drawn at all, `instead`: a name in boxes would name nobody.
    """
    drawn = "".join(letter if _has(letter) else _plain(letter) for letter in text)
    return instead if not all(_has(letter) for letter in drawn) else drawn


def _plain(letter: str) -> str:
    near = {"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "‘": "'", "’": "'", "–": "-"}
    if letter in near:
        return near[letter]
    folded = unicodedata.normalize("NFKD", letter)
    return "".join(part for part in folded if not unicodedata.combining(part))


@lru_cache(maxsize=1024)
def _has(letter: str) -> bool:
    if letter.isspace():
        return letter == " "
    font = _font(20)
    return bytes(font.getmask(letter)) != bytes(font.getmask("\U0010ffff"))
