"""Payments: received, put to invoices, taken off again, paid back. None is ever changed."""

import datetime as dt
import uuid
from dataclasses import dataclass, field
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import once
from common.money import pounds
from members import actions
from members.models import Invoice, Member, Payment, Refund, User

from .invoices import allocate, put_to_owed, sent_before, take_ref


@dataclass(frozen=True)
class PaymentInput:
    """Money that came in."""

    received_on: dt.date
    amount: Decimal
    method: str
    reference: str = ""
    client_id: uuid.UUID = field(default_factory=uuid.uuid4)


def payment_receive(
    *, by: User, member: Member, data: PaymentInput, invoice: Invoice | None = None
) -> Payment:
    """Enter a payment and put it to `invoice` first, then to the member's others, oldest first.

    What is left over stays on the member's account. The same form again makes no
    second. Raises ValidationError: nothing, a day in future, or an invoice of another member.
    """
    made = once(Payment, data.client_id, lambda: _receive(by, member, data, invoice))
    same = (made.member_id, made.amount, made.received_on, made.method)
    sent_before(made.ref, same=same == (member.pk, data.amount, data.received_on, data.method))
    return made


def _receive(by: User, member: Member, data: PaymentInput, invoice: Invoice | None) -> Payment:
    row_member = Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    if data.amount <= 0:
        raise ValidationError({"amount": "Enter an amount of more than £0."})
    if data.received_on > dates.today():
        raise ValidationError({"received_on": "This is in the future."})
    if invoice and invoice.member_id != row_member.pk:
        raise ValidationError({"invoice": "This invoice is another member’s."})
    row = Payment(
        ref=take_ref("PAY"),
        client_id=data.client_id,
        member=row_member,
        received_on=data.received_on,
        amount=data.amount,
        method=data.method,
        reference=data.reference.strip(),
        made_at=timezone.now(),
        made_by=by,
    )
    row.full_clean()
    row.save()
    record(actions.PAYMENT_RECEIVED, by=by, ref=row.ref, member=row_member.slug)
    put_to_owed(row, row.amount, by=by, first=invoice)
    return row


@transaction.atomic
def payment_allocate(*, by: User, payment: Payment, invoice: Invoice, amount: Decimal) -> None:
    """Put a spare part of a payment to an invoice of the same member.

    Raises ValidationError: more than is spare or owed, or an invoice of another member.
    """
    row = _locked(payment)
    if invoice.member_id != row.member_id:
        raise ValidationError({"invoice": "This invoice is another member’s."})
    owed = Invoice.objects.with_sums().get(pk=invoice.pk).outstanding
    most = min(row.spare, owed)
    if amount <= 0 or amount > most:
        raise ValidationError({"amount": f"Enter {pounds(most)} at most, and more than £0."})
    allocate(row, invoice, amount, by=by)
    record(actions.PAYMENT_ALLOCATED, by=by, ref=row.ref, invoice=invoice.ref, amount=str(amount))


@transaction.atomic
def allocation_end(*, by: User, payment: Payment, invoice: Invoice) -> bool:
    """Take a payment off an invoice: it is spare again. Return whether it was on it."""
    row = _locked(payment)
    live = row.allocations.filter(invoice=invoice, ended_at=None)
    if not live.update(ended_at=timezone.now(), ended_by=by):
        return False
    record(actions.PAYMENT_TAKEN_OFF, by=by, ref=row.ref, invoice=invoice.ref)
    return True


@dataclass(frozen=True)
class RefundInput:
    """Money that was paid back."""

    amount: Decimal
    paid_on: dt.date
    method: str
    reason: str
    client_id: uuid.UUID = field(default_factory=uuid.uuid4)


def refund_pay(*, by: User, payment: Payment, data: RefundInput) -> Refund:
    """Enter that a spare part of a payment was paid back; the same form again makes no second.

    Raises ValidationError: more than is spare, no reason, a day in future or before the payment.
    """
    made = once(Refund, data.client_id, lambda: _pay_back(by, payment, data))
    same = (made.payment_id, made.amount) == (payment.pk, data.amount)
    sent_before(payment.ref, same=same)
    return made


def _pay_back(by: User, payment: Payment, data: RefundInput) -> Refund:
    row = _locked(payment)
    if row.is_before:
        raise ValidationError({"amount": "It was paid before the scheme used this: on no account."})
    spare = row.spare
    if data.amount <= 0 or data.amount > spare:
        raise ValidationError({"amount": f"Enter {pounds(spare)} at most, and more than £0."})
    if not row.received_on <= data.paid_on <= dates.today():
        day = dates.short_date(row.received_on)
        raise ValidationError({"paid_on": f"Enter a day from {day} to today."})
    if not data.reason.strip():
        raise ValidationError({"reason": "Write why."})
    made = Refund(
        payment=row,
        made_at=timezone.now(),
        made_by=by,
        **{**vars(data), "reason": data.reason.strip()},
    )
    made.full_clean()
    made.save()
    record(actions.REFUND_PAID, by=by, ref=row.ref, amount=str(data.amount))
    return made


def _locked(payment: Payment) -> Payment:
    """Return a payment with its sums; nobody else changes the member's money meanwhile."""
    Member.objects.select_for_update(of=("self",)).get(pk=payment.member_id)
    found: Payment = Payment.objects.with_sums().select_related("member").get(pk=payment.pk)
    return found
