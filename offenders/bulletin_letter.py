"""A bulletin as one reader gets it by e-mail, made at the moment it is sent."""

import datetime as dt
from typing import Any, Final

from django.core.files.storage import default_storage
from django.db.models import QuerySet

from common import dates
from common.db import IsOneOf
from common.emails import InlineImage
from common.prepared import Prepared
from members.audience import READER, audience_shape, somebody_like
from members.letters import Letter, NothingToSay
from members.models import SchemeSetting, User
from offenders.entries import stays_of
from offenders.models import Bulletin, BulletinProfile, Photo, ProfileVersion

SIZE = "thumb"
"""The picture in a letter: enough to know a face again, too small for a poster."""


def _named(shape: None, *, bulletin: int) -> "QuerySet[Any, Any]":
    entries = BulletinProfile.objects.filter(bulletin_id=bulletin, left_out="")
    return entries.select_related("subject")


def _seen(like: str, *, subjects: list[int], on: dt.date, **reader: Any) -> "QuerySet[Any, Any]":
    seen = ProfileVersion.objects.visible_to(somebody_like(like, **reader), on=on)
    return seen.filter(IsOneOf("subject_id", subjects)).for_list()


BULLETIN: Final = Prepared(lambda shape, ref: Bulletin.objects.filter(ref=ref), planned=True)
NAMED: Final = Prepared(_named, planned=True)
SEEN: Final = Prepared(_seen, may_ignore=READER, planned=True)


def bulletin_entries(bulletin: Bulletin, user: User) -> list[tuple[str, ProfileVersion]]:
    """Return (reference named in the bulletin, profile) for those this user may see now.

    Where a record became part of another since, that one's profile, if this user sees it.
    """
    subjects = [entry.subject for entry in NAMED.rows(bulletin=bulletin.pk)]
    stays = stays_of(subjects)
    like, reader = audience_shape(user)
    keys = sorted(set(stays.values()))
    found = SEEN.rows(like, subjects=keys, on=dates.today(), **reader) if keys else []
    seen = {version.subject_id: version for version in found}
    shown = [(subject.ref, seen.get(stays[subject.pk])) for subject in subjects]
    return [(ref, version) for ref, version in shown if version]


def bulletin_versions(bulletin: Bulletin, user: User) -> list[ProfileVersion]:
    """Return the profiles of a bulletin that this user may see now, each once, in its order."""
    return list(dict.fromkeys(version for _, version in bulletin_entries(bulletin, user)))


def shows_people(bulletin: Bulletin) -> bool:
    """Whether its e-mails carry names and photos: the setting was on when it was sent, and is."""
    on = SchemeSetting.current().email_shows_people
    return on and (bulletin.sent_at is None or bulletin.shows_people)


def bulletin_letter(user: User, context: dict[str, Any]) -> Letter:
    """Complete a bulletin's letter for its reader: references, and people where the scheme allows.

    Of the profiles of the bulletin only those that this reader may see now. People only where the
    setting is on and the reader has accepted the agreement in force. Raises NothingToSay.
    """
    found = BULLETIN.rows(ref=context.get("ref", ""))
    if not found:  # queued by an earlier release: its references stand in the context
        return Letter(context)
    bulletin: Bulletin = found[0]
    versions = bulletin_versions(bulletin, user)
    if not versions:
        raise NothingToSay
    refs = [version.subject.ref for version in versions]
    if not (shows_people(bulletin) and _agreed(user)):
        return Letter({**context, "refs": refs})
    pictures = {version.pk: _picture(version) for version in versions}
    people = [
        {
            "ref": version.subject.ref,
            "name": version.shown_name,
            "cid": image.cid if (image := pictures[version.pk]) else "",
        }
        for version in versions
    ]
    images = tuple(image for image in pictures.values() if image)
    return Letter({**context, "refs": refs, "people": people}, images, shown=tuple(refs))


def _agreed(user: User) -> bool:
    if not user.must_accept_agreement:  # what its queue read with it
        return True
    return bool(User.objects.agreed().filter(pk=user.pk).exists())


def _picture(version: ProfileVersion) -> InlineImage | None:
    photo: Photo | None = version.main_photo
    if photo is None or photo.variants_ready_at is None:
        return None
    try:
        with default_storage.open(photo.variant_path(SIZE)) as file:
            return InlineImage(f"{photo.uuid}@dtac", file.read())
    except OSError:
        return None
