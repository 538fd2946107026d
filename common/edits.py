"""What is cut off a photo and what is made unrecognisable in it, before anybody is shown it.

Boxes are parts of the upright picture's width and height, so that they mean the same on the
original and on any smaller copy.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from PIL import Image

MOST_BOXES = 12
SMALLEST_CROP = 0.05
SMALLEST_BOX = 0.01
PLACES = 3
"""Decimal places that are kept: the same edit is the same text, and a row is there once."""
FUZZ = 1e-6  # of a pixel: what sums of decimals are off by
CELLS = 4
"""What is left of a blurred box: so many colours along its longer side, whatever its size. Finer
mosaics have been undone by comparing them with faces; 16 colours tell nobody's."""


@dataclass(frozen=True)
class Box:
    """A part of a picture: its left and top edge, its width and height, each 0 to 1."""

    left: float
    top: float
    width: float
    height: float

    def touches(self, other: "Box") -> bool:
        """Whether the two have any part in common."""
        across = self.left < other.left + other.width and other.left < self.left + self.width
        down = self.top < other.top + other.height and other.top < self.top + self.height
        return across and down

    def as_list(self) -> list[float]:
        """Return it as it is stored."""
        return [self.left, self.top, self.width, self.height]

    def pixels(self, size: tuple[int, int]) -> tuple[int, int, int, int]:
        """Return left, top, right and bottom in a picture of a size, with every pixel it touches.

        At least one pixel each way.
        """
        width, height = size
        left = min(math.floor(self.left * width + FUZZ), width - 1)
        top = min(math.floor(self.top * height + FUZZ), height - 1)
        right = min(max(math.ceil((self.left + self.width) * width - FUZZ), left + 1), width)
        bottom = min(max(math.ceil((self.top + self.height) * height - FUZZ), top + 1), height)
        return left, top, right, bottom


@dataclass(frozen=True)
class Edits:
    """What of a picture is kept (None: all of it) and what in it is made unrecognisable."""

    crop: Box | None = None
    blurs: tuple[Box, ...] = ()

    def __bool__(self) -> bool:
        return self.crop is not None or bool(self.blurs)

    def as_json(self) -> dict[str, Any]:
        """Return it as it is stored; the same edits are always the same."""
        stored: dict[str, Any] = {}
        if self.crop:
            stored["crop"] = self.crop.as_list()
        if self.blurs:
            stored["blur"] = [box.as_list() for box in self.blurs]
        return stored


def edits_from(stored: Any) -> Edits:
    """Return edits from what was stored or sent. Raises ValidationError: not such, or too much."""
    if not isinstance(stored, Mapping) or set(stored) - {"crop", "blur"}:
        raise ValidationError("These are no edits of a photo.", code="edits")
    blurs = stored.get("blur", [])
    if not _is_list(blurs):
        raise ValidationError("These are no edits of a photo.", code="edits")
    crop = stored.get("crop")
    return edits_of(
        crop=None if crop is None else _four(crop), blurs=[_four(each) for each in blurs]
    )


def edits_of(*, crop: Sequence[float] | None, blurs: Sequence[Sequence[float]]) -> Edits:
    """Return edits from boxes of four numbers each: left, top, width and height, 0 to 1.

    A crop that keeps everything is none; boxes are in one order and there once. Raises
    ValidationError: a box that is not within the picture, is too small, or too many of them.
    """
    if len(blurs) > MOST_BOXES:
        raise ValidationError(f"Blur {MOST_BOXES} boxes at most.", code="boxes")
    kept = None if crop is None else _box(crop, least=SMALLEST_CROP, what="What is kept")
    if kept == Box(0, 0, 1, 1):
        kept = None
    boxes = {_box(each, least=SMALLEST_BOX, what="A blurred box") for each in blurs}
    return Edits(kept, tuple(sorted(boxes, key=Box.as_list)))


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _four(value: Any) -> list[float]:
    if not _is_list(value) or len(value) != 4:
        raise ValidationError("A box is four numbers.", code="edits")
    if any(isinstance(each, bool) or not isinstance(each, int | float) for each in value):
        raise ValidationError("A box is four numbers.", code="edits")
    return [float(each) for each in value]


def _box(values: Sequence[float], *, least: float, what: str) -> Box:
    left, top, width, height = (
        round(value, PLACES) if math.isfinite(value) else math.nan for value in values
    )
    # Not "<" throughout: NaN is within nothing.
    if not (0 <= left < 1 and 0 <= top < 1 and left + width <= 1.0005 and top + height <= 1.0005):
        raise ValidationError(f"{what} must lie within the picture.", code="outside")
    if not (width >= least and height >= least):
        smallest = f"{least * 100:g}"
        raise ValidationError(
            f"{what} must be at least {smallest} % of the picture each way.", code="small"
        )
    # Sums of decimals may be a hair over 1.
    width, height = (
        round(min(size, 1 - at), PLACES) for size, at in ((width, left), (height, top))
    )
    return Box(left + 0.0, top + 0.0, width, height)


def cropped(picture: Image.Image, edits: Edits) -> tuple[Image.Image, Box]:
    """Return what is kept of an upright picture, and which part of it that is, to the pixel."""
    if edits.crop is None:
        return picture, Box(0, 0, 1, 1)
    left, top, right, bottom = edits.crop.pixels(picture.size)
    width, height = picture.size
    part = Box(left / width, top / height, (right - left) / width, (bottom - top) / height)
    return picture.crop((left, top, right, bottom)), part


def blurred(picture: Image.Image, edits: Edits, *, part: Box) -> Image.Image:
    """Make the boxes unrecognisable in an RGB picture, which is that part of the whole; return it.

    What a box held can't be computed from the result: but for a few mean colours it is gone before
    anything is encoded.
    """
    for box in edits.blurs:
        if box.touches(part):
            place = _within(box, part).pixels(picture.size)
            picture.paste(_unrecognisable(picture.crop(place)), place)
    return picture


def _within(box: Box, part: Box) -> Box:
    """Return where in a part of the picture a box of the whole one is, cut off at its edges."""
    left, top = max(box.left, part.left), max(box.top, part.top)
    right = min(box.left + box.width, part.left + part.width)
    bottom = min(box.top + box.height, part.top + part.height)
    return Box(
        (left - part.left) / part.width,
        (top - part.top) / part.height,
        (right - left) / part.width,
        (bottom - top) / part.height,
    )


def apply_edits(picture: Image.Image, edits: Edits) -> Image.Image:
    """Return a new picture with the rest cut off and the boxes made unrecognisable.

    `picture` is upright and RGB.
    """
    kept, part = cropped(picture.copy(), edits)
    return blurred(kept, edits, part=part)


def _unrecognisable(part: Image.Image) -> Image.Image:
    """Return a picture of the same size of which only some mean colours are left."""
    longer = max(part.size)
    cells = (
        max(1, round(CELLS * part.width / longer)),
        max(1, round(CELLS * part.height / longer)),
    )
    few = part.resize(cells, Image.Resampling.BOX)
    return few.resize(part.size, Image.Resampling.BICUBIC)
