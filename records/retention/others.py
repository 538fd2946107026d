"""Records on clocks of their own: intelligence, bulletins, closed case files."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import DateField, F, Func, Value
from django.db.models.functions import Coalesce, Greatest

from common import dates
from common.db import LondonDate
from exclusions.models import CaseFile
from incidents.models import IntelligenceReport
from offenders.access import merged_on
from offenders.models import Bulletin

from .clocks import Clock, clocks_of
from .policy import Rules, rules_on
from .wording import kept_because


@dataclass(frozen=True)
class OtherDue:
    """A record whose day has come, and what keeps it: something of who it is about."""

    category: str
    key: int
    ref: str
    clock_on: dt.date
    due_on: dt.date
    kept: list[str] = field(default_factory=list)


def others_due(
    on: dt.date,
    *,
    category: str | None = None,
    doomed: Sequence[int] = (),
    keys: Sequence[int] | None = None,
    rules: Rules | None = None,
) -> list[OtherDue]:
    """Return intelligence, bulletins and closed case files that are due by a day, or these.

    `doomed` are the keys of subjects that are deleted before: their case files go with them.
    """
    held = rules or rules_on(on)
    found: list[OtherDue] = []
    for name, rows in (
        ("intelligence", _intelligence()),
        ("bulletin", _bulletins(on)),
        ("case", _cases().exclude(subject__in=doomed)),
    ):
        if category in (None, name):
            found += _due(name, rows, on, held, keys)
    return found


def _intelligence() -> Any:
    """From the day it was given, it was to be reviewed, or its sharing ends: the last of them."""
    days = Greatest(LondonDate("submitted_at"), F("review_on"), F("shared_until"))
    return IntelligenceReport.objects.annotate(clock_on=days)


def _bulletins(on: dt.date) -> Any:
    """One that is yet to start by itself is no old one."""
    rows = Bulletin.objects.exclude(sent_at=None, send_at__gte=dates.london_midnight(on))
    return rows.annotate(clock_on=LondonDate(Coalesce("sent_at", "created_at")))


def _cases() -> Any:
    return CaseFile.objects.exclude(closed_at=None).annotate(clock_on=LondonDate("closed_at"))


def _due(
    category: str, rows: Any, on: dt.date, rules: Rules, keys: Sequence[int] | None
) -> list[OtherDue]:
    months = Value(rules[category].more_months)
    last = Func(F("clock_on"), months, function="dtac_last_of_months", output_field=DateField())
    rows = rows.annotate(kept_until=last).filter(kept_until__lt=on)
    if keys is not None:
        rows = rows.filter(pk__in=keys)
    fields = ("pk", "ref", "clock_on", "kept_until")
    found = list(rows.order_by("kept_until", "ref").values_list(*fields))
    kept = _kept(category, [row[0] for row in found], on) if found else {}
    return [
        OtherDue(category, pk, ref, start, last + dt.timedelta(days=1), kept.get(pk, []))
        for pk, ref, start, last in found
    ]


def _kept(category: str, keys: list[int], on: dt.date) -> dict[int, list[str]]:
    """Return what keeps these records: a hold and the like on somebody they are about."""
    rows: Any
    if category == "bulletin":
        return {}  # it says nothing that the profiles don't
    if category == "case":
        rows = CaseFile.objects.filter(pk__in=keys).values_list("pk", "subject")
    else:
        named = IntelligenceReport.objects.filter(pk__in=keys, subjects__isnull=False)
        rows = named.values_list("pk", "subjects")
    about = list(rows)
    leads = merged_on({subject for _, subject in about}) if about else {}
    wholes = sorted({leads.get(subject, subject) for _, subject in about})
    clocks: dict[int, Clock] = clocks_of(wholes, on=on) if wholes else {}
    found: dict[int, list[str]] = {}
    for key, subject in about:
        clock = clocks.get(leads.get(subject, subject))
        if clock and clock.is_blocked:
            found[key] = [f"{clock.ref}: {words}" for words in kept_because(clock)]
    return found
