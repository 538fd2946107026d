"""What is asked by the schedule, and what was agreed with members. Pounds, Decimal."""

from decimal import Decimal

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from members.money_querysets import SubscriptionQuerySet

from .member import Member
from .user import User

NOTHING = Decimal(0)


class Days(models.Func):
    """The days from one to another, both counted, as a range."""

    function = "daterange"
    template = "%(function)s(%(expressions)s, '[]')"
    output_field = DateRangeField()


class FeeRate(models.Model):
    """A line of the fee schedule: what something costs a year from a day on, before VAT.

    The newest that has begun holds; one for a sector goes before one for all.
    """

    class Item(models.TextChoices):
        MEMBERSHIP = "membership", "Membership"
        RADIO = "radio", "Radio rental, each"

    item = models.CharField(max_length=10, choices=Item, db_comment="What is paid for")
    kind = models.CharField(
        max_length=12, choices=Member.Kind, db_comment="For members of this kind"
    )
    sector = models.CharField(
        max_length=16,
        choices=Member.Sector,
        blank=True,
        db_comment="For this sector only; empty: for all that have no line of their own",
    )
    starts_on = models.DateField(db_comment="First day on which it is asked")
    amount = models.DecimalField(
        max_digits=9, decimal_places=2, db_comment="Pounds a year, before VAT"
    )
    made_at = models.DateTimeField(db_comment="When it was entered")
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who entered it"
    )

    class Meta:
        db_table_comment = "The fee schedule; what was agreed stands with each subscription"
        ordering = ["item", "kind", "sector", "-starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "kind", "sector", "starts_on"],
                name="fee_rate_day",
                violation_error_message="There is a fee from that day already.",
            ),
            models.CheckConstraint(name="fee_rate_amount", condition=Q(amount__gte=0)),
        ]
        triggers = [pgtrigger.Protect(name="fee_rate_frozen", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.get_item_display()} {self.amount} from {self.starts_on}"


class VatRate(models.Model):
    """The rate of VAT the scheme charges from a day on; 0 while it isn't registered."""

    starts_on = models.DateField(unique=True, db_comment="First day on which it is charged")
    percent = models.DecimalField(max_digits=5, decimal_places=2, db_comment="Per cent")
    made_at = models.DateTimeField(db_comment="When it was entered")
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who entered it"
    )

    class Meta:
        db_table_comment = "Rates of VAT, by day; each line of an invoice keeps its own"
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(name="vat_percent", condition=Q(percent__gte=0, percent__lt=100))
        ]
        triggers = [pgtrigger.Protect(name="vat_rate_frozen", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.percent}% from {self.starts_on}"


class Subscription(models.Model):
    """A member's time, at the fee that was agreed (not today's price list)."""

    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="subscriptions", db_comment="Whose"
    )
    starts_on = models.DateField(db_comment="First day covered")
    ends_on = models.DateField(db_comment="Last day covered")
    list_fee = models.DecimalField(
        max_digits=9,
        decimal_places=2,
        default=NOTHING,
        db_comment="What the schedule asked for these days, before VAT",
    )
    discount = models.DecimalField(
        max_digits=9, decimal_places=2, default=NOTHING, db_comment="Pounds off the fee"
    )
    discount_words = models.CharField(max_length=200, blank=True, db_comment="Why so much off")
    fee = models.DecimalField(
        max_digits=9, decimal_places=2, db_comment="Agreed fee for these days, before VAT"
    )
    radios = models.PositiveSmallIntegerField(default=0, db_comment="How many radios are rented")
    rental = models.DecimalField(
        max_digits=9,
        decimal_places=2,
        default=NOTHING,
        db_comment="Agreed radio rental for these days, before VAT",
    )
    agreed_at = models.DateTimeField(null=True, blank=True, db_comment="When it was entered")
    agreed_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who entered it",
    )

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        db_table_comment = "Subscriptions: member, days, what was agreed"
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                name="subscription_period",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message="The last day is before the first.",
            ),
            models.CheckConstraint(
                name="subscription_amounts",
                condition=Q(fee__gte=0, rental__gte=0, discount__gte=0, list_fee__gte=0),
                violation_error_message="Enter amounts of £0 or more.",
            ),
            ExclusionConstraint(
                name="subscription_one_at_a_time",
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    (Days("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message="Another subscription covers some of these days.",
            ),
        ]
        indexes = [models.Index(fields=["ends_on"], name="subscription_by_end")]

    def __str__(self) -> str:
        return f"{self.member} {self.starts_on} to {self.ends_on}"

    @property
    def total(self) -> Decimal:
        """What was agreed in all, before VAT."""
        return self.fee + self.rental


class RenewalReminder(models.Model):
    """That a member was told of the end of a subscription, each time once, or that it lapses."""

    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="reminders", db_comment="Of which"
    )
    days = models.SmallIntegerField(db_comment="Days before its end; less than 0: after it")
    sent_at = models.DateTimeField(db_comment="When it was queued")
    recipients = models.PositiveSmallIntegerField(db_comment="To how many addresses; 0: none held")

    class Meta:
        db_table_comment = "Reminders of renewals, each once"
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "days"],
                condition=Q(days__gte=0),
                name="renewal_reminder_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.subscription_id}: {self.days} days"
