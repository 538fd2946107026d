"""Merging: two records that are one person, kept so that it can be undone."""

from django.db import models
from django.db.models import F, Q

from members.models import User

from .subject import Subject


class SubjectMerge(models.Model):
    """That one record became part of another: what was moved, what each said before."""

    kept = models.ForeignKey(
        Subject, on_delete=models.PROTECT, related_name="merges", db_comment="The one that stays"
    )
    gone = models.ForeignKey(
        Subject, on_delete=models.PROTECT, related_name="+", db_comment="Its reference leads on"
    )
    reason = models.CharField(max_length=300, db_comment="Why they are one person")
    before = models.JSONField(db_comment="Fields of the one that stays, as they were before")
    moved = models.JSONField(db_comment="Keys of the rows that were moved, by kind")
    merged_at = models.DateTimeField(auto_now_add=True, db_comment="When")
    merged_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="By whom"
    )
    undone_at = models.DateTimeField(null=True, blank=True, db_comment="When it was taken back")
    undone_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who took it back",
    )

    class Meta:
        db_table_comment = "Merges of two records of one person"
        ordering = ["-merged_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["gone"], condition=Q(undone_at=None), name="merged_once"
            ),
            models.CheckConstraint(name="merge_of_two", condition=~Q(kept=F("gone"))),
            models.CheckConstraint(
                name="merge_undone_whole",
                condition=Q(undone_at=None, undone_by=None)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gone_id} into {self.kept_id}"


class DifferentPeople(models.Model):
    """That two records are not one person: never suggested as a double again."""

    first = models.ForeignKey(
        Subject, on_delete=models.CASCADE, related_name="+", db_comment="One, the lower key"
    )
    second = models.ForeignKey(
        Subject, on_delete=models.CASCADE, related_name="+", db_comment="The other"
    )
    said_at = models.DateTimeField(auto_now_add=True, db_comment="When")
    said_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who said so"
    )

    class Meta:
        db_table_comment = "Pairs of records that are two people, as the manager decided"
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="different_once"),
            models.CheckConstraint(name="different_in_order", condition=Q(first__lt=F("second"))),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} is not {self.second_id}"
