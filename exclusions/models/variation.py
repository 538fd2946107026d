"""Variations: a notice that ends sooner, or lets the person do something all the same."""

import pgtrigger
from django.db import models
from django.db.models import Q

from members.models import User

from .notice import Notice


class NoticeVariation(models.Model):
    """One variation. It only ever eases a notice: longer takes a new notice on new grounds."""

    notice = models.ForeignKey(
        Notice, on_delete=models.PROTECT, related_name="variations", db_comment="Which notice"
    )
    made_at = models.DateTimeField(db_comment="When; it holds from then on")
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who recorded it"
    )
    authority = models.CharField(
        "On whose authority", max_length=200, db_comment="Who decided it, such as the Board"
    )
    reason = models.CharField("Why", max_length=500, db_comment="Why; never shown to members")
    ends_before = models.DateField(
        null=True, blank=True, db_comment="Last day it had until then; null: not changed"
    )
    ends_on = models.DateField(
        null=True, blank=True, db_comment="Last day it has from then on; null: not changed"
    )
    allowed = models.CharField(
        "What is allowed all the same",
        max_length=500,
        blank=True,
        db_comment="What the person may do all the same; members read it",
    )

    class Meta:
        db_table_comment = "Variations of exclusion notices; append-only"
        ordering = ["made_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="variation_says_something",
                condition=Q(ends_on__isnull=False) | ~Q(allowed=""),
                violation_error_message="Choose an earlier last day, or say what is allowed.",
            ),
            models.CheckConstraint(
                name="variation_only_sooner",
                condition=Q(ends_on=None, ends_before=None)
                | Q(
                    ends_on__isnull=False,
                    ends_before__isnull=False,
                    ends_on__lt=models.F("ends_before"),
                ),
                violation_error_message="A variation can only end a notice sooner.",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="variation_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} at {self.made_at}"
