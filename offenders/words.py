"""The words people describe others with: which say nothing, and which say the same."""

import re

MOST = 8  # words of one search
EMPTY = frozenset(
    ("a", "an", "and", "at", "by", "for", "from", "has", "have", "he", "her", "his", "in", "is",
     "it", "of", "on", "or", "she", "the", "their", "they", "to", "wearing", "wears", "was", "were",
     "who", "with")
)  # fmt: skip
ALIKE = {
    "man": ("male",), "men": ("male",), "boy": ("male",), "lad": ("male",), "bloke": ("male",),
    "guy": ("male",), "woman": ("female",), "women": ("female",), "lady": ("female",),
    "girl": ("female",), "red": ("ginger", "auburn"), "ginger": ("red",),
    "blonde": ("fair", "blond"), "blond": ("fair", "blonde"), "fair": ("blonde", "blond"),
    "fat": ("heavy", "stocky", "large"), "thin": ("slim",), "skinny": ("slim",),
    "big": ("large", "heavy"), "limping": ("limp",), "tattoos": ("tattoo",),
    "specs": ("glasses",), "spectacles": ("glasses",), "cap": ("hat",), "hoody": ("hoodie",),
    "hooded": ("hoodie",), "grey": ("gray",), "gray": ("grey",), "trainers": ("shoes",),
    "coat": ("jacket",), "jacket": ("coat",), "bag": ("rucksack", "holdall"),
    "backpack": ("rucksack", "bag"), "rucksack": ("backpack", "bag"),
}  # fmt: skip


def telling_words(text: str) -> list[str]:
    """Return the words of a search that describe somebody, each once, in lower case."""
    words = re.findall(r"[^\W_]+", text.lower())
    return list(dict.fromkeys(word for word in words if word not in EMPTY))[:MOST]


def also_said(word: str) -> tuple[str, ...]:
    """Return a word and those that people use for the same."""
    return (word, *ALIKE.get(word, ()))
