"""A pen for flat drawings, and the measures of a face."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from .features import HAIR_COLOURS, SKIN_TONES, Colour, Point, PortraitFeatures


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """Return ``one`` with ``share`` of ``other`` mixed in."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return (red, green, blue)


def curve(*points: Point, steps: int = 14) -> list[Point]:
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


class Pen:
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
class Face:
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


def measure(seed: int, features: PortraitFeatures) -> Face:
    rng = random.Random(f"face-{seed}")
    girth = {"slim": 0.93, "medium": 1.0, "heavy": 1.12}[features.build]
    young = features.age_band in ("under 18", "18 to 25")
    skin = SKIN_TONES[features.skin_tone]
    return Face(
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
        shade=mix(skin, (70, 34, 22), 0.2),
        hair=HAIR_COLOURS[features.hair_colour],
    )
