"""Tables of the records app."""

from .hold import Extension, HoldReason, HoldRenewal, RetentionHold
from .rule import SEEN, STARTS, RecordKind, RetentionRule, Start
from .run import DoomedFile, RetentionRun, RunItem
from .tombstone import KeptFigure, Tombstone

__all__ = [
    "SEEN",
    "STARTS",
    "DoomedFile",
    "Extension",
    "HoldReason",
    "HoldRenewal",
    "KeptFigure",
    "RecordKind",
    "RetentionHold",
    "RetentionRule",
    "RetentionRun",
    "RunItem",
    "Start",
    "Tombstone",
]
