"""The Board's figures, from the tables, without a person in any of them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from common import dates, money
from exclusions.models import Notice
from exclusions.querysets import breaches
from incidents.models import Report
from members.models import Member, User
from members.money import accounts
from offenders.models import Subject

from .models import PlanTarget


@dataclass(frozen=True)
class Progress:
    """A figure of the plan: now, where it started, where it should be, by when."""

    measure: str
    label: str
    value: Decimal
    baseline: Decimal
    target: Decimal
    by: dt.date

    @property
    def percent(self) -> int:
        """How much of the target is reached, 0 to 100."""
        return max(0, min(100, int(100 * self.value / self.target)))

    def words(self, amount: Decimal) -> str:
        """Return an amount of this measure in words: pounds for revenue, a number otherwise."""
        if self.measure == PlanTarget.Measure.REVENUE:
            return money.pounds(amount, pence=False)
        return f"{amount:.0f}"

    @property
    def value_words(self) -> str:
        """The figure as it is shown."""
        return self.words(self.value)

    @property
    def note(self) -> str:
        """Where it comes from and goes to: "from 80 to 140 by March 2028"."""
        return f"from {self.words(self.baseline)} to {self.words(self.target)} by {self.by:%B %Y}"


def plan_progress() -> list[Progress]:
    """Return each target of the business plan with today's figure, in the plan's order."""
    values = current_values()
    rows = {row.measure: row for row in PlanTarget.objects.all()}
    return [
        Progress(
            measure,
            str(label),
            values[measure],
            rows[measure].baseline,
            rows[measure].target,
            rows[measure].by,
        )
        for measure, label in PlanTarget.Measure.choices
        if measure in rows
    ]


def current_values() -> dict[str, Decimal]:
    """Return today's figure of each measure of the plan."""
    today = dates.today()
    year_ago = dates.add_months(today, -12)
    month_ago = timezone.now() - dt.timedelta(days=30)
    signing_in = (
        User.objects.filter(last_login__gte=month_ago, member__status="active")
        .exclude(member__kind="scheme")
        .values("member")
        .distinct()
        .count()
    )
    return {
        PlanTarget.Measure.MEMBERS: Decimal(Member.objects.counted().count()),
        PlanTarget.Measure.REVENUE: received(since=year_ago + dt.timedelta(days=1), until=today),
        PlanTarget.Measure.KNOWN: Decimal(
            Subject.objects.filter(status=Subject.Status.KNOWN).count()
        ),
        PlanTarget.Measure.SIGNING_IN: Decimal(signing_in),
    }


def received(*, since: dt.date, until: dt.date) -> Decimal:
    """Return the pounds received from one day to another, both counted."""
    return accounts.received(since=since, until=until)


def received_by_month(*, since: dt.date) -> dict[dt.date, Decimal]:
    """Return the pounds received in each month (its first day) since a day."""
    return accounts.received_by_month(since=since)


def incidents_by_month(*, since: dt.date) -> dict[dt.date, int]:
    """Return the accepted incidents of each month (its first day) since a day."""
    return Report.objects.accepted_incidents().by_month(since=since)


@dataclass(frozen=True)
class Period:
    """A run of London days, both ends counted."""

    label: str
    first: dt.date
    last: dt.date


def periods(today: dt.date) -> tuple[Period, Period, Period]:
    """Return this quarter so far, the quarter before, and the financial year so far."""
    start = dates.quarter_start(today)
    before = dates.add_months(start, -3)
    return (
        Period("This quarter", start, today),
        Period("Last quarter", before, start - dt.timedelta(days=1)),
        Period("Year to date", dates.financial_year_start(today), today),
    )


def exclusion_figures(today: dt.date) -> list[dict[str, Any]]:
    """Return rows (label, one figure for each period): served, in force at the end, breaches."""
    spans = periods(today)
    return [
        {
            "label": "Served",
            "values": [
                Notice.objects.filter(served_on__range=(p.first, p.last)).count() for p in spans
            ],
        },
        {
            "label": "In force at the end",
            "values": [Notice.objects.in_force(on=p.last).count() for p in spans],
        },
        {
            "label": "Breaches",
            "values": breach_counts(spans),
        },
    ]


def breach_counts(spans: Sequence[Period]) -> list[int]:
    """Return how many breaches each period has, in one query for all of them."""
    counts = {
        f"span_{place}": Count("pk", filter=Q(report__occurred_on__range=(span.first, span.last)))
        for place, span in enumerate(spans)
    }
    whole = (min(span.first for span in spans), max(span.last for span in spans))
    found = breaches().filter(report__occurred_on__range=whole).aggregate(**counts)
    return list(found.values())


def losses_by_area(period: Period) -> list[dict[str, Any]]:
    """Return accepted incidents and losses by area in a period, in whole pounds.

    Net is stolen less recovered as they are shown: a reader who subtracts gets the same.
    """
    found = Report.objects.accepted_incidents().filter(
        occurred_on__range=(period.first, period.last)
    )
    rows = found.losses_by_area()
    for row in rows:
        row["stolen"], row["recovered"] = round(row["stolen"]), round(row["recovered"])
        row["net"] = row["stolen"] - row["recovered"]
    return rows


def top_types(*, since: dt.date, most: int = 8) -> list[dict[str, Any]]:
    """Return the commonest types of accepted incident since a day."""
    return Report.objects.accepted_incidents().filter(occurred_on__gte=since).by_type()[:most]


def unsigned_members() -> int:
    """Return how many members have not signed the authorisation to exclude on their behalf."""
    return int(Member.objects.unsigned().count())
