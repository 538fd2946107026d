"""The parts of a portrait: body, head, beard, looks, hair, what is worn on the head."""

from __future__ import annotations

import math
import random
from typing import Final

from .features import INK, TOP_COLOURS, Beard, Colour, PortraitFeatures
from .pen import Face, Pen, curve, mix


def draw_behind(pen: Pen, face: Face, features: PortraitFeatures) -> None:
    """Draw what lies behind the neck: a hood, or hair that hangs down."""
    top = TOP_COLOURS[features.top_colour]
    if features.hood:
        left, right = face.cx - face.rx - 16, face.cx + face.rx + 16
        pen.shape(
            [
                *curve((left, face.cy + 50), (left + 8, 340), (face.cx - 74, 396)),
                *curve((face.cx + 74, 396), (right - 8, 340), (right, face.cy + 50)),
            ],
            mix(top, (0, 0, 0), 0.28),
        )
        pen.shape(face.outline(124, 416, grow=33, rise=8), mix(top, (0, 0, 0), 0.1))
        pen.shape(face.outline(120, 420, grow=12), mix(top, (0, 0, 0), 0.42))
        return
    back = mix(face.hair, (0, 0, 0), 0.14)
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


def draw_body(pen: Pen, face: Face, features: PortraitFeatures) -> None:
    top = TOP_COLOURS[features.top_colour]
    dark = mix(top, (0, 0, 0), 0.22)
    wide = {"slim": 132, "medium": 148, "heavy": 172}[features.build]
    wide -= 14 if features.female else 0
    neck = {"slim": 30, "medium": 35, "heavy": 44}[features.build] - (5 if features.female else 0)
    pen.shape(
        [
            (200 - wide, 520),
            *curve((200 - wide, 470), (200 - wide + 4, 398), (200 - neck, 372)),
            *curve((200 + neck, 372), (200 + wide - 4, 398), (200 + wide, 470)),
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
            *curve((200 + neck, 330), (200, 366), (200 - neck, 330)),
        ],
        face.shade,
    )
    if features.garment == "hoodie":
        for side in (-1, 1):
            pen.shape(
                [
                    *curve(
                        (200 + side * neck, 352),
                        (200 + side * (neck + 34), 372),
                        (200 + side * 10, 440),
                    ),
                    *curve((200, 428), (200 + side * 20, 404), (200 + side * neck, 386)),
                ],
                dark,
            )
            pen.stroke([(200 + side * 20, 424), (200 + side * 22, 470)], mix(top, WHITE, 0.6), 4)
    elif features.garment == "jacket":
        inner = mix(top, WHITE, 0.72)
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
                *curve((200 - neck - 4, 368), (200, 432), (200 + neck + 4, 368)),
                *curve((200 + neck + 8, 384), (200, 452), (200 - neck - 8, 384)),
            ],
            dark,
        )
    if features.tattoo:
        draw_tattoo(pen, 200 + neck - 15, mix(face.skin, (34, 52, 84), 0.74))


WHITE: Final[Colour] = (255, 255, 255)


def draw_tattoo(pen: Pen, x: float, ink: Colour) -> None:
    """Draw a small swallow on the left of the neck (the right of the picture)."""
    pen.shape([*curve((x - 14, 346), (x - 2, 342), (x + 2, 358)), (x - 6, 360)], ink)
    pen.shape([*curve((x + 12, 338), (x + 6, 348), (x + 2, 360)), (x - 5, 356)], ink)
    pen.stroke(curve((x - 12, 370), (x - 4, 360), (x + 8, 352)), ink, 5)
    pen.stroke([(x - 12, 370), (x - 14, 378)], ink, 2.5)
    pen.stroke([(x - 12, 370), (x - 6, 376)], ink, 2.5)


def draw_head(pen: Pen, face: Face, features: PortraitFeatures) -> None:
    if not features.hood and features.hair not in ("long", "collar length"):
        for side in (-1, 1):
            x = face.cx + side * (face.rx + 1)
            pen.oval(x, face.cy + 4, 11, 19, face.skin)
            pen.oval(x + side * 1.5, face.cy + 5, 5, 11, face.shade)
    pen.shape(face.outline(0, 360), face.skin)


def draw_beard(pen: Pen, face: Face, beard: Beard) -> None:
    mouth_y = face.cy + face.ry * 0.56
    if beard == "none":
        return
    colour = mix(face.hair, INK, 0.12)
    if beard in ("stubble", "short", "full"):
        fill = mix(face.skin, colour, 0.3) if beard == "stubble" else colour
        grow = {"stubble": 0, "short": 3, "full": 13}[beard]
        edge = face.outline(4, 176, grow=grow)
        first, last = edge[0], edge[-1]
        cheek = curve(last, (face.cx - 52, mouth_y - 8), (face.cx - 34, mouth_y - 26))
        lip = curve(
            (face.cx - 34, mouth_y - 26), (face.cx, mouth_y - 14), (face.cx + 34, mouth_y - 26)
        )
        other = curve((face.cx + 34, mouth_y - 26), (face.cx + 52, mouth_y - 8), first)
        pen.shape([*edge, *cheek, *lip, *other], fill)
    if beard == "goatee":
        pen.oval(face.cx, mouth_y + 12, 33, 33, colour)
        pen.oval(face.cx, mouth_y - 1, 21, 11, face.skin)
    if beard in ("moustache", "goatee"):
        pen.shape(
            [
                *curve(
                    (face.cx - 34, mouth_y - 2),
                    (face.cx - 18, mouth_y - 22),
                    (face.cx, mouth_y - 14),
                ),
                *curve(
                    (face.cx, mouth_y - 14),
                    (face.cx + 18, mouth_y - 22),
                    (face.cx + 34, mouth_y - 2),
                ),
                *curve(
                    (face.cx + 30, mouth_y - 1),
                    (face.cx, mouth_y - 10),
                    (face.cx - 30, mouth_y - 1),
                ),
            ],
            colour,
        )


def draw_looks(pen: Pen, face: Face, features: PortraitFeatures) -> None:
    """Draw eyes, brows, nose, mouth and lines of age."""
    brow = mix(face.hair, INK, 0.25)
    if features.hair_colour in ("grey", "white"):
        brow = mix(face.hair, face.shade, 0.25)
    thick = 5 if features.female else 8
    for side in (-1, 1):
        x = face.cx + side * face.eye_gap
        pen.oval(x, face.eye_y, 12, 7.5, mix(WHITE, face.skin, 0.16))
        pen.oval(x, face.eye_y, 7, 7.5, INK)
        pen.stroke(
            curve((x - 13, face.eye_y - 3), (x, face.eye_y - 12), (x + 13, face.eye_y - 3)),
            mix(face.shade, INK, 0.55 if not features.female else 0.9),
            2.4 if not features.female else 4,
        )
        pen.stroke(
            curve(
                (x - side * 17, face.eye_y - 22),
                (x + side * 2, face.eye_y - 31),
                (x + side * 19, face.eye_y - 21),
            ),
            brow,
            thick,
        )
    nose_end = face.eye_y + face.nose + 16
    pen.stroke(
        curve(
            (face.cx + face.lean * 3, face.eye_y + 4),
            (face.cx + face.lean * 20, nose_end + 4),
            (face.cx - face.lean * 4, nose_end),
        ),
        mix(face.shade, (60, 26, 16), 0.3),
        4,
    )
    mouth_y = face.cy + face.ry * 0.56
    lip = mix(face.shade, (142, 44, 50), 0.55 if features.female else 0.3)
    lips = curve(
        (face.cx - face.mouth, mouth_y),
        (face.cx, mouth_y + face.smile),
        (face.cx + face.mouth, mouth_y),
    )
    pen.stroke(lips, mix(lip, INK, 0.15), 9 if features.female else 6)
    line = mix(face.skin, face.shade, 0.75)
    if features.age_band in ("50 to 65", "over 65"):
        for side in (-1, 1):
            pen.stroke(
                curve(
                    (face.cx + side * 22, nose_end - 4),
                    (face.cx + side * 36, nose_end + 8),
                    (face.cx + side * 38, nose_end + 26),
                ),
                line,
                3,
            )
            x = face.cx + side * face.eye_gap
            pen.stroke(
                curve((x - 12, face.eye_y + 14), (x, face.eye_y + 19), (x + 12, face.eye_y + 14)),
                line,
                3,
            )
    if features.age_band == "over 65":
        for rise in (46, 57):
            pen.stroke(
                curve(
                    (168, face.eye_y - rise), (200, face.eye_y - rise - 4), (232, face.eye_y - rise)
                ),
                line,
                2.5,
            )


def draw_hair(pen: Pen, face: Face, features: PortraitFeatures) -> None:
    """Draw the hair that frames the face."""
    style = features.hair
    if style == "bald":
        return
    cx, top = face.cx, face.cy - face.ry
    if style == "shaved":
        fill = mix(face.skin, face.hair, 0.42)
        edge = face.outline(192, 348, grow=1)
        inner = curve(edge[-1], (cx + 52, top + 34), (cx, top + 30), (cx - 52, top + 34), edge[0])
        pen.shape([*edge, *inner], fill)
        return
    hair = face.hair
    if style == "receding":
        edge = face.outline(180, 360, grow=7)
        inner = [
            *curve((cx + face.rx - 6, face.cy), (cx + face.rx - 8, top + 34), (cx + 44, top + 26)),
            *curve((cx + 40, top + 26), (cx + 16, top + 48), (cx, top + 20)),
            *curve((cx, top + 20), (cx - 16, top + 48), (cx - 40, top + 26)),
            *curve((cx - 44, top + 26), (cx - face.rx + 8, top + 34), (cx - face.rx + 6, face.cy)),
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
        *curve(
            (cx + temple, face.cy - 14), (cx + temple - 2, fringe + 4), (cx + part, fringe - 10)
        ),
        *curve(
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
                    *curve((x, face.cy), (x + side * 6, drop - 30), (x - side * 2, drop)),
                    *curve(
                        (x - side * 16, drop),
                        (x - side * 16, face.cy + 30),
                        (cx + side * (face.rx - 10), face.cy - 34),
                    ),
                ],
                hair,
            )


def draw_hood_edge(pen: Pen, face: Face, features: PortraitFeatures) -> None:
    """Draw the front of a hood that is up, open at the throat."""
    cloth = mix(TOP_COLOURS[features.top_colour], (0, 0, 0), 0.1)
    inner = face.outline(404, 136, grow=10, rise=-14)
    pen.shape([*face.outline(136, 404, grow=33, rise=8), *inner], cloth)
    pen.stroke(inner, mix(cloth, (0, 0, 0), 0.26), 6)


def draw_glasses(pen: Pen, face: Face) -> None:
    ink = (52, 48, 56)
    y = face.eye_y
    for side in (-1, 1):
        x = face.cx + side * face.eye_gap
        pen.frame((x - 24, y - 16, x + 24, y + 19), ink, 13)
        pen.stroke([(x + side * 24, y - 4), (face.cx + side * (face.rx - 2), y - 8)], ink, 4)
    pen.stroke(
        curve(
            (face.cx - face.eye_gap + 23, y - 3),
            (face.cx, y - 9),
            (face.cx + face.eye_gap - 23, y - 3),
        ),
        ink,
        4,
    )


def draw_cap(pen: Pen, face: Face, seed: int) -> None:
    rng = random.Random(f"cap-{seed}")
    cloth = rng.choice(((48, 48, 56), (40, 56, 88), (72, 62, 54)))
    dark = mix(cloth, (0, 0, 0), 0.28)
    cx, top = face.cx, face.cy - face.ry
    brow = top + 52
    crown = face.outline(200, 340, grow=17, rise=6)
    pen.shape([*crown, (cx + face.rx + 9, brow), (cx - face.rx - 9, brow)], cloth)
    end = cx + face.lean * (face.rx + 46)
    near = cx - face.lean * (face.rx + 9)
    pen.shape(
        [
            (near, brow - 10),
            *curve((near, brow), (cx, brow - 16), (end, brow + 10)),
            *curve((end, brow + 16), (cx + face.lean * 30, brow + 20), (near, brow + 4)),
        ],
        dark,
    )
    pen.oval(cx, top - 20, 7, 4, dark)


# ---- scenes ----
