"""The quick choices for what somebody looked like. What a witness sees, nothing more."""

from typing import Final

# The lower and upper age of each band that the log form offers, in years.
AGE_BANDS: Final = {
    "under 18": (10, 17),
    "18-24": (18, 24),
    "25-30": (25, 30),
    "31-40": (31, 40),
    "41-50": (41, 50),
    "over 50": (51, 80),
}
SEXES: Final = ("female", "male")
HEIGHTS: Final = ("short", "average", "tall")
BUILDS: Final = ("slim", "medium", "heavy")
HAIR: Final = (
    "short hair",
    "long hair",
    "tied back",
    "bald",
    "fair",
    "brown",
    "black",
    "red",
    "grey",
)
CLOTHING: Final = ("hoodie", "hood up", "cap", "tracksuit", "coat", "suit", "work clothes", "dress")
MARKS: Final = ("beard", "glasses", "face covered", "tattoo", "scar", "piercing", "limp")
CARRYING: Final = ("rucksack", "carrier bag", "large bag", "pushchair", "trolley", "bicycle", "dog")


def choices(options: "tuple[str, ...] | dict[str, tuple[int, int]]") -> list[tuple[str, str]]:
    """Return form choices whose value is what is shown."""
    return [(option, option[0].upper() + option[1:]) for option in options]
