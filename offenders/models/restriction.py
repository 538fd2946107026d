"""What holds a subject's publication: a request about it that is open, or that was granted."""

from django.db import models
from django.db.models import Q

from members.models import User
from offenders.querysets import RestrictionQuerySet

from .change import notes_gallery_change
from .subject import Subject


class Restriction(models.Model):
    """Members see nothing of a subject: no profile, photo, bulletin entry, alert or intelligence.

    What was published stays as it is, and is seen again once this ends. A notice in force goes on
    being listed by its reference; its face and name are shown only where a reason is recorded.
    """

    subject = models.ForeignKey(
        Subject, on_delete=models.CASCADE, related_name="restrictions", db_comment="Whose record"
    )
    because = models.CharField(max_length=20, db_comment="Reference of the request: RGT-2026-0001")
    since = models.DateTimeField(db_comment="From when members see nothing")
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who recorded the request"
    )
    shown_until = models.DateField(
        null=True,
        blank=True,
        db_comment="Members see them all the same through this day: a notice in force; null: no",
    )
    shown_because = models.CharField(
        max_length=500, blank=True, db_comment="Why they must be recognised meanwhile"
    )
    shown_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who decided that",
    )
    ended_at = models.DateTimeField(null=True, blank=True, db_comment="When it ended")
    ended_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who ended it",
    )

    objects = RestrictionQuerySet.as_manager()

    class Meta:
        db_table_comment = "Requests that hold the publication of subjects"
        triggers = [notes_gallery_change()]
        ordering = ["-since", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "because"],
                name="restriction_once",
                violation_error_message="This request holds the record already.",
            ),
            models.CheckConstraint(
                name="restriction_end_whole",
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
            models.CheckConstraint(
                name="restriction_shown_whole",
                condition=Q(shown_until=None) | (Q(shown_by__isnull=False) & ~Q(shown_because="")),
                violation_error_message="Say why members must recognise them meanwhile.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["subject"], condition=Q(ended_at=None), name="restriction_standing"
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} by {self.because}"
