"""The Intelligence Manager's decisions about a report. Each is a step that can be taken back."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import check_revision, constraint_messages
from incidents import actions
from incidents.looks import AGE_BANDS
from incidents.models import Involvement, NotSamePerson, Report, ReviewStep
from members.models import User
from offenders.models import Subject
from offenders.services import locked_subject, photos_copy, profiles_active, subject_create

from .alerts import alerts_follow

LINK = ("subject_id", "confidence", "named_by_id", "from_report_id", "linked_by_id")
"""The columns that say who somebody is, and who says so."""


def locked_report(report: Report, revision: int) -> Report:
    """Return the row, locked. Raises ValidationError (stale) if it changed since it was shown."""
    row: Report = Report.objects.select_for_update().get(pk=report.pk)
    check_revision(row, revision)
    return row


def locked_together(keys: Iterable[int]) -> dict[int, Report]:
    """Return reports by key, locked; the lowest first, as everybody does, so that none deadlock."""
    rows = Report.objects.select_for_update().filter(pk__in=set(keys)).order_by("pk")
    return {row.pk: row for row in rows}


def standing_notices(report: Report, **about: Any) -> Any:
    """Return the grounds by which notices that aren't over rest on this report.

    What is over can't be revoked any more, and must not keep a mistaken identity on record.
    """
    rows: Any = report.cited_by  # of the exclusions app, above
    held = rows.filter(notice__revoked_at=None, **about).exclude(notice__ends_on__lt=dates.today())
    lapsed = {"notice__confirmed_at": None, "notice__confirm_by__lte": timezone.now()}
    return held.exclude(**lapsed).select_related("notice")


def standing_warnings(report: Report, **about: Any) -> Any:
    """Return the grounds by which warning letters that aren't over rest on this report."""
    rows: Any = report.warned_by  # of the exclusions app, above
    held = rows.filter(letter__withdrawn_at=None, **about).exclude(
        letter__ends_on__lt=dates.today()
    )
    return held.select_related("letter")


def stands_on(report: Report) -> tuple[str, str] | None:
    """Return what rests on this report and what to do with that first, in words; None: nothing.

    Decisions about a report stay as long as a notice or a warning letter rests on it.
    """
    if standing_notices(report).exists():
        return "A notice", "Revoke the notice first."
    if standing_warnings(report).exists():
        return "A warning letter", "Withdraw the letter first."
    return None


def add_step(row: Report, kind: ReviewStep.Kind, *, by: User, **fields: Any) -> ReviewStep:
    """Note a decision on the locked report, and count its revision on."""
    row.revision += 1
    row.save()
    return ReviewStep.objects.create(
        report=row, kind=kind, by=by, at=timezone.now(), revision=row.revision, **fields
    )


def decide(row: Report, *, by: User, status: str, note: str) -> None:
    """Set what was decided on a locked, open report; not yet saved. Raises ValidationError."""
    if not row.is_open:
        raise ValidationError("This report was decided already.", code="stale")
    row.status = status
    row.review_note = note
    row.reviewed_at = timezone.now()
    row.reviewed_by = by
    row.to_finish = False
    row.full_clean(validate_unique=False)


@transaction.atomic
def report_accept(*, by: User, report: Report, revision: int, note: str = "") -> Report:
    """Accept a report: it counts from now on. Raises ValidationError ("stale" if it changed)."""
    row = locked_report(report, revision)
    decide(row, by=by, status=Report.Status.ACCEPTED, note=note)
    add_step(row, ReviewStep.Kind.ACCEPTED, by=by)
    named = row.people.filter(subject__isnull=False).values_list("subject_id", flat=True)
    profiles_active(subjects=named, at=row.occurred_at, area=row.area_id)
    record(actions.REPORT_ACCEPTED, by=by, ref=row.ref, subjects=subject_refs(row))
    return row


@transaction.atomic
def report_reject(*, by: User, report: Report, revision: int, reason: str) -> Report:
    """Don't take a report up; the reporter reads the reason. Raises ValidationError."""
    doubles = locked_together([report.pk, *report.duplicates.values_list("pk", flat=True)])
    row = locked_report(report, revision)
    if not reason.strip():
        raise ValidationError({"note": "Say why, so that the reporter knows."}, code="required")
    decide(row, by=by, status=Report.Status.REJECTED, note=reason.strip())
    reopened = [
        _wait_again(one, by=by) for one in doubles.values() if one.duplicate_of_id == row.pk
    ]
    add_step(row, ReviewStep.Kind.REJECTED, by=by, before={"reopened": reopened})
    record(actions.REPORT_REJECTED, by=by, ref=row.ref, subjects=subject_refs(row))
    alerts_follow(row, by=by)
    return row


def _wait_again(double: Report, *, by: User) -> dict[str, Any]:
    """Put a double back into the queue: what counted instead doesn't. Returns what it was."""
    was = {
        "pk": double.pk,
        "reviewed_at": double.reviewed_at and double.reviewed_at.isoformat(),
        "reviewed_by": double.reviewed_by_id,
        "review_note": double.review_note,
    }
    double.reopen()
    step = add_step(double, ReviewStep.Kind.REOPENED, by=by)
    record(actions.REPORT_REOPENED, by=by, ref=double.ref, subjects=subject_refs(double))
    return {**was, "revision": step.revision}


@transaction.atomic
def report_merge(*, by: User, report: Report, revision: int, into: Report) -> Report:
    """Say that a report tells of the same event as another, which counts instead.

    Subjects that only this one names are added to the other, marked as coming from here; its own
    doubles are the other's from now on. Raises ValidationError: stale, or the other is itself a
    double, not taken up, or this one.
    """
    doubles = report.duplicates.values_list("pk", flat=True)
    held = locked_together([report.pk, into.pk, *doubles])
    row = locked_report(report, revision)
    main: Report = Report.objects.get(pk=into.pk)
    if main.pk == row.pk or main.status in (Report.Status.DUPLICATE, Report.Status.REJECTED):
        raise ValidationError(f"{main.ref} can’t stand for this report. Choose another.")
    row.duplicate_of = main
    decide(row, by=by, status=Report.Status.DUPLICATE, note=f"Same event as {main.ref}.")
    added = _bring_people(row, main, by=by)
    moved = [one.pk for one in held.values() if one.duplicate_of_id == row.pk]
    Report.objects.filter(pk__in=moved).update(duplicate_of=main, revision=F("revision") + 1)
    main.revision += 1
    main.save(update_fields=["revision"])
    add_step(row, ReviewStep.Kind.DUPLICATE, by=by, before={"added": added, "moved": moved})
    record(actions.REPORT_MERGED, by=by, ref=row.ref, subjects=subject_refs(row), into=main.ref)
    alerts_follow(row, by=by)
    return row


def _bring_people(row: Report, main: Report, *, by: User) -> list[int]:
    """Copy whom only the double names. The main report's writer has not named them."""
    held = set(main.people.filter(subject__isnull=False).values_list("subject_id", flat=True))
    added = []
    for person in row.people.filter(subject__isnull=False).exclude(subject__in=held):
        sure = person.confidence
        said = sure == Involvement.Confidence.REPORTED
        copy = Involvement(
            report=main,
            subject=person.subject,
            part=person.part,
            confidence=Involvement.Confidence.POSSIBLE if said else sure,
            named_by=person.named_by,
            from_report=person.from_report or row,
            linked_by=by,
        )
        copy.save()
        added.append(copy.pk)
    return added


def subject_refs(report: Report) -> list[str]:
    """Return the references of the subjects that a report is linked to."""
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

    A subject whom a double brought to the report is this person then: they count once. Raises
    ValidationError: stale, the subject is on the report already, or a notice rests on the link.
    """
    kind = ReviewStep.Kind.LINKED if subject else ReviewStep.Kind.UNLINKED
    return _link(by, report, revision, involvement, subject, confidence, kind)


def _link(
    by: User,
    report: Report,
    revision: int,
    involvement: Involvement,
    subject: Subject | None,
    confidence: str,
    kind: ReviewStep.Kind,
) -> Report:
    row = locked_report(report, revision)
    if subject is not None:
        subject = locked_subject(subject)  # before the person, as merging does: no deadlock
    person = Involvement.objects.select_for_update().get(pk=involvement.pk, report=row)
    before = person.subject
    same = subject is not None and subject == before
    if before and not same:
        _refuse_if_cited(row, before)
    was = {name: getattr(person, name) for name in LINK}
    if subject and not same:
        was["absorbed"] = _absorb(row, person, subject)
    if not same:
        person.named_by = None  # the writer has not named this subject
        person.from_report = None
    person.subject = subject
    person.confidence = confidence if subject else Involvement.Confidence.POSSIBLE
    person.linked_by = by
    person.matched_at = None  # a link taken away: the worker looks again
    person.full_clean()
    with constraint_messages(Involvement):
        person.save()
    add_step(row, kind, by=by, involvement=person, subject=subject or before, before=was)
    action = actions.PERSON_LINKED if subject else actions.PERSON_UNLINKED
    refs = [who.ref for who in (before, subject) if who]
    record(action, by=by, ref=row.ref, subjects=refs, confidence=person.confidence)
    alerts_follow(row, by=by)
    return row


def _refuse_if_cited(row: Report, subject: Subject) -> None:
    cited = standing_notices(row, notice__subject=subject).first()
    if cited:
        raise ValidationError(
            f"{cited.notice.ref} cites this report. Revoke it first.", code="cited"
        )
    warned = standing_warnings(row, letter__subject=subject).first()
    if warned:
        raise ValidationError(
            f"{warned.letter.ref} cites this report. Withdraw it first.", code="cited"
        )


def _absorb(row: Report, person: Involvement, subject: Subject) -> dict[str, Any] | None:
    """Take away the row that a double brought of a subject who turns out to be this person."""
    brought = row.people.filter(subject=subject, from_report__isnull=False)
    other = brought.exclude(pk=person.pk).select_for_update().first()
    if other is None:
        return None
    was = {name: getattr(other, name) for name in ("pk", "part", *LINK)}
    other.delete()
    return was


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
    told = [person.clothing, person.carrying and f"carrying {person.carrying}", person.description]
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
            "marks": person.marks,
            "description": ", ".join(part for part in told if part),
        },
        aliases=[person.named_as] if person.named_as else [],
        age_seen_on=dates.london_date(report.occurred_at),
    )
    _link(
        by,
        report,
        revision,
        person,
        subject,
        Involvement.Confidence.CONFIRMED,
        ReviewStep.Kind.NEW_SUBJECT,
    )
    photos = report.attachments.filter(kind="photo")
    photos_copy(by=by, subject=subject, images=photos, source=f"Report {report.ref}")
    return subject


@transaction.atomic
def involvement_rule_out(
    *, by: User, report: Report, revision: int, involvement: Involvement, subject: Subject
) -> Report:
    """Record that somebody in a report is not this subject: never suggested again.

    Raises ValidationError if the report changed meanwhile.
    """
    row = locked_report(report, revision)
    NotSamePerson.objects.get_or_create(
        involvement=involvement,
        subject=subject,
        defaults={"decided_at": timezone.now(), "decided_by": by},
    )
    Involvement.objects.filter(pk=involvement.pk).update(matched_at=None)
    add_step(row, ReviewStep.Kind.NOT_SAME, by=by, involvement=involvement, subject=subject)
    record(actions.PERSON_RULED_OUT, by=by, ref=row.ref, subjects=[subject.ref])
    return row
