"""What a sign is, and all of them in the order of the page."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

logger = logging.getLogger(__name__)


class State(StrEnum):
    """How something is."""

    GOOD = "good"
    SOON = "soon"
    BAD = "bad"


@dataclass(frozen=True)
class Sign:
    """One thing that was looked at: its state, a sentence on it, what to do, numbers for graphs."""

    title: str
    state: State
    words: str
    todo: str = ""
    numbers: Mapping[str, float] = field(default_factory=dict)


Look = Callable[[], Sign]


def all_signs() -> dict[str, Sign]:
    """Return every sign by its name. One that can't be looked at is bad and says so."""
    from . import files, machine, work  # they say what a sign of theirs is with the types above

    looks: dict[str, tuple[str, Look]] = {
        "database": ("Database", machine.database),
        "clock": ("Clock", machine.clock),
        "migrations": ("Tables", machine.migrations),
        "broker": ("Broker", machine.broker),
        "heartbeat": ("Worker and schedule", machine.heartbeat),
        "store": ("Store of files", machine.store),
        "disk": ("Disk", machine.disk),
        "backup": ("Backup", work.backup),
        "mail": ("E-mail", work.mail),
        "push": ("Alerts on phones", work.push),
        "photos": ("Photos", work.photos),
        "scanner": ("Virus scanner", files.scanner),
        "retention": ("Deletions", work.retention),
        "ledger": ("Ledger of deletions", work.ledger),
    }
    return {name: _looked(name, title, look) for name, (title, look) in looks.items()}


def _looked(name: str, title: str, look: Look) -> Sign:
    try:
        return look()
    except Exception as error:  # noqa: BLE001  (whatever it is: that it can't be asked is the sign)
        logger.warning("health: %s could not be asked: %s", name, type(error).__name__)
        words = f"It could not be asked ({type(error).__name__})."
        return Sign(title, State.BAD, words, "The server’s log says more.")
