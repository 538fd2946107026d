"""Tables of the members app."""

from .agreement import Agreement, AgreementAcceptance
from .authority import ExclusionAuthority
from .awards import Award, AwardCheck, AwardCriterion, AwardEntry
from .bank import BankLine
from .counters import SchemeCounter
from .documents import Document, DocumentReading, DocumentVersion
from .equipment import (
    EquipmentCheck,
    EquipmentFault,
    EquipmentHolding,
    EquipmentItem,
    EquipmentKind,
    ItemState,
)
from .fees import FeeRate, RenewalReminder, Subscription, VatRate
from .joining import Application, Invitation
from .mail import BouncedAddress, MailKind, MailPace, MailRun, OutboundEmail
from .meetings import Meeting, MeetingMinutes, MeetingPerson
from .member import Area, Member, Premises
from .money import (
    Allocation,
    CreditNote,
    Invoice,
    InvoiceLine,
    MoneyCounter,
    Payment,
    Refund,
    WriteOff,
)
from .pipeline import Lost, MemberContact, MemberStep
from .scheme import SchemeSetting
from .sharing import SharingCounter, SharingRecord
from .training import Course, TrainingCounter, TrainingPlace, TrainingSession
from .user import Role, User
from .websession import WebSession

__all__ = [
    "Agreement",
    "AgreementAcceptance",
    "Allocation",
    "Application",
    "Area",
    "Award",
    "AwardCheck",
    "AwardCriterion",
    "AwardEntry",
    "BankLine",
    "BouncedAddress",
    "Course",
    "CreditNote",
    "Document",
    "DocumentReading",
    "DocumentVersion",
    "EquipmentCheck",
    "EquipmentFault",
    "EquipmentHolding",
    "EquipmentItem",
    "EquipmentKind",
    "ExclusionAuthority",
    "FeeRate",
    "Invitation",
    "Invoice",
    "InvoiceLine",
    "ItemState",
    "Lost",
    "MailKind",
    "MailPace",
    "MailRun",
    "Meeting",
    "MeetingMinutes",
    "MeetingPerson",
    "Member",
    "MemberContact",
    "MemberStep",
    "MoneyCounter",
    "OutboundEmail",
    "Payment",
    "Premises",
    "Refund",
    "RenewalReminder",
    "Role",
    "SchemeCounter",
    "SchemeSetting",
    "SharingCounter",
    "SharingRecord",
    "Subscription",
    "TrainingCounter",
    "TrainingPlace",
    "TrainingSession",
    "User",
    "VatRate",
    "WebSession",
    "WriteOff",
]
