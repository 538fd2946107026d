"""Tables of the incidents app."""

from .involvement import Involvement, ItemCategory, StolenItem
from .report import Attachment, IncidentType, Report, ReportCounter

__all__ = [
    "Attachment",
    "IncidentType",
    "Involvement",
    "ItemCategory",
    "Report",
    "ReportCounter",
    "StolenItem",
]
