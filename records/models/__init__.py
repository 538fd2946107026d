"""Tables of the records app."""

from .counter import RecordsCounter
from .hold import Extension, HoldReason, HoldRenewal, RetentionHold
from .request import How, RecipientTold, RightsRequest
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
    "How",
    "KeptFigure",
    "KeptReach",
    "RecipientTold",
    "RecordKind",
    "RecordsCounter",
    "RetentionHold",
    "RetentionRule",
    "RetentionRun",
    "RightsRequest",
    "RunItem",
    "Start",
    "Tombstone",
]
