"""The rules in force, and changing them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from audit.services import record
from common import dates
from exclusions.clock import Months
from members.models import User
from records import actions
from records.models import STARTS, RecordKind, RetentionRule
from records.starting_rules import ALWAYS, RULES

LOCK = 0x44544143_0007
"""Advisory lock: two versions made at once would have one number."""
FIELDS = (
    "shown_months", "more_months", "late_days", "grace_days", "extend_days", "why", "source",
)  # fmt: skip
Rules = dict[str, RetentionRule]
"""The rule for each kind of record, by the kind's code."""


@dataclass(frozen=True)
class Change:
    """A next version of a rule: its fields, and the first day it is in force."""

    kind: str
    number: int
    fields: Mapping[str, Any]
    starts_from: dt.date


def rules_on(day: dt.date | None = None) -> Rules:
    """Return the rule in force on a London day (today by default) for each kind of record."""
    day = day or dates.today()
    rows = RetentionRule.objects.filter(starts_from__lte=day)
    held = {row.kind: row for row in rows.order_by("kind", "starts_from", "number")}
    return {fields["kind"]: held.get(fields["kind"]) or _starting(fields) for fields in RULES}


def _starting(fields: Mapping[str, Any]) -> RetentionRule:
    return RetentionRule(number=1, starts_from=ALWAYS, made_at=timezone.now(), **fields)


def rule_kept(rule: RetentionRule) -> RetentionRule:
    """Return a rule as a row that a tombstone can point to, whoever else keeps it just now."""
    if not rule._state.adding:
        return rule
    RetentionRule.objects.bulk_create([rule], ignore_conflicts=True)
    return RetentionRule.objects.get(kind=rule.kind, number=rule.number)


def months_shown(day: dt.date) -> Months:
    """Return how many months members see people, by the rules in force on a day."""
    return months_of(rules_on(day))


def months_of(rules: Rules) -> Months:
    """Return how many months members see people by these rules."""
    usual = Months()
    return Months(
        known=rules[RecordKind.KNOWN].shown_months or usual.known,
        sought=rules[RecordKind.SOUGHT].shown_months or usual.sought,
    )


def draft_of(change: Change, *, by: User | None = None) -> RetentionRule:
    """Return the version that a change would make. It is not saved, nor judged."""
    return RetentionRule(
        kind=change.kind,
        number=change.number + 1,
        starts_from=change.starts_from,
        start=STARTS[RecordKind(change.kind)],
        made_at=timezone.now(),
        made_by=by,
        **dict(change.fields),
    )


def rule_latest(kind: str) -> RetentionRule:
    """Return the newest version of a kind's rule, which may be in force only from a later day."""
    newest = RetentionRule.objects.filter(kind=kind).order_by("-number").first()
    return newest or rules_on()[kind]


@transaction.atomic
def rule_change(*, by: User, change: Change) -> RetentionRule:
    """Make the next version of a kind's rule, in force from a day that is not past.

    `change.number` is the version that was on the page. Raises ValidationError: changed since by
    somebody else (code "stale"), nothing changed, a past day, or a value out of range.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    held = rule_latest(change.kind)
    if held.number != change.number:
        raise ValidationError(
            "Someone changed this since you opened it. Look at it as it is now and try again.",
            code="stale",
        )
    changed = sorted(name for name in change.fields if getattr(held, name) != change.fields[name])
    if not set(changed) - {"why", "source"}:
        raise ValidationError("Nothing is different from the rule there is.")
    if change.starts_from < max(dates.today(), held.starts_from):
        raise ValidationError({"starts_from": "Choose a day from today, and from the last change."})
    row = draft_of(change, by=by)
    row.full_clean()
    row.save()
    record(actions.RULE_CHANGED, by=by, kind=row.kind, number=row.number, changed=changed)
    return row
