"""Cropping and blurring: what is taken as edits, and that what they hide is gone."""

import io
import random
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from common.edits import CELLS, MOST_BOXES, SMALLEST_BOX, Edits, apply_edits, edits_from, edits_of
from common.watermark import drawable, watermarked
from dtac.demo.portraits import draw_portrait

numbers = st.floats(min_value=0, max_value=1).map(lambda value: round(value, 3))


def boxes(least: float) -> st.SearchStrategy[tuple[float, float, float, float]]:
    """Boxes that lie within the picture."""
    size = st.floats(min_value=least, max_value=1).map(lambda value: round(value, 3))
    return st.tuples(numbers, numbers, size, size).map(
        lambda box: (
            round(box[0] * (1 - box[2]), 3),
            round(box[1] * (1 - box[3]), 3),
            box[2],
            box[3],
        )
    )


every_edit = st.builds(
    lambda crop, blurs: edits_of(crop=crop, blurs=blurs),
    st.none() | boxes(0.05),
    st.lists(boxes(0.011), max_size=MOST_BOXES),
)


@given(every_edit)
def test_what_is_stored_is_read_back_the_same(edits: Edits) -> None:
    assert edits_from(edits.as_json()) == edits
    assert bool(edits) == bool(edits.as_json())


@given(every_edit, st.integers(20, 90), st.integers(20, 90))
def test_the_result_has_the_crops_size_and_hides_each_box(
    edits: Edits, width: int, height: int
) -> None:
    """Of noise nothing is left within a box but slow changes."""
    picture = noise(width, height)
    result = apply_edits(picture, edits)
    if edits.crop:
        left, top, right, bottom = edits.crop.pixels(picture.size)
        assert result.size == (right - left, bottom - top)
    else:
        assert result.size == picture.size
    whole = apply_edits(picture, Edits(None, edits.blurs))
    for box in edits.blurs:
        alone = apply_edits(picture, Edits(None, (box,)))
        part = alone.crop(box.pixels(picture.size))
        if min(part.size) > 2 * CELLS:  # smooth: no step from a pixel to the next as noise has them
            assert roughness(part) < roughness(picture.crop(box.pixels(picture.size)))
    assert whole.size == picture.size


def noise(width: int, height: int, seed: int = 1) -> Image.Image:
    rng = random.Random(seed)
    return Image.frombytes("RGB", (width, height), rng.randbytes(width * height * 3))


def roughness(picture: Image.Image) -> float:
    grey = picture.convert("L")
    spots, width = grey.tobytes(), grey.width
    steps = [
        abs(spots[at] - spots[at + 1]) for at in range(len(spots) - 1) if (at + 1) % width
    ] or [0]
    return sum(steps) / len(steps)


def test_nothing_but_mean_colours_of_a_box_reaches_the_result() -> None:
    """A face, and the same face with its cells mixed up, can't be told apart afterwards."""
    face = Image.open(io.BytesIO(draw_portrait(7))).convert("RGB").resize((200, 200))
    mixed = face.copy()
    rng = random.Random(3)
    cell = 200 // CELLS
    for left in range(0, 200, cell):
        for top in range(0, 200, cell):
            part = face.crop((left, top, left + cell, top + cell))
            spots = list(zip(*[iter(part.tobytes())] * 3, strict=True))
            rng.shuffle(spots)
            shuffled = Image.frombytes("RGB", part.size, bytes(v for spot in spots for v in spot))
            mixed.paste(shuffled, (left, top))
    blurred = edits_of(crop=None, blurs=[(0, 0, 1, 1)])
    assert face.tobytes() != mixed.tobytes()
    pairs = zip(
        apply_edits(face, blurred).tobytes(), apply_edits(mixed, blurred).tobytes(), strict=True
    )
    assert max(abs(one - two) for one, two in pairs) <= 3  # of 255: means are rounded on the way


def test_a_box_reaches_over_every_pixel_that_it_touches_and_no_further() -> None:
    picture = noise(100, 100)
    result = apply_edits(picture, edits_of(crop=None, blurs=[(0.105, 0.205, 0.3, 0.3)]))
    same = {
        (x, y)
        for x in range(100)
        for y in range(100)
        if picture.getpixel((x, y)) == result.getpixel((x, y))
    }
    outside = {
        (x, y) for x in range(100) for y in range(100) if not (10 <= x < 41 and 20 <= y < 51)
    }
    assert outside <= same
    assert len(same - outside) < 31 * 31 * 0.02  # by chance


@pytest.mark.parametrize(
    "stored",
    [
        None,
        [],
        "crop",
        {"crop": "0,0,1,1"},
        {"crop": [0, 0, 1]},
        {"crop": [0, 0, 1, True]},
        {"crop": [0, 0, "1", 1]},
        {"crop": [0, 0, 0.04, 1]},
        {"crop": [-0.1, 0, 0.5, 0.5]},
        {"crop": [0.6, 0, 0.5, 0.5]},
        {"crop": [float("nan"), 0, 0.5, 0.5]},
        {"crop": [0, 0, float("inf"), 0.5]},
        {"crop": [0, 0, 1e308, 0.5]},
        {"blur": [0, 0, 1, 1]},
        {"blur": "0"},
        {"blur": [[0, 0, SMALLEST_BOX / 2, 0.5]]},
        {"blur": [[0, 0, 0.1, 0.1]] * (MOST_BOXES + 1)},
        {"blur": [], "rotate": 90},
    ],
)
def test_what_is_no_edit_is_refused(stored: Any) -> None:
    with pytest.raises(ValidationError):
        edits_from(stored)


def test_the_same_edit_is_one_however_it_is_said() -> None:
    one = edits_of(crop=(0, 0, 1, 1), blurs=[(0.5, 0.5, 0.2, 0.2), (0.1, 0.1, 0.2, 0.2)])
    two = edits_of(
        crop=None, blurs=[(0.1, 0.1, 0.2, 0.2), (0.5, 0.5, 0.2, 0.2), (0.50001, 0.5, 0.2, 0.2)]
    )
    assert one == two
    assert not edits_of(crop=(0, 0, 1, 1), blurs=[])


class TestWatermark:
    """Who looks and when, across the whole of a large photo."""

    def test_every_part_of_the_picture_bears_it(self) -> None:
        plain = Image.new("RGB", (1200, 1500), "#777777")
        buffer = io.BytesIO()
        plain.save(buffer, "JPEG")
        buffer.seek(0)
        marked = Image.open(
            io.BytesIO(watermarked(buffer, "Staff Person\nMarlowe Chemist\n3 Mar 2026 09:05"))
        )
        assert marked.size == plain.size
        assert not marked.getexif()
        for left in range(0, 1200, 400):
            for top in range(0, 1500, 300):
                low, high = (
                    marked.crop((left, top, left + 400, top + 300)).convert("L").getextrema()
                )
                assert high - low > 40, (left, top)

    def test_a_name_is_drawn_in_letters_that_the_font_has(self) -> None:
        assert drawable("Anne-Marie O’Neill", instead="x").replace("’", "'") == (
            "Anne-Marie O'Neill"
        )
        assert drawable("Jan Zieliński", instead="x") in ("Jan Zieliński", "Jan Zielinski")
        assert drawable("Łukasz", instead="x") in ("Łukasz", "Lukasz")
        assert drawable("李明", instead="li@test.example") == "li@test.example"
        assert drawable("a\nb\u202e", instead="x") == "x"
