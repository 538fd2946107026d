"""Flat, drawn portraits and shop scenes for the demo data.

They are plainly drawings and show nobody. The same seed and features always give the same
picture. ``portrait_features`` says in a witness's words what the picture shows, so that a
demo subject's description and photo agree.
"""

from __future__ import annotations

import io
import random
from typing import Unpack

from PIL import Image, ImageDraw, ImageFont

from .features import (
    BACKGROUNDS,
    HAIR_COLOURS,
    INK,
    SKIN_TONES,
    TOP_COLOURS,
    FeatureWishes,
    Point,
    PortraitFeatures,
    portrait_features,
)
from .head import (
    WHITE,
    draw_beard,
    draw_behind,
    draw_body,
    draw_cap,
    draw_glasses,
    draw_hair,
    draw_head,
    draw_hood_edge,
    draw_looks,
)
from .pen import Pen, measure, mix


def draw_portrait(
    seed: int, size: tuple[int, int] = (800, 1000), **wishes: Unpack[FeatureWishes]
) -> bytes:
    """Return a drawn portrait as JPEG, always the same for the same arguments."""
    features = portrait_features(seed, **wishes)
    face = measure(seed, features)
    paper = random.Random(f"paper-{seed}").choice(BACKGROUNDS)
    pen = Pen(size[0] * 3 // 2, size[1] * 3 // 2, paper)
    draw_behind(pen, face, features)
    draw_body(pen, face, features)
    draw_head(pen, face, features)
    draw_beard(pen, face, features.beard)
    draw_looks(pen, face, features)
    draw_hair(pen, face, features)
    if features.hood:
        draw_hood_edge(pen, face, features)
    if features.glasses:
        draw_glasses(pen, face)
    if features.cap:
        draw_cap(pen, face, seed)
    return as_jpeg(pen.image.resize(size, Image.Resampling.BOX), quality=86)


def as_jpeg(image: Image.Image, *, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def draw_scene(
    seed: int, size: tuple[int, int] = (1280, 720), **wishes: Unpack[FeatureWishes]
) -> bytes:
    """Return a drawn still of a shop aisle with one person in it, as JPEG.

    The person's clothes and hair are those of ``portrait_features`` for the same arguments.
    """
    features = portrait_features(seed, **wishes)
    rng = random.Random(f"scene-{seed}")
    image = Image.new("RGB", (1280, 720), (196, 202, 204))
    draw = ImageDraw.Draw(image)
    draw.polygon([(0, 720), (1280, 720), (760, 300), (520, 300)], fill=(168, 172, 172))
    draw.polygon([(0, 0), (1280, 0), (760, 180), (520, 180)], fill=(216, 220, 220))
    draw.rectangle([520, 180, 760, 300], fill=(180, 188, 192))
    for step in range(3):
        near, y = 1 - step * 0.3, 24 + step * 52
        draw.polygon(
            [
                (640 - 120 * near, y),
                (640 + 120 * near, y),
                (640 + 96 * near, y + 18 * near),
                (640 - 96 * near, y + 18 * near),
            ],
            fill=(244, 246, 242),
        )
    for side in (-1, 1):
        _draw_shelves(draw, rng, side)
    x = rng.randint(540, 740)
    _draw_figure(draw, features, x=x, feet=rng.randint(560, 650), facing=rng.choice((-1, 1)))
    font = ImageFont.load_default(size=24)
    draw.rectangle([0, 0, 1280, 40], fill=(30, 34, 36))
    draw.text((16, 6), f"CAM {rng.randint(1, 9)}   AISLE {rng.randint(1, 14)}", WHITE, font=font)
    draw.text((1264, 6), "DRAWN FOR THE DEMO", WHITE, font=font, anchor="ra")
    if size != image.size:
        image = image.resize(size, Image.Resampling.BOX)
    return as_jpeg(image, quality=82)


def _draw_shelves(draw: ImageDraw.ImageDraw, rng: random.Random, side: int) -> None:
    """Draw one side of the aisle: shelves in perspective, with packets on them."""

    def spot(depth: float, height: float) -> Point:
        """Return a point on the shelf front: depth 0 near to 1 far, height 0 floor to 1 top."""
        x = 640 + side * (620 - 510 * depth)
        floor = 745 - 430 * depth
        ceiling = 30 + 165 * depth
        return (x, floor + (ceiling - floor) * height)

    draw.polygon([spot(0, 0), spot(0, 1), spot(1, 1), spot(1, 0)], fill=(142, 148, 152))
    palette = ((150, 92, 84), (90, 116, 142), (174, 156, 104), (104, 138, 112), (128, 112, 146))
    for shelf in range(5):
        low = 0.05 + shelf * 0.19
        depth = 0.02
        while depth < 0.96:
            wide = rng.uniform(0.03, 0.07) * (1.15 - depth * 0.6)
            tall = rng.uniform(0.09, 0.14)
            if rng.random() > 0.08:
                end = min(depth + wide, 0.98)
                fill = mix(rng.choice(palette), (170, 174, 174), 0.25 + depth * 0.45)
                corners = [(depth, low), (depth, low + tall), (end, low + tall), (end, low)]
                draw.polygon([spot(*corner) for corner in corners], fill=fill)
            depth += wide + 0.008
        edge = [spot(0, low - 0.018), spot(0, low), spot(1, low), spot(1, low - 0.018)]
        draw.polygon(edge, fill=(210, 212, 210))


def _draw_figure(
    draw: ImageDraw.ImageDraw, features: PortraitFeatures, *, x: int, feet: int, facing: int
) -> None:
    """Draw a standing person, seen from above the door as a shop's camera would."""
    top = TOP_COLOURS[features.top_colour]
    dark = mix(top, (0, 0, 0), 0.24)
    skin = SKIN_TONES[features.skin_tone]
    hair = HAIR_COLOURS[features.hair_colour]
    wide = {"slim": 44, "medium": 52, "heavy": 64}[features.build]
    head = feet - 330
    draw.ellipse([x - 84, feet - 14, x + 84, feet + 18], fill=(142, 146, 146))
    for leg in (-1, 1):
        middle = x + leg * wide * 0.48
        draw.polygon(
            [
                (middle - 20, feet - 160),
                (middle + 20, feet - 160),
                (middle + 15, feet),
                (middle - 15, feet),
            ],
            fill=(58, 64, 80),
        )
        draw.ellipse(
            [middle - 20, feet - 12, middle + 20 + facing * 8, feet + 8], fill=(40, 40, 44)
        )
    draw.rounded_rectangle([x - wide, head + 66, x + wide, feet - 130], radius=26, fill=top)
    draw.line(
        [(x - facing * wide, head + 92), (x - facing * (wide + 16), feet - 150)],
        fill=dark,
        width=28,
    )
    elbow, hand = (x + facing * (wide + 22), head + 150), (x + facing * (wide + 66), head + 128)
    draw.line(
        [(x + facing * wide * 0.8, head + 92), elbow, hand], fill=dark, width=26, joint="curve"
    )
    draw.ellipse([hand[0] - 14, hand[1] - 14, hand[0] + 14, hand[1] + 14], fill=skin)
    draw.rectangle([x - 15, head + 40, x + 15, head + 76], fill=mix(skin, (60, 30, 20), 0.2))
    if features.hair in ("long", "collar length"):
        draw.rounded_rectangle([x - 42, head - 34, x + 42, head + 84], radius=30, fill=hair)
    if features.hair == "tied back":
        draw.ellipse([x - 17, head - 72, x + 17, head - 38], fill=hair)
    elif features.hair == "curly" and not features.hood:
        draw.ellipse([x - 50, head - 62, x + 50, head + 26], fill=hair)
    if features.hood:
        draw.ellipse([x - 52, head - 58, x + 52, head + 72], fill=top)
    draw.ellipse([x - 34, head - 40, x + 34, head + 54], fill=skin)
    if features.beard in ("short", "full"):
        draw.chord([x - 34, head - 40, x + 34, head + 56], 25, 155, fill=hair)
    if features.hair not in ("bald", "shaved") and not features.hood:
        draw.chord([x - 38, head - 48, x + 38, head + 46], 190, 350, fill=hair)
    for eye in (-1, 1):
        at = x + facing * 6 + eye * 13
        draw.ellipse([at - 4, head, at + 4, head + 7], fill=INK)
    if features.cap:
        draw.chord([x - 39, head - 50, x + 39, head + 36], 180, 360, fill=(48, 48, 56))
        draw.polygon(
            [(x, head - 12), (x + facing * 62, head - 4), (x + facing * 60, head + 3), (x, head)],
            fill=(36, 36, 42),
        )
