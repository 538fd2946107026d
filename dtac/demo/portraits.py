"""Flat, drawn portraits and shop scenes for the demo data.

They are plainly drawings and show nobody. The same seed and features always give the same
picture. ``portrait_features`` says in a witness's words what the picture shows, so that a
demo subject's description and photo agree.
"""

from __future__ import annotations

import io
import itertools
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypedDict, Unpack

from PIL import Image, ImageDraw, ImageFont

HairColour = Literal["black", "dark brown", "brown", "fair", "ginger", "grey", "white"]
Hair = Literal["bald", "shaved", "short", "receding", "curly", "collar length", "long", "tied back"]
Beard = Literal["none", "stubble", "moustache", "goatee", "short", "full"]
AgeBand = Literal["under 18", "18 to 25", "25 to 35", "35 to 50", "50 to 65", "over 65"]
Build = Literal["slim", "medium", "heavy"]
TopColour = Literal["black", "grey", "navy", "brown", "green", "maroon", "blue", "beige"]
Garment = Literal["hoodie", "jacket", "T-shirt", "jumper"]

Colour = tuple[int, int, int]
Point = tuple[float, float]

HAIR_COLOURS: Final[dict[str, Colour]] = {
    "black": (30, 27, 30),
    "dark brown": (62, 44, 34),
    "brown": (112, 78, 48),
    "fair": (206, 170, 104),
    "ginger": (178, 92, 44),
    "grey": (150, 150, 150),
    "white": (226, 224, 220),
}
TOP_COLOURS: Final[dict[str, Colour]] = {
    "black": (44, 45, 52),
    "grey": (122, 126, 136),
    "navy": (40, 58, 96),
    "brown": (92, 74, 56),
    "green": (74, 96, 62),
    "maroon": (108, 44, 48),
    "blue": (76, 118, 168),
    "beige": (190, 172, 142),
}
SKIN_TONES: Final[tuple[Colour, ...]] = (
    (246, 214, 190),
    (236, 194, 160),
    (222, 172, 130),
    (192, 138, 96),
    (158, 106, 68),
    (118, 76, 48),
)
BACKGROUNDS: Final[tuple[Colour, ...]] = (
    (210, 213, 221),
    (217, 206, 214),
    (200, 213, 205),
    (220, 214, 200),
    (202, 212, 222),
    (214, 208, 224),
)
_INK: Final[Colour] = (44, 38, 40)


@dataclass(frozen=True, slots=True)
class PortraitFeatures:
    """What a drawn portrait shows, and so what a witness would say of it."""

    female: bool
    age_band: AgeBand
    build: Build
    skin_tone: int
    hair: Hair
    hair_colour: HairColour
    beard: Beard
    glasses: bool
    cap: bool
    hood: bool
    tattoo: bool
    garment: Garment
    top_colour: TopColour

    @property
    def sex_words(self) -> str:
        """Return ``Male`` or ``Female``."""
        return "Female" if self.female else "Male"

    @property
    def hair_words(self) -> str:
        """Return the hair in words: ``short grey hair``."""
        if self.hair == "bald":
            return "bald"
        if self.hair == "shaved":
            return "shaved head"
        if self.hair == "collar length":
            return f"collar-length {self.hair_colour} hair"
        if self.hair == "tied back":
            return f"{self.hair_colour} hair, tied back"
        return f"{self.hair} {self.hair_colour} hair"

    @property
    def beard_words(self) -> str:
        """Return the beard in words, or an empty string."""
        return {
            "none": "",
            "stubble": "stubble",
            "moustache": f"{self.hair_colour} moustache",
            "goatee": f"{self.hair_colour} goatee",
            "short": f"short {self.hair_colour} beard",
            "full": f"full {self.hair_colour} beard",
        }[self.beard]

    @property
    def clothing_words(self) -> str:
        """Return what was worn: ``grey hoodie, hood up, dark cap``."""
        parts = [f"{self.top_colour} {self.garment}"]
        if self.hood:
            parts.append("hood up")
        if self.cap:
            parts.append("dark cap")
        return ", ".join(parts)

    @property
    def marks_words(self) -> str:
        """Return marks that stay with the person, or an empty string."""
        return "tattoo on the left of the neck" if self.tattoo else ""

    def words(self) -> tuple[str, ...]:
        """Return each thing a witness would say, most telling first."""
        said = (
            self.sex_words,
            self.age_band,
            f"{self.build} build",
            self.hair_words,
            self.beard_words,
            "glasses" if self.glasses else "",
            self.marks_words,
            self.clothing_words,
        )
        return tuple(word for word in said if word)

    def sentence(self) -> str:
        """Return the whole description as one line of words."""
        return ", ".join(self.words())


class FeatureWishes(TypedDict, total=False):
    """Features that the caller fixes; the seed chooses the others."""

    female: bool
    age_band: AgeBand
    build: Build
    skin_tone: int
    hair: Hair
    hair_colour: HairColour
    beard: Beard
    glasses: bool
    cap: bool
    hood: bool
    tattoo: bool
    garment: Garment
    top_colour: TopColour


def portrait_features(seed: int, **wishes: Unpack[FeatureWishes]) -> PortraitFeatures:
    """Return the features that ``draw_portrait`` draws for this seed and these wishes."""
    rng = random.Random(f"features-{seed}")
    female = wishes.get("female", rng.random() < 0.28)
    bands: tuple[AgeBand, ...] = ("18 to 25", "25 to 35", "35 to 50", "50 to 65", "over 65")
    age: AgeBand = wishes.get("age_band", rng.choices(bands, (20, 32, 30, 14, 4))[0])
    builds: tuple[Build, ...] = ("slim", "medium", "heavy")
    tone = rng.choices(range(len(SKIN_TONES)), (18, 26, 20, 14, 12, 10))[0]
    chosen = PortraitFeatures(
        female=female,
        age_band=age,
        build=rng.choices(builds, (34, 44, 22))[0],
        skin_tone=tone,
        hair=_choose_hair(rng, female=female, age=age),
        hair_colour=_choose_hair_colour(rng, age=age, tone=wishes.get("skin_tone", tone)),
        beard=_choose_beard(rng, female=female, age=age),
        glasses=rng.random() < (0.3 if age in ("50 to 65", "over 65") else 0.12),
        cap=rng.random() < (0.06 if female else 0.16),
        hood=rng.random() < 0.1,
        tattoo=rng.random() < 0.1,
        garment=_choose_garment(rng),
        top_colour=_choose_top(rng),
    )
    chosen = replace(chosen, **wishes)
    if not 0 <= chosen.skin_tone < len(SKIN_TONES):
        raise ValueError(f"skin_tone is 0 to {len(SKIN_TONES) - 1}, not {chosen.skin_tone}")
    # Things that can't go together, unless the caller asked for both.
    if chosen.hood and "garment" not in wishes:
        chosen = replace(chosen, garment="hoodie")
    if chosen.hood and chosen.cap and "cap" not in wishes:
        chosen = replace(chosen, cap=False)
    return chosen


def _choose_hair(rng: random.Random, *, female: bool, age: AgeBand) -> Hair:
    styles: tuple[Hair, ...] = (
        "bald",
        "shaved",
        "short",
        "receding",
        "curly",
        "collar length",
        "long",
        "tied back",
    )
    if female:
        weights = (0, 1, 10, 0, 14, 24, 30, 21)
    elif age in ("50 to 65", "over 65"):
        weights = (16, 12, 34, 28, 3, 4, 3, 0)
    else:
        weights = (3, 20, 44, 8, 14, 5, 3, 3)
    return rng.choices(styles, weights)[0]


def _choose_hair_colour(rng: random.Random, *, age: AgeBand, tone: int) -> HairColour:
    if age == "over 65":
        return rng.choices(("grey", "white"), (60, 40))[0]
    if age == "50 to 65" and rng.random() < 0.65:
        return "grey"
    if tone >= 3:
        return rng.choices(("black", "dark brown"), (70, 30))[0]
    colours: tuple[HairColour, ...] = ("black", "dark brown", "brown", "fair", "ginger")
    return rng.choices(colours, (16, 34, 26, 16, 8))[0]


def _choose_beard(rng: random.Random, *, female: bool, age: AgeBand) -> Beard:
    beards: tuple[Beard, ...] = ("none", "stubble", "moustache", "goatee", "short", "full")
    chosen = rng.choices(beards, (48, 18, 5, 7, 13, 9))[0]
    return "none" if female or age == "under 18" else chosen


def _choose_garment(rng: random.Random) -> Garment:
    garments: tuple[Garment, ...] = ("hoodie", "jacket", "T-shirt", "jumper")
    return rng.choices(garments, (34, 28, 22, 16))[0]


def _choose_top(rng: random.Random) -> TopColour:
    colours: tuple[TopColour, ...] = (
        "black",
        "grey",
        "navy",
        "brown",
        "green",
        "maroon",
        "blue",
        "beige",
    )
    return rng.choice(colours)


# ---- drawing ----


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    """Return ``one`` with ``share`` of ``other`` mixed in."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return (red, green, blue)


def _curve(*points: Point, steps: int = 14) -> list[Point]:
    """Return points along a Bezier curve through its first and last point."""
    line: list[Point] = []
    for step in range(steps + 1):
        t = step / steps
        level = list(points)
        while len(level) > 1:
            level = [
                (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t)
                for a, b in itertools.pairwise(level)
            ]
        line.append(level[0])
    return line


class _Pen:
    """Draws in units of a 400 by 500 sheet onto a larger canvas."""

    def __init__(self, width: int, height: int, paper: Colour) -> None:
        self.image = Image.new("RGB", (width, height), paper)
        self.draw = ImageDraw.Draw(self.image)
        self.scale = max(width / 400, height / 500)
        self.dx = (width - 400 * self.scale) / 2

    def at(self, point: Point) -> Point:
        return (point[0] * self.scale + self.dx, point[1] * self.scale)

    def shape(self, points: Sequence[Point], fill: Colour) -> None:
        self.draw.polygon([self.at(point) for point in points], fill=fill)

    def oval(self, x: float, y: float, rx: float, ry: float, fill: Colour) -> None:
        self.draw.ellipse([self.at((x - rx, y - ry)), self.at((x + rx, y + ry))], fill=fill)

    def block(self, box: tuple[float, float, float, float], fill: Colour, radius: float) -> None:
        self.draw.rounded_rectangle(
            [self.at(box[:2]), self.at(box[2:])], radius=radius * self.scale, fill=fill
        )

    def frame(self, box: tuple[float, float, float, float], ink: Colour, radius: float) -> None:
        self.draw.rounded_rectangle(
            [self.at(box[:2]), self.at(box[2:])],
            radius=radius * self.scale,
            outline=ink,
            width=round(4 * self.scale),
        )

    def stroke(self, points: Sequence[Point], ink: Colour, width: float) -> None:
        thick = max(1, round(width * self.scale))
        line = [self.at(point) for point in points]
        self.draw.line(line, fill=ink, width=thick, joint="curve")
        radius = thick / 2 - 0.5
        for x, y in (line[0], line[-1]):
            self.draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=ink)


@dataclass(frozen=True, slots=True)
class _Face:
    """Measurements of one face, in sheet units."""

    rx: float
    ry: float
    jaw: float
    eye_gap: float
    eye_y: float
    nose: float
    mouth: float
    smile: float
    lean: float
    skin: Colour
    shade: Colour
    hair: Colour
    cx: float = 200
    cy: float = 226

    def outline(self, start: float, end: float, grow: float = 0, rise: float = 0) -> list[Point]:
        """Return points of the head's edge between two angles (degrees; 90 is the chin)."""
        points: list[Point] = []
        steps = max(8, round(abs(end - start) / 6))
        for step in range(steps + 1):
            angle = math.radians(start + (end - start) * step / steps)
            down = max(0.0, math.sin(angle))
            width = (self.rx + grow) * (1 - self.jaw * down * down)
            squared = math.copysign(abs(math.cos(angle)) ** 0.88, math.cos(angle))
            height = self.ry + grow + (rise if angle > math.pi else 0)
            points.append((self.cx + width * squared, self.cy + height * math.sin(angle)))
        return points


def _measure(seed: int, features: PortraitFeatures) -> _Face:
    rng = random.Random(f"face-{seed}")
    girth = {"slim": 0.93, "medium": 1.0, "heavy": 1.12}[features.build]
    young = features.age_band in ("under 18", "18 to 25")
    skin = SKIN_TONES[features.skin_tone]
    return _Face(
        rx=rng.uniform(70, 77) * girth * (0.96 if features.female else 1),
        ry=rng.uniform(92, 100) * (0.96 if young else 1),
        jaw=rng.uniform(0.24, 0.36) if features.female else rng.uniform(0.08, 0.26),
        eye_gap=rng.uniform(29, 34) * (1 + (girth - 1) / 2),
        eye_y=rng.uniform(210, 217),
        nose=rng.uniform(26, 36),
        mouth=rng.uniform(20, 27),
        smile=rng.uniform(-4, 5),
        lean=rng.choice((-1, 1)),
        skin=skin,
        shade=_mix(skin, (70, 34, 22), 0.2),
        hair=HAIR_COLOURS[features.hair_colour],
    )


def draw_portrait(
    seed: int, size: tuple[int, int] = (800, 1000), **wishes: Unpack[FeatureWishes]
) -> bytes:
    """Return a drawn portrait as JPEG, always the same for the same arguments."""
    features = portrait_features(seed, **wishes)
    face = _measure(seed, features)
    paper = random.Random(f"paper-{seed}").choice(BACKGROUNDS)
    pen = _Pen(size[0] * 3 // 2, size[1] * 3 // 2, paper)
    _draw_behind(pen, face, features)
    _draw_body(pen, face, features)
    _draw_head(pen, face, features)
    _draw_beard(pen, face, features.beard)
    _draw_looks(pen, face, features)
    _draw_hair(pen, face, features)
    if features.hood:
        _draw_hood_edge(pen, face, features)
    if features.glasses:
        _draw_glasses(pen, face)
    if features.cap:
        _draw_cap(pen, face, seed)
    return _as_jpeg(pen.image.resize(size, Image.Resampling.BOX), quality=86)


def _as_jpeg(image: Image.Image, *, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _draw_behind(pen: _Pen, face: _Face, features: PortraitFeatures) -> None:
    """Draw what lies behind the neck: a hood, or hair that hangs down."""
    top = TOP_COLOURS[features.top_colour]
    if features.hood:
        left, right = face.cx - face.rx - 16, face.cx + face.rx + 16
        pen.shape(
            [
                *_curve((left, face.cy + 50), (left + 8, 340), (face.cx - 74, 396)),
                *_curve((face.cx + 74, 396), (right - 8, 340), (right, face.cy + 50)),
            ],
            _mix(top, (0, 0, 0), 0.28),
        )
        pen.shape(face.outline(124, 416, grow=33, rise=8), _mix(top, (0, 0, 0), 0.1))
        pen.shape(face.outline(120, 420, grow=12), _mix(top, (0, 0, 0), 0.42))
        return
    back = _mix(face.hair, (0, 0, 0), 0.14)
    left, right = face.cx - face.rx - 16, face.cx + face.rx + 16
    if features.hair == "long":
        pen.shape(
            [*face.outline(180, 360, grow=16), (right + 8, 408), (left - 8, 408)],
            back,
        )
        pen.block((left - 8, 380, right + 8, 424), back, 20)
    elif features.hair == "collar length":
        pen.shape([*face.outline(180, 360, grow=14), (right + 2, 318), (left - 2, 318)], back)
        pen.block((left - 2, 290, right + 2, 338), back, 22)
    elif features.hair == "tied back":
        pen.oval(face.cx, face.cy - face.ry - 18, 30, 28, back)


def _draw_body(pen: _Pen, face: _Face, features: PortraitFeatures) -> None:
    top = TOP_COLOURS[features.top_colour]
    dark = _mix(top, (0, 0, 0), 0.22)
    wide = {"slim": 132, "medium": 148, "heavy": 172}[features.build]
    wide -= 14 if features.female else 0
    neck = {"slim": 30, "medium": 35, "heavy": 44}[features.build] - (5 if features.female else 0)
    pen.shape(
        [
            (200 - wide, 520),
            *_curve((200 - wide, 470), (200 - wide + 4, 398), (200 - neck, 372)),
            *_curve((200 + neck, 372), (200 + wide - 4, 398), (200 + wide, 470)),
            (200 + wide, 520),
        ],
        top,
    )
    pen.block((200 - neck, 290, 200 + neck, 392), face.skin, 16)
    pen.oval(200, 388, neck, 22, face.skin)
    pen.shape(
        [
            (200 - neck, 300),
            (200 + neck, 300),
            *_curve((200 + neck, 330), (200, 366), (200 - neck, 330)),
        ],
        face.shade,
    )
    if features.garment == "hoodie":
        for side in (-1, 1):
            pen.shape(
                [
                    *_curve(
                        (200 + side * neck, 352),
                        (200 + side * (neck + 34), 372),
                        (200 + side * 10, 440),
                    ),
                    *_curve((200, 428), (200 + side * 20, 404), (200 + side * neck, 386)),
                ],
                dark,
            )
            pen.stroke([(200 + side * 20, 424), (200 + side * 22, 470)], _mix(top, _WHITE, 0.6), 4)
    elif features.garment == "jacket":
        inner = _mix(top, _WHITE, 0.72)
        pen.shape([(200 - neck + 4, 392), (200 + neck - 4, 392), (206, 500), (194, 500)], inner)
        pen.oval(200, 388, neck - 4, 20, face.skin)
        for side in (-1, 1):
            pen.shape(
                [
                    (200 + side * neck, 362),
                    (200 + side * (neck + 22), 384),
                    (200 + side * 22, 456),
                    (200 + side * (neck - 8), 392),
                ],
                dark,
            )
        pen.stroke([(200, 450), (200, 500)], dark, 4)
    elif features.garment == "jumper":
        pen.shape(
            [
                *_curve((200 - neck - 4, 368), (200, 432), (200 + neck + 4, 368)),
                *_curve((200 + neck + 8, 384), (200, 452), (200 - neck - 8, 384)),
            ],
            dark,
        )
    if features.tattoo:
        _draw_tattoo(pen, 200 + neck - 15, _mix(face.skin, (34, 52, 84), 0.74))


_WHITE: Final[Colour] = (255, 255, 255)


def _draw_tattoo(pen: _Pen, x: float, ink: Colour) -> None:
    """Draw a small swallow on the left of the neck (the right of the picture)."""
    pen.shape([*_curve((x - 14, 346), (x - 2, 342), (x + 2, 358)), (x - 6, 360)], ink)
    pen.shape([*_curve((x + 12, 338), (x + 6, 348), (x + 2, 360)), (x - 5, 356)], ink)
    pen.stroke(_curve((x - 12, 370), (x - 4, 360), (x + 8, 352)), ink, 5)
    pen.stroke([(x - 12, 370), (x - 14, 378)], ink, 2.5)
    pen.stroke([(x - 12, 370), (x - 6, 376)], ink, 2.5)


def _draw_head(pen: _Pen, face: _Face, features: PortraitFeatures) -> None:
    if not features.hood and features.hair not in ("long", "collar length"):
        for side in (-1, 1):
            x = face.cx + side * (face.rx + 1)
            pen.oval(x, face.cy + 4, 11, 19, face.skin)
            pen.oval(x + side * 1.5, face.cy + 5, 5, 11, face.shade)
    pen.shape(face.outline(0, 360), face.skin)


def _draw_beard(pen: _Pen, face: _Face, beard: Beard) -> None:
    mouth_y = face.cy + face.ry * 0.56
    if beard == "none":
        return
    colour = _mix(face.hair, _INK, 0.12)
    if beard in ("stubble", "short", "full"):
        fill = _mix(face.skin, colour, 0.3) if beard == "stubble" else colour
        grow = {"stubble": 0, "short": 3, "full": 13}[beard]
        edge = face.outline(4, 176, grow=grow)
        first, last = edge[0], edge[-1]
        cheek = _curve(last, (face.cx - 52, mouth_y - 8), (face.cx - 34, mouth_y - 26))
        lip = _curve(
            (face.cx - 34, mouth_y - 26), (face.cx, mouth_y - 14), (face.cx + 34, mouth_y - 26)
        )
        other = _curve((face.cx + 34, mouth_y - 26), (face.cx + 52, mouth_y - 8), first)
        pen.shape([*edge, *cheek, *lip, *other], fill)
    if beard == "goatee":
        pen.oval(face.cx, mouth_y + 12, 33, 33, colour)
        pen.oval(face.cx, mouth_y - 1, 21, 11, face.skin)
    if beard in ("moustache", "goatee"):
        pen.shape(
            [
                *_curve(
                    (face.cx - 34, mouth_y - 2),
                    (face.cx - 18, mouth_y - 22),
                    (face.cx, mouth_y - 14),
                ),
                *_curve(
                    (face.cx, mouth_y - 14),
                    (face.cx + 18, mouth_y - 22),
                    (face.cx + 34, mouth_y - 2),
                ),
                *_curve(
                    (face.cx + 30, mouth_y - 1),
                    (face.cx, mouth_y - 10),
                    (face.cx - 30, mouth_y - 1),
                ),
            ],
            colour,
        )


def _draw_looks(pen: _Pen, face: _Face, features: PortraitFeatures) -> None:
    """Draw eyes, brows, nose, mouth and lines of age."""
    brow = _mix(face.hair, _INK, 0.25)
    if features.hair_colour in ("grey", "white"):
        brow = _mix(face.hair, face.shade, 0.25)
    thick = 5 if features.female else 8
    for side in (-1, 1):
        x = face.cx + side * face.eye_gap
        pen.oval(x, face.eye_y, 12, 7.5, _mix(_WHITE, face.skin, 0.16))
        pen.oval(x, face.eye_y, 7, 7.5, _INK)
        pen.stroke(
            _curve((x - 13, face.eye_y - 3), (x, face.eye_y - 12), (x + 13, face.eye_y - 3)),
            _mix(face.shade, _INK, 0.55 if not features.female else 0.9),
            2.4 if not features.female else 4,
        )
        pen.stroke(
            _curve(
                (x - side * 17, face.eye_y - 22),
                (x + side * 2, face.eye_y - 31),
                (x + side * 19, face.eye_y - 21),
            ),
            brow,
            thick,
        )
    nose_end = face.eye_y + face.nose + 16
    pen.stroke(
        _curve(
            (face.cx + face.lean * 3, face.eye_y + 4),
            (face.cx + face.lean * 20, nose_end + 4),
            (face.cx - face.lean * 4, nose_end),
        ),
        _mix(face.shade, (60, 26, 16), 0.3),
        4,
    )
    mouth_y = face.cy + face.ry * 0.56
    lip = _mix(face.shade, (142, 44, 50), 0.55 if features.female else 0.3)
    lips = _curve(
        (face.cx - face.mouth, mouth_y),
        (face.cx, mouth_y + face.smile),
        (face.cx + face.mouth, mouth_y),
    )
    pen.stroke(lips, _mix(lip, _INK, 0.15), 9 if features.female else 6)
    line = _mix(face.skin, face.shade, 0.75)
    if features.age_band in ("50 to 65", "over 65"):
        for side in (-1, 1):
            pen.stroke(
                _curve(
                    (face.cx + side * 22, nose_end - 4),
                    (face.cx + side * 36, nose_end + 8),
                    (face.cx + side * 38, nose_end + 26),
                ),
                line,
                3,
            )
            x = face.cx + side * face.eye_gap
            pen.stroke(
                _curve((x - 12, face.eye_y + 14), (x, face.eye_y + 19), (x + 12, face.eye_y + 14)),
                line,
                3,
            )
    if features.age_band == "over 65":
        for rise in (46, 57):
            pen.stroke(
                _curve(
                    (168, face.eye_y - rise), (200, face.eye_y - rise - 4), (232, face.eye_y - rise)
                ),
                line,
                2.5,
            )


def _draw_hair(pen: _Pen, face: _Face, features: PortraitFeatures) -> None:
    """Draw the hair that frames the face."""
    style = features.hair
    if style == "bald":
        return
    cx, top = face.cx, face.cy - face.ry
    if style == "shaved":
        fill = _mix(face.skin, face.hair, 0.42)
        edge = face.outline(192, 348, grow=1)
        inner = _curve(edge[-1], (cx + 52, top + 34), (cx, top + 30), (cx - 52, top + 34), edge[0])
        pen.shape([*edge, *inner], fill)
        return
    hair = face.hair
    if style == "receding":
        edge = face.outline(180, 360, grow=7)
        inner = [
            *_curve((cx + face.rx - 6, face.cy), (cx + face.rx - 8, top + 34), (cx + 44, top + 26)),
            *_curve((cx + 40, top + 26), (cx + 16, top + 48), (cx, top + 20)),
            *_curve((cx, top + 20), (cx - 16, top + 48), (cx - 40, top + 26)),
            *_curve((cx - 44, top + 26), (cx - face.rx + 8, top + 34), (cx - face.rx + 6, face.cy)),
        ]
        pen.shape([*edge, *inner], hair)
        return
    if style == "curly":
        for step in range(15):
            angle = math.radians(186 + step * 12)
            x = cx + (face.rx + 4) * math.cos(angle)
            y = face.cy + (face.ry + 4) * math.sin(angle)
            pen.oval(x, y, 25, 25, hair)
        for step in range(7):
            pen.oval(cx - 54 + step * 18, top + 20 + (step % 2) * 6, 19, 19, hair)
        return
    full = style in ("long", "collar length")
    grow = 16 if full else 9
    low = 172 if full else 184
    edge = face.outline(low, 540 - low, grow=grow, rise=4)
    part = face.lean * 30
    temple = face.rx - 5
    fringe = top + 40
    inner = [
        *_curve(
            (cx + temple, face.cy - 14), (cx + temple - 2, fringe + 4), (cx + part, fringe - 10)
        ),
        *_curve(
            (cx + part, fringe - 10), (cx - temple + 2, fringe + 4), (cx - temple, face.cy - 14)
        ),
    ]
    pen.shape([*edge, *inner], hair)
    if full and not features.hood:
        drop = face.cy + (face.ry + 40 if style == "long" else face.ry * 0.7)
        for side in (-1, 1):
            x = cx + side * (face.rx + 15)
            pen.shape(
                [
                    (x, face.cy - 20),
                    *_curve((x, face.cy), (x + side * 6, drop - 30), (x - side * 2, drop)),
                    *_curve(
                        (x - side * 16, drop),
                        (x - side * 16, face.cy + 30),
                        (cx + side * (face.rx - 10), face.cy - 34),
                    ),
                ],
                hair,
            )


def _draw_hood_edge(pen: _Pen, face: _Face, features: PortraitFeatures) -> None:
    """Draw the front of a hood that is up, open at the throat."""
    cloth = _mix(TOP_COLOURS[features.top_colour], (0, 0, 0), 0.1)
    inner = face.outline(404, 136, grow=10, rise=-14)
    pen.shape([*face.outline(136, 404, grow=33, rise=8), *inner], cloth)
    pen.stroke(inner, _mix(cloth, (0, 0, 0), 0.26), 6)


def _draw_glasses(pen: _Pen, face: _Face) -> None:
    ink = (52, 48, 56)
    y = face.eye_y
    for side in (-1, 1):
        x = face.cx + side * face.eye_gap
        pen.frame((x - 24, y - 16, x + 24, y + 19), ink, 13)
        pen.stroke([(x + side * 24, y - 4), (face.cx + side * (face.rx - 2), y - 8)], ink, 4)
    pen.stroke(
        _curve(
            (face.cx - face.eye_gap + 23, y - 3),
            (face.cx, y - 9),
            (face.cx + face.eye_gap - 23, y - 3),
        ),
        ink,
        4,
    )


def _draw_cap(pen: _Pen, face: _Face, seed: int) -> None:
    rng = random.Random(f"cap-{seed}")
    cloth = rng.choice(((48, 48, 56), (40, 56, 88), (72, 62, 54)))
    dark = _mix(cloth, (0, 0, 0), 0.28)
    cx, top = face.cx, face.cy - face.ry
    brow = top + 52
    crown = face.outline(200, 340, grow=17, rise=6)
    pen.shape([*crown, (cx + face.rx + 9, brow), (cx - face.rx - 9, brow)], cloth)
    end = cx + face.lean * (face.rx + 46)
    near = cx - face.lean * (face.rx + 9)
    pen.shape(
        [
            (near, brow - 10),
            *_curve((near, brow), (cx, brow - 16), (end, brow + 10)),
            *_curve((end, brow + 16), (cx + face.lean * 30, brow + 20), (near, brow + 4)),
        ],
        dark,
    )
    pen.oval(cx, top - 20, 7, 4, dark)


# ---- scenes ----


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
    draw.text((16, 6), f"CAM {rng.randint(1, 9)}   AISLE {rng.randint(1, 14)}", _WHITE, font=font)
    draw.text((1264, 6), "DRAWN FOR THE DEMO", _WHITE, font=font, anchor="ra")
    if size != image.size:
        image = image.resize(size, Image.Resampling.BOX)
    return _as_jpeg(image, quality=82)


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
                fill = _mix(rng.choice(palette), (170, 174, 174), 0.25 + depth * 0.45)
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
    dark = _mix(top, (0, 0, 0), 0.24)
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
    draw.rectangle([x - 15, head + 40, x + 15, head + 76], fill=_mix(skin, (60, 30, 20), 0.2))
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
        draw.ellipse([at - 4, head, at + 4, head + 7], fill=_INK)
    if features.cap:
        draw.chord([x - 39, head - 50, x + 39, head + 36], 180, 360, fill=(48, 48, 56))
        draw.polygon(
            [(x, head - 12), (x + facing * 62, head - 4), (x + facing * 60, head + 3), (x, head)],
            fill=(36, 36, 42),
        )
