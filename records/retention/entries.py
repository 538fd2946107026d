"""Entries of the access log and of the sharing register: deleted for their age, by the thousand.

They are counted, not listed one by one: a list of entries to be deleted would be the log once more.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Least

from audit.models import Event
from common import dates
from common.ageing import LongAgo, old_rows_delete
from incidents.models import Report
from members.models import SharingRecord
from records.models import RecordKind

from .policy import Rules, rules_on


@dataclass(frozen=True)
class EntriesDue:
    """How many entries of each kind are due by a day."""

    log: int
    sharing: int

    def __bool__(self) -> bool:
        return bool(self.log or self.sharing)


def entries_due(on: dt.date, *, rules: Rules | None = None) -> EntriesDue:
    """Return how many entries are due by a London day."""
    held = rules or rules_on(on)
    return EntriesDue(
        log=_old(RecordKind.LOG, on, held).count(),
        sharing=_old(RecordKind.SHARING, on, held).count(),
    )


def entries_delete(on: dt.date, *, kind: RecordKind, then: Callable[[int], None]) -> None:
    """Delete what is due of a kind by a London day; `then` is told how many in each transaction."""
    old_rows_delete(_old(kind, on, rules_on(on)), then=then)


def _old(kind: RecordKind, on: dt.date, rules: Rules) -> "QuerySet[Any]":
    last = dates.add_months(on, -rules[kind].more_months)
    before = Least(Value(dates.london_midnight(last)), LongAgo())
    if kind == RecordKind.SHARING:
        return SharingRecord.objects.filter(shared_at__lt=before)
    # Who held an exhibit is told for as long as the exhibit is there.
    there = Report.objects.filter(ref=OuterRef("record"))
    return Event.objects.filter(at__lt=before).exclude(Q(detail__has_key="exhibit"), Exists(there))
