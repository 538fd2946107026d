"""The money of a report: asked for and received in its months, owed today, still to come."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from board.cells import Cell, Line
from common import dates
from common.periods import Period
from members.models import Invoice, Subscription
from members.money.accounts import NOTHING
from members.money.figures import Expected, Income, Year, forecast, income, written_off
from members.money_querysets import AGES

from .cells import Frozen, frozen_table


@dataclass(frozen=True)
class Months:
    """The whole months of a period."""

    first: dt.date
    last: dt.date

    @property
    def months(self) -> list[dt.date]:
        """The first day of each."""
        count = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
        return dates.month_starts(last=self.last, count=count)


def money_tables(spans: Sequence[Period], columns: Sequence[str], on: dt.date) -> list[Frozen]:
    """Return income and receipts of these periods, and what is owed and to come as of a day."""
    held = [Months(span.first, span.last) for span in spans]
    incomes = [income(span) for span in held]
    off = [written_off(span) for span in held]
    return [_income(incomes, off, columns), _by_kind(incomes, columns), _owed(on), _to_come()]


def _income(incomes: list[Income], off: list[Decimal], columns: Sequence[str]) -> Frozen:
    def cells(amounts: list[Decimal]) -> list[Cell]:
        return [Cell(amount) for amount in amounts]

    asked = [sum((month.invoiced for month in each.months), NOTHING) for each in incomes]
    less = [sum((month.credited for month in each.months), NOTHING) for each in incomes]
    rows = [
        Line("Invoiced", cells(asked), "before VAT"),
        Line("Credited", cells(less), "before VAT"),
        Line("Income", cells([each.total for each in incomes]), "invoiced less credited"),
        Line(
            "Received", cells([each.total_received for each in incomes]), "less what was paid back"
        ),
        Line("Written off", cells(off)),
    ]
    return frozen_table("income", "Income", columns, rows, note="By the day of each paper.")


def _by_kind(incomes: list[Income], columns: Sequence[str]) -> Frozen:
    labels: dict[str, str] = {}
    for each in incomes:
        labels |= {key: label for key, label, _ in each.by_kind}
    sums = [{key: amount for key, _, amount in each.by_kind} for each in incomes]
    rows = [
        Line(label, [Cell(found.get(key, NOTHING)) for found in sums])
        for key, label in sorted(labels.items(), key=lambda pair: pair[1])
    ]
    title = "Income by kind of member"
    return frozen_table("income_by_kind", title, columns, rows, note="Before VAT.", of="Kind")


def _owed(on: dt.date) -> Frozen:
    by_age = Invoice.objects.by_age(on)
    rows = [Line(label, [Cell(by_age[key])]) for key, label in AGES]
    rows.append(Line("Outstanding in all", [Cell(sum(by_age.values(), NOTHING))], "with VAT"))
    return frozen_table(
        "owed", "Outstanding, by age", [dates.short_date(on)], rows,
        note="As of the day the figures were taken.", of="How late",
    )  # fmt: skip


def _to_come() -> Frozen:
    last = Year(dates.financial_year_start(dates.today())).last
    found = [row for row in forecast() if row.count]
    rows = [Line(row.words, _expected(row), f"{row.percent} counted on") for row in found]
    total = sum((row.counted for row in found), NOTHING)
    all_of = sum((row.amount for row in found), NOTHING)
    count = sum(row.count for row in found)
    rows.append(Line("All of it", [Cell(count), Cell(all_of), Cell(total)]))
    return frozen_table(
        "to_come", f"Still to come up to {dates.short_date(last)}",
        ["How many", "If all comes", "Counted on"], rows,
        note="Before VAT, as of the day the figures were taken.", of="From",
    )  # fmt: skip


def _expected(row: Expected) -> list[Cell]:
    return [Cell(row.count), Cell(row.amount), Cell(row.counted)]


def renewals_due(period: Period) -> tuple[int, Decimal]:
    """Return how many subscriptions end in a period, with what they bring a year, before VAT."""
    rows = Subscription.objects.filter(ends_on__range=(period.first, period.last)).values_list(
        "starts_on", "ends_on", "fee", "rental"
    )
    yearly = [(fee + rent) * 365 / ((to - of).days + 1) for of, to, fee, rent in rows]
    total = sum(yearly, NOTHING).quantize(Decimal("0.01"))
    return len(yearly), total
