"""Words that somebody typed, set beside words of ours on one line."""

from typing import Final

CONTROLS: Final = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
"""Unicode's characters that set a direction (UAX 9)."""


def isolated(text: str) -> str:
    """Return a text whose characters of direction change nothing that stands beside it.

    A right-to-left override in a description would mirror the rest of its row, references too.
    Those characters are left out, which changes no letter and no name; where there are none, the
    text is as it was.
    """
    return "".join(letter for letter in text if letter not in CONTROLS)
