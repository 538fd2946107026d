"""What a soak saw, look after look: kept apart from what looks, which needs the applications."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Seen:
    """One look: `at` seconds after the beginning. Megabytes of each process; counts of the rest.

    `waiting`: jobs in the broker. Letters, unknown people to look for and what the Board has to
    count anew wait as rows. `answered` and `median_ms` are of the requests since the look before.
    `same_work_ms`: what the processor takes for one and the same loop, more where whoever shares
    the machine slows it down.
    """

    at: float
    memory: Mapping[str, float]
    connections: int
    database_temporary: int
    files: int
    waiting: int
    letters: int
    unknown_people: int
    to_count: int
    answered: int
    median_ms: float
    same_work_ms: float


COUNTS = tuple(each.name for each in fields(Seen) if each.name not in ("at", "memory"))
"""What of a look is one number."""


def grown(values: Sequence[float]) -> float:
    """Return by what share the last fifth is above the second: the first is warming up."""
    fifth = len(values) // 5
    if not fifth:
        return 0.0
    second, last = values[fifth : 2 * fifth], values[-fifth:]
    before = sum(second) / fifth
    return (sum(last) / fifth - before) / before if before else 0.0
