"""Counting from the records: the one place where it is said what each of the Board's figures is.

Each function yields what was counted of some days, or of all (None).
"""

from collections.abc import Callable, Iterator

from board.models import Part, Tally
from offenders.retention import READ_WITHIN

from .levels import levels, reach
from .members import equipment, members, sign_ins, training
from .notices import appeals, breaches_reported, incidents, notices
from .shared import ONE_DAY, Counted, Days

__all__ = ["KINDS", "ONE_DAY", "READ_WITHIN", "Counted", "count", "levels", "reach"]

Kind = Tally.Kind
KINDS: dict[str, tuple[str, ...]] = {
    Part.INCIDENT: (Kind.INCIDENT,),
    Part.BREACH: (Kind.BREACH,),
    Part.NOTICE: (Kind.SERVED, Kind.EXPIRED, Kind.STOPPED),
    Part.APPEAL: (Kind.APPEAL, Kind.UPHELD),
    Part.SIGN_IN: (Kind.SIGN_IN,),
    Part.MEMBER: (Kind.JOINED, Kind.GONE),
    Part.EQUIPMENT: (
        Kind.RADIO_OUT,
        Kind.RADIO_BACK,
        Kind.CAMERA_OUT,
        Kind.CAMERA_BACK,
        Kind.COVERED,
        Kind.UNCOVERED,
    ),
    Part.TRAINING: (Kind.SESSION, Kind.PASSED),
}
COUNTERS: dict[str, Callable[[Days], Iterator[Counted]]] = {
    Part.INCIDENT: incidents,
    Part.BREACH: breaches_reported,
    Part.NOTICE: notices,
    Part.APPEAL: appeals,
    Part.SIGN_IN: sign_ins,
    Part.MEMBER: members,
    Part.EQUIPMENT: equipment,
    Part.TRAINING: training,
}


def count(part: str, days: Days) -> Iterator[Counted]:
    """Yield the counts of a part, for these days or for all."""
    return COUNTERS[part](days)
