"""What a soak saw, look after look: kept apart from what looks, which needs the applications."""

from collections.abc import Sequence

COUNTS = (
    "connections", "files", "waiting", "letters", "unknown_people", "to_count",
    "database_temporary", "answered", "median_ms", "same_work_ms",
)  # fmt: skip
"""What of a look (watch.Seen) is one number."""


def grown(values: Sequence[float]) -> float:
    """Return by what share the last fifth is above the second: the first is warming up."""
    fifth = len(values) // 5
    if not fifth:
        return 0.0
    second, last = values[fifth : 2 * fifth], values[-fifth:]
    before = sum(second) / fifth
    return (sum(last) / fifth - before) / before if before else 0.0
