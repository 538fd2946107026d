"""Tables of the board app."""

from .plan import PlanTarget
from .report import (
    MOST_FILES,
    BoardReport,
    ReportAttachment,
    ReportPaper,
    ReportStep,
    ReportVersion,
)
from .tallies import WHOLE, BulletinReach, Level, Part, Refresh, Stale, Tally
from .watch import (
    WatchedAppeal,
    WatchedAuthority,
    WatchedFigure,
    WatchedGround,
    WatchedHolding,
    WatchedMember,
    WatchedNotice,
    WatchedPerson,
    WatchedPlace,
    WatchedReport,
    WatchedSession,
    WatchedStep,
)

__all__ = [
    "MOST_FILES",
    "WHOLE",
    "BoardReport",
    "BulletinReach",
    "Level",
    "Part",
    "PlanTarget",
    "Refresh",
    "ReportAttachment",
    "ReportPaper",
    "ReportStep",
    "ReportVersion",
    "Stale",
    "Tally",
    "WatchedAppeal",
    "WatchedAuthority",
    "WatchedFigure",
    "WatchedGround",
    "WatchedHolding",
    "WatchedMember",
    "WatchedNotice",
    "WatchedPerson",
    "WatchedPlace",
    "WatchedReport",
    "WatchedSession",
    "WatchedStep",
]
