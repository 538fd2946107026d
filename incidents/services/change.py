"""Corrections and additions by the reporter, until the report is reviewed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import check_revision, constraint_messages
from incidents import actions
from incidents.models import Attachment, Involvement, NotSamePerson, Report, ReportEdit
from members.models import Role, User
from offenders.models import ProfileVersion

from .alerts import alerts_follow
from .submit import (
    LOOKS,
    TOLD,
    PersonInput,
    ReportInput,
    _check_moment,
    check_rights,
    fill,
    person_row,
    save_attachments,
    save_items,
    save_report,
    wake_matching,
    with_files,
)


def may_change(user: User, report: Report) -> bool:
    """Whether this is theirs to correct, now."""
    return report.is_open and is_theirs(user, report)


def is_theirs(user: User, report: Report) -> bool:
    """Whether it is the user's own, as its reporter or as their business's manager."""
    manages = user.role == Role.MANAGER and report.member_id == user.member_id
    return report.reporter_id == user.pk or manages


def report_change(*, by: User, report: Report, revision: int, data: ReportInput) -> Report:
    """Store what the report says now, and keep what it said before. Files are only added.

    Somebody whom the manager has linked stays as they are. Raises ValidationError (also "stale":
    reviewed or changed meanwhile), PermissionDenied.
    """
    if report.reporter_id != by.pk and not may_change(by, report):
        raise PermissionDenied
    locked = locked_people(by, report)
    named = [person for person in data.people if person.pk not in locked]
    data = replace(data, people=named)
    check_rights(by, data)

    def save(attachments: list[Attachment]) -> Report:
        return _change(by, report, revision, data, attachments)

    return with_files(by, data.files, save)


def locked_people(user: User, report: Report) -> set[int]:
    """Return the rows of people that this user can't change: keys.

    Those that the manager has linked, and subjects whose profile the user no longer sees.
    """
    seen = ProfileVersion.objects.visible_to(user).values("subject")
    linked = Q(linked_by__isnull=False)
    unseen = Q(subject__isnull=False) & ~Q(subject__in=seen)
    rows = report.people.filter(linked if user.is_intel else linked | unseen)
    return set(rows.values_list("pk", flat=True))


def _change(
    by: User, report: Report, revision: int, data: ReportInput, attachments: list[Attachment]
) -> Report:
    row: Report = Report.objects.select_for_update().get(pk=report.pk)
    if not row.is_open:
        raise ValidationError(
            "This report was reviewed meanwhile and can’t be changed any more. Send a new one for"
            " what is missing.",
            code="stale",
        )
    check_revision(row, revision)
    if (data.type is None) != (row.type_id is None):
        raise ValidationError({"what": "Send a new report: a sighting stays a sighting."})
    if data.occurred_at == row.occurred_at.replace(second=0, microsecond=0):
        data = replace(data, occurred_at=row.occurred_at)  # the form shows minutes only
    if data.occurred_at > row.sent_at:
        sent = dates.in_words(row.sent_at)
        raise ValidationError(
            {
                "occurred_at": f"This report was sent {sent}, so it was before that. Send a new"
                " report for what has happened since."
            }
        )
    _check_moment(data.occurred_at, row.sent_at)
    before = snapshot(row)
    fill(row, data)
    row.content = max(row.content, data.content)
    row.changed_at = timezone.now()
    row.revision += 1
    save_report(row)
    cleared = _change_people(row, data.people, settled=locked_people(by, row), by=by)
    row.items.all().delete()
    save_items(row, data.items)
    save_attachments(row, attachments)
    row.people.filter(subject=None).update(matched_at=None)
    wake_matching()
    after = snapshot(row)
    changed = sorted(name for name in after if after[name] != before[name])
    if attachments:
        changed.append("files")
    ReportEdit.objects.create(
        report=row, revision=revision, at=row.changed_at, by=by, before=before, changed=changed
    )
    refs = [person.subject.ref for person in data.people if person.subject]
    detail = {"changed": changed} | ({"rule_outs_cleared": cleared} if cleared else {})
    record(actions.REPORT_CHANGED, by=by, ref=row.ref, subjects=refs, **detail)
    alerts_follow(row, by=by, renewed=True)
    return row


def snapshot(report: Report) -> dict[str, Any]:
    """Return what a report says, as plain JSON."""
    plain = {name: getattr(report, name) for name in TOLD if name not in ("type", "premises")}
    plain["occurred_at"] = report.occurred_at.isoformat()
    plain["methods"] = list(report.methods)
    people = report.people.select_related("subject").order_by("pk")
    return {
        **plain,
        "type": report.type.code if report.type else None,
        "premises": report.premises.name,
        "people": [
            {
                "subject": person.subject.ref if person.subject else None,
                **{name: getattr(person, name) for name in LOOKS},
            }
            for person in people
        ],
        "items": [
            {
                "category": item.category,
                "description": item.description,
                "quantity": item.quantity,
                "value_stolen": str(item.value_stolen),
                "value_recovered": str(item.value_recovered),
            }
            for item in report.items.order_by("pk")
        ],
    }


def _change_people(
    report: Report, people: Sequence[PersonInput], *, settled: set[int], by: User
) -> list[str]:
    """Bring the rows of people in line; settled ones are left alone.

    Somebody typed anew in the same words is the same row, with what was decided of it. Whom the
    manager ruled out may be suggested again once a description is another: their references are
    returned.
    """
    held = {row.pk: row for row in report.people.select_for_update()}
    rows = _rows_of(people, {pk: row for pk, row in held.items() if pk not in settled})
    kept = {row.pk for row in rows if row.pk}
    for pk in held.keys() - kept - settled:
        held[pk].delete()
    # Nobody stands in the way of anybody while two of them change places.
    was = {pk: (held[pk].subject_id, _looks_of(held[pk])) for pk in kept}
    report.people.filter(pk__in=kept).update(subject=None)
    rewritten = []
    for person, row in zip(people, rows, strict=True):
        fresh = person_row(report, person, named_by=by)
        before, looked = was.get(row.pk, (None, None))
        if before and before == fresh.subject_id:  # who named them before has named them
            fresh.named_by, fresh.confidence = row.named_by, row.confidence
        for name in ("report", "subject", "named_by", "confidence", *LOOKS):
            setattr(row, name, getattr(fresh, name))
        row.full_clean(exclude=["report"])
        with constraint_messages(Involvement):
            row.save()
        if looked is not None and looked != _looks_of(row):
            rewritten.append(row.pk)
    return _clear_rule_outs(rewritten)


def _rows_of(people: Sequence[PersonInput], free: dict[int, Involvement]) -> list[Involvement]:
    """Return the row of each person: its own, one that says the same, or a new one."""
    mine = [free.pop(person.pk, None) if person.pk else None for person in people]
    return [row or _alike(person, free) for person, row in zip(people, mine, strict=True)]


def _alike(person: PersonInput, free: dict[int, Involvement]) -> Involvement:
    said = (person.subject.pk if person.subject else None, _looks_of(person))
    for pk, row in free.items():
        if (row.subject_id, _looks_of(row)) == said:
            return free.pop(pk)
    return Involvement()


def _looks_of(person: PersonInput | Involvement) -> tuple[str, ...]:
    return tuple(getattr(person, name) for name in LOOKS if name != "part")


def _clear_rule_outs(people: list[int]) -> list[str]:
    """Take off what was ruled out of people described otherwise since; return the references."""
    if not people:
        return []
    rows = NotSamePerson.objects.filter(involvement__in=people)
    refs = sorted(set(rows.values_list("subject__ref", flat=True)))
    rows.delete()
    return refs
