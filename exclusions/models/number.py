"""Numbers of notices given out to a member, to be served by it on the spot."""

from django.db import models
from django.db.models import F, Q

from members.models import Member, User

from .notice import Notice


class SpotNumber(models.Model):
    """A number on a blank notice that a member holds. Used once, or taken back; never again."""

    ref = models.CharField(max_length=20, unique=True, db_comment="E.g. EXC-2026-0009")
    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="spot_numbers", db_comment="Who holds it"
    )
    issued_at = models.DateTimeField(db_comment="When it was given out")
    issued_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who gave it out"
    )
    notice = models.OneToOneField(
        Notice,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="spot_number",
        db_comment="The notice it became",
    )
    voided_at = models.DateTimeField(null=True, blank=True, db_comment="When it was taken back")
    voided_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who took it back",
    )
    voided_reason = models.CharField(max_length=200, blank=True, db_comment="Why")

    class Meta:
        db_table_comment = "Numbers on blank notices that members hold"
        ordering = ["ref"]
        constraints = [
            models.CheckConstraint(
                name="number_used_or_void",
                condition=Q(voided_at=None, voided_by=None, voided_reason="")
                | Q(
                    notice=None,
                    voided_at__isnull=False,
                    voided_at__gte=F("issued_at"),
                    voided_by__isnull=False,
                ),
                violation_error_message="This number was used.",
            )
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def is_free(self) -> bool:
        """Whether it can still be used."""
        return self.notice_id is None and self.voided_at is None
