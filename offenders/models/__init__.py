"""Tables of the offenders app."""

from .bulletin import (
    Bulletin,
    BulletinDelivery,
    BulletinProfile,
    LeftOut,
    NumberSeries,
    PrintedPack,
)
from .change import GalleryChange
from .marker import WarningMarker
from .merge import DifferentPeople, SubjectMerge
from .method import Method
from .profile import Ground, ProfilePhoto, ProfileVersion
from .ranking import TopTenChoice, TopTenPlace
from .record import (
    AgeOverride,
    AgeReview,
    Association,
    LegalFact,
    Recognition,
    SubjectWarning,
    Vehicle,
)
from .restriction import Restriction
from .subject import Alias, Photo, Subject
from .viewing import GalleryVisit, UnusualViewing, ViewingWatch

__all__ = [
    "AgeOverride",
    "AgeReview",
    "Alias",
    "Association",
    "Bulletin",
    "BulletinDelivery",
    "BulletinProfile",
    "DifferentPeople",
    "GalleryChange",
    "GalleryVisit",
    "Ground",
    "LeftOut",
    "LegalFact",
    "Method",
    "NumberSeries",
    "Photo",
    "PrintedPack",
    "ProfilePhoto",
    "ProfileVersion",
    "Recognition",
    "Restriction",
    "Subject",
    "SubjectMerge",
    "SubjectWarning",
    "TopTenChoice",
    "TopTenPlace",
    "UnusualViewing",
    "Vehicle",
    "ViewingWatch",
    "WarningMarker",
]
