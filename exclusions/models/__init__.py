"""Tables of the exclusions app."""

from .attempt import ServiceAttempt
from .notice import (
    DayAfter,
    DaysCovered,
    LastOfTwelveMonths,
    Notice,
    NoticeCounter,
    NoticeGround,
)
from .policy import ExclusionPolicy
from .premises_list import PremisesList

__all__ = [
    "DayAfter",
    "DaysCovered",
    "ExclusionPolicy",
    "LastOfTwelveMonths",
    "Notice",
    "NoticeCounter",
    "NoticeGround",
    "PremisesList",
    "ServiceAttempt",
]
