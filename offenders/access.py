"""One profile, record, photo or bulletin, or 404."""

import uuid

from django.http import Http404

from common.refs import parse_subject_ref
from members.models import User

from .models import Bulletin, Photo, ProfileVersion, Subject


def get_profile(user: User, ref: str) -> ProfileVersion:
    """Return the version of a subject that this user sees now. Raises Http404."""
    version = (
        ProfileVersion.objects.visible_to(user)
        .filter(subject__ref=parse_subject_ref(ref) or "")
        .select_related("subject", "main_photo")
        .first()
    )
    if version is None:
        raise Http404
    return version  # type: ignore[no-any-return]


def get_subject(user: User, ref: str) -> Subject:
    """Return a working record, for the Intelligence Manager alone. Raises Http404."""
    subject = (
        Subject.objects.visible_to(user)
        .filter(ref=parse_subject_ref(ref) or "")
        .select_related("created_by")
        .first()
    )
    if subject is None:
        raise Http404
    return subject  # type: ignore[no-any-return]


def get_photo(user: User, name: uuid.UUID) -> Photo | None:
    """Return a subject's photo that this user may see, or None."""
    photos = Photo.objects.visible_to(user).filter(uuid=name).select_related("subject")
    return photos.first()


def get_bulletin(user: User, ref: str) -> Bulletin:
    """Return a bulletin that this user may see. Raises Http404."""
    bulletin = (
        Bulletin.objects.visible_to(user).filter(ref=ref.upper()).select_related("sent_by").first()
    )
    if bulletin is None:
        raise Http404
    return bulletin  # type: ignore[no-any-return]
