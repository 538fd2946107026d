"""What members are invoiced, what is received and paid back. Pounds, Decimal."""

import uuid
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pgtrigger
from django.db import models
from django.db.models import F, Q

from common.money import pounds
from members.money_querysets import (
    InvoiceQuerySet,
    PaymentQuerySet,
)

from .fees import Subscription
from .member import Member
from .user import User

NOTHING = Decimal(0)


class SumsHold(pgtrigger.Trigger):  # type: ignore[misc]
    """That no invoice is paid or credited beyond its total, nor a payment spent twice.

    The services lock the member's row and say it in words; this holds for whatever else writes.
    """

    when = pgtrigger.After

    def __init__(self, *, invoice: bool, payment: bool, operation: Any, name: str) -> None:
        checks = (INVOICE_HOLDS if invoice else "") + (PAYMENT_HOLDS if payment else "")
        super().__init__(name=name, operation=operation, func=f"{checks} RETURN NEW;")


INVOICE_HOLDS = """
IF (SELECT i.total
      - COALESCE((SELECT sum(total) FROM members_creditnote WHERE invoice_id = i.id), 0)
      - COALESCE((SELECT sum(amount) FROM members_writeoff WHERE invoice_id = i.id), 0)
      - COALESCE((SELECT sum(amount) FROM members_allocation
                   WHERE invoice_id = i.id AND ended_at IS NULL), 0)
      FROM members_invoice i WHERE i.id = NEW.invoice_id) < 0
THEN
  RAISE EXCEPTION 'more than the total of the invoice'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_sums_hold';
END IF;
"""
PAYMENT_HOLDS = """
IF (SELECT p.amount
      - COALESCE((SELECT sum(amount) FROM members_refund WHERE payment_id = p.id), 0)
      - COALESCE((SELECT sum(amount) FROM members_allocation
                   WHERE payment_id = p.id AND ended_at IS NULL), 0)
      FROM members_payment p WHERE p.id = NEW.payment_id) < 0
THEN
  RAISE EXCEPTION 'more than the payment'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_sums_hold';
END IF;
"""
SAME_MEMBER = """
IF (SELECT member_id FROM members_payment WHERE id = NEW.payment_id)
   <> (SELECT member_id FROM members_invoice WHERE id = NEW.invoice_id)
THEN
  RAISE EXCEPTION 'a payment of another member'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_same_member';
END IF;
"""


class MoneyCounter(models.Model):
    """The last number of a series. Taken in the transaction that uses it, so none is left out."""

    series = models.CharField(max_length=8, unique=True, db_comment="INV, CRN or PAY")
    last = models.PositiveIntegerField(db_comment="The number handed out last")

    class Meta:
        db_table_comment = "Numbers of invoices, credit notes and payments, without gaps"

    def __str__(self) -> str:
        return f"{self.series} {self.last}"


class Invoice(models.Model):
    """An invoice as it was sent. It never changes: what is wrong is credited."""

    if TYPE_CHECKING:  # added by with_sums()
        credited: Decimal
        paid: Decimal
        written_off: Decimal
        outstanding: Decimal

    ref = models.CharField(max_length=16, unique=True, db_comment="INV-00017")
    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="invoices", db_comment="To whom"
    )
    subscription = models.ForeignKey(
        Subscription,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="invoices",
        db_comment="For which subscription; null: for something else",
    )
    issued_on = models.DateField(db_comment="Its date, which is the tax point")
    due_on = models.DateField(db_comment="To be paid by")
    billed_name = models.CharField(max_length=120, db_comment="Name on it")
    billed_address = models.CharField(max_length=300, blank=True, db_comment="Address on it")
    order_number = models.CharField(max_length=60, blank=True, db_comment="The member's own order")
    how_to_pay = models.CharField(max_length=300, blank=True, db_comment="How to pay, as it says")
    vat_number = models.CharField(
        max_length=20, blank=True, db_comment="The scheme's VAT number on it; empty: it had none"
    )
    net = models.DecimalField(max_digits=10, decimal_places=2, db_comment="Before VAT")
    vat = models.DecimalField(max_digits=10, decimal_places=2, db_comment="VAT")
    total = models.DecimalField(max_digits=10, decimal_places=2, db_comment="With VAT")
    client_id = models.UUIDField(
        unique=True,
        default=uuid.uuid4,
        editable=False,
        db_comment="Of the form that was sent; a second send makes no second row",
    )
    made_at = models.DateTimeField(db_comment="When it was made")
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who made it"
    )

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        db_table_comment = "Invoices; UPDATE and DELETE are refused"
        ordering = ["-issued_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="invoice_sums", condition=Q(total=F("net") + F("vat"), net__gt=0, vat__gte=0)
            ),
            models.CheckConstraint(name="invoice_due", condition=Q(due_on__gte=F("issued_on"))),
            models.UniqueConstraint(
                fields=["subscription"],
                name="invoice_of_subscription",
                violation_error_message="This subscription is invoiced already.",
            ),
        ]
        indexes = [
            models.Index(fields=["member", "issued_on"], name="invoice_of_member"),
            models.Index(fields=["issued_on"], name="invoice_by_day"),
        ]
        triggers = [
            pgtrigger.Protect(name="invoice_frozen", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return self.ref


class InvoiceLine(models.Model):
    """What an invoice asks for, one thing a line, with the VAT of its day."""

    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, related_name="lines", db_comment="On which invoice"
    )
    words = models.CharField(max_length=200, db_comment="What it is")
    net = models.DecimalField(max_digits=10, decimal_places=2, db_comment="Before VAT")
    vat_percent = models.DecimalField(max_digits=5, decimal_places=2, db_comment="Rate, per cent")
    vat = models.DecimalField(max_digits=10, decimal_places=2, db_comment="VAT")

    class Meta:
        db_table_comment = "Lines of invoices; UPDATE and DELETE are refused"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="invoice_line_sums", condition=Q(net__gt=0, vat__gte=0))
        ]
        triggers = [
            pgtrigger.Protect(
                name="invoice_line_frozen", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return self.words


class CreditNote(models.Model):
    """An amount of an invoice that is asked for no more, as it was sent."""

    ref = models.CharField(max_length=16, unique=True, db_comment="CRN-00003")
    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, related_name="credits", db_comment="Of which invoice"
    )
    issued_on = models.DateField(db_comment="Its date")
    reason = models.CharField(max_length=300, db_comment="Why; it stands on the credit note")
    net = models.DecimalField(max_digits=10, decimal_places=2, db_comment="Before VAT")
    vat = models.DecimalField(max_digits=10, decimal_places=2, db_comment="VAT")
    total = models.DecimalField(max_digits=10, decimal_places=2, db_comment="With VAT")
    client_id = models.UUIDField(
        unique=True,
        default=uuid.uuid4,
        editable=False,
        db_comment="Of the form that was sent; a second send makes no second row",
    )
    made_at = models.DateTimeField(db_comment="When it was made")
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who made it"
    )

    class Meta:
        db_table_comment = "Credit notes; UPDATE and DELETE are refused"
        ordering = ["-issued_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="credit_sums", condition=Q(total=F("net") + F("vat"), total__gt=0)
            ),
            models.CheckConstraint(name="credit_reason", condition=~Q(reason="")),
        ]
        triggers = [
            pgtrigger.Protect(name="credit_frozen", operation=pgtrigger.Update | pgtrigger.Delete),
            SumsHold(name="credit_holds", invoice=True, payment=False, operation=pgtrigger.Insert),
        ]

    def __str__(self) -> str:
        return self.ref


class WriteOff(models.Model):
    """What of an invoice will never be paid: it is asked for no more, and was not received."""

    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, related_name="write_offs", db_comment="Of which invoice"
    )
    on = models.DateField(db_comment="On which day")
    amount = models.DecimalField(max_digits=10, decimal_places=2, db_comment="Pounds, with VAT")
    reason = models.CharField(max_length=300, db_comment="Why")
    client_id = models.UUIDField(
        unique=True,
        default=uuid.uuid4,
        editable=False,
        db_comment="Of the form that was sent; a second send makes no second row",
    )
    made_at = models.DateTimeField(db_comment="When it was entered")
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who entered it"
    )

    class Meta:
        db_table_comment = "Amounts written off; UPDATE and DELETE are refused"
        ordering = ["-on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="write_off_whole", condition=Q(amount__gt=0) & ~Q(reason="")
            )
        ]
        triggers = [
            pgtrigger.Protect(
                name="write_off_frozen", operation=pgtrigger.Update | pgtrigger.Delete
            ),
            SumsHold(
                name="write_off_holds", invoice=True, payment=False, operation=pgtrigger.Insert
            ),
        ]

    def __str__(self) -> str:
        return f"{pounds(self.amount)} of {self.invoice_id}"


class Payment(models.Model):
    """Money received from a member."""

    if TYPE_CHECKING:  # added by with_sums()
        allocated: Decimal
        refunded: Decimal
        counted: Decimal
        spare: Decimal

    class Method(models.TextChoices):
        BANK = "bank", "Bank transfer"
        CARD = "card", "Card"
        CHEQUE = "cheque", "Cheque"
        CASH = "cash", "Cash"

    ref = models.CharField(max_length=16, unique=True, db_comment="PAY-00041")
    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="payments", db_comment="From whom"
    )
    received_on = models.DateField(db_comment="Day the money arrived")
    amount = models.DecimalField(max_digits=9, decimal_places=2, db_comment="Pounds received")
    method = models.CharField(max_length=8, choices=Method, db_comment="How it was paid")
    reference = models.CharField(max_length=60, blank=True, db_comment="Bank or card reference")
    client_id = models.UUIDField(
        unique=True,
        default=uuid.uuid4,
        editable=False,
        db_comment="Of the form that was sent; a second send makes no second row",
    )
    made_at = models.DateTimeField(null=True, blank=True, db_comment="When it was entered")
    made_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who entered it",
    )

    objects = PaymentQuerySet.as_manager()

    class Meta:
        db_table_comment = "Payments received; UPDATE and DELETE are refused"
        ordering = ["-received_on", "-pk"]
        constraints = [models.CheckConstraint(name="payment_amount", condition=Q(amount__gt=0))]
        indexes = [
            models.Index(fields=["received_on"], name="payment_by_day"),
            models.Index(fields=["member", "received_on"], name="payment_of_member"),
        ]
        triggers = [
            pgtrigger.Protect(name="payment_frozen", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def is_before(self) -> bool:
        """Whether it is from before the scheme used this: it is on no account."""
        return self.made_at is None


class Allocation(models.Model):
    """So much of a payment pays so much of an invoice. Taken back, it ends; it isn't deleted."""

    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, related_name="allocations", db_comment="Of this payment"
    )
    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, related_name="allocations", db_comment="For this invoice"
    )
    amount = models.DecimalField(max_digits=9, decimal_places=2, db_comment="Pounds")
    made_at = models.DateTimeField(db_comment="When it was made")
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who made it"
    )
    ended_at = models.DateTimeField(
        null=True, blank=True, db_comment="When it was taken back; null: it holds"
    )
    ended_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who took it back",
    )

    class Meta:
        db_table_comment = "Which payments pay which invoices"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="allocation_amount", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="allocation_ended_whole",
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["invoice"], condition=Q(ended_at=None), name="allocation_live"),
            models.Index(fields=["payment"], condition=Q(ended_at=None), name="allocation_from"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="allocation_frozen",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("payment", "invoice", "amount", "made_at", "made_by"),
            ),
            pgtrigger.Protect(
                name="allocation_ends_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__ended_at__isnull=False),
            ),
            pgtrigger.Protect(name="allocation_kept", operation=pgtrigger.Delete),
            SumsHold(
                name="allocation_holds", invoice=True, payment=True, operation=pgtrigger.Insert
            ),
            pgtrigger.Trigger(
                name="allocation_same_member",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func=f"{SAME_MEMBER} RETURN NEW;",
            ),
        ]

    def __str__(self) -> str:
        return f"{pounds(self.amount)} of {self.payment_id} for {self.invoice_id}"


class Refund(models.Model):
    """Money paid back out of a payment."""

    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, related_name="refunds", db_comment="Of which payment"
    )
    paid_on = models.DateField(db_comment="Day the money left")
    amount = models.DecimalField(max_digits=9, decimal_places=2, db_comment="Pounds")
    method = models.CharField(max_length=8, choices=Payment.Method, db_comment="How it was paid")
    reason = models.CharField(max_length=300, db_comment="Why")
    client_id = models.UUIDField(
        unique=True,
        default=uuid.uuid4,
        editable=False,
        db_comment="Of the form that was sent; a second send makes no second row",
    )
    made_at = models.DateTimeField(db_comment="When it was entered")
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who entered it"
    )

    class Meta:
        db_table_comment = "Money paid back; UPDATE and DELETE are refused"
        ordering = ["-paid_on", "-pk"]
        constraints = [
            models.CheckConstraint(name="refund_whole", condition=Q(amount__gt=0) & ~Q(reason=""))
        ]
        triggers = [
            pgtrigger.Protect(name="refund_frozen", operation=pgtrigger.Update | pgtrigger.Delete),
            SumsHold(name="refund_holds", invoice=False, payment=True, operation=pgtrigger.Insert),
        ]

    def __str__(self) -> str:
        return f"{pounds(self.amount)} of {self.payment_id}"
