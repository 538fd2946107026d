"""Tables of the records app."""

from .hold import Extension, HoldReason, HoldRenewal, RetentionHold
from .rule import SEEN, STARTS, RecordKind, RetentionRule, Start
from .run import DoomedFile, RetentionRun, RunItem
from .standard import PAPERS, Evidence, StandardRequirement
from .tombstone import KeptFigure, KeptReach, Tombstone

__all__ = [
    "PAPERS",
    "SEEN",
    "STARTS",
    "DoomedFile",
    "Evidence",
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
    "StandardRequirement",
    "Start",
    "Tombstone",
]
