"""Subscriptions and payments that a scheme brings along: history, not something to be asked for.

Neither makes an invoice. A payment has no day on which it was entered here: by that it is known to
pay nothing by itself (members.money.invoices.put_spare). It is in the figures of what was received,
by its day. Its number is of a series of its own (OLD-00001), so that an import that is undone
leaves no gap in the numbers of payments.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from common import dates
from common.bulk import Refusal, Taken, clean_row, insert_all
from members.models import Member, Payment, Subscription
from members.takeover import Stamp

NOTHING: Final = Decimal(0)
SERIES: Final = "OLD"
KEPT_YEARS: Final = 7
"""Records of money are kept six years after the year they are of, for tax; then they go."""


@dataclass(frozen=True)
class SubscriptionTaken:
    """What was agreed with a member for a time."""

    member: Member
    starts_on: dt.date
    ends_on: dt.date
    fee: Decimal
    radios: int = 0
    rental: Decimal = NOTHING
    discount: Decimal = NOTHING
    discount_words: str = ""


def subscription_taken(data: SubscriptionTaken, *, stamp: Stamp) -> Taken:
    """Return what a line about a subscription makes. Raises ValidationError by column."""
    problems = {}
    if data.ends_on < data.starts_on:
        problems["ends_on"] = "The last day is before the first."
    elif data.ends_on > dates.add_months(data.starts_on, 36):
        problems["ends_on"] = "Three years at most are agreed at a time."
    elif data.ends_on < _oldest():
        problems["ends_on"] = _TOO_OLD
    if problems:
        raise ValidationError(problems)
    words = data.discount_words or (stamp.words[:200] if data.discount else "")
    row = Subscription(
        **{**vars(data), "discount_words": words},
        list_fee=data.fee + data.discount,
        agreed_at=stamp.at,
        agreed_by=stamp.by,
    )
    clean_row(row)
    return Taken(row)


_TOO_OLD: Final = f"This is more than {KEPT_YEARS} years ago: leave it out, it is not kept so long."


def _oldest() -> dt.date:
    return dates.add_months(dates.today(), -12 * KEPT_YEARS)


def subscriptions_save(lines: Sequence[Taken]) -> list[Refusal]:
    """Add subscriptions; return which are refused. In a transaction."""
    return insert_all(lines)


@dataclass(frozen=True)
class PaymentTaken:
    """Money that a member paid before."""

    member: Member
    received_on: dt.date
    amount: Decimal
    method: str
    reference: str = ""


def payment_taken(data: PaymentTaken) -> Taken:
    """Return what a line about a payment makes. Raises ValidationError by column."""
    problems = {}
    if data.received_on > dates.today():
        problems["received_on"] = "This is in the future."
    elif data.received_on < _oldest():
        problems["received_on"] = _TOO_OLD
    if data.amount <= 0:
        problems["amount"] = "Enter an amount of more than £0."
    if problems:
        raise ValidationError(problems)
    row = Payment(**vars(data))
    clean_row(row)
    return Taken(row)


def payments_number(lines: Sequence[Taken]) -> None:
    """Give payments their numbers, in a transaction of its own."""
    if not lines:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO members_moneycounter AS c (series, last) VALUES (%s, %s)"
            " ON CONFLICT (series) DO UPDATE SET last = c.last + %s RETURNING last",
            [SERIES, len(lines), len(lines)],
        )
        first = int(cursor.fetchone()[0]) - len(lines) + 1
    for number, line in enumerate(lines, start=first):
        line.main.ref = f"{SERIES}-{number:05}"


def payments_save(lines: Sequence[Taken]) -> list[Refusal]:
    """Add payments; return which are refused. In a transaction."""
    return insert_all(lines)
