"""Lines of the bank's statement: money that came in, until it is somebody's payment."""

import uuid

from django.db import models
from django.db.models import Q

from .money import Payment
from .user import User


class BankLine(models.Model):
    """Money in, as the bank's file has it. It becomes a payment, or is nothing of a member's."""

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, db_comment="Name in addresses")
    fingerprint = models.CharField(
        max_length=64,
        unique=True,
        db_comment="SHA-256 of day, amount, words and how many the same came before it",
    )
    on = models.DateField(db_comment="Day of the bank")
    words = models.CharField(max_length=300, db_comment="What the bank says about it")
    amount = models.DecimalField(max_digits=9, decimal_places=2, db_comment="Pounds that came in")
    made_at = models.DateTimeField(db_comment="When the file was read")
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who sent the file"
    )
    payment = models.OneToOneField(
        Payment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="bank_line",
        db_comment="The payment it is; null: not yet, or never",
    )
    set_aside_at = models.DateTimeField(
        null=True, blank=True, db_comment="When it was found to be nothing of a member's"
    )
    set_aside_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who found so",
    )
    set_aside_words = models.CharField(max_length=200, blank=True, db_comment="What it is instead")

    class Meta:
        db_table_comment = "Lines of bank statements that brought money in"
        ordering = ["-on", "pk"]
        constraints = [
            models.CheckConstraint(name="bank_line_in", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="bank_line_aside_whole",
                condition=Q(set_aside_at=None, set_aside_by=None, set_aside_words="")
                | Q(set_aside_at__isnull=False, set_aside_by__isnull=False, payment=None)
                & ~Q(set_aside_words=""),
                violation_error_message="Write what it is instead.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["on"],
                condition=Q(payment=None, set_aside_at=None),
                name="bank_line_to_match",
            )
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.amount}"
