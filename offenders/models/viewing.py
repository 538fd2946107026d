"""How members look: when they were last in the gallery, and viewing that is out of the ordinary."""

from django.db import models
from django.db.models import F, Q

from members.models import User
from offenders.querysets import UnusualViewingQuerySet


class GalleryVisit(models.Model):
    """When a user was last in the gallery, so that "new" means new to them."""

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, primary_key=True, related_name="+", db_comment="Who"
    )
    began_at = models.DateTimeField(db_comment="When this visit began")
    last_at = models.DateTimeField(db_comment="Last look of this visit")
    before_at = models.DateTimeField(
        null=True, blank=True, db_comment="Last look of the visit before; null: this is the first"
    )

    class Meta:
        db_table_comment = "Last visits of users to the gallery"

    def __str__(self) -> str:
        return f"{self.user_id} at {self.last_at}"


class ViewingWatch(models.Model):
    """Up to when the log was looked through for unusual viewing. One row; locked while at it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, db_comment="Always 1")
    checked_until = models.DateTimeField(null=True, db_comment="Views up to then were looked at")

    class Meta:
        db_table_comment = "How far the log was looked through for unusual viewing"
        constraints = [models.CheckConstraint(name="viewing_watch_one", condition=Q(pk=1))]

    def __str__(self) -> str:
        return f"until {self.checked_until}"


class UnusualViewing(models.Model):
    """Somebody opened more profiles in a short time than the job asks for. The manager looks."""

    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="unusual_viewings", db_comment="Who"
    )
    began_at = models.DateTimeField(db_comment="First of these views")
    last_at = models.DateTimeField(db_comment="Last of these views so far")
    profiles = models.PositiveIntegerField(db_comment="How many different subjects")
    noted_at = models.DateTimeField(auto_now_add=True, db_comment="When it was noticed")
    answer = models.CharField(max_length=300, blank=True, db_comment="What the manager found")
    answered_at = models.DateTimeField(null=True, blank=True, db_comment="When")
    answered_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who looked into it",
    )

    objects = UnusualViewingQuerySet.as_manager()

    class Meta:
        db_table_comment = "Viewing of many profiles in a short time, for the manager to look into"
        ordering = ["-last_at"]
        constraints = [
            models.UniqueConstraint(fields=["user", "began_at"], name="unusual_viewing_once"),
            models.CheckConstraint(
                name="unusual_answer_whole",
                condition=Q(answered_at=None, answered_by=None, answer="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="")),
            ),
            models.CheckConstraint(
                name="unusual_answered_by_another",
                condition=Q(answered_by=None) | ~Q(answered_by=F("user")),
                violation_error_message="Somebody else must look into your own viewing.",
            ),
        ]
        indexes = [
            models.Index(fields=["-last_at"], condition=Q(answered_at=None), name="unusual_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.profiles}"
