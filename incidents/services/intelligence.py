"""Intelligence: given by anybody, graded 3x5x2 by the manager, shared only in words of its own.

College of Policing, Authorised Professional Practice, Information management: intelligence report.
"""

import datetime as dt
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import check_revision, once
from common.refs import yearly_ref
from incidents import actions
from incidents.models import IntelligenceReport, ReportCounter
from members.audience import covers
from members.models import Area, User
from offenders.models import ProfileVersion, Subject
from offenders.names import named_on_record

LONGEST_SHARING = dt.timedelta(days=366)


@dataclass(frozen=True)
class IntelligenceInput:
    """What somebody gives: the words, where they have it from, whom it is about."""

    client_id: uuid.UUID
    text: str
    source_words: str = ""
    area: Area | None = None
    subjects: Sequence[Subject] = field(default_factory=tuple)


@dataclass(frozen=True)
class Grade:
    """3x5x2: the source, the information, how it may be handled and under which conditions."""

    source_evaluation: str
    assessment: str
    handling: str
    conditions: str = ""
    review_on: dt.date | None = None
    note: str = ""


def intelligence_give(*, by: User, data: IntelligenceInput) -> IntelligenceReport:
    """Store what somebody knows; the same `client_id` again returns the report it made.

    Raises ValidationError, PermissionDenied for subjects that the giver does not see.
    """
    _check_subjects(by, data.subjects)

    def make() -> IntelligenceReport:
        now = timezone.now()
        year = dates.london_date(now).year
        row = IntelligenceReport(
            ref=yearly_ref("INT", year, ReportCounter.take("INT", year), digits=5),
            client_id=data.client_id,
            text=data.text,
            source_words=data.source_words,
            area=data.area,
            submitted_at=now,
            submitted_by=by,
            member=by.member,
        )
        row.full_clean(validate_unique=False)
        row.save()
        row.subjects.set(data.subjects)
        refs = [subject.ref for subject in data.subjects]
        record(actions.INTELLIGENCE_GIVEN, by=by, ref=row.ref, subjects=refs)
        return row

    row = once(IntelligenceReport, data.client_id, make)
    if row.submitted_by_id != by.pk:
        raise PermissionDenied
    return row


def _check_subjects(by: User, subjects: Sequence[Subject]) -> None:
    if by.is_intel or not subjects:
        return
    wanted = {subject.pk for subject in subjects}
    if ProfileVersion.objects.visible_to(by).filter(subject__in=wanted).count() != len(wanted):
        raise PermissionDenied


def _locked(row: IntelligenceReport, revision: int) -> IntelligenceReport:
    held: IntelligenceReport = IntelligenceReport.objects.select_for_update().get(pk=row.pk)
    check_revision(held, revision)
    return held


def _refs(row: IntelligenceReport) -> list[str]:
    return list(row.subjects.values_list("ref", flat=True))


@transaction.atomic
def intelligence_grade(
    *,
    by: User,
    intelligence: IntelligenceReport,
    revision: int,
    grade: Grade,
    subjects: Sequence[Subject],
) -> IntelligenceReport:
    """Grade a report, or grade it anew; a sharing that doesn't fit the new grade ends at once.

    Raises ValidationError: stale, a code is missing, code C without its conditions.
    """
    row = _locked(intelligence, revision)
    handled = (row.handling, row.conditions)
    row.source_evaluation = grade.source_evaluation
    row.assessment = grade.assessment
    row.handling = grade.handling
    row.conditions = grade.conditions.strip()
    row.review_on = grade.review_on
    row.review_note = grade.note
    row.status = IntelligenceReport.Status.GRADED
    row.graded_at, row.graded_by = timezone.now(), by
    row.revision += 1
    row.full_clean(validate_unique=False)
    row.save()
    row.subjects.set(subjects)
    record(actions.INTELLIGENCE_GRADED, by=by, ref=row.ref, subjects=_refs(row), grade=row.grade)
    if row.is_shared and not _still_fits(row, handled):
        row.withdrawn_at = timezone.now()
        row.save(update_fields=["withdrawn_at"])
        record(actions.INTELLIGENCE_WITHDRAWN, by=by, ref=row.ref, subjects=_refs(row))
    return row


def _still_fits(row: IntelligenceReport, handled: tuple[str, str]) -> bool:
    """Whether what is shared may stay so under a new grade: other conditions are a new decision."""
    conditional = row.handling == IntelligenceReport.Handling.CONDITIONS
    if conditional and (row.handling, row.conditions) != handled:
        return False
    try:
        _check_grade(row)
        _check_words(row, row.shared_text)
    except ValidationError:
        return False
    return True


def _check_grade(row: IntelligenceReport) -> None:
    if row.assessment == IntelligenceReport.Assessment.FALSE:
        raise ValidationError(
            "Information that is suspected to be false is not shared. Grade it anew first.",
            code="false",
        )


@transaction.atomic
def intelligence_reject(
    *, by: User, intelligence: IntelligenceReport, revision: int, reason: str
) -> IntelligenceReport:
    """Don't take a report up; who gave it reads why. Raises ValidationError."""
    row = _locked(intelligence, revision)
    if not reason.strip():
        raise ValidationError({"note": "Say why it is not taken up."}, code="required")
    if row.shared_at:
        raise ValidationError("It is shared. End the sharing first.", code="shared")
    row.status = IntelligenceReport.Status.REJECTED
    row.review_note = reason.strip()
    row.graded_at, row.graded_by = timezone.now(), by
    row.revision += 1
    row.full_clean(validate_unique=False)
    row.save()
    record(actions.INTELLIGENCE_REJECTED, by=by, ref=row.ref, subjects=_refs(row))
    return row


@transaction.atomic
def intelligence_share(
    *,
    by: User,
    intelligence: IntelligenceReport,
    revision: int,
    text: str,
    audience: Mapping[str, Any],
    until: dt.date,
) -> IntelligenceReport:
    """Show words of its own to an audience until a day; sharing again replaces them.

    Raises ValidationError: stale, not graded, words that point to the source or name somebody whom
    the audience may not see, a day that is past or more than a year away.
    """
    row = _locked(intelligence, revision)
    if row.status != IntelligenceReport.Status.GRADED:
        raise ValidationError("Grade it first.", code="ungraded")
    _check_grade(row)
    if not dates.today() <= until <= dates.today() + LONGEST_SHARING:
        raise ValidationError({"until": "Choose a day from today to a year from now."})
    for name, value in audience.items():
        setattr(row, name, value)
    _check_words(row, text)
    row.shared_text = text.strip()
    row.shared_at, row.shared_by, row.shared_until = timezone.now(), by, until
    row.withdrawn_at = None
    row.revision += 1
    row.full_clean(validate_unique=False)
    row.save()
    record(
        actions.INTELLIGENCE_SHARED,
        by=by,
        ref=row.ref,
        subjects=_refs(row),
        audience=row.audience,
        grade=row.grade,
    )
    return row


def _check_words(row: IntelligenceReport, text: str) -> None:
    """Refuse words that point to the source, or to anybody whom the audience doesn't see.

    Whom the words name must be among the report's subjects, and each of those published to all of
    the readers: what is shared then ends for a reader when the profile does.
    """
    attached = list(row.subjects.all())
    named = named_on_record(text, about=[subject.pk for subject in attached])
    hidden = {subject.pk: subject for subject in hidden_from_readers(row)}
    for subject in named:
        if subject.pk in hidden:
            raise ValidationError(
                {"text": f"{subject.ref} is not published to these readers. Leave the name out."},
                code="unpublished",
            )
        if subject not in attached:
            raise ValidationError(
                {
                    "text": f"The words name {subject.ref}. Add that reference to whom it is"
                    " about, or leave the name out."
                },
                code="unattached",
            )
    _check_source(row, text)
    if hidden:
        refs = ", ".join(sorted(subject.ref for subject in hidden.values()))
        raise ValidationError(
            f"Not published to these readers, who would not see this: {refs}. Publish first, or"
            " take the reference off.",
            code="unpublished",
        )


def hidden_from_readers(row: IntelligenceReport) -> list[Subject]:
    """Return the subjects of a report whose profile some of its readers don't see now."""
    live = ProfileVersion.objects.live().filter(subject__in=row.subjects.all())
    shown = {version.subject_id for version in live if covers(version, row)}
    return [subject for subject in row.subjects.all() if subject.pk not in shown]


def _check_source(row: IntelligenceReport, text: str) -> None:
    """Refuse words that point to who gave it: parts of their name too, and where they work."""
    said = f" {_folded(text)} "
    giver = row.submitted_by
    places = row.member.premises.values_list("name", flat=True)
    for hint in (giver.email, row.member.name, *places, row.source_words):
        if len(hint) > 3 and _folded(hint) in said:
            raise _points_to_the_source(hint)
    for part in giver.name.split():
        if len(_folded(part)) > 2 and f" {_folded(part)} " in said:
            raise _points_to_the_source(part)


def _points_to_the_source(hint: str) -> ValidationError:
    words = f"“{hint}” points to the source. Write it so that nothing does."
    return ValidationError({"text": words}, code="source")


def _folded(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", text.casefold()).strip()


@transaction.atomic
def intelligence_withdraw(
    *, by: User, intelligence: IntelligenceReport, revision: int
) -> IntelligenceReport:
    """End the sharing at once. Raises ValidationError."""
    row = _locked(intelligence, revision)
    if not row.shared_at or row.withdrawn_at:
        raise ValidationError("It is not shared.", code="stale")
    row.withdrawn_at = timezone.now()
    row.revision += 1
    row.save()
    record(actions.INTELLIGENCE_WITHDRAWN, by=by, ref=row.ref, subjects=_refs(row))
    return row
