"""Invoices: issued with the next number, credited, written off, sent. None is ever changed."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import once
from common.money import pounds
from members import actions
from members.mail import email_queue_to
from members.models import (
    Allocation,
    CreditNote,
    Invoice,
    InvoiceLine,
    Member,
    OutboundEmail,
    Payment,
    Subscription,
    User,
    WriteOff,
)

from .amounts import split_gross, vat_of
from .schedule import vat_on

NOTHING: Final = Decimal(0)


@dataclass(frozen=True)
class Line:
    """What is asked for: words and pounds before VAT."""

    words: str
    net: Decimal


@dataclass(frozen=True)
class InvoiceInput:
    """What an invoice says. Its VAT is that of its date."""

    lines: Sequence[Line]
    issued_on: dt.date
    order_number: str = ""
    subscription: Subscription | None = None
    client_id: uuid.UUID = field(default_factory=uuid.uuid4)


@dataclass(frozen=True)
class Less:
    """An amount, with VAT, by which an invoice is less, and why."""

    amount: Decimal
    reason: str
    client_id: uuid.UUID = field(default_factory=uuid.uuid4)


def take_ref(series: str) -> str:
    """Return the next reference of a series: INV-00017. Only in a transaction.

    The counter's row stays locked until it ends: a roll-back gives the number back, so none is
    left out (The Value Added Tax Regulations 1995, regulation 14: a sequential number).
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a number is taken in the transaction that uses it")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO members_moneycounter AS c (series, last) VALUES (%s, 1)"
            " ON CONFLICT (series) DO UPDATE SET last = c.last + 1 RETURNING last",
            [series],
        )
        return f"{series}-{cursor.fetchone()[0]:05}"


def invoice_issue(*, by: User, member: Member, data: InvoiceInput, send: bool = True) -> Invoice:
    """Issue an invoice: the next number, today's or an earlier date, and e-mail it.

    The same form again makes no second. Raises ValidationError: nothing to ask for, a date in
    future or before the last invoice's.
    """
    made = once(Invoice, data.client_id, lambda: _issue(by, member, data, send))
    net = sum((line.net for line in data.lines), NOTHING)
    sent_before(made.ref, same=(made.member_id, made.net) == (member.pk, net))
    return made


def sent_before(ref: str, *, same: bool) -> None:
    """Refuse a form that was sent before with something else in it (code "stale")."""
    if not same:
        words = f"This form was sent already: see {ref}. Open a fresh one for something else."
        raise ValidationError(words, code="stale")


def _issue(by: User, member: Member, data: InvoiceInput, send: bool) -> Invoice:
    member = Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    if not data.lines or any(line.net <= 0 for line in data.lines):
        raise ValidationError("An invoice asks for more than £0 in each line.")
    percent = vat_on(data.issued_on)
    vats = [vat_of(line.net, percent) for line in data.lines]
    net, vat = sum((line.net for line in data.lines), NOTHING), sum(vats, NOTHING)
    ref = take_ref("INV")
    _check_date(data.issued_on)
    row = Invoice(
        ref=ref,
        client_id=data.client_id,
        member=member,
        subscription=data.subscription,
        issued_on=data.issued_on,
        due_on=data.issued_on + dt.timedelta(days=settings.DTAC_INVOICE_DAYS),
        billed_name=member.name,
        billed_address=_address(member),
        order_number=data.order_number.strip(),
        how_to_pay=settings.DTAC_BANK_DETAILS[:300],
        vat_number=settings.DTAC_VAT_NUMBER[:20],
        net=net,
        vat=vat,
        total=net + vat,
        made_at=timezone.now(),
        made_by=by,
    )
    row.full_clean()
    row.save()
    InvoiceLine.objects.bulk_create(
        InvoiceLine(invoice=row, words=line.words, net=line.net, vat_percent=percent, vat=vat)
        for line, vat in zip(data.lines, vats, strict=True)
    )
    put_spare(by=by, member=member)
    record(actions.INVOICE_ISSUED, by=by, ref=row.ref, member=member.slug, total=str(row.total))
    if send:
        invoice_send(by=by, invoice=row)
    return row


def _check_date(day: dt.date) -> None:
    """Numbers follow dates: the counter is locked, so nobody issues another meanwhile."""
    if day > dates.today():
        raise ValidationError({"issued_on": "This is in the future."})
    last = Invoice.objects.order_by("-pk").values_list("issued_on", flat=True).first()
    if last and day < last:
        words = f"The last invoice is of {dates.short_date(last)}. Enter that day or later."
        raise ValidationError({"issued_on": words})


def _address(member: Member) -> str:
    site = member.premises.filter(closed_on=None).order_by("pk").first()
    return f"{site.address}, {site.postcode}" if site else ""


def invoice_credit(*, by: User, invoice: Invoice, data: Less) -> CreditNote:
    """Ask for an amount of an invoice no more, by a credit note, and e-mail it.

    What was paid beyond the rest is spare again, to pay something else or to be paid back. The
    same form again makes no second. Raises ValidationError: no reason, more than is asked for and
    not credited or written off yet.
    """
    made = once(CreditNote, data.client_id, lambda: _credit(by, invoice, data))
    sent_before(made.ref, same=(made.invoice_id, made.total) == (invoice.pk, data.amount))
    return made


def _credit(by: User, invoice: Invoice, data: Less) -> CreditNote:
    row = _locked(invoice)
    left = row.total - row.credited - row.written_off
    _check(data, left, "is left to be credited")
    freed = _release(row, by=by, beyond=left - data.amount)
    # Of all that is credited together, less what was before: no penny is lost between them.
    before = sum((note.net for note in row.credits.all()), NOTHING)
    net = split_gross(row.credited + data.amount, net=row.net, vat=row.vat)[0] - before
    vat = data.amount - net
    note = CreditNote(
        ref=take_ref("CRN"),
        client_id=data.client_id,
        invoice=row,
        issued_on=dates.today(),
        reason=data.reason.strip(),
        net=net,
        vat=vat,
        total=data.amount,
        made_at=timezone.now(),
        made_by=by,
    )
    note.full_clean()
    note.save()
    if freed:
        put_spare(by=by, member=row.member)
    record(actions.INVOICE_CREDITED, by=by, ref=row.ref, note=note.ref, total=str(note.total))
    _mail(row, key=f"credit:{note.ref}", template="credit-note", ref=note.ref)
    return note


def _release(row: Invoice, *, by: User, beyond: Decimal) -> bool:
    """Take back what pays more of an invoice than `beyond`, the newest first; say if any did.

    Money that somebody took off by hand stays off where none was freed.
    """
    too_much = freed = row.paid - beyond
    live = row.allocations.filter(ended_at=None).select_related("payment").order_by("-pk")
    for allocation in live:
        if too_much <= 0:
            break
        allocation.ended_at, allocation.ended_by = timezone.now(), by
        allocation.save(update_fields=["ended_at", "ended_by"])
        if allocation.amount > too_much:
            allocate(allocation.payment, row, allocation.amount - too_much, by=by)
        too_much -= allocation.amount
    return freed > 0


def invoice_write_off(*, by: User, invoice: Invoice, data: Less) -> WriteOff:
    """Give up hope of so much of an invoice; the same form again makes no second.

    No credit note: the supply was made and VAT on it stays due until relief is claimed. Raises
    ValidationError: no reason, or more than is owed.
    """
    made = once(WriteOff, data.client_id, lambda: _write_off(by, invoice, data))
    sent_before(invoice.ref, same=(made.invoice_id, made.amount) == (invoice.pk, data.amount))
    return made


def _write_off(by: User, invoice: Invoice, data: Less) -> WriteOff:
    row = _locked(invoice)
    _check(data, row.outstanding, "is owed")
    made = WriteOff(
        invoice=row,
        on=dates.today(),
        made_at=timezone.now(),
        made_by=by,
        **{**vars(data), "reason": data.reason.strip()},
    )
    made.full_clean()
    made.save()
    record(actions.INVOICE_WRITTEN_OFF, by=by, ref=row.ref, amount=str(made.amount))
    return made


def put_spare(*, by: User, member: Member) -> None:
    """Put what a member has paid and is for nothing yet to what it owes, the oldest first.

    Of payments from before there were invoices nothing is spare: they paid what was then. The
    caller has locked the member.
    """
    payments = member.payments.with_sums().filter(spare__gt=0)
    for payment in payments.order_by("received_on", "pk"):
        put_to_owed(payment, payment.spare, by=by)


def put_to_owed(
    payment: Payment, amount: Decimal, *, by: User, first: Invoice | None = None
) -> None:
    """Put so much of a payment to `first`, then to what else its member owes, the oldest first."""
    owed = list(payment.member.invoices.owed().order_by("due_on", "pk"))
    owed.sort(key=lambda each: first is None or each.pk != first.pk)
    for invoice in owed:
        part = min(amount, invoice.outstanding)
        if part <= 0:
            return
        allocate(payment, invoice, part, by=by)
        amount -= part


def allocate(payment: Payment, invoice: Invoice, amount: Decimal, *, by: User) -> None:
    """Let so much of a payment pay so much of an invoice. The caller has locked the member."""
    Allocation.objects.create(
        payment=payment, invoice=invoice, amount=amount, made_at=timezone.now(), made_by=by
    )


@transaction.atomic
def invoice_send(*, by: User, invoice: Invoice) -> list[str]:
    """E-mail an invoice to whom the member's invoices go; return the addresses, none if none is.

    Each sending is a letter of its own: somebody asked for it again.
    """
    times = OutboundEmail.objects.filter(key__startswith=f"invoice:{invoice.ref}:").values("key")
    key = f"invoice:{invoice.ref}:{times.distinct().count() + 1}"
    sent = _mail(invoice, key=key, template="invoice", ref=invoice.ref)
    record(actions.INVOICE_SENT, by=by, ref=invoice.ref, recipients=len(sent))
    return sent


def billing_addresses(member: Member) -> list[str]:
    """Return where a member's invoices go: its contacts for them, else the first to ask for."""
    here = member.contacts.filter(ended_on=None).exclude(email="")
    found = list(here.filter(is_billing=True).values_list("email", flat=True))
    return found or list(here.filter(is_main=True).values_list("email", flat=True))


def _mail(invoice: Invoice, *, key: str, template: str, ref: str) -> list[str]:
    addresses = billing_addresses(invoice.member)
    email_queue_to(addresses=addresses, key=key, template=template, context={"ref": ref})
    return addresses


def _locked(invoice: Invoice) -> Invoice:
    """Return an invoice with its sums; nobody else changes the member's money meanwhile."""
    Member.objects.select_for_update(of=("self",)).get(pk=invoice.member_id)
    found: Invoice = Invoice.objects.with_sums().select_related("member").get(pk=invoice.pk)
    return found


def _check(data: Less, most: Decimal, words: str) -> None:
    if data.amount <= 0:
        raise ValidationError({"amount": "Enter an amount of more than £0."})
    if data.amount > most:
        raise ValidationError({"amount": f"{pounds(most)} {words}. Enter that at most."})
    if not data.reason.strip():
        raise ValidationError({"reason": "Write why."})
