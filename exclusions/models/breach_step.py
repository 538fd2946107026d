"""What was done about a breach. The breach itself is derived, never kept."""

import uuid

import pgtrigger
from django.db import models

from incidents.models import Report
from members.models import User

from .notice import Notice


class BreachStep(models.Model):
    """A step that somebody took after an excluded person was on a member's premises."""

    class Kind(models.TextChoices):
        TOLD_POLICE = "told_police", "Told the police"
        EVIDENCE = "evidence", "Asked for evidence"
        NONE = "none", "Recorded, no further step"

    notice = models.ForeignKey(
        Notice, on_delete=models.PROTECT, related_name="breach_steps", db_comment="Notice broken"
    )
    report = models.ForeignKey(
        Report, on_delete=models.PROTECT, related_name="breach_steps", db_comment="What tells of it"
    )
    client_id = models.UUIDField(
        unique=True, default=uuid.uuid4, db_comment="Made by the form; a repeated send finds it"
    )
    kind = models.CharField(max_length=12, choices=Kind, db_comment="Which step")
    words = models.CharField(
        max_length=300, blank=True, db_comment="Who was told or asked; a police reference"
    )
    taken_at = models.DateTimeField(db_comment="When it was recorded")
    taken_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who recorded it"
    )

    class Meta:
        db_table_comment = "Steps taken after breaches of exclusion notices; append-only"
        ordering = ["taken_at", "pk"]
        indexes = [models.Index(fields=["report", "notice"], name="breach_step_of")]
        triggers = [
            pgtrigger.Protect(
                name="breach_step_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.notice_id}: {self.kind}"
