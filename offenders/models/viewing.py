"""How members look: when they were last in the gallery, and viewing that is out of the ordinary."""

from django.db import models
from django.db.models import F, Q

from common.wording import counted
from members.models import User
from offenders.querysets import UnusualViewingQuerySet

from .subject import Subject


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
    """Somebody looked at people in a way that asks for a question. The manager looks into it."""

    class Kind(models.TextChoices):
        MANY = "many", "Many in a short time"
        NIGHT = "night", "Many at night"
        SURNAME = "surname", "Same surname"
        LEAVING = "leaving", "Before leaving"

    kind = models.CharField(
        max_length=8, choices=Kind, default=Kind.MANY, db_comment="What was unusual"
    )
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="unusual_viewings", db_comment="Who"
    )
    began_at = models.DateTimeField(db_comment="First of these views")
    last_at = models.DateTimeField(db_comment="Last of these views so far")
    profiles = models.PositiveIntegerField(db_comment="How many different subjects")
    copies = models.PositiveIntegerField(
        default=0,
        db_comment="How often something was printed, exported or downloaded, if it counts",
    )
    subject = models.ForeignKey(
        Subject,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who bears the viewer's surname; null: it is about several",
    )
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
        db_table_comment = "Viewing that is out of the ordinary, for the manager to look into"
        ordering = ["-last_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "began_at", "subject"],
                nulls_distinct=False,
                name="unusual_viewing_once",
            ),
            models.CheckConstraint(
                name="unusual_subject_by_surname",
                condition=Q(kind="surname", subject__isnull=False)
                | (~Q(kind="surname") & Q(subject=None)),
            ),
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
        return f"{self.user_id}: {self.kind}, {self.profiles}"

    @property
    def words(self) -> str:
        """Who did what, in a sentence without an end. It names no subject."""
        name, people = self.user.name, counted(self.profiles, "person", "people")
        if self.kind == self.Kind.NIGHT:
            return f"{name} opened {people} at night"
        if self.kind == self.Kind.SURNAME:
            return f"{name} opened somebody with the same surname"
        if self.kind == self.Kind.LEAVING:
            took = f" and took {counted(self.copies, 'copy', 'copies')}" if self.copies else ""
            return f"{name} opened {people}{took} in the week before leaving"
        return f"{name} opened {people}"
