"""What is agreed with a member for a time: worked out, shown, then kept and invoiced."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import constraint_messages
from common.money import pounds
from members import actions
from members.models import FeeRate, Invoice, Member, Subscription, User

from .amounts import pro_rata
from .invoices import InvoiceInput, Line, invoice_issue
from .schedule import fee_on

NOTHING = Decimal(0)


@dataclass(frozen=True)
class Terms:
    """What is asked for: days, pounds off and why, radios, an order number."""

    starts_on: dt.date
    ends_on: dt.date
    discount: Decimal = NOTHING
    discount_words: str = ""
    radios: int = 0
    order_number: str = ""


@dataclass(frozen=True)
class Offer:
    """What terms come to by the schedule of their first day, before VAT."""

    terms: Terms
    yearly: Decimal
    list_fee: Decimal
    fee: Decimal
    radio_yearly: Decimal
    rental: Decimal

    @property
    def total(self) -> Decimal:
        """The whole, before VAT."""
        return self.fee + self.rental

    @property
    def is_part(self) -> bool:
        """Whether it is for other days than twelve calendar months."""
        return self.terms.ends_on != dates.last_day_of_year_from(self.terms.starts_on)


def first_terms(member: Member) -> Terms:
    """Return the terms to begin with: the year after the last, or the year from today."""
    last = member.subscriptions.order_by("-starts_on").first()
    follows = last.ends_on + dt.timedelta(days=1) if last else None
    today = dates.today()
    start = follows if follows and follows > dates.add_months(today, -12) else today
    return Terms(start, dates.last_day_of_year_from(start), radios=last.radios if last else 0)


def offer(member: Member, terms: Terms) -> Offer:
    """Return what terms come to. Raises ValidationError: no fee in the schedule, too much off."""
    if terms.ends_on < terms.starts_on:
        raise ValidationError({"ends_on": "The last day is before the first."})
    if terms.ends_on > dates.add_months(terms.starts_on, 36):
        raise ValidationError({"ends_on": "Three years at most are agreed at a time."})
    yearly = fee_on(FeeRate.Item.MEMBERSHIP, member, terms.starts_on)
    if yearly is None:
        raise ValidationError("The fee schedule says nothing for such a member on that day.")
    radio = fee_on(FeeRate.Item.RADIO, member, terms.starts_on)
    if terms.radios and radio is None:
        raise ValidationError({"radios": "The fee schedule has no rental for radios."})
    listed = pro_rata(yearly, terms.starts_on, terms.ends_on)
    if terms.discount > listed:
        raise ValidationError({"discount": f"The fee is {pounds(listed)}: no more can be off."})
    if terms.discount and not terms.discount_words.strip():
        raise ValidationError({"discount_words": "Write why so much is off."})
    each = pro_rata(radio or NOTHING, terms.starts_on, terms.ends_on)
    return Offer(
        terms, yearly, listed, listed - terms.discount, radio or NOTHING, each * terms.radios
    )


def agreed_already(member: Member, terms: Terms, total: Decimal) -> Subscription | None:
    """Return the subscription of these very days and this total: a second click made nothing."""
    same = {"starts_on": terms.starts_on, "ends_on": terms.ends_on}
    found: Subscription | None = member.subscriptions.filter(**same).first()
    return found if found and found.total == total else None


@transaction.atomic
def subscription_agree(
    *, by: User, member: Member, terms: Terms, total: Decimal
) -> tuple[Subscription, Invoice | None]:
    """Keep what was agreed, and invoice it; `total` is what was shown, before VAT.

    Nothing to pay makes no invoice. Raises ValidationError: it comes to something else by now
    (code "stale"), other days of the member are covered twice, or what offer() refuses.
    """
    row_member = Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    made = offer(row_member, terms)
    if made.total != total:
        words = f"It comes to {pounds(made.total)} by now. Look at it again."
        raise ValidationError(words, code="stale")
    row = Subscription(
        member=row_member,
        starts_on=terms.starts_on,
        ends_on=terms.ends_on,
        list_fee=made.list_fee,
        discount=terms.discount,
        discount_words=terms.discount_words.strip(),
        fee=made.fee,
        radios=terms.radios,
        rental=made.rental,
        agreed_at=timezone.now(),
        agreed_by=by,
    )
    row.full_clean()
    with constraint_messages(Subscription), transaction.atomic():
        row.save()
    record(actions.SUBSCRIPTION_AGREED, by=by, ref=row_member.slug, total=str(row.total))
    if row.total == 0:
        return row, None
    data = InvoiceInput(_lines(row), dates.today(), terms.order_number, row)
    return row, invoice_issue(by=by, member=row_member, data=data)


def _lines(row: Subscription) -> list[Line]:
    days = f"{dates.short_date(row.starts_on)} to {dates.short_date(row.ends_on)}"
    lines = []
    if row.fee:
        off = f", less {pounds(row.discount)}: {row.discount_words}" if row.discount else ""
        lines.append(Line(f"Membership, {days}{off}"[:200], row.fee))
    if row.rental:
        radios = "1 digital radio" if row.radios == 1 else f"{row.radios} digital radios"
        lines.append(Line(f"Rental of {radios}, {days}", row.rental))
    return lines
