"""Tables of the exclusions app."""

from .appeal import Appeal, AppealPanelMember
from .attempt import ServiceAttempt
from .breach_step import BreachStep
from .case_file import CaseFile, CaseIncident, CaseStatement, EvidencePack
from .days import DayAfter, DaysCovered, LastOfTwelveMonths
from .notice import Notice, NoticeCounter, NoticeGround
from .number import SpotNumber
from .policy import ExclusionPolicy
from .premises_list import PremisesList
from .signed_copy import MOST_COPIES, SignedCopy
from .variation import NoticeVariation
from .warning import MatterLetGo, WarningGround, WarningLetter

__all__ = [
    "MOST_COPIES",
    "Appeal",
    "AppealPanelMember",
    "BreachStep",
    "CaseFile",
    "CaseIncident",
    "CaseStatement",
    "DayAfter",
    "DaysCovered",
    "EvidencePack",
    "ExclusionPolicy",
    "LastOfTwelveMonths",
    "MatterLetGo",
    "Notice",
    "NoticeCounter",
    "NoticeGround",
    "NoticeVariation",
    "PremisesList",
    "ServiceAttempt",
    "SignedCopy",
    "SpotNumber",
    "WarningGround",
    "WarningLetter",
]
