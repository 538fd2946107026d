"""Tables of the members app."""

from .agreement import Agreement, AgreementAcceptance
from .authority import ExclusionAuthority
from .documents import Document, DocumentReading, DocumentVersion
from .equipment import (
    EquipmentCheck,
    EquipmentFault,
    EquipmentHolding,
    EquipmentItem,
    EquipmentKind,
    ItemState,
)
from .mail import BouncedAddress, MailKind, MailPace, MailRun, OutboundEmail
from .member import Area, Member, Premises
from .money import Payment, Subscription
from .pipeline import Lost, MemberContact, MemberStep
from .scheme import SchemeSetting
from .sharing import SharingCounter, SharingRecord
from .training import Course, TrainingCounter, TrainingPlace, TrainingSession
from .user import Role, User

__all__ = [
    "Agreement",
    "AgreementAcceptance",
    "Area",
    "BouncedAddress",
    "Course",
    "Document",
    "DocumentReading",
    "DocumentVersion",
    "EquipmentCheck",
    "EquipmentFault",
    "EquipmentHolding",
    "EquipmentItem",
    "EquipmentKind",
    "ExclusionAuthority",
    "ItemState",
    "Lost",
    "MailKind",
    "MailPace",
    "MailRun",
    "Member",
    "MemberContact",
    "MemberStep",
    "OutboundEmail",
    "Payment",
    "Premises",
    "Role",
    "SchemeSetting",
    "SharingCounter",
    "SharingRecord",
    "Subscription",
    "TrainingCounter",
    "TrainingPlace",
    "TrainingSession",
    "User",
]
