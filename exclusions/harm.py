"""The harm score: one documented number for who does the most harm now (docs/harm-score.md).

Of the accepted incidents of the last 12 months: the harm of each type, more for violence or a
weapon, less the longer ago; what was lost for good; and breaches of an exclusion. Sightings never
count: being seen is no harm.
"""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Q, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest

from common import dates
from incidents.models import Involvement, Report

from .querysets import breaches

RECENT = ((30, 100), (90, 60), (180, 40), (365, 20))
"""Days ago, and the share of its weight in percent that an incident still has."""
VIOLENCE = 50
BREACH = 25
POUNDS_A_POINT = 20
MOST_FOR_LOSS = 100


def harm_scores(
    *, subjects: Iterable[int] | None = None, on: dt.date | None = None
) -> dict[int, dict[str, int]]:
    """Return each subject's score and its parts: score, incidents, harm, violence, loss, breaches.

    `subjects` are keys, all if not said; who did nothing in 12 months is not in it.
    """
    day = on or dates.today()
    wanted = None if subjects is None else sorted(subjects)
    found = {row["subject"]: _parts(row) for row in _incidents(day, wanted)}
    for subject, count in _breaches(day, wanted):
        row = found.setdefault(subject, _parts({}))
        row["breaches"] = count
    for row in found.values():
        row["score"] = row["harm"] + row["violence"] + row["loss"] + BREACH * row["breaches"]
    return found


def _parts(row: dict[str, Any]) -> dict[str, int]:
    lost = Decimal(row.get("lost") or 0)
    return {
        "incidents": row.get("incidents", 0),
        "harm": (row.get("weighed") or 0) // 100,
        "violence": (row.get("violent") or 0) // 100,
        "loss": min(int(lost / POUNDS_A_POINT), MOST_FOR_LOSS),
        "breaches": 0,
        "score": 0,
    }


NOTHING = _parts({})
"""The score of who did nothing in 12 months."""


def _share(day: dt.date) -> Case:
    """Return the percentage of its weight that an incident still has on a day."""
    return Case(
        *(
            When(report__occurred_on__gt=day - dt.timedelta(days=ago), then=Value(percent))
            for ago, percent in RECENT
        ),
        default=Value(0),
        output_field=IntegerField(),
    )


def _incidents(day: dt.date, subjects: list[int] | None) -> Any:
    rows = Involvement.objects.filter(
        subject__isnull=False,
        part=Involvement.Part.DID_IT,  # who only stood by has done no harm
        report__status=Report.Status.ACCEPTED,
        report__kind=Report.Kind.INCIDENT,
        report__occurred_on__gt=day - dt.timedelta(days=RECENT[-1][0]),
        report__occurred_on__lte=day,
    )
    if subjects is not None:
        rows = rows.filter(subject__in=subjects)
    violent = Q(report__violence=True) | ~Q(report__weapon__in=["", "none"])
    return (
        rows.order_by()
        .values("subject")
        .annotate(
            incidents=Count("pk"),
            weighed=Sum(Coalesce(F("report__type__harm"), 1) * _share(day)),
            violent=Sum(
                Case(When(violent, then=VIOLENCE * _share(day)), default=Value(0)),
                output_field=IntegerField(),
            ),
            lost=Sum(
                Greatest(F("report__value_stolen") - F("report__value_recovered"), Decimal(0))
            ),
        )
    )


def _breaches(day: dt.date, subjects: list[int] | None) -> Any:
    since = day - dt.timedelta(days=RECENT[-1][0])
    rows = breaches().filter(report__occurred_on__gt=since, report__occurred_on__lte=day)
    if subjects is not None:
        rows = rows.filter(subject__in=subjects)
    counted = rows.order_by().values("subject").annotate(count=Count("pk"))
    return counted.values_list("subject", "count")
