"""Tables of the incidents app."""

from .alert import Alert, PushDelivery, PushSubscription
from .evidence import Attachment, ReportEdit
from .intelligence import IntelligenceReport
from .involvement import Involvement, ItemCategory, StolenItem
from .phone import PhoneKey
from .report import IncidentType, Question, Report, ReportCounter
from .review import UNDO_WITHIN, NotSamePerson, ReporterQuestion, ReviewStep

__all__ = [
    "UNDO_WITHIN",
    "Alert",
    "Attachment",
    "IncidentType",
    "IntelligenceReport",
    "Involvement",
    "ItemCategory",
    "NotSamePerson",
    "PhoneKey",
    "PushDelivery",
    "PushSubscription",
    "Question",
    "Report",
    "ReportCounter",
    "ReportEdit",
    "ReporterQuestion",
    "ReviewStep",
    "StolenItem",
]
