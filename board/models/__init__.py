"""Tables of the board app."""

from .plan import PlanTarget
from .tallies import BulletinReach, Level, Part, Refresh, Stale, Tally
from .watch import (
    WatchedAppeal,
    WatchedAuthority,
    WatchedGround,
    WatchedMember,
    WatchedNotice,
    WatchedPerson,
    WatchedReport,
    WatchedStep,
)

__all__ = [
    "BulletinReach",
    "Level",
    "Part",
    "PlanTarget",
    "Refresh",
    "Stale",
    "Tally",
    "WatchedAppeal",
    "WatchedAuthority",
    "WatchedGround",
    "WatchedMember",
    "WatchedNotice",
    "WatchedPerson",
    "WatchedReport",
    "WatchedStep",
]
