"""What a drawn portrait shows, in a witness's words, so that picture and description agree."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Final, Literal, TypedDict, Unpack

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
INK: Final[Colour] = (44, 38, 40)


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
