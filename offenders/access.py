"""One profile, record, photo or bulletin, or 404."""

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any, Final

from django.db.models import QuerySet
from django.http import Http404

from common import dates
from common.prepared import Prepared
from common.refs import parse_subject_ref
from members.audience import READER, audience_shape, somebody_like
from members.models import User

from .models import Bulletin, BulletinDelivery, Photo, ProfileVersion, Subject, UnusualViewing
from .search import stays_of


class BecamePartOf(Exception):  # noqa: N818  (no error: the record is under another reference)
    """The record that was asked for became part of another, which stays."""

    def __init__(self, gone: str, kept: str) -> None:
        super().__init__(f"{gone} is part of {kept} by now.")
        self.gone, self.kept = gone, kept


def _profile(like: str, *, ref: str, on: dt.date, **reader: Any) -> Any:
    seen = ProfileVersion.objects.visible_to(somebody_like(like, **reader), on=on)
    return seen.filter(subject__ref=ref).select_related("subject", "main_photo")


PROFILE: Final = Prepared(_profile, may_ignore=READER, planned=True)


def get_profile(user: User, ref: str) -> ProfileVersion:
    """Return the version of a subject that this user sees now. Raises Http404."""
    like, reader = audience_shape(user)
    asked = parse_subject_ref(ref) or ""
    found: list[ProfileVersion] = PROFILE.rows(like, ref=asked, on=dates.today(), **reader)
    if not found:
        raise Http404
    return found[0]


def get_subject(user: User, ref: str) -> Subject:
    """Return a working record, for the Intelligence Manager alone.

    Raises Http404, or BecamePartOf for one that can't be worked on any more: the middleware leads
    to the one that stays.
    """
    subject = (
        Subject.objects.visible_to(user)
        .filter(ref=parse_subject_ref(ref) or "")
        .select_related("created_by")
        .first()
    )
    if subject is None:
        raise Http404
    if subject.merged_into_id is not None:
        kept = Subject.objects.get(pk=stays_of(subject.ref))
        raise BecamePartOf(subject.ref, kept.ref)
    return subject  # type: ignore[no-any-return]


def get_meant(user: User, text: str) -> Subject:
    """Return the subject that a reference means, in what somebody enters. Raises Http404.

    One that became part of another means that other, but only to who sees its profile: to anybody
    else it is unknown, like any reference that doesn't exist.
    """
    ref = parse_subject_ref(text)
    if ref is None:
        raise Http404
    if user.is_intel:
        subject = Subject.objects.visible_to(user).filter(pk=stays_of(ref)).first()
    else:
        seen = ProfileVersion.objects.visible_to(user).filter(subject=stays_of(ref))
        version = seen.select_related("subject").first()
        subject = version.subject if version else None
    if subject is None:
        raise Http404
    return subject  # type: ignore[no-any-return]


def _photo(like: str, *, name: uuid.UUID, on: dt.date, **reader: Any) -> QuerySet[Photo]:
    seen = Photo.objects.visible_to(somebody_like(like, **reader), on=on)
    return seen.filter(uuid=name).select_related("subject")


PHOTO: Final = Prepared(_photo, may_ignore=(*READER, "on"), planned=True)


def get_photo(user: User, name: uuid.UUID) -> Photo | None:
    """Return a subject's photo that this user may see, or None."""
    like, reader = audience_shape(user)
    found: list[Photo] = PHOTO.rows(like, name=name, on=dates.today(), **reader)
    return found[0] if found else None


def get_bulletin(user: User, ref: str) -> Bulletin:
    """Return a bulletin that this user may see. Raises Http404."""
    bulletin = (
        Bulletin.objects.visible_to(user).filter(ref=ref.upper()).select_related("sent_by").first()
    )
    if bulletin is None:
        raise Http404
    return bulletin  # type: ignore[no-any-return]


def get_delivery(user: User, ref: str, pk: int) -> BulletinDelivery:
    """Return one recipient of a bulletin, for the Intelligence Manager alone. Raises Http404."""
    delivery: BulletinDelivery | None = None
    if user.is_intel:
        found = get_bulletin(user, ref).deliveries.select_related("user", "email")
        delivery = found.filter(pk=pk).first()
    if delivery is None:
        raise Http404
    return delivery


def get_merged_into(user: User, ref: str) -> str:
    """Return the reference of the record that another became part of, "" if it is none.

    Only where the user sees the profile of the one that stays: else it says nothing.
    """
    version = (
        ProfileVersion.objects.visible_to(user)
        .filter(subject=stays_of(parse_subject_ref(ref) or ""))
        .exclude(subject__ref=parse_subject_ref(ref) or "")
        .select_related("subject")
        .first()
    )
    return version.subject.ref if version else ""


def get_viewing(user: User, pk: int) -> UnusualViewing:
    """Return a burst of viewing that this user may look into. Raises Http404."""
    rows = UnusualViewing.objects.visible_to(user)
    rows = rows.select_related("user__member", "answered_by", "subject")
    found: UnusualViewing | None = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def get_photo_of(user: User, subject: Subject, name: uuid.UUID) -> Photo:
    """Return a photo of a working record. Raises Http404."""
    photo = get_photo(user, name)
    if photo is None or photo.subject_id != subject.pk:
        raise Http404
    return photo


def merged_on(keys: Iterable[int]) -> dict[int, int]:
    """Return, for each of these records (keys) that became part of another, which one stays.

    However many times over; the database is asked once for each, and once where there are none.
    """
    leads: dict[int, int] = {}
    asked = set(keys)
    while asked:
        found = Subject.objects.filter(pk__in=asked, merged_into__isnull=False)
        step = dict(found.values_list("pk", "merged_into_id"))
        leads |= step
        asked = set(step.values()) - set(leads)

    def last(key: int) -> int:
        while key in leads:
            key = leads[key]
        return key

    return {key: last(key) for key in keys if key in leads}
