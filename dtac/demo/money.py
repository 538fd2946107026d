"""The demo's fees, subscriptions, invoices and payments, as the services would have made them."""

import datetime as dt
import random
from collections.abc import Sequence
from decimal import Decimal

from django.conf import settings
from django.db import connection

from common import dates
from members.models import (
    Allocation,
    BankLine,
    CreditNote,
    FeeRate,
    Invoice,
    InvoiceLine,
    Member,
    MoneyCounter,
    Payment,
    Premises,
    Subscription,
    User,
    VatRate,
    WriteOff,
)

NOTHING = Decimal(0)
SCHEDULE = (("full", "", 480), ("full", "large_retail", 550), ("affiliate", "", 120))
RADIO = Decimal(60)
DISCOUNTS = (
    (NOTHING, ""), (NOTHING, ""), (NOTHING, ""), (Decimal(30), "Second site"),
    (Decimal(90), "Joined with the market’s offer"),
)  # fmt: skip


def load_money(
    *, rng: random.Random, members: list[Member], sites: list[Premises], by: User
) -> None:
    """Give each member up to three years of subscriptions, invoiced and mostly paid."""
    today = dates.today()
    addresses = {site.member_id: f"{site.address}, {site.postcode}" for site in reversed(sites)}
    _schedule(by, today)
    agreed = sorted(
        (row for member in members for row in _subscriptions(rng, member, by, today)),
        key=lambda row: (row.starts_on, row.member_id),
    )
    Subscription.objects.bulk_create(agreed, batch_size=2000)
    invoices = [_invoice(number, row, by, today) for number, row in enumerate(agreed, start=1)]
    for row in invoices:
        row.billed_address = addresses.get(row.member_id, "")
    Invoice.objects.bulk_create(invoices, batch_size=2000)
    InvoiceLine.objects.bulk_create(
        [line for row in invoices for line in _lines(row)], batch_size=2000
    )
    paid = sorted(
        (each for row in invoices for each in _payments(rng, row, by, today)),
        key=lambda each: (each[0].received_on, each[1].ref),
    )
    for number, (payment, _) in enumerate(paid, start=1):
        payment.ref = f"PAY-{number:05}"
    Payment.objects.bulk_create([payment for payment, _ in paid], batch_size=2000)
    with connection.cursor() as cursor:
        # Triggers sum an invoice's rows for each row; without statistics they'd read whole tables.
        cursor.execute("SET LOCAL enable_seqscan = off")
    Allocation.objects.bulk_create(
        [
            Allocation(payment=payment, invoice=row, amount=payment.amount, made_by=by,
                       made_at=_noon(payment.received_on))
            for payment, row in paid
        ],
        batch_size=2000,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = on")
    _ends(invoices, {row.pk for _, row in paid}, by, today)
    _counted("INV", invoices)
    _counted("PAY", paid)


def _schedule(by: User, today: dt.date) -> None:
    made = {"made_at": _noon(today), "made_by": by}
    before = dt.date(today.year - 4, 4, 1)
    rows = [
        FeeRate(item="membership", kind=kind, sector=sector, starts_on=before, amount=fee, **made)
        for kind, sector, fee in SCHEDULE
    ]
    rows += [
        FeeRate(item="radio", kind=kind, starts_on=before, amount=RADIO, **made)
        for kind in ("full", "affiliate")
    ]
    next_year = dates.add_months(dates.financial_year_start(today), 12)
    rows.append(
        FeeRate(item="membership", kind="full", starts_on=next_year, amount=Decimal(495), **made)
    )
    FeeRate.objects.bulk_create(rows)
    VatRate.objects.create(starts_on=before, percent=NOTHING, **made)


def _noon(day: dt.date) -> dt.datetime:
    return dates.london_midnight(day) + dt.timedelta(hours=12)


def _subscriptions(
    rng: random.Random, member: Member, by: User, today: dt.date
) -> list[Subscription]:
    if member.kind not in ("full", "affiliate") or member.joined_on is None:
        return []
    fees = {(kind, sector): Decimal(fee) for kind, sector, fee in SCHEDULE}
    listed = fees.get((member.kind, member.sector), fees[(member.kind, "")])
    off, words = rng.choice(DISCOUNTS)
    radios = rng.choice((0, 0, 0, 1)) if member.kind == "full" else 0
    last = member.left_on or today
    start, found = _renewal(rng, today), []
    for _ in range(3):
        if member.joined_on <= start <= last:
            found.append(
                Subscription(
                    member=member,
                    starts_on=start,
                    ends_on=dates.last_day_of_year_from(start),
                    list_fee=listed,
                    discount=off,
                    discount_words=words,
                    fee=listed - off,
                    radios=radios,
                    rental=RADIO * radios,
                    agreed_at=_noon(start),
                    agreed_by=by,
                )
            )
        start = dates.add_months(start, -12)
    return found


def _renewal(rng: random.Random, today: dt.date) -> dt.date:
    """A day within the last year; most renew in January and April."""
    month = rng.choices(range(1, 13), (30, 4, 4, 22, 6, 5, 5, 6, 8, 6, 5, 3))[0]
    day = dt.date(today.year, month, rng.randrange(1, 28))
    return day if day <= today else day.replace(year=today.year - 1)


def _invoice(number: int, row: Subscription, by: User, today: dt.date) -> Invoice:
    return Invoice(
        ref=f"INV-{number:05}",
        member=row.member,
        subscription=row,
        issued_on=row.starts_on,
        due_on=row.starts_on + dt.timedelta(days=30),
        billed_name=row.member.name,
        net=row.total,
        vat=NOTHING,
        total=row.total,
        how_to_pay=settings.DTAC_BANK_DETAILS,
        made_at=_noon(row.starts_on),
        made_by=by,
    )


def _lines(invoice: Invoice) -> list[InvoiceLine]:
    row = invoice.subscription
    assert row is not None
    days = f"{dates.short_date(row.starts_on)} to {dates.short_date(row.ends_on)}"
    shared = {"invoice": invoice, "vat_percent": NOTHING, "vat": NOTHING}
    lines = [InvoiceLine(words=f"Membership, {days}", net=row.fee, **shared)]
    if row.rental:
        lines.append(
            InvoiceLine(words=f"Rental of 1 digital radio, {days}", net=row.rental, **shared)
        )
    return lines


def _payments(
    rng: random.Random, invoice: Invoice, by: User, today: dt.date
) -> list[tuple[Payment, Invoice]]:
    over = dates.add_months(invoice.issued_on, 12) <= today
    if rng.random() < (0.03 if over else 0.08):
        return []  # written off or credited by _ends(), or still owed
    parts = 4 if rng.random() < 0.2 else 1
    found = []
    for part in range(parts):
        when = invoice.issued_on + dt.timedelta(days=rng.randrange(2, 35) + 91 * part)
        if when <= today:
            payment = Payment(
                member=invoice.member,
                received_on=when,
                amount=invoice.total / parts,
                method=rng.choice(("bank", "bank", "bank", "card", "cheque")),
                reference=f"DTAC{rng.randrange(10000, 99999)}",
                made_at=_noon(when),
                made_by=by,
            )
            found.append((payment, invoice))
    return found


def _ends(invoices: list[Invoice], paid: set[int], by: User, today: dt.date) -> None:
    """Write off what is old and unpaid, credit one of two; leave lines of the bank for the rest."""
    unpaid = [row for row in invoices if row.pk not in paid]
    old = [row for row in unpaid if dates.add_months(row.issued_on, 12) <= today]
    made = {"made_at": _noon(today), "made_by": by}
    WriteOff.objects.bulk_create(
        [
            WriteOff(invoice=row, on=min(today, row.due_on + dt.timedelta(days=180)),
                     amount=row.total, reason="The business closed.", **made)
            for row in old[::2]
        ],
        batch_size=2000,
    )  # fmt: skip
    credited = old[1::2]
    CreditNote.objects.bulk_create(
        [
            CreditNote(ref=f"CRN-{number:05}", invoice=row, issued_on=row.due_on, net=row.net,
                       vat=NOTHING, total=row.total, reason="Left before the year began.", **made)
            for number, row in enumerate(credited, start=1)
        ],
        batch_size=2000,
    )  # fmt: skip
    _counted("CRN", credited)
    owed = [row for row in unpaid if row not in old][:6]
    lines = [
        BankLine(fingerprint=f"demo-{row.ref}", on=today - dt.timedelta(days=number),
                 words=_bank_words(number, row), amount=row.total, **made)
        for number, row in enumerate(owed)
    ]  # fmt: skip
    council = BankLine(
        fingerprint="demo-grant", on=today, words="DARTFORD BC GRANT", amount=2500, **made
    )
    BankLine.objects.bulk_create([*lines, council])


def _bank_words(number: int, row: Invoice) -> str:
    name = row.member.name.upper()
    return f"{name[:18]} {row.ref.replace('-', ' ')}" if number % 2 else f"FP {name[:22]}"


def _counted(series: str, rows: Sequence[object]) -> None:
    if rows:
        MoneyCounter.objects.create(series=series, last=len(rows))
