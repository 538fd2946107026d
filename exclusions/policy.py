"""The exclusion protocol in force, changing it, and whether incidents reach its threshold."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from audit.services import record
from common import dates
from incidents.models import Report
from members.models import User

from . import actions
from .models import ExclusionPolicy, WarningLetter
from .starting_policy import STARTING_POLICY

LOCK = 0x44544143_0001
"""Advisory lock: two versions made at once would have one number."""


def policy_current() -> ExclusionPolicy:
    """Return the protocol in force. Before there is any it is the one that schemes start with."""
    return ExclusionPolicy.objects.first() or ExclusionPolicy(
        number=1, made_at=timezone.now(), **STARTING_POLICY
    )


@transaction.atomic
def policy_kept() -> ExclusionPolicy:
    """Return the protocol in force as a row that a notice can point to.

    Call it before any row is locked: the first time it waits for whoever else keeps it, and holds
    that lock to the end of the transaction. Afterwards it only reads: versions never change.
    """
    held = policy_current()
    if held._state.adding:
        _lock()
        held = policy_current()
    if held._state.adding:
        held.save()
    return held


@transaction.atomic
def policy_change(
    *, by: User, number: int, fields: Mapping[str, Any], reason: str
) -> ExclusionPolicy:
    """Make the next version; it holds from now on, for notices authorised from now on.

    `number` is the version that was on the page. Raises ValidationError: changed since by somebody
    else (code "stale"), nothing changed, no reason, or a value out of range.
    """
    _lock()
    held = policy_kept()
    if held.number != number:
        raise ValidationError(
            "Someone changed this since you opened it. Look at it as it is now and try again.",
            code="stale",
        )
    changed = sorted(name for name in fields if getattr(held, name) != fields[name])
    if not changed:
        raise ValidationError("Nothing is different from the protocol in force.")
    if not reason.strip():
        raise ValidationError({"reason": "Write why. It is kept with the change."})
    kept = {name: getattr(held, name) for name in STARTING_POLICY}
    row = ExclusionPolicy(
        number=held.number + 1,
        made_at=timezone.now(),
        made_by=by,
        reason=reason.strip(),
        **kept | dict(fields),
    )
    row.full_clean()
    row.save()
    record(actions.POLICY_CHANGED, by=by, number=row.number, changed=changed)
    return row


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def threshold_met(
    reports: Sequence[Report],
    policy: ExclusionPolicy | None = None,
    warnings: Iterable[WarningLetter] = (),
) -> bool:
    """Whether the cited incidents reach the scheme's threshold for an exclusion (behaviour 19).

    So many arrests, or so many serious incidents, or so many accepted ones within some months: the
    numbers are the protocol's (the one in force, if none is given). Or one that happened while one
    of the subject's `warnings` ran: the letter said so.
    """
    rule = policy or policy_current()
    if any(letter.covers(report.occurred_at) for letter in warnings for report in reports):
        return True
    arrests = sum(report.outcome == Report.Outcome.ARRESTED for report in reports)
    serious = sum(bool(report.type and report.type.is_serious) for report in reports)
    if (rule.arrests and arrests >= rule.arrests) or (rule.serious and serious >= rule.serious):
        return True
    days = sorted(dates.london_date(report.occurred_at) for report in reports)
    if rule.incidents == 1:
        return bool(days)
    return any(
        last <= dates.add_months(first, rule.within_months)
        for first, last in zip(days, days[rule.incidents - 1 :], strict=False)
    )
