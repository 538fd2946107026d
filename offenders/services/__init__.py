"""Writes of the offenders app."""

from .bulletins import bulletin_create, bulletin_queue, bulletin_send
from .profiles import ProfileDraft, profile_publish, profile_withdraw, publication_problems
from .subjects import (
    PhotoFacts,
    photo_add,
    photo_update,
    photos_copy,
    subject_create,
    subject_update,
)

__all__ = [
    "PhotoFacts",
    "ProfileDraft",
    "bulletin_create",
    "bulletin_queue",
    "bulletin_send",
    "photo_add",
    "photo_update",
    "photos_copy",
    "profile_publish",
    "profile_withdraw",
    "publication_problems",
    "subject_create",
    "subject_update",
]
