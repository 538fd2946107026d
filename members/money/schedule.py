"""The fee schedule and the rate of VAT, by day."""

import datetime as dt
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import constraint_messages
from members import actions
from members.models import FeeRate, Member, User, VatRate

NOTHING = Decimal(0)


def fee_on(item: str, member: Member, day: dt.date) -> Decimal | None:
    """Return what the schedule asks of a member a year, on a day; None if it says nothing."""
    rates = FeeRate.objects.filter(
        item=item, kind=member.kind, sector__in=["", member.sector], starts_on__lte=day
    )
    found: Decimal | None = (
        rates.order_by("-sector", "-starts_on").values_list("amount", flat=True).first()
    )
    return found


def vat_on(day: dt.date) -> Decimal:
    """Return the rate of VAT on a day, per cent; 0 before the first."""
    found: Decimal | None = (
        VatRate.objects.filter(starts_on__lte=day).values_list("percent", flat=True).first()
    )
    return NOTHING if found is None else found


@transaction.atomic
def fee_add(
    *, by: User, item: str, kind: str, sector: str, starts_on: dt.date, amount: Decimal
) -> FeeRate:
    """Add a line to the schedule. Raises ValidationError: a day that is past, or one of that day.

    What was agreed before stays as it was agreed.
    """
    _not_past(starts_on)
    row = FeeRate(
        item=item, kind=kind, sector=sector, starts_on=starts_on, amount=amount,
        made_at=timezone.now(), made_by=by,
    )  # fmt: skip
    row.full_clean()
    with constraint_messages(FeeRate):
        row.save()
    record(actions.FEE_SET, by=by, item=item, kind=kind, sector=sector, amount=str(amount))
    return row


@transaction.atomic
def fee_remove(*, by: User, rate: FeeRate) -> bool:
    """Take out a line that has not begun; return whether it was there. Raises ValidationError."""
    row = FeeRate.objects.select_for_update().filter(pk=rate.pk).first()
    if row is None:
        return False
    if row.starts_on <= dates.today():
        raise ValidationError("This fee has begun. Add the one that follows it.", code="stale")
    row.delete()
    record(actions.FEE_REMOVED, by=by, item=row.item, kind=row.kind, amount=str(row.amount))
    return True


@transaction.atomic
def vat_add(*, by: User, starts_on: dt.date, percent: Decimal) -> VatRate:
    """Set the rate of VAT from a day on. Raises ValidationError: past, one of that day, 100."""
    _not_past(starts_on)
    if VatRate.objects.filter(starts_on=starts_on).exists():
        raise ValidationError({"starts_on": "There is a rate from that day already."})
    row = VatRate(starts_on=starts_on, percent=percent, made_at=timezone.now(), made_by=by)
    row.full_clean()
    row.save()
    record(actions.VAT_SET, by=by, percent=str(percent))
    return row


def _not_past(day: dt.date) -> None:
    if day < dates.today():
        raise ValidationError({"starts_on": "This day is past. Fees change from today or later."})
