"""Bulletins: composed, sent now or at a time, cancelled until they start."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import check_revision, once
from common.refs import yearly_ref
from common.wake import wake
from members.audience import covers
from members.mail import email_queue
from members.models import SchemeSetting, User
from offenders import actions
from offenders.entries import versions_now
from offenders.models import (
    Bulletin,
    BulletinProfile,
    LeftOut,
    NumberSeries,
    ProfileVersion,
)
from offenders.names import names_of_record, names_somebody

FARTHEST = dt.timedelta(days=60)
"""How far ahead a bulletin may be set to start: what is in it grows old."""


def bulletin_create(
    *,
    by: User,
    fields: Mapping[str, Any],
    versions: Sequence[ProfileVersion],
    client_id: uuid.UUID | None = None,
) -> Bulletin:
    """Make a draft of the given live profiles; the same `client_id` again returns the one it made.

    `fields`: headline, opening, audience and its lists. Raises ValidationError, also when the
    headline holds a chosen subject's name: it becomes the e-mail's subject line, and e-mail is
    not a secure place.
    """
    _check_parts(fields, versions)
    form = client_id or uuid.uuid4()
    return once(Bulletin, form, lambda: _make_draft(by, form, fields, versions))


def _make_draft(
    by: User, client_id: uuid.UUID, fields: Mapping[str, Any], versions: Sequence[ProfileVersion]
) -> Bulletin:
    year = dates.today().year
    number = NumberSeries.take("BUL", year)
    bulletin = Bulletin(
        ref=yearly_ref("BUL", year, number, digits=4),
        client_id=client_id,
        created_by=by,
        **dict(fields),
    )
    bulletin.full_clean()
    bulletin.save()
    refs = _put_in(bulletin, versions)
    record(actions.BULLETIN_CREATED, by=by, ref=bulletin.ref, subjects=refs)
    return bulletin


def _put_in(bulletin: Bulletin, versions: Sequence[ProfileVersion]) -> list[str]:
    """Put profiles into a bulletin that has none; return their references."""
    BulletinProfile.objects.bulk_create(
        BulletinProfile(bulletin=bulletin, subject=version.subject, version=version, position=place)
        for place, version in enumerate(versions)
    )
    return [version.subject.ref for version in versions]


@transaction.atomic
def bulletin_change(
    *,
    by: User,
    bulletin: Bulletin,
    revision: int,
    fields: Mapping[str, Any],
    versions: Sequence[ProfileVersion],
) -> Bulletin:
    """Change a draft as a whole; a time that is set for it stays set. Returns it.

    Raises ValidationError: sent meanwhile or changed by somebody else (code "stale"), or what
    bulletin_create() refuses.
    """
    row = _locked(bulletin.pk)
    if row.sent_at is not None:
        raise ValidationError("It is sent: what is sent can’t be changed.", code="stale")
    check_revision(row, revision)
    _check_parts(fields, versions)
    for name, value in fields.items():
        setattr(row, name, value)
    row.revision += 1
    row.stopped_at, row.stopped_why = None, ""
    row.full_clean()
    row.save()
    row.entries.all().delete()
    refs = _put_in(row, versions)
    record(actions.BULLETIN_CHANGED, by=by, ref=row.ref, subjects=refs)
    return row


@transaction.atomic
def bulletin_discard(*, by: User, bulletin: Bulletin) -> None:
    """Throw a draft away. Its number is not given again; the log keeps what was done.

    Raises ValidationError (code "stale") if it is sent, or has a time set: cancel that first.
    """
    row = _locked(bulletin.pk)
    if row.sent_at is not None:
        raise ValidationError("It is sent: what is sent can’t be called back.", code="stale")
    if row.send_at is not None:
        raise ValidationError("It has a time set. Cancel that first.", code="stale")
    refs = list(row.entries.values_list("subject__ref", flat=True))
    record(actions.BULLETIN_DISCARDED, by=by, ref=row.ref, subjects=refs)
    row.delete()


def _check_parts(fields: Mapping[str, Any], versions: Sequence[ProfileVersion]) -> None:
    if not versions:
        raise ValidationError({"profiles": "Choose at least one profile."})
    _check_headline(fields["headline"], versions)
    _check_audience(Bulletin(**dict(fields)), versions)


def _check_headline(headline: str, versions: Sequence[ProfileVersion]) -> None:
    """Refuse a name in the headline: it becomes the subject line of an e-mail.

    Of those in the bulletin a name that only their record has, too: who is published as sought, or
    under another name, is not to be named in a letter.
    """
    about = {version.subject_id for version in versions}
    if names_somebody(headline, about=about) or names_of_record(headline, about):
        raise ValidationError(
            {"headline": "Leave names out of the headline: it goes by e-mail. Use references."}
        )


def _check_audience(bulletin: Bulletin, versions: Sequence[ProfileVersion]) -> None:
    """Refuse a profile that fewer people may see than the bulletin goes to."""
    narrow = [v.subject.ref for v in versions if not covers(v, bulletin)]
    if narrow:
        raise ValidationError(
            {
                "profiles": (
                    f"{', '.join(narrow)}: published to fewer people than this bulletin goes to. "
                    "Leave it out, or narrow the bulletin."
                )
            }
        )


@transaction.atomic
def bulletin_send(*, by: User, bulletin: Bulletin, revision: int | None = None) -> None:
    """Send a draft. It is on the site at once; the worker queues and sends the e-mails.

    `revision`: the state that was looked at. Raises ValidationError: sent already, or changed since
    it was looked at (code "stale"), or a profile in it was withdrawn, was
    narrowed, or a name stands in the headline.
    """
    row = _locked(bulletin.pk)
    if row.sent_at is not None:
        raise ValidationError("This bulletin was sent already.", code="stale")
    _check_seen(row, revision)
    _check_still_right(row)
    row.send_at = row.scheduled_by = None
    _start(row, by=by)


@transaction.atomic
def bulletin_schedule(
    *, by: User, bulletin: Bulletin, at: dt.datetime, revision: int | None = None
) -> None:
    """Let a draft start by itself at a moment, or at another one than was set before.

    `revision`: the state that was looked at. Raises ValidationError: sent already, or changed since
    it was looked at (code "stale"), a time that is past or too far off, or
    whatever would keep it from being sent now.
    """
    row = _locked(bulletin.pk)
    if row.sent_at is not None:
        raise ValidationError("This bulletin was sent already.", code="stale")
    _check_seen(row, revision)
    if at <= timezone.now():
        raise ValidationError({"send_at": "This time is past. Choose one that is still to come."})
    if at > timezone.now() + FARTHEST:
        raise ValidationError({"send_at": f"Choose a time within {FARTHEST.days} days."})
    _check_still_right(row)
    row.send_at, row.scheduled_by = at, by
    row.stopped_at, row.stopped_why = None, ""
    row.save()
    refs = _refs_shown(row)
    record(actions.BULLETIN_SCHEDULED, by=by, ref=row.ref, subjects=refs, at=at.isoformat())


@transaction.atomic
def bulletin_cancel(*, by: User, bulletin: Bulletin) -> None:
    """Take back the time at which a bulletin would start: it is a draft again.

    Whoever locks the row first wins: cancelled, it never starts; started, this raises
    ValidationError (code "stale").
    """
    row = _locked(bulletin.pk)
    if row.sent_at is not None:
        raise ValidationError(
            "It has started already. What is sent can’t be called back.", code="stale"
        )
    if row.send_at is None:
        raise ValidationError("It has no time set: it is a draft.", code="stale")
    row.send_at = row.scheduled_by = None
    row.save()
    record(actions.BULLETIN_CANCELLED, by=by, ref=row.ref)


@transaction.atomic
def bulletin_start(*, bulletin_id: int) -> bool:
    """Start a bulletin whose time has come, however late; return whether this call did.

    Profiles that are no longer published, or to fewer people, are left out, and the bulletin says
    so to the manager. With none left, or a name in the headline that is published by now, it is
    stopped: a draft again, and the manager is told.
    """
    row = _locked(bulletin_id)
    if row.sent_at is not None or row.send_at is None or row.send_at > timezone.now():
        return False
    live = _leave_out(row)
    try:
        if not live:
            raise ValidationError("None of its profiles is published to its readers any more.")
        _check_headline(row.headline, live)
    except ValidationError as error:
        _stop(row, " ".join(error.messages))
        return False
    assert row.scheduled_by is not None
    _start(row, by=row.scheduled_by, scheduled=True)
    return True


def _locked(pk: int) -> Bulletin:
    row: Bulletin = Bulletin.objects.select_for_update(of=("self",)).get(pk=pk)
    return row


def _check_seen(row: Bulletin, revision: int | None) -> None:
    if revision is not None:
        check_revision(row, revision)


def _refs_shown(row: Bulletin) -> list[str]:
    """Return whose profiles it shows: of a merged record, the one that stays."""
    return [version.subject.ref for version in entries_now(row)[0]]


def _start(row: Bulletin, *, by: User, scheduled: bool = False) -> None:
    from offenders.tasks import bulletin_sweep  # tasks call services

    row.sent_at, row.sent_by = timezone.now(), by
    row.stopped_at, row.stopped_why = None, ""
    row.shows_people = SchemeSetting.current().email_shows_people
    row.save()
    record(
        actions.BULLETIN_SENT,
        by=by,
        ref=row.ref,
        subjects=_refs_shown(row),
        audience=row.audience,
        shows_people=row.shows_people,
        scheduled=scheduled,
    )
    transaction.on_commit(lambda: wake(bulletin_sweep), robust=True)


def _stop(row: Bulletin, why: str) -> None:
    row.send_at = row.scheduled_by = None
    row.stopped_at, row.stopped_why = timezone.now(), why[:200]
    row.entries.update(left_out="")
    row.save()
    record(actions.BULLETIN_STOPPED, by=None, ref=row.ref)
    email_queue(
        users=User.objects.intel(),
        key=f"bulletin-stopped:{row.ref}:{row.stopped_at:%Y%m%dT%H%M%S}",
        template="bulletin-stopped",
        context={"ref": row.ref, "path": reverse("bulletin", args=[row.ref])},
    )


def _leave_out(row: Bulletin) -> list[ProfileVersion]:
    """Mark what can't be in it any more; return what can."""
    live, gone, narrowed = entries_now(row)
    row.entries.filter(subject__in=gone).update(left_out=LeftOut.GONE)
    row.entries.filter(subject__in=narrowed).update(left_out=LeftOut.NARROWED)
    left_out = row.entries.exclude(left_out="").values_list("subject__ref", flat=True)
    if left_out:
        record(actions.BULLETIN_LEFT_OUT, by=None, ref=row.ref, subjects=list(left_out))
    return live


def entries_now(row: Bulletin) -> tuple[list[ProfileVersion], list[int], list[int]]:
    """Return what a bulletin could send now, and the subjects (keys) gone or narrowed since.

    Where a record became part of another, that one's profile, once.
    """
    now = versions_now(row)
    gone = [key for key, version in now.items() if version is None]
    narrowed = [key for key, version in now.items() if version and not covers(version, row)]
    shown = [version for key, version in now.items() if version and key not in narrowed]
    return list(dict.fromkeys(shown)), gone, narrowed


def _check_still_right(bulletin: Bulletin) -> None:
    """What was right when the draft was made may not be when it is sent."""
    now = list(dict.fromkeys(versions_now(bulletin).values()))
    live = [version for version in now if version is not None]
    if len(live) < len(now):
        raise ValidationError("A profile in it is no longer published. Change the draft.")
    _check_headline(bulletin.headline, live)
    _check_audience(bulletin, live)
