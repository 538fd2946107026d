"""Publishing: a frozen version for members, or the reasons why not."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import check_revision, constraint_messages
from members.models import User
from offenders import actions
from offenders.models import Photo, ProfilePhoto, ProfileVersion, Subject

ADULT = 18
SURE_OF_ADULT = 21
"""An age that was only estimated must be at least this: witnesses are years out, and a child's
profile must not be published by mistake (behaviour 17)."""


@dataclass(frozen=True)
class ProfileDraft:
    """What the manager wants members to see, and why that is lawful and necessary."""

    line: str
    description: str
    mo: str
    ground: str
    necessity: str
    review_on: dt.date
    expires_on: dt.date
    audience: str
    audience_areas: Sequence[int] = ()
    audience_sectors: Sequence[str] = ()
    warnings: Sequence[str] = ()
    photos: Sequence[Photo] = field(default_factory=tuple)


def publication_problems(subject: Subject, draft: ProfileDraft) -> list[str]:
    """Return why this may not be published, in words for the manager; empty when it may."""
    today = dates.today()
    latest = dates.last_day_of_year_from(today)
    problems = _age_problems(subject)
    if subject.status == Subject.Status.KNOWN and not draft.photos:
        problems.append("Choose at least one photo.")
    for photo in draft.photos:
        if not photo.may_publish:
            problems.append(
                "A chosen photo has no permission to publish. Record it or leave it out."
            )
        if not photo.bystanders_clear:
            problems.append(
                "A chosen photo may show bystanders. Crop it, or record that it doesn't."
            )
    if not today < draft.review_on <= latest:
        problems.append("The review day must be within the next 12 months.")
    if not today <= draft.expires_on <= latest:
        problems.append("The last day must be within the next 12 months.")
    return list(dict.fromkeys(problems))


def _age_problems(subject: Subject) -> list[str]:
    age = subject.youngest_age()
    if age is None:
        return ["The age is not known. Record a date of birth or an estimated age first."]
    if subject.date_of_birth and age < ADULT:
        return ["This person is under 18. Profiles of people under 18 are not published."]
    if not subject.date_of_birth and age < SURE_OF_ADULT:
        return [
            f"This person may be under 18 (estimated from {age}). "
            "Record a date of birth, or a youngest age of 21 or more."
        ]
    return []


@transaction.atomic
def profile_publish(
    *, by: User, subject: Subject, revision: int, draft: ProfileDraft
) -> ProfileVersion:
    """Publish a new frozen version that takes the place of the one before.

    Raises ValidationError with every reason why not, or code "stale" if the record changed since
    the form was shown.
    """
    row = Subject.objects.select_for_update().get(pk=subject.pk)
    check_revision(row, revision)
    problems = publication_problems(row, draft)
    if problems:
        raise ValidationError(problems)
    now = timezone.now()
    versions = ProfileVersion.objects.filter(subject=row)
    latest = versions.order_by("-number").values_list("number", flat=True).first() or 0
    versions.filter(superseded_at=None, withdrawn_at=None).update(superseded_at=now)
    version = _frozen(row, draft)
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
    )
    return version


def _frozen(subject: Subject, draft: ProfileDraft) -> ProfileVersion:
    """The record and the draft as one version; of somebody sought, no name of any kind."""
    known = subject.status == Subject.Status.KNOWN
    return ProfileVersion(
        subject=subject,
        known=known,
        name=subject.name if known else "",
        aliases=list(subject.aliases.values_list("name", flat=True)) if known else [],
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
        main_photo=draft.photos[0] if draft.photos else None,
    )


@transaction.atomic
def profile_withdraw(*, by: User, subject: Subject, reason: str) -> None:
    """Take the current version from members at once. Raises ValidationError if there is none."""
    Subject.objects.select_for_update().get(pk=subject.pk)
    current = ProfileVersion.objects.filter(subject=subject, superseded_at=None, withdrawn_at=None)
    version = current.first()
    if version is None:
        raise ValidationError("No profile of this subject is published.", code="stale")
    if not reason.strip():
        raise ValidationError("Say why it is withdrawn.", code="required")
    current.update(withdrawn_at=timezone.now(), withdrawn_by=by, withdrawn_reason=reason.strip())
    record(
        actions.PROFILE_WITHDRAWN,
        by=by,
        ref=subject.ref,
        subjects=[subject.ref],
        version=version.number,
    )
