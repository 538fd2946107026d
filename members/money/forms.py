"""Input of money: what is agreed, asked for, paid."""

import uuid
from decimal import Decimal
from typing import Any

from django import forms

from common import dates
from common.fields import DayField, PlainForm
from common.money import PoundsField
from members.models import FeeRate, Invoice, Member, Payment
from members.pipeline_forms import KINDS

from .invoices import InvoiceInput, Less, Line
from .payments import PaymentInput, RefundInput
from .subscriptions import Terms

AMOUNT = {"required": "Enter the amount."}
WHY = {"required": "Write why."}


class OnceForm(PlainForm):
    """A form that counts once, however often it is sent."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class TermsForm(PlainForm):
    """What is asked for in a subscription. `shown` is what it came to when it was looked at."""

    starts_on = DayField(label="From")
    ends_on = DayField(label="Up to and including", initial=None)
    discount = PoundsField(label="Off the fee", required=False)
    discount_words = forms.CharField(label="Why so much off", required=False, max_length=200)
    radios = forms.IntegerField(
        label="Radios rented",
        min_value=0,
        max_value=500,
        error_messages={"required": "Enter how many, 0 for none.", "invalid": "Enter a number."},
    )
    order_number = forms.CharField(label="Their order number", required=False, max_length=60)
    shown = PoundsField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, first: Terms, **kwargs: Any) -> None:
        initial = {"starts_on": first.starts_on, "ends_on": first.ends_on, "radios": first.radios}
        super().__init__(*args, initial=initial, **kwargs)

    def terms(self) -> Terms:
        """Return what this valid form asks for."""
        data = self.cleaned_data
        return Terms(
            data["starts_on"],
            data["ends_on"],
            data["discount"] or Decimal(0),
            data["discount_words"],
            data["radios"],
            data["order_number"],
        )


class OtherInvoiceForm(OnceForm):
    """An invoice for something else than a subscription."""

    words = forms.CharField(
        label="For what",
        max_length=200,
        help_text="As it stands on the invoice, such as: lost radio RAD-014.",
        error_messages={"required": "Write what it is for."},
    )
    amount = PoundsField(label="Before VAT", error_messages=AMOUNT)
    order_number = forms.CharField(label="Their order number", required=False, max_length=60)

    def values(self) -> InvoiceInput:
        """Return what this valid form says, dated today."""
        data = self.cleaned_data
        line = Line(data["words"], data["amount"])
        return InvoiceInput(
            [line], dates.today(), data["order_number"], client_id=data["client_id"]
        )


class AmountForm(OnceForm):
    """An amount, and why: a credit or a write-off."""

    amount = PoundsField(label="Amount, with VAT", error_messages=AMOUNT)
    reason = forms.CharField(
        label="Why",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages=WHY,
    )

    def values(self) -> Less:
        """Return what this valid form says."""
        return Less(**self.cleaned_data)


class PaymentForm(OnceForm):
    """Money that came in."""

    received_on = DayField(label="Arrived on")
    amount = PoundsField(label="Amount", error_messages=AMOUNT)
    method = forms.ChoiceField(
        label="How",
        choices=Payment.Method,
        error_messages={"required": "Choose how it was paid."},
    )
    reference = forms.CharField(label="Reference", required=False, max_length=60)
    invoice = forms.ModelChoiceField(
        label="For invoice",
        queryset=Invoice.objects.none(),
        required=False,
        to_field_name="ref",
        empty_label="The oldest that is owed",
    )

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owed = member.invoices.owed().order_by("due_on", "pk")
        self.fields["invoice"].queryset = owed  # type: ignore[attr-defined]

    def values(self) -> PaymentInput:
        """Return what this valid form says."""
        data = self.cleaned_data
        names = ("received_on", "amount", "method", "reference", "client_id")
        return PaymentInput(**{name: data[name] for name in names})


class PutForm(PlainForm):
    """A part of a payment for an invoice of its member."""

    invoice = forms.ModelChoiceField(
        label="For invoice",
        queryset=Invoice.objects.none(),
        to_field_name="ref",
        empty_label="Choose",
        error_messages={"required": "Choose the invoice."},
    )
    amount = PoundsField(label="Amount", error_messages=AMOUNT)

    def __init__(self, *args: Any, payment: Payment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owed = payment.member.invoices.owed().order_by("due_on", "pk")
        self.fields["invoice"].queryset = owed  # type: ignore[attr-defined]


class TakeOffForm(PlainForm):
    """An invoice that a payment is taken off."""

    invoice = forms.ModelChoiceField(
        label="From invoice",
        queryset=Invoice.objects.none(),
        to_field_name="ref",
        empty_label="Choose",
        error_messages={"required": "Choose the invoice."},
    )

    def __init__(self, *args: Any, payment: Payment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        on = Invoice.objects.filter(
            allocations__payment=payment, allocations__ended_at=None
        ).distinct()
        self.fields["invoice"].queryset = on  # type: ignore[attr-defined]


class RefundForm(OnceForm):
    """Money paid back."""

    amount = PoundsField(label="Amount", error_messages=AMOUNT)
    paid_on = DayField(label="Paid back on")
    method = forms.ChoiceField(label="How", choices=Payment.Method)
    reason = forms.CharField(label="Why", max_length=300, error_messages=WHY)

    def values(self) -> RefundInput:
        """Return what this valid form says."""
        return RefundInput(**self.cleaned_data)


class FeeForm(PlainForm):
    """A line of the fee schedule."""

    item = forms.ChoiceField(label="What", choices=FeeRate.Item)
    kind = forms.ChoiceField(label="For", choices=KINDS)
    sector = forms.ChoiceField(
        label="Sector",
        required=False,
        choices=[("", "All others"), *Member.Sector.choices],
    )
    starts_on = DayField(label="From")
    amount = PoundsField(label="Pounds a year, before VAT", error_messages=AMOUNT)


class VatForm(PlainForm):
    """The rate of VAT from a day on."""

    percent = forms.DecimalField(
        label="Per cent",
        min_value=0,
        max_value=Decimal("99.99"),
        decimal_places=2,
        max_digits=5,
        error_messages={"required": "Enter the rate, 0 for none.", "invalid": "Enter a number."},
    )
    starts_on = DayField(label="From")


class BankFileForm(PlainForm):
    """A file of the bank."""

    file = forms.FileField(
        label="CSV file of the bank",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
        error_messages={
            "required": "Choose the file.",
            "empty": "This file is empty.",
        },
    )


class MatchForm(PlainForm):
    """Whose payment a line of the bank is."""

    invoice = forms.CharField(
        label="Number of the invoice",
        required=False,
        max_length=16,
        help_text="Such as INV-00017.",
    )
    member = forms.ModelChoiceField(
        label="Or the member, for its account",
        queryset=Member.objects.none(),
        required=False,
        to_field_name="slug",
        empty_label="Choose",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everyone = Member.objects.exclude(kind=Member.Kind.SCHEME).filter(joined_on__isnull=False)
        self.fields["member"].queryset = everyone  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Find whose it is: the invoice's member, or the one chosen."""
        data = super().clean() or {}
        ref = (data.get("invoice") or "").strip().upper()
        found = Invoice.objects.select_related("member").filter(ref=ref).first() if ref else None
        if ref and found is None:
            self.add_error("invoice", "There is no invoice of this number.")
        elif found is None and not data.get("member"):
            self.add_error("invoice", "Enter an invoice, or choose a member.")
        data["found"] = found
        data["whose"] = found.member if found else data.get("member")
        return data


class AsideForm(PlainForm):
    """What a line of the bank is instead."""

    words = forms.CharField(
        label="What it is instead",
        max_length=200,
        help_text="Such as: grant of the council.",
        error_messages={"required": "Write what it is instead."},
    )


class HoldForm(PlainForm):
    """Up to which day a member doesn't lapse by itself."""

    until = DayField(label="Up to and including", required=False)
    words = forms.CharField(label="Why, and who promised what", required=False, max_length=200)

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        initial = {"until": member.lapse_hold_until, "words": member.lapse_hold_words}
        super().__init__(*args, initial=initial, **kwargs)
