"""The Intelligence Manager's decisions about a report."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audit.services import record
from common.db import check_revision, constraint_messages
from incidents import actions
from incidents.models import Involvement, Report
from members.models import User
from offenders.models import Subject
from offenders.services import photos_copy, subject_create

# The lower and upper age of each band that the log form offers, in years.
AGE_BANDS = {
    "under 18": (10, 17),
    "18-24": (18, 24),
    "25-30": (25, 30),
    "31-40": (31, 40),
    "41-50": (41, 50),
    "over 50": (51, 80),
}


def _locked(report: Report, revision: int) -> Report:
    row: Report = Report.objects.select_for_update().get(pk=report.pk)
    check_revision(row, revision)
    return row


def _decide(row: Report, *, by: User, status: str, note: str) -> None:
    if not row.is_open:
        raise ValidationError("This report was decided already.", code="stale")
    row.status = status
    row.review_note = note
    row.reviewed_at = timezone.now()
    row.reviewed_by = by
    row.revision += 1
    row.full_clean(validate_unique=False)
    row.save()


@transaction.atomic
def report_accept(*, by: User, report: Report, revision: int, note: str = "") -> Report:
    """Accept a report: it counts from now on. Raises ValidationError ("stale" if it changed)."""
    row = _locked(report, revision)
    _decide(row, by=by, status=Report.Status.ACCEPTED, note=note)
    record(actions.REPORT_ACCEPTED, by=by, ref=row.ref, subjects=_subject_refs(row))
    return row


@transaction.atomic
def report_reject(*, by: User, report: Report, revision: int, reason: str) -> Report:
    """Don't take a report up; the reporter reads the reason. Raises ValidationError."""
    row = _locked(report, revision)
    if not reason.strip():
        raise ValidationError({"note": "Say why, so that the reporter knows."}, code="required")
    _decide(row, by=by, status=Report.Status.REJECTED, note=reason.strip())
    record(actions.REPORT_REJECTED, by=by, ref=row.ref, subjects=_subject_refs(row))
    return row


def _subject_refs(report: Report) -> list[str]:
    refs = report.people.filter(subject__isnull=False).values_list("subject__ref", flat=True)
    return list(refs)


@transaction.atomic
def involvement_link(
    *,
    by: User,
    report: Report,
    revision: int,
    involvement: Involvement,
    subject: Subject | None,
    confidence: str = Involvement.Confidence.CONFIRMED,
) -> Report:
    """Say who somebody in a report is; None takes the link away. Allowed after review too.

    Raises ValidationError: stale, or the subject is on the report already.
    """
    row = _locked(report, revision)
    person = Involvement.objects.select_for_update().get(pk=involvement.pk, report=row)
    before = person.subject
    person.subject = subject
    person.confidence = confidence if subject else Involvement.Confidence.POSSIBLE
    person.linked_by = by
    person.full_clean()
    with constraint_messages(Involvement):
        person.save()
    row.revision += 1
    row.save(update_fields=["revision"])
    action = actions.PERSON_LINKED if subject else actions.PERSON_UNLINKED
    refs = [who.ref for who in (before, subject) if who]
    record(action, by=by, ref=row.ref, subjects=refs, confidence=person.confidence)
    return row


@transaction.atomic
def involvement_to_subject(
    *, by: User, report: Report, revision: int, involvement: Involvement
) -> Subject:
    """Make an ID-sought subject of somebody unknown, with description and the report's photos.

    Returns the subject, linked to the report. Raises ValidationError as involvement_link does.
    """
    person = Involvement.objects.get(pk=involvement.pk, report=report)
    if person.subject_id:
        raise ValidationError("This person is linked to a subject already.", code="stale")
    low, high = AGE_BANDS.get(person.age_band, (None, None))
    subject = subject_create(
        by=by,
        fields={
            "status": Subject.Status.ID_SOUGHT,
            "sex": person.sex,
            "age_low": low,
            "age_high": high,
            "height": person.height,
            "build": person.build,
            "hair": person.hair,
            "description": person.description,
        },
    )
    involvement_link(by=by, report=report, revision=revision, involvement=person, subject=subject)
    photos_copy(
        by=by, subject=subject, images=report.attachments.all(), source=f"Report {report.ref}"
    )
    return subject
