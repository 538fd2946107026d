"""Publishing: a frozen version for members, or the reasons why not."""

import datetime as dt
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import check_revision, constraint_messages
from members.models import User
from offenders import actions
from offenders.models import ProfilePhoto, ProfileVersion, Subject
from offenders.publication import (
    ProfileDraft,
    live_problems,
    publication_problems,
    words_mark,
)


@transaction.atomic
def profile_publish(
    *,
    by: User,
    subject: Subject,
    revision: int,
    draft: ProfileDraft,
    active_at: dt.datetime | None = None,
    areas: Iterable[int] | None = None,
) -> ProfileVersion:
    """Publish a new frozen version that takes the place of the one before.

    `active_at` is when the subject was last active, as the gallery sorts: as before, or now, if not
    said. `areas` are the keys of those where they were active.
    Raises ValidationError with every reason why not, or code "stale" if the record changed since
    the form was shown.
    """
    row = Subject.objects.select_for_update(no_key=True).get(pk=subject.pk)
    check_revision(row, revision)
    problems = publication_problems(row, draft)
    if problems:
        raise ValidationError(problems)
    now = timezone.now()
    versions = ProfileVersion.objects.filter(subject=row)
    latest = versions.order_by("-number").values_list("number", flat=True).first() or 0
    current = versions.filter(superseded_at=None, withdrawn_at=None)
    before = current.first()
    current.update(superseded_at=now)
    version = _frozen(row, draft)
    version.active_at = active_at or (before.active_at if before else now)
    version.active_areas = list(areas) if areas is not None else []
    version.number = latest + 1
    version.published_at = now
    version.published_by = by
    version.full_clean()
    with constraint_messages(ProfileVersion):
        version.save()
    row.revision += 1  # a second send of the same form is stale
    row.save(update_fields=["revision"])
    ProfilePhoto.objects.bulk_create(
        ProfilePhoto(version=version, photo=photo, position=place)
        for place, photo in enumerate(draft.photos)
    )
    record(
        actions.PROFILE_PUBLISHED,
        by=by,
        ref=row.ref,
        subjects=[row.ref],
        version=version.number,
        ground=version.ground,
        audience=version.audience,
        review_on=version.review_on.isoformat(),
        expires_on=version.expires_on.isoformat(),
        longer=bool(version.longer_because),
    )
    return version


def profile_preview(*, subject: Subject, draft: ProfileDraft) -> ProfileVersion:
    """Return the version that publishing the draft would make. It is not saved, nor judged."""
    version = _frozen(subject, draft)
    version.published_at = version.active_at = timezone.now()
    return version


def _frozen(subject: Subject, draft: ProfileDraft) -> ProfileVersion:
    """The record and the draft as one version; of somebody sought, no name of any kind."""
    known = subject.status == Subject.Status.KNOWN
    name = draft.name or subject.name
    held = subject.aliases.values_list("name", flat=True)
    aliases = list(held if draft.aliases is None else draft.aliases)
    return ProfileVersion(
        subject=subject,
        known=known,
        name=name if known else "",
        aliases=[alias for alias in aliases if alias != name] if known else [],
        line=draft.line,
        description=draft.description,
        mo=draft.mo,
        warnings=list(draft.warnings),
        ground=draft.ground,
        necessity=draft.necessity,
        audience=draft.audience,
        audience_areas=list(draft.audience_areas),
        audience_sectors=list(draft.audience_sectors),
        review_on=draft.review_on,
        expires_on=draft.expires_on,
        longer_because=draft.longer_because.strip(),
        record_words=words_mark(subject),
        main_photo=draft.photos[0] if draft.photos else None,
    )


@transaction.atomic
def profile_withdraw(*, by: User, subject: Subject, reason: str) -> None:
    """Take the current version from members at once. Raises ValidationError if there is none."""
    Subject.objects.select_for_update(no_key=True).get(pk=subject.pk)
    current = ProfileVersion.objects.filter(subject=subject, superseded_at=None, withdrawn_at=None)
    version = current.first()
    if version is None:
        raise ValidationError("No profile of this subject is published.", code="stale")
    if not reason.strip():
        raise ValidationError("Say why it is withdrawn.", code="required")
    _withdraw(version, by=by, reason=reason.strip())


def profile_recheck(*, by: User, subject: Subject) -> str:
    """Withdraw what members see of a locked record if it may not be shown any more.

    Part of whatever changed the record: its age, or what is known of a photo. Returns why, in words
    for the manager, or nothing where all may stay.
    """
    current = ProfileVersion.objects.filter(subject=subject, superseded_at=None, withdrawn_at=None)
    version = current.first()
    problems = live_problems(subject, version) if version else []
    if version is None or not problems:
        return ""
    reason = " ".join(problems)
    _withdraw(version, by=by, reason=reason[:300], automatic=True)
    return reason


def profile_until(*, by: User, subject: Subject, until: dt.date, reason: str) -> bool:
    """Let members see a locked record's profile up to a day and no longer; return whether it is so.

    Part of whatever ended what held it in view. A past day withdraws it at once. What was published
    for longer with a reason of its own stays as it was decided.
    """
    current = ProfileVersion.objects.filter(subject=subject, superseded_at=None, withdrawn_at=None)
    version = current.first()
    if version is None or version.longer_because or version.expires_on <= until:
        return False
    if until < dates.today():
        _withdraw(version, by=by, reason=reason[:300], automatic=True)
        return True
    before, version.expires_on = version.expires_on, until
    version.save(update_fields=["expires_on"])
    record(
        actions.PROFILE_SHORTENED,
        by=by,
        ref=subject.ref,
        subjects=[subject.ref],
        version=version.number,
        before=before.isoformat(),
        until=until.isoformat(),
    )
    return True


@transaction.atomic
def profile_shorten(*, subject: int, until: dt.date) -> bool:
    """Let members see a subject's (key) profile until a day by the rule, which may be past.

    The night's job: nobody decides it. Returns whether anything changed: what was published since,
    or for longer with a reason of its own, stays.
    """
    row = Subject.objects.select_for_update(no_key=True).get(pk=subject)
    versions = ProfileVersion.objects.filter(subject=row, superseded_at=None, withdrawn_at=None)
    version = versions.filter(longer_because="", expires_on__gt=until).first()
    if version is None:
        return False
    before, version.expires_on = version.expires_on, until
    version.save(update_fields=["expires_on"])
    record(
        actions.PROFILE_SHORTENED,
        by=None,
        ref=row.ref,
        subjects=[row.ref],
        version=version.number,
        before=before.isoformat(),
        until=until.isoformat(),
    )
    return True


def _withdraw(version: ProfileVersion, *, by: User, reason: str, automatic: bool = False) -> None:
    """Take a version of a locked record from members, and say so in the log."""
    version.withdrawn_at, version.withdrawn_by = timezone.now(), by
    version.withdrawn_reason = reason
    version.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    ref = version.subject.ref
    record(
        actions.PROFILE_WITHDRAWN,
        by=by,
        ref=ref,
        subjects=[ref],
        version=version.number,
        automatic=automatic,
    )


@transaction.atomic
def profiles_active(*, subjects: Iterable[int], at: dt.datetime, area: int | None = None) -> None:
    """Note that subjects (keys) did something, or something was done, for the gallery's order.

    `area` is the key of where it happened, for those who look at their own area only.
    """
    current = ProfileVersion.objects.select_for_update().filter(
        subject__in=sorted(set(subjects)), superseded_at=None, withdrawn_at=None
    )
    for version in current.order_by("pk"):
        version.active_at = max(version.active_at, at)
        if area is not None and area not in version.active_areas:
            version.active_areas.append(area)
        version.save(update_fields=["active_at", "active_areas"])
