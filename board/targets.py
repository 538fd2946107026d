"""Setting the targets of the business plan: the Board's own, each change kept with its reason."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import constraint_messages
from members.models import User

from . import actions
from .models import PlanTarget


@dataclass(frozen=True)
class TargetInput:
    """Where a figure started, where it should be, by when."""

    baseline: Decimal
    target: Decimal
    by: dt.date


def target_of(measure: str) -> PlanTarget | None:
    """Return the target in force of a measure; None before the first."""
    return PlanTarget.objects.filter(measure=measure).order_by("-number").first()


@transaction.atomic
def target_set(*, by: User, measure: str, number: int, data: TargetInput, why: str) -> PlanTarget:
    """Set a target; the one before stays as its history.

    `number` is the version that was on the page, 0 for none. Raises ValidationError: changed since
    by somebody else (code "stale"), nothing changed, no reason, a day that is past, or a target of
    nothing.
    """
    held = target_of(measure)
    if (held.number if held else 0) != number:
        raise ValidationError(
            "Someone changed this since you opened it. Look at it as it is now and try again.",
            code="stale",
        )
    if held and TargetInput(held.baseline, held.target, held.by) == data:
        raise ValidationError("Nothing is different from the target in force.")
    if data.by <= dates.today():
        raise ValidationError({"by": "Enter a day that is still to come."})
    if not why.strip():
        raise ValidationError({"why": "Write why. It is kept with the change."})
    row = PlanTarget(
        measure=measure,
        number=number + 1,
        baseline=data.baseline,
        target=data.target,
        by=data.by,
        set_at=timezone.now(),
        set_by=by,
        why=why.strip(),
    )
    row.full_clean()
    with constraint_messages(PlanTarget):
        row.save()
    record(actions.TARGET_SET, by=by, ref=measure, number=row.number)
    return row
