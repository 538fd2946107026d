"""Taking back a decision of the review within the hour."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from audit.services import record
from incidents import actions
from incidents.models import Involvement, NotSamePerson, Report, ReviewStep
from members.models import User
from offenders.models import Subject
from offenders.services import subject_unmake

from .alerts import alerts_follow
from .match import match_again
from .review import LINK, locked_report, locked_together, stands_on, subject_refs

DECISIONS = (ReviewStep.Kind.ACCEPTED, ReviewStep.Kind.REJECTED, ReviewStep.Kind.DUPLICATE)


@transaction.atomic
def step_undo(*, by: User, report: Report, revision: int, step: ReviewStep) -> Report:
    """Take back a report's latest decision; what it replaced is as it was.

    Raises ValidationError: stale, too late, something stands on it (a notice or a warning letter
    rests on the report, the subject it made has been worked on, or so have the people that a merge
    brought along).
    """
    others = locked_together([report.pk, *_touched(report, step)])
    row = locked_report(report, revision)
    _lock_subject(step)
    held: ReviewStep = ReviewStep.objects.select_for_update().get(pk=step.pk, report=row)
    if not held.is_undoable(row.revision):
        raise ValidationError(
            "This can’t be taken back any more: an hour has passed, or something changed since.",
            code="late",
        )
    if stands := stands_on(row):
        raise ValidationError(f"{stands[0]} cites this report. {stands[1]}", code="cited")
    refs = subject_refs(row)
    if held.kind == ReviewStep.Kind.DUPLICATE:
        _unmerge(row, held, others)
    elif held.kind == ReviewStep.Kind.REJECTED:
        _merge_again(row, held, others, by=by)
    if held.kind in DECISIONS:
        row.reopen()
        row.full_clean(validate_unique=False)
    else:
        _undo_person(held)
    held.undone_at, held.undone_by = timezone.now(), by
    held.save(update_fields=["undone_at", "undone_by"])
    row.revision += 1
    row.save()
    record(actions.STEP_UNDONE, by=by, ref=row.ref, subjects=refs, step=held.kind)
    alerts_follow(row, by=by)
    return row


def _lock_subject(step: ReviewStep) -> None:
    """Lock whom a step is about before the step and the person, as merging does: no deadlock.

    A step that names another record by the time it is locked went with a merge: its own subject is
    "worked on" then, and nothing is deleted.
    """
    if step.subject_id is not None:
        Subject.objects.select_for_update().filter(pk=step.subject_id).first()


def _touched(report: Report, step: ReviewStep) -> list[int]:
    """Return the keys of the other reports that taking a step back changes."""
    main = [report.duplicate_of_id] if report.duplicate_of_id else []
    waiting = [was["pk"] for was in step.before.get("reopened", ())]
    return [*main, *step.before.get("moved", ()), *waiting]


def _unmerge(row: Report, step: ReviewStep, held: Mapping[int, Report]) -> None:
    """Take the people of a double off the report that counted, and its own doubles back."""
    main = held.get(row.duplicate_of_id or 0)
    if main is None:  # merged on with its main report while this waited for the lock
        raise ValidationError("Someone changed this. Open it again.", code="stale")
    keys = step.before.get("added", [])
    people = list(main.people.select_related("subject").filter(pk__in=keys))
    if keys and (stands := stands_on(main)):
        raise ValidationError(
            f"{stands[0]} cites {main.ref}, which names people from this report. {stands[1]}",
            code="cited",
        )
    if len(people) < len(keys) or _worked_on(people, since=step.at):
        raise ValidationError(
            f"The people whom this report brought to {main.ref} were worked on since. Take those"
            f" decisions back on {main.ref} first.",
            code="worked_on",
        )
    for person in people:
        person.delete()
    for one in (held[pk] for pk in step.before.get("moved", ())):
        if one.duplicate_of_id == main.pk:
            one.duplicate_of = row
            one.revision += 1
            one.save(update_fields=["duplicate_of", "revision"])
    main.revision += 1
    main.save(update_fields=["revision"])


def _worked_on(people: list[Involvement], *, since: dt.datetime) -> bool:
    """Whether anything was decided about people since a merge brought them."""
    if any(person.from_report_id is None for person in people):
        return True
    steps = ReviewStep.objects.filter(involvement__in=people, at__gte=since, undone_at=None)
    return steps.exists() or NotSamePerson.objects.filter(involvement__in=people).exists()


def _merge_again(row: Report, step: ReviewStep, held: Mapping[int, Report], *, by: User) -> None:
    """Make doubles of those again that a rejection put back, as far as they wait untouched."""
    for was in step.before.get("reopened", ()):
        double = held.get(was["pk"])
        if double is None or not double.is_open or double.revision != was["revision"]:
            continue
        double.status, double.duplicate_of = Report.Status.DUPLICATE, row
        double.reviewed_at = dt.datetime.fromisoformat(was["reviewed_at"])
        double.reviewed_by_id, double.review_note = was["reviewed_by"], was["review_note"]
        double.revision += 1
        double.save()
        followed = Q(kind=ReviewStep.Kind.REOPENED, revision=was["revision"])
        double.steps.filter(followed).update(undone_at=timezone.now(), undone_by=by)


def _undo_person(step: ReviewStep) -> None:
    if step.kind == ReviewStep.Kind.NOT_SAME:
        if step.involvement:
            Involvement.objects.filter(pk=step.involvement.pk).update(matched_at=None)
        NotSamePerson.objects.filter(involvement=step.involvement, subject=step.subject).delete()
        return
    if step.involvement is None:  # its writer has taken them out, which raised the revision
        raise ValidationError("This person is not in the report any more.", code="stale")
    person = Involvement.objects.select_for_update().get(pk=step.involvement.pk)
    for name in LINK:
        setattr(person, name, step.before[name])
    person.matched_at = None
    person.save()
    _bring_back(person.report_id, step.before.get("absorbed"))
    if step.kind == ReviewStep.Kind.NEW_SUBJECT and step.subject is not None:
        match_again(subject=step.subject.pk)
        files = subject_unmake(subject=step.subject)

        def delete_files() -> None:
            for name in files:
                default_storage.delete(name)

        transaction.on_commit(delete_files, robust=True)


def _bring_back(report: int, was: dict[str, Any] | None) -> None:
    """Put back the row of a merge that a link took the place of, under its own key."""
    if was:
        Involvement.objects.create(report_id=report, **was)
