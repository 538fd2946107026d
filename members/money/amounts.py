"""Sums in pounds and pence: parts of a year, VAT, shares. Rounded half up, as invoices are."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from common import dates
from common.money import PENNY


def to_penny(amount: Decimal) -> Decimal:
    """Return an amount rounded to the penny, half a penny up."""
    return amount.quantize(PENNY, rounding=ROUND_HALF_UP)


def pro_rata(yearly: Decimal, starts_on: dt.date, ends_on: dt.date) -> Decimal:
    """Return the part of a yearly amount for some days, both counted.

    Twelve calendar months are the whole amount; anything else goes by days, of which the year that
    begins on the first day has 365 or 366. Raises ValueError: the last day is before the first.
    """
    if ends_on < starts_on:
        raise ValueError("the last day is before the first")
    years, begins = 0, starts_on
    while (end := dates.last_day_of_year_from(begins)) <= ends_on:
        years, begins = years + 1, end + dt.timedelta(days=1)
    rest = (ends_on - begins).days + 1
    whole = (dates.last_day_of_year_from(begins) - begins).days + 1
    return to_penny(yearly * years + yearly * rest / whole)


def vat_of(net: Decimal, percent: Decimal) -> Decimal:
    """Return the VAT of a net amount (VAT Notice 700, 17.5: rounded for each line)."""
    return to_penny(net * percent / 100)


def split_gross(gross: Decimal, *, net: Decimal, vat: Decimal) -> tuple[Decimal, Decimal]:
    """Return the net and the VAT in a part of an invoice of `net` and `vat`; they add up to it."""
    part = to_penny(gross * net / (net + vat))
    return part, gross - part
