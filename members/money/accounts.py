"""What each member and the whole scheme was asked for, paid and owes. It always adds up."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet, Sum

from common import dates
from common.money import pounds
from members.models import (
    Allocation,
    CreditNote,
    Invoice,
    Member,
    Payment,
    Refund,
    WriteOff,
)

NOTHING = Decimal(0)


@dataclass(frozen=True)
class Totals:
    """The sums of an account, with VAT. `invoiced` less the next three is `outstanding`.

    `received` less `refunded` and `allocated` is `on_account`: paid, and put to nothing yet. What
    was paid before the scheme used this is not in it, but for what was put or paid back here.
    """

    invoiced: Decimal
    credited: Decimal
    allocated: Decimal
    written_off: Decimal
    received: Decimal
    refunded: Decimal

    @property
    def outstanding(self) -> Decimal:
        """What is left to pay."""
        return self.invoiced - self.credited - self.allocated - self.written_off

    @property
    def on_account(self) -> Decimal:
        """What was paid and is put to no invoice."""
        return self.received - self.refunded - self.allocated

    @property
    def balance(self) -> Decimal:
        """What the member owes in all; less than 0: what the scheme owes the member."""
        return self.outstanding - self.on_account


def totals(member: Member | None = None) -> Totals:
    """Return the sums of a member's account, or of all together, from their rows."""
    mine = Q(member=member) if member else Q()
    of_invoice = Q(invoice__member=member) if member else Q()
    of_payment = Q(payment__member=member) if member else Q()
    return Totals(
        invoiced=_sum(Invoice.objects.filter(mine), "total"),
        credited=_sum(CreditNote.objects.filter(of_invoice), "total"),
        allocated=_sum(Allocation.objects.filter(of_invoice, ended_at=None), "amount"),
        written_off=_sum(WriteOff.objects.filter(of_invoice), "amount"),
        received=_sum(Payment.objects.filter(mine).with_sums(), "counted"),
        refunded=_sum(Refund.objects.filter(of_payment), "amount"),
    )


def _sum(rows: QuerySet[Any], column: str) -> Decimal:
    found: Decimal | None = rows.aggregate(sum=Sum(column))["sum"]
    return NOTHING if found is None else found


@dataclass(frozen=True)
class Entry:
    """A line of a statement: what the member was asked for, or what took it down again."""

    on: dt.date
    ref: str
    words: str
    asked: Decimal
    paid: Decimal
    balance: Decimal = NOTHING
    invoice: str = ""
    payment: str = ""


def statement(member: Member) -> list[Entry]:
    """Return all that happened on a member's account by day, each with the balance after it.

    The last balance is what the member owes in all (less than 0: is owed). Six queries.
    """
    entries = [*_asked(member), *_paid(member)]
    entries.sort(key=lambda entry: (entry.on, entry.paid > 0, entry.ref))
    balance, lines = NOTHING, []
    for entry in entries:
        balance += entry.asked - entry.paid
        lines.append(Entry(**{**vars(entry), "balance": balance}))
    return lines


def _asked(member: Member) -> list[Entry]:
    invoices = [
        Entry(row.issued_on, row.ref, "Invoice", row.total, NOTHING, invoice=row.ref)
        for row in member.invoices.all()
    ]
    refunds = Refund.objects.filter(payment__member=member).select_related("payment")
    return invoices + [
        Entry(row.paid_on, row.payment.ref, f"Paid back: {row.reason}", row.amount, NOTHING,
              payment=row.payment.ref)
        for row in refunds
    ]  # fmt: skip


def _paid(member: Member) -> list[Entry]:
    payments = [
        Entry(row.received_on, row.ref, _how(row), NOTHING, row.counted, payment=row.ref)
        for row in member.payments.with_sums()
    ]
    credits = CreditNote.objects.filter(invoice__member=member).select_related("invoice")
    gone = WriteOff.objects.filter(invoice__member=member).select_related("invoice")
    return [
        *payments,
        *(
            Entry(row.issued_on, row.ref, f"Credit for {row.invoice.ref}: {row.reason}", NOTHING,
                  row.total, invoice=row.invoice.ref)
            for row in credits
        ),
        *(
            Entry(row.on, row.invoice.ref, "Written off", NOTHING, row.amount,
                  invoice=row.invoice.ref)
            for row in gone
        ),
    ]  # fmt: skip


def _how(row: Payment) -> str:
    how = row.get_method_display()
    if not row.is_before:
        return how
    return f"{how}, {pounds(row.amount, pence=True)}, before the scheme used this"


def overdue_since(member: Member) -> dt.date | None:
    """Return since when a member's money is due: the oldest unpaid invoice, or its ended time."""
    owed = member.invoices.owed().order_by("due_on").values_list("due_on", flat=True).first()
    ended = member.subscriptions.order_by("-ends_on").values_list("ends_on", flat=True).first()
    return since_of(owed, ended)


def since_of(owed: dt.date | None, ended: dt.date | None) -> dt.date | None:
    """Return since when money is due: the day after an invoice was, or its last subscription."""
    over = [day + dt.timedelta(days=1) for day in (owed, ended) if day and day < dates.today()]
    return min(over, default=None)


def received(*, since: dt.date, until: dt.date) -> Decimal:
    """Return what came in from one day to another, both counted, less what was paid back then."""
    return sum(received_by_day(since=since, until=until).values(), NOTHING)


def received_by_day(*, since: dt.date, until: dt.date = dt.date.max) -> dict[dt.date, Decimal]:
    """Return what came in less what was paid back, by day. Both days are counted. One query."""
    span = (since, until)
    came = _by_day(Payment.objects.filter(received_on__range=span), "received_on", 1)
    back = _by_day(Refund.objects.filter(paid_on__range=span), "paid_on", -1)
    found: dict[dt.date, Decimal] = {}
    for day, amount in came.union(back, all=True):
        found[day] = found.get(day, NOTHING) + amount
    return found


def _by_day(rows: QuerySet[Any], day: str, sign: int) -> Any:
    grouped = rows.order_by().values(day=F(day)).annotate(sum=sign * Sum("amount"))
    return grouped.values_list("day", "sum")
