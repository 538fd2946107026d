"""Naming the sought: what members tell, what the manager decides, and the one step to known."""

import uuid

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audit.services import record
from common.db import constraint_messages, once
from members.models import User
from offenders import actions
from offenders.models import Alias, ProfileVersion, Recognition, Subject

from .subjects import locked_subject


def recognition_give(
    *, by: User, version: ProfileVersion, client_id: uuid.UUID, name: str, words: str = ""
) -> Recognition:
    """Tell who somebody sought is; the same `client_id` again returns the one it made.

    Raises ValidationError: known by now, or told already by the same person.
    """

    def make() -> Recognition:
        if version.known:
            raise ValidationError("This person is known by now.", code="stale")
        row = Recognition(
            client_id=client_id,
            subject=version.subject,
            name=name.strip(),
            words=words.strip(),
            given_by=by,
        )
        with constraint_messages(Recognition), transaction.atomic():
            row.full_clean()
            row.save()
        ref = version.subject.ref
        record(actions.RECOGNITION_GIVEN, by=by, ref=ref, subjects=[ref])
        return row

    return once(Recognition, client_id, make)


@transaction.atomic
def recognition_decide(*, by: User, recognition: Recognition, outcome: str) -> Recognition:
    """Say whether it is this person. Raises ValidationError ("stale") if it was decided."""
    row: Recognition = (
        Recognition.objects.select_for_update(of=("self",))
        .select_related("subject")
        .get(pk=recognition.pk)
    )
    if row.outcome:
        raise ValidationError("This was decided already.", code="stale")
    row.outcome, row.decided_at, row.decided_by = outcome, timezone.now(), by
    row.full_clean()
    row.save()
    record(
        actions.RECOGNITION_DECIDED,
        by=by,
        ref=row.subject.ref,
        subjects=[row.subject.ref],
        outcome=outcome,
    )
    return row


@transaction.atomic
def subject_identify(
    *, by: User, subject: Subject, name: str, recognition: Recognition | None = None
) -> Subject:
    """Make somebody sought known under a name, in one step.

    Reports, photos and sightings hang on the record and stay on it. A name it had becomes an
    alias; whoever gave this name is noted as right. Members see it once it is published again.
    Raises ValidationError: known already, or no name.
    """
    row = locked_subject(subject)
    if row.status == Subject.Status.KNOWN:
        raise ValidationError(f"{row.ref} is known already.", code="stale")
    if not name.strip():
        raise ValidationError({"name": "Enter the name."}, code="required")
    if row.name and row.name != name.strip():
        Alias.objects.get_or_create(subject=row, name=row.name)
    row.status, row.name = Subject.Status.KNOWN, name.strip()
    row.revision += 1
    row.full_clean()
    row.save()
    record(actions.SUBJECT_IDENTIFIED, by=by, ref=row.ref, subjects=[row.ref])
    agreed = [recognition] if recognition is not None and not recognition.outcome else []
    said = " ".join(row.name.casefold().split())
    waiting = Recognition.objects.filter(subject=row, outcome="").order_by("pk")
    agreed += [
        other
        for other in waiting
        if other not in agreed and " ".join(other.name.casefold().split()) == said
    ]
    for each in agreed:
        recognition_decide(by=by, recognition=each, outcome=Recognition.Outcome.AGREED)
    return row
