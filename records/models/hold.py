"""What keeps a subject from being deleted for a time: holds, and deletions put off."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q

from members.models import User
from offenders.models import Subject


class HoldReason(models.TextChoices):
    """Why a record is held."""

    COURT = "court", "Court case or claim"
    POLICE = "police", "The police asked for it"
    REQUEST = "request", "A request or complaint is open"
    SAFEGUARDING = "safeguarding", "Somebody is at risk"
    OTHER = "other", "Something else"


class RetentionHold(models.Model):
    """A subject's record is kept past its day. It has an owner and a review day, and an end."""

    subject = models.ForeignKey(
        Subject, on_delete=models.PROTECT, related_name="holds", db_comment="Whose record"
    )
    client_id = models.UUIDField(
        unique=True, default=uuid.uuid4, db_comment="Made by the form; a repeated send finds it"
    )
    owner = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="holds", db_comment="Who answers for it"
    )
    reason = models.CharField(max_length=12, choices=HoldReason, db_comment="Why")
    words = models.CharField(max_length=500, db_comment="Why, in words")
    placed_at = models.DateTimeField(db_comment="When it was placed")
    placed_on = models.DateField(db_comment="London day of that: its ceiling counts from it")
    placed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who placed it"
    )
    review_on = models.DateField(db_comment="Day by which it is looked at again")
    revision = models.PositiveIntegerField(
        default=1, db_comment="Grows with each change; a form from an older one is refused"
    )
    ended_at = models.DateTimeField(null=True, blank=True, db_comment="When it was ended")
    ended_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who ended it",
    )
    ended_reason = models.CharField(max_length=300, blank=True, db_comment="Why it was ended")

    class Meta:
        db_table_comment = "Holds on subjects' records; an ended one stays while the record does"
        ordering = ["review_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject"],
                condition=Q(ended_at=None),
                name="hold_one_open",
                violation_error_message="This record is held already.",
            ),
            models.CheckConstraint(
                name="hold_end_whole",
                condition=Q(ended_at=None, ended_by=None, ended_reason="")
                | (Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(ended_reason="")),
                violation_error_message="Say why it ends.",
            ),
        ]
        indexes = [models.Index(fields=["review_on"], condition=Q(ended_at=None), name="hold_due")]

    def __str__(self) -> str:
        return f"{self.subject_id} until {self.review_on}"


class HoldRenewal(models.Model):
    """A hold was looked at and goes on, each time with a reason of its own."""

    hold = models.ForeignKey(
        RetentionHold, on_delete=models.CASCADE, related_name="renewals", db_comment="Which hold"
    )
    review_on = models.DateField(db_comment="Day by which it is looked at again")
    words = models.CharField(max_length=500, db_comment="Why it goes on")
    board_reason = models.CharField(
        max_length=500,
        blank=True,
        db_comment="Past the ceiling: what the Board decided, when and why",
    )
    renewed_at = models.DateTimeField(db_comment="When")
    renewed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who renewed it"
    )

    class Meta:
        db_table_comment = "Renewals of holds; UPDATE is refused"
        ordering = ["pk"]
        triggers = [pgtrigger.Protect(name="hold_renewal_frozen", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.hold_id} until {self.review_on}"


class Extension(models.Model):
    """The manager put a deletion off, once, because something new came in the last days."""

    subject = models.ForeignKey(
        Subject, on_delete=models.PROTECT, related_name="extensions", db_comment="Whose record"
    )
    due_on = models.DateField(db_comment="Day it would have been deleted by the rule")
    until = models.DateField(db_comment="Last day it is kept")
    words = models.CharField(max_length=500, db_comment="Why")
    made_at = models.DateTimeField(db_comment="When it was decided")
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who decided"
    )

    class Meta:
        db_table_comment = "Deletions that were put off, once for each day they were due"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "due_on"],
                name="extension_once",
                violation_error_message="This deletion was put off already: once, and no more.",
            ),
            models.CheckConstraint(
                name="extension_later", condition=Q(until__gte=models.F("due_on"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} until {self.until}"
