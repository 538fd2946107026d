"""Files of subscriptions and of payments."""

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

from common import dates
from common.bulk import Refusal, Taken
from imports.cells import choice, day_of, money_of, number_of
from imports.known import Known
from members.models import Payment
from members.money.takeover import (
    PaymentTaken,
    SubscriptionTaken,
    payment_taken,
    payments_number,
    payments_save,
    subscription_taken,
    subscriptions_save,
)

from .base import MEMBER, Field, Kind, Line, Told, judged, keyed

NOTHING = Decimal(0)
METHODS = {
    "bacs": "bank", "transfer": "bank", "bank transfer": "bank", "faster payment": "bank",
    "standing order": "bank", "direct debit": "bank", "so": "bank", "dd": "bank", "chq": "cheque",
    "check": "cheque", "credit card": "card", "debit card": "card", "paypal": "card",
    "online": "card",
}  # fmt: skip


class Subscriptions(Kind):
    code = "subscriptions"
    main = "members.subscription"
    about = "What was agreed with members, and until when. It is not invoiced again."
    after = ("members",)
    fields: ClassVar[tuple[Field, ...]] = (
        keyed("subscription id", "subscription number", "invoice number", "invoice", example="17"),
        MEMBER,
        Field("starts_on", "From", "First day.", day_of, needed=True,
              also=("start", "start date", "starts", "period start", "renewal date",
                    "membership from", "date from", "valid from"), example="01/04/2026"),
        Field("ends_on", "To", "Last day; twelve months when empty.", day_of,
              also=("end", "end date", "ends", "period end", "expiry", "expiry date", "expires",
                    "membership to", "date to", "valid to", "paid until"), example="31/03/2027"),
        Field("fee", "Fee", "Agreed for these days, before VAT.", money_of, needed=True,
              also=("amount", "subscription", "annual fee", "membership fee", "price", "net",
                    "subscription fee"), example="£450.00"),
        Field("radios", "Radios", "How many are rented.", number_of,
              also=("number of radios", "radio", "no of radios", "radio count"), example="1"),
        Field("rental", "Rental", "Agreed for the radios, before VAT.", money_of,
              also=("radio rental", "radio fee", "radio hire", "rental fee"), example="£180.00"),
        Field("discount", "Discount", "Pounds off the fee.", money_of,
              also=("reduction", "discount amount")),
        Field("discount_words", "Why the discount", "", also=("discount reason",), most=200),
    )  # fmt: skip

    def apart(self, line: Line) -> Sequence[str]:
        return [line.said("member"), str(line.get("starts_on", ""))]

    def make(self, line: Line, known: Known, told: Told) -> Taken | None:
        member = known.member(line)
        if line.problems or member is None:
            return None
        starts = line.get("starts_on")
        data = SubscriptionTaken(
            member=member,
            starts_on=starts,
            ends_on=line.get("ends_on", dates.last_day_of_year_from(starts)),
            fee=line.get("fee", NOTHING),
            radios=line.get("radios", 0),
            rental=line.get("rental", NOTHING),
            discount=line.get("discount", NOTHING),
            discount_words=line.get("discount_words", ""),
        )
        return judged(line, lambda: subscription_taken(data, stamp=told.stamp))

    def save(self, lines: Sequence[Taken]) -> list[Refusal]:
        return subscriptions_save(lines)


class Payments(Kind):
    code = "payments"
    main = "members.payment"
    about = "Money received before. It counts as received on its day, and pays no invoice here."
    after = ("members",)
    fields: ClassVar[tuple[Field, ...]] = (
        keyed("payment id", "payment number", "receipt number", "transaction id", example="R-88"),
        MEMBER,
        Field("received_on", "Received on", "Day the money arrived.", day_of, needed=True,
              also=("date", "paid on", "payment date", "date paid", "date received", "paid"),
              example="12/04/2026"),
        Field("amount", "Amount", "More than £0.", money_of, needed=True,
              also=("paid amount", "value", "total", "amount paid", "gross", "sum"),
              example="£540.00"),
        Field("method", "How it was paid", "Bank transfer when empty.",
              choice(Payment.Method.choices, METHODS),
              also=("method", "payment method", "payment type", "type"), example="Bank transfer"),
        Field("reference", "Bank’s reference", "",
              also=("payment reference", "details", "description", "cheque number", "narrative"),
              example="COBBS 2026", most=60),
    )  # fmt: skip

    def apart(self, line: Line) -> Sequence[str]:
        day, amount = line.get("received_on", ""), line.get("amount", "")
        return [line.said("member"), str(day), str(amount), line.get("reference", "")]

    def make(self, line: Line, known: Known, told: Told) -> Taken | None:
        member = known.member(line)
        if line.problems or member is None:
            return None
        data = PaymentTaken(
            member=member,
            received_on=line.get("received_on"),
            amount=line.get("amount", NOTHING),
            method=line.get("method", Payment.Method.BANK),
            reference=line.get("reference", ""),
        )
        taken = judged(line, lambda: payment_taken(data))
        same = known.payments.get((member.pk, data.received_on, data.amount))
        if taken and same:
            line.note("amount", f"{same} is as much, of this member and day: the same?")
        return taken

    def number(self, lines: Sequence[Taken]) -> None:
        payments_number(lines)

    def save(self, lines: Sequence[Taken]) -> list[Refusal]:
        return payments_save(lines)
