"""Tables of the offenders app."""

from .bulletin import Bulletin, BulletinDelivery, BulletinProfile, NumberSeries
from .profile import Ground, ProfilePhoto, ProfileVersion, WarningMarker
from .subject import Alias, Photo, Subject

__all__ = [
    "Alias",
    "Bulletin",
    "BulletinDelivery",
    "BulletinProfile",
    "Ground",
    "NumberSeries",
    "Photo",
    "ProfilePhoto",
    "ProfileVersion",
    "Subject",
    "WarningMarker",
]
