"""Input of the offenders app."""

from .audience import AudienceFields
from .bulletins import BouncedForm, BulletinForm, ScheduleForm, SeenForm
from .crop import CropForm
from .packs import BulletinPackForm
from .photos import PhotoFactsForm, PhotoForm
from .publish import PublishForm, WithdrawForm
from .subjects import SubjectForm

__all__ = [
    "AudienceFields",
    "BouncedForm",
    "BulletinForm",
    "BulletinPackForm",
    "CropForm",
    "PhotoFactsForm",
    "PhotoForm",
    "PublishForm",
    "ScheduleForm",
    "SeenForm",
    "SubjectForm",
    "WithdrawForm",
]
