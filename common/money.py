"""Money in pounds: Decimal in, Decimal out, forgiving about how people type it."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

MAXIMUM = Decimal("9999999.99")
# Digits, with commas between thousands or none: "12,50" is refused rather than guessed at.
TYPED = re.compile(r"(\d{1,3}(,\d{3})+|\d+)(\.\d*)?", re.ASCII)
NEGATIVE = re.compile(r"-\s*£?\s*[\d.,]+", re.ASCII)
PENNY = Decimal("0.01")


def parse_pounds(text: str) -> Decimal:
    """Return the amount in "£1,234.50" or "1234.5", to the penny.

    Raises ValueError for anything else: negative, more than two decimals, not a number, too large.
    """
    typed = text.strip().removeprefix("£").strip()
    if NEGATIVE.fullmatch(typed):
        raise ValueError("negative")
    if not TYPED.fullmatch(typed):
        raise ValueError("not a number")
    cleaned = typed.replace(",", "")
    try:
        amount = Decimal(cleaned)
    except InvalidOperation as error:
        raise ValueError("not a number") from error
    if not amount.is_finite():
        raise ValueError("not a number")
    if amount < 0:
        raise ValueError("negative")
    if amount > MAXIMUM:
        raise ValueError("too large")
    if amount != amount.quantize(PENNY):
        raise ValueError("more than pence")
    return amount.quantize(PENNY)


def pounds(amount: Decimal, *, pence: bool | None = None) -> str:
    """Return an amount as £1,234 or £1,234.50; pence are shown when there are any, or if asked."""
    show = pence if pence is not None else amount != amount.to_integral_value()
    sign = "-" if amount < 0 else ""
    return f"{sign}£{abs(amount):,.2f}" if show else f"{sign}£{abs(amount):,.0f}"


class PoundsField(forms.CharField):
    """A form field that takes "£1,234.50" and gives a Decimal (None when left empty)."""

    default_error_messages = {
        "money": "Enter an amount in pounds, such as 12.50.",
        "money_negative": "Enter an amount of £0 or more.",
        "money_large": "Enter an amount under £10,000,000.",
        "money_pence": "Enter pounds and pence with two decimals at most.",
    }
    CODES = {
        "negative": "money_negative",
        "too large": "money_large",
        "more than pence": "money_pence",
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 20)
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        )
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Decimal | None:
        """Return the Decimal, or None when empty and not required. Raises ValidationError."""
        text = super().clean(value)
        if text in self.empty_values:
            return None
        try:
            return parse_pounds(text)
        except ValueError as error:
            code = self.CODES.get(str(error), "money")
            raise ValidationError(self.error_messages[code], code=code) from error
