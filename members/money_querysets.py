"""Invoices and payments with what is left of them, computed from their rows in SQL."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from common import dates

if TYPE_CHECKING:
    from .models import User

ZERO = Value(Decimal(0), output_field=models.DecimalField(max_digits=12, decimal_places=2))


def summed(rows: Any, link: str, column: str) -> Coalesce:
    """Return the sum of a column over the rows that `link` leads to the outer one; 0 for none."""
    found = rows.filter(**{link: OuterRef("pk")}).order_by().values(link)
    return Coalesce(Subquery(found.annotate(sum=Sum(column)).values("sum")), ZERO)


class SubscriptionQuerySet(models.QuerySet[Any]):
    """Subscriptions."""

    def last_of_each(self) -> Self:
        """The last of each member."""
        later = self.model.objects.filter(
            member=OuterRef("member"), starts_on__gt=OuterRef("starts_on")
        )
        return self.filter(~models.Exists(later))


class AccountQuerySet(models.QuerySet[Any]):
    """Rows of members' accounts."""

    def visible_to(self, user: "User") -> Self:
        """All for the scheme; for a member manager those of their own business."""
        if user.role in ("intel", "board"):
            return self
        if user.role in ("manager", "agency"):
            return self.filter(member_id=user.member_id)
        return self.none()


class InvoiceQuerySet(AccountQuerySet):
    """Invoices."""

    def with_sums(self) -> Self:
        """Each with `credited`, `paid`, `written_off`, and `outstanding`: what is left to pay."""
        from .models import Allocation, CreditNote, WriteOff  # the models module imports this one

        live = Allocation.objects.filter(ended_at=None)
        return self.annotate(
            credited=summed(CreditNote.objects, "invoice", "total"),
            paid=summed(live, "invoice", "amount"),
            written_off=summed(WriteOff.objects, "invoice", "amount"),
        ).annotate(
            outstanding=F("total") - F("credited") - F("paid") - F("written_off"),
        )

    def owed(self) -> Self:
        """Those of which something is left to pay, with their sums."""
        return self.with_sums().filter(outstanding__gt=0)

    def part(self, show: str) -> Self:
        """One part of the list: owed, overdue, settled, credited, written_off, all; with sums."""
        rows = self.with_sums()
        if show == "owed":
            return rows.filter(outstanding__gt=0)
        if show == "overdue":
            return rows.filter(outstanding__gt=0, due_on__lt=dates.today())
        if show == "settled":
            return rows.filter(outstanding=0)
        if show in ("credited", "written_off"):
            return rows.filter(**{f"{show}__gt": 0})
        return rows

    def by_age(self, on: dt.date) -> dict[str, Decimal]:
        """What is owed, by how long it is overdue on a day: keys of AGES."""
        rows = self.owed().annotate(age=_age(on)).order_by().values("age")
        found = dict(rows.annotate(sum=Sum("outstanding")).values_list("age", "sum"))
        return {key: found.get(key, Decimal(0)) for key, _ in AGES}


AGES = (
    ("due", "Not due yet"),
    ("30", "Up to 30 days late"),
    ("60", "31 to 60 days late"),
    ("90", "61 to 90 days late"),
    ("old", "More than 90 days late"),
)


def _age(on: dt.date) -> Case:
    return Case(
        When(due_on__gte=on, then=Value("due")),
        When(due_on__gte=on - dt.timedelta(days=30), then=Value("30")),
        When(due_on__gte=on - dt.timedelta(days=60), then=Value("60")),
        When(due_on__gte=on - dt.timedelta(days=90), then=Value("90")),
        default=Value("old"),
        output_field=models.CharField(),
    )


def of_age(key: str, on: dt.date) -> Q:
    """Return the condition of one of AGES on a day."""
    days = {"due": (None, 0), "30": (1, 30), "60": (31, 60), "90": (61, 90), "old": (91, None)}
    least, most = days[key]
    if least is None:
        return Q(due_on__gte=on)
    found = Q(due_on__lte=on - dt.timedelta(days=least))
    return found & Q(due_on__gte=on - dt.timedelta(days=most)) if most else found


class PaymentQuerySet(AccountQuerySet):
    """Payments."""

    def with_sums(self) -> Self:
        """Each with `allocated`, `refunded`, `counted`, and `spare`: what pays nothing yet.

        `counted` is what it is on the account with: all of it, but of a payment from before the
        scheme used this only what was put or paid back. The rest paid what was asked for then.
        """
        from .models import Allocation, Refund  # the models module imports this one

        live = Allocation.objects.filter(ended_at=None)
        return self.annotate(
            allocated=summed(live, "payment", "amount"),
            refunded=summed(Refund.objects, "payment", "amount"),
        ).annotate(
            counted=models.Case(
                models.When(made_at=None, then=F("allocated") + F("refunded")),
                default=F("amount"),
            ),
            spare=F("counted") - F("allocated") - F("refunded"),
        )

    def part(self, show: str) -> Self:
        """One part of the list: spare, put to invoices, paid back, or all; with sums."""
        column = {"spare": "spare", "put": "allocated", "back": "refunded"}.get(show)
        rows = self.with_sums()
        return rows.filter(**{f"{column}__gt": 0}) if column else rows
