"""What is done about a breach."""

import uuid

from django.core.exceptions import ValidationError
from django.utils import timezone

from audit.services import record
from common.db import once
from exclusions import actions
from exclusions.models import BreachStep, Notice
from exclusions.querysets import breaches
from incidents.models import Report
from members.models import User


def breach_step_add(
    *, by: User, notice: Notice, report: Report, kind: str, words: str, client_id: uuid.UUID
) -> BreachStep:
    """Record a step after a breach; the same `client_id` again is the same step.

    Raises ValidationError: the report is no breach of this notice (any more), or no such kind.
    """

    def make() -> BreachStep:
        broken = breaches().filter(report=report, subject=notice.subject_id, notice_ref=notice.ref)
        if not broken.exists():
            raise ValidationError("This report is no breach of this notice.", code="stale")
        step = BreachStep(
            notice=notice,
            report=report,
            client_id=client_id,
            kind=kind,
            words=words.strip(),
            taken_at=timezone.now(),
            taken_by=by,
        )
        step.full_clean()
        step.save()
        record(
            actions.BREACH_STEP,
            by=by,
            ref=notice.ref,
            subjects=[notice.subject.ref],
            report=report.ref,
            kind=kind,
        )
        return step

    return once(BreachStep, client_id, make)
