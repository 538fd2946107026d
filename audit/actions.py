"""The one registry of what can be logged, and how each is said to people."""

from dataclasses import dataclass
from enum import StrEnum

REGISTRY: dict[str, "Action"] = {}


class Kind(StrEnum):
    """What an action is to somebody who reads the log."""

    LOOKED = "looked"
    SEARCHED = "searched"
    TAKEN = "taken"
    CHANGED = "changed"


SEARCHES = {"searched", "looked_up"}
TAKES = {"exported", "printed", "downloaded", "taken", "recorded", "signed_opened"}
"""Last words of the codes of reads by which something leaves D-TAC: on paper, in a file."""


@dataclass(frozen=True)
class Action:
    """A code such as "exclusions.notice.served", its words, and whether it is a read."""

    code: str
    words: str
    is_read: bool = False
    protects_source: bool = False

    def __str__(self) -> str:
        return self.code

    @property
    def kind(self) -> Kind:
        """What it is to a reader: a change, a search, a copy taken, or a look."""
        done = self.code.rpartition(".")[2]
        if not self.is_read:
            return Kind.CHANGED
        if done in SEARCHES:
            return Kind.SEARCHED
        return Kind.TAKEN if done in TAKES else Kind.LOOKED


def register(
    code: str, words: str, *, is_read: bool = False, protects_source: bool = False
) -> Action:
    """Add an action and return it. Raises ValueError if the code is taken or badly formed.

    What `protects_source` is shown to its own doer and the Intelligence Manager alone, never to
    the business that the doer is of.
    """
    if code in REGISTRY:
        raise ValueError(f"{code} is registered twice")
    if len(code.split(".")) != 3 or len(code) > 60:
        raise ValueError(f"{code} is not app.thing.done")
    REGISTRY[code] = Action(code, words, is_read, protects_source)
    return REGISTRY[code]


def source_protecting() -> list[str]:
    """Return the codes that tell who gave intelligence."""
    return [code for code, action in REGISTRY.items() if action.protects_source]


def codes_of(kind: Kind) -> list[str]:
    """Return the codes of a kind."""
    return [code for code, action in REGISTRY.items() if action.kind is kind]


def words_for(code: str) -> str:
    """Return the words for a code; the code itself if it is no longer known."""
    action = REGISTRY.get(code)
    return action.words if action else code
