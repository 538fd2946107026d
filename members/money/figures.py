"""The financial year: income by month, sector and kind, what is to come, and the ledger."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Protocol

from django.db.models import Count, F, Sum
from django.db.models.functions import TruncMonth

from common import dates
from members.models import (
    CreditNote,
    FeeRate,
    Invoice,
    Member,
    Payment,
    Refund,
    Subscription,
    WriteOff,
)

from .accounts import NOTHING
from .amounts import to_penny

RENEWED: Final = Decimal("0.9")
WON: Final = {
    Member.Status.PROSPECT: Decimal("0.1"),
    Member.Status.CONTACTED: Decimal("0.25"),
    Member.Status.APPLIED: Decimal("0.75"),
}
"""What part of renewals and of each step of the pipeline is counted on; said beside the figure."""


@dataclass(frozen=True)
class Year:
    """A financial year, April to March."""

    first: dt.date

    @property
    def last(self) -> dt.date:
        """31 March."""
        return dt.date(self.first.year + 1, 3, 31)

    @property
    def words(self) -> str:
        """As people write it: 2026–27."""
        return f"{self.first.year}–{(self.first.year + 1) % 100:02d}"

    @property
    def months(self) -> list[dt.date]:
        """The first day of each of its months."""
        return dates.month_starts(last=self.last, count=12)


def year_of(text: str) -> Year:
    """Return the year that begins in April of a typed year; this one for anything else."""
    now = dates.financial_year_start(dates.today())
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else now.year
    return Year(dt.date(year, 4, 1)) if 2000 <= year <= now.year else Year(now)


@dataclass(frozen=True)
class Month:
    """A month: invoiced and credited before VAT; what came in and was paid back, with VAT."""

    first: dt.date
    invoiced: Decimal
    credited: Decimal
    came: Decimal
    back: Decimal

    @property
    def last(self) -> dt.date:
        """Its last day."""
        return dates.add_months(self.first, 1) - dt.timedelta(days=1)

    @property
    def income(self) -> Decimal:
        """What was invoiced less what was credited."""
        return self.invoiced - self.credited

    @property
    def received(self) -> Decimal:
        """What came in less what was paid back."""
        return self.came - self.back


@dataclass(frozen=True)
class Income:
    """Income of a year before VAT: invoiced less credited, by month, sector and kind; received."""

    months: list["Month"]
    by_sector: list[tuple[str, str, Decimal]]
    by_kind: list[tuple[str, str, Decimal]]

    @property
    def total(self) -> Decimal:
        """The income of the year."""
        return sum((month.income for month in self.months), NOTHING)

    @property
    def total_received(self) -> Decimal:
        """What came in, with VAT, less what was paid back."""
        return sum((month.received for month in self.months), NOTHING)


class Span(Protocol):
    """Whole months: a year, or a part of one."""

    @property
    def first(self) -> dt.date: ...
    @property
    def last(self) -> dt.date: ...
    @property
    def months(self) -> list[dt.date]: ...


def income(year: Span) -> Income:
    """Return the income of a year, or of other whole months. Four queries, whatever the data."""
    span = (year.first, year.last)
    invoiced = _parts(Invoice.objects.filter(issued_on__range=span), "issued_on", "member", "net")
    notes = CreditNote.objects.filter(issued_on__range=span)
    credited = _parts(notes, "issued_on", "invoice__member", "net")
    paid = Payment.objects.filter(received_on__range=span)
    refunds = Refund.objects.filter(paid_on__range=span)
    columns = [
        _fold(rows, 0)
        for rows in (
            invoiced,
            credited,
            _parts(paid, "received_on", "member", "amount"),
            _parts(refunds, "paid_on", "payment__member", "amount"),
        )
    ]
    less = [(month, sector, kind, -net) for month, sector, kind, net in credited]
    parts = [*invoiced, *less]
    sectors, kinds = _fold(parts, 1), _fold(parts, 2)
    return Income(
        months=[
            Month(month, *(column.get(month, NOTHING) for column in columns))
            for month in year.months
        ],
        by_sector=[(s.value, str(s.label), sectors[s]) for s in Member.Sector if s in sectors],
        by_kind=[(k.value, str(k.label), kinds[k]) for k in Member.Kind if k in kinds],
    )


Part = tuple[dt.date, str, str, Decimal]


def _parts(rows: Any, day: str, member: str, column: str) -> list[Part]:
    grouped = (
        rows.annotate(
            month=TruncMonth(day), sector=F(f"{member}__sector"), kind=F(f"{member}__kind")
        )
        .order_by()
        .values("month", "sector", "kind")
        .annotate(sum=Sum(column))
        .values_list("month", "sector", "kind", "sum")
    )
    return list(grouped)


def _fold(parts: Iterable[Part], place: int) -> dict[Any, Decimal]:
    found: dict[Any, Decimal] = {}
    for part in parts:
        found[part[place]] = found.get(part[place], NOTHING) + part[3]
    return found


def written_off(span: Span) -> Decimal:
    """Return what was written off in some months."""
    found = WriteOff.objects.filter(on__range=(span.first, span.last)).aggregate(s=Sum("amount"))
    return found["s"] or NOTHING


@dataclass(frozen=True)
class Expected:
    """A part of what is still to come up to the end of March: how many, how much, how likely."""

    words: str
    count: int
    amount: Decimal
    likely: Decimal

    @property
    def counted(self) -> Decimal:
        """What of it is counted on."""
        return to_penny(self.amount * self.likely)

    @property
    def percent(self) -> str:
        """How much of it is counted on, in words."""
        return f"{self.likely * 100:.0f} %"


def forecast() -> list[Expected]:
    """Return what this year's income may still grow by until 31 March, before VAT.

    Renewals are those of members whose subscription ends before the last day, at what they pay a
    year now; a business to win brings the schedule's fee of its kind.
    """
    today = dates.today()
    last = Year(dates.financial_year_start(today)).last
    ending = Subscription.objects.last_of_each().filter(
        member__status=Member.Status.ACTIVE, ends_on__range=(today, last - dt.timedelta(days=1))
    )
    rows = ending.values_list("starts_on", "ends_on", "fee", "rental")
    yearly = [to_penny((fee + rent) * 365 / ((to - of).days + 1)) for of, to, fee, rent in rows]
    found = [Expected("Renewals", len(yearly), sum(yearly, NOTHING), RENEWED)]
    fees = _fees(today)
    won = Member.objects.filter(status__in=list(WON)).order_by()
    counts = won.values_list("status", "kind").annotate(n=Count("pk"))
    for status, part in WON.items():
        here = [(kind, n) for step, kind, n in counts if step == status]
        amount = sum((fees.get(kind, NOTHING) * n for kind, n in here), NOTHING)
        found.append(Expected(str(status.label), sum(n for _, n in here), amount, part))
    return found


def _fees(today: dt.date) -> dict[str, Decimal]:
    rates = FeeRate.objects.filter(
        item=FeeRate.Item.MEMBERSHIP, sector="", starts_on__lte=today
    ).order_by("starts_on")
    return dict(rates.values_list("kind", "amount"))


LEDGER_HEAD: Final = (
    "Date", "Type", "Number", "Member", "Against", "Net", "VAT", "Gross", "Notes",
)  # fmt: skip


def ledger(year: Year) -> list[Sequence[Any]]:
    """Return each transaction of a year as rows of LEDGER_HEAD, by day: what an accountant books.

    Credits, refunds and write-offs are negative. Five queries.
    """
    span = (year.first, year.last)
    rows: list[Sequence[Any]] = []
    for each in Invoice.objects.filter(issued_on__range=span).select_related("member"):
        rows.append((each.issued_on, "Invoice", each.ref, each.member.name, "", each.net, each.vat,
                     each.total, each.order_number))  # fmt: skip
    linked = ("invoice__member",)
    for note in CreditNote.objects.filter(issued_on__range=span).select_related(*linked):
        rows.append((note.issued_on, "Credit note", note.ref, note.invoice.member.name,
                     note.invoice.ref, -note.net, -note.vat, -note.total, note.reason))  # fmt: skip
    for gone in WriteOff.objects.filter(on__range=span).select_related(*linked):
        rows.append((gone.on, "Write-off", "", gone.invoice.member.name, gone.invoice.ref,
                     None, None, -gone.amount, gone.reason))  # fmt: skip
    for paid in Payment.objects.filter(received_on__range=span).select_related("member"):
        how = f"{paid.get_method_display()} {paid.reference}".strip()
        rows.append((paid.received_on, "Payment", paid.ref, paid.member.name, "", None, None,
                     paid.amount, how))  # fmt: skip
    for back in Refund.objects.filter(paid_on__range=span).select_related("payment__member"):
        rows.append((back.paid_on, "Refund", "", back.payment.member.name, back.payment.ref,
                     None, None, -back.amount, back.reason))  # fmt: skip
    return sorted(rows, key=lambda row: (row[0], row[1], row[2]))
