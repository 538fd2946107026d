"""Tables of the records app."""

from .hold import Extension, HoldReason, HoldRenewal, RetentionHold
from .rule import SEEN, STARTS, RecordKind, RetentionRule, Start
from .run import DoomedFile, RetentionRun, RunItem
from .tombstone import KeptFigure, KeptReach, Tombstone

__all__ = [
    "SEEN",
    "STARTS",
    "DoomedFile",
    "Extension",
    "HoldReason",
    "HoldRenewal",
    "KeptFigure",
    "KeptReach",
    "RecordKind",
    "RetentionHold",
    "RetentionRule",
    "RetentionRun",
    "RunItem",
    "Start",
    "Tombstone",
]
