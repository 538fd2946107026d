"""Tables of the records app."""

from .access import AccessItem, AccessPack, AccessRequest, AccessSearch
from .body import DataBody
from .complaint import Complaint, ComplaintStep
from .counter import RecordsCounter
from .data_breach import DataBreach
from .hold import Extension, HoldReason, HoldRenewal, RetentionHold
from .privacy import PrivacyNotice
from .request import How, RecipientTold, RightsRequest
from .rule import ENTRIES, SEEN, STARTS, RecordKind, RetentionRule, Start
from .run import DoomedFile, RetentionRun, RunItem
from .standard import PAPERS, Evidence, StandardRequirement
from .tombstone import KeptFigure, KeptReach, Tombstone

__all__ = [
    "ENTRIES",
    "PAPERS",
    "SEEN",
    "STARTS",
    "AccessItem",
    "AccessPack",
    "AccessRequest",
    "AccessSearch",
    "Complaint",
    "ComplaintStep",
    "DataBody",
    "DataBreach",
    "DoomedFile",
    "Evidence",
    "Extension",
    "HoldReason",
    "HoldRenewal",
    "How",
    "KeptFigure",
    "KeptReach",
    "PrivacyNotice",
    "RecipientTold",
    "RecordKind",
    "RecordsCounter",
    "RetentionHold",
    "RetentionRule",
    "RetentionRun",
    "RightsRequest",
    "RunItem",
    "StandardRequirement",
    "Start",
    "Tombstone",
]
