"""The Top 10: who is on it, why, and who was."""

from django.db import models
from django.db.models import Q

from members.models import User

from .change import notes_gallery_change
from .subject import Subject


class TopTenChoice(models.Model):
    """The manager's word over the score: pinned to the list, or kept off it, with a reason."""

    class Kind(models.TextChoices):
        PINNED = "pinned", "Pinned"
        REMOVED = "removed", "Kept off"

    subject = models.ForeignKey(
        Subject, on_delete=models.CASCADE, related_name="top_ten_choices", db_comment="Whom"
    )
    kind = models.CharField(max_length=8, choices=Kind, db_comment="Pinned or kept off")
    reason = models.CharField(max_length=300, db_comment="Why")
    chosen_at = models.DateTimeField(auto_now_add=True, db_comment="When")
    chosen_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="By whom"
    )
    ended_at = models.DateTimeField(null=True, blank=True, db_comment="When it was lifted")
    ended_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who lifted it",
    )

    class Meta:
        db_table_comment = "Subjects pinned to the Top 10 or kept off it"
        ordering = ["-chosen_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject"], condition=Q(ended_at=None), name="top_ten_choice_once"
            ),
            models.CheckConstraint(
                name="top_ten_choice_end_whole",
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} {self.kind}"


class TopTenPlace(models.Model):
    """That a subject stood on the Top 10 for some time, at which place and with which score."""

    SIZE = 10

    subject = models.ForeignKey(
        Subject, on_delete=models.CASCADE, related_name="top_ten_places", db_comment="Who"
    )
    rank = models.PositiveSmallIntegerField(db_comment="1 to 10")
    score = models.PositiveIntegerField(db_comment="Harm score when the place was taken")
    parts = models.JSONField(db_comment="What the score is made of")
    pinned = models.BooleanField(default=False, db_comment="There because the manager said so")
    since = models.DateTimeField(db_comment="From when")
    until = models.DateTimeField(null=True, blank=True, db_comment="Until when; null: now")

    class Meta:
        db_table_comment = "The Top 10 and its history"
        triggers = [notes_gallery_change()]
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject"], condition=Q(until=None), name="top_ten_once"
            ),
            models.UniqueConstraint(fields=["rank"], condition=Q(until=None), name="top_ten_rank"),
            models.CheckConstraint(name="top_ten_size", condition=Q(rank__gte=1, rank__lte=10)),
        ]

    def __str__(self) -> str:
        return f"{self.rank}: {self.subject_id}"
