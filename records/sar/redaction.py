"""Removing words from a text, and parts of a photo. What is removed is gone before it is written.

A text is its words, numbered as they come; what is removed of it is a list of numbers. Nothing of
a removed word is left, not its length: a run of them becomes one mark.
"""

import io
import re
import unicodedata
from collections.abc import Collection, Iterable
from typing import Any, Final

from PIL import ImageDraw, ImageOps

from common.edits import Edits, cropped
from common.images import photo_opened

REMOVED: Final = "[removed]"
WORD: Final = re.compile(r"\S+")
SHORTEST: Final = 3
"""Letters of a part of a name that is proposed by itself."""
NO_NAMES: Final = frozenset(("mr", "mrs", "ms", "miss", "mx", "dr", "the", "and", "person", "shop"))
LONGEST_EDGE: Final = 1500


def words_of(text: str) -> list[str]:
    """Return the words of a text, as they are numbered."""
    return WORD.findall(text)


def removed_from(text: str, numbers: Collection[int]) -> str:
    """Return a text without the words of these numbers; runs of them are one mark."""
    gone = set(numbers)
    out: list[str] = []
    at = 0
    for number, match in enumerate(WORD.finditer(text)):
        between = text[at : match.start()]
        at = match.end()
        if number not in gone:
            out += [between, match.group()]
        elif not (number - 1 in gone and "\n" not in between):
            out += [between, REMOVED]
    return "".join([*out, text[at:]])


def proposed(text: str, names: Iterable[str], own: Iterable[str] = ()) -> list[int]:
    """Return the numbers of words that are part of these names, but for the person's `own`.

    It is a help, no proof: nicknames and slips of the pen are found by who reads it.
    """
    theirs = {part for name in own for part in _plain(name)}
    wanted = {
        part
        for name in names
        for part in _plain(name)
        if part not in theirs and part not in NO_NAMES and _tells(part)
    }
    return [number for number, word in enumerate(words_of(text)) if wanted & set(_plain(word))]


def _plain(text: str) -> list[str]:
    """Return the words of a text without case, accents and punctuation: "O’Brien’s" is "obrien"."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    folded = "".join(char for char in folded if not unicodedata.combining(char))
    folded = re.sub(r"['’]s\b", "", folded)
    return re.findall(r"[^\W_]+", re.sub(r"['’ʼ`´]", "", folded))


def _tells(word: str) -> bool:
    return len(word) >= (SHORTEST if word.isascii() else 2)


def blacked_out(stream: Any, edits: Edits) -> bytes:
    """Return a stored photo as a fresh JPEG in which the boxes are black.

    Upright, without anything that came with the file. Raises OSError: not a picture.
    """
    with photo_opened(stream) as opened:
        upright = ImageOps.exif_transpose(opened).convert("RGB")
    upright.thumbnail((LONGEST_EDGE, LONGEST_EDGE))
    picture, _ = cropped(upright, Edits())
    draw = ImageDraw.Draw(picture)
    for box in edits.blurs:
        left, top, right, bottom = box.pixels(picture.size)
        draw.rectangle((left, top, right - 1, bottom - 1), fill="black")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    return out.getvalue()
