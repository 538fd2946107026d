"""What members owe and pay. Pounds, Decimal."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from .member import Member


class Subscription(models.Model):
    """A member's year, at the fee that was agreed (not today's price list)."""

    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="subscriptions", db_comment="Whose"
    )
    starts_on = models.DateField(db_comment="First day covered")
    ends_on = models.DateField(db_comment="Last day covered")
    fee = models.DecimalField(
        max_digits=9,
        decimal_places=2,
        validators=[MinValueValidator(Decimal(0))],
        db_comment="Agreed fee for the period, pounds",
    )

    class Meta:
        db_table_comment = "Subscriptions: member, period, agreed fee"
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                name="subscription_period", condition=Q(ends_on__gte=F("starts_on"))
            ),
            models.CheckConstraint(name="subscription_fee", condition=Q(fee__gte=0)),
            models.UniqueConstraint(fields=["member", "starts_on"], name="subscription_start"),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.starts_on} to {self.ends_on}"


class Payment(models.Model):
    """Money received from a member."""

    class Method(models.TextChoices):
        BANK = "bank", "Bank transfer"
        CARD = "card", "Card"
        CHEQUE = "cheque", "Cheque"
        CASH = "cash", "Cash"

    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="payments", db_comment="From whom"
    )
    subscription = models.ForeignKey(
        Subscription,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="payments",
        db_comment="For which subscription",
    )
    received_on = models.DateField(db_comment="Day the money arrived")
    amount = models.DecimalField(max_digits=9, decimal_places=2, db_comment="Pounds received")
    method = models.CharField(max_length=8, choices=Method, db_comment="How it was paid")
    reference = models.CharField(max_length=60, blank=True, db_comment="Bank or card reference")

    class Meta:
        db_table_comment = "Payments received"
        ordering = ["-received_on"]
        constraints = [models.CheckConstraint(name="payment_amount", condition=Q(amount__gt=0))]
        indexes = [models.Index(fields=["received_on"], name="payment_by_day")]

    def __str__(self) -> str:
        return f"{self.amount} from {self.member} on {self.received_on}"
