"""Complaints about how the scheme handles data, or about what it did."""

import uuid

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from common import dates
from members.models import User

from .request import How


class ComplaintQuerySet(models.QuerySet["Complaint"]):
    """Complaints."""

    def visible_to(self, user: User) -> "ComplaintQuerySet":
        """All for the Intelligence Manager, none for anybody else."""
        return self if user.is_intel else self.none()

    def open(self) -> "ComplaintQuerySet":
        """Those of which the person is yet to be told the outcome, the first to act on first."""
        return self.filter(told_on=None).order_by("acknowledged_on", "acknowledge_by", "pk")


class Complaint(models.Model):
    """A complaint: acknowledged within 30 days, looked into, answered (behaviour 36)."""

    class About(models.TextChoices):
        DATA = "data", "How personal data is handled"
        DECISION = "decision", "A decision of the scheme"
        CONDUCT = "conduct", "How somebody behaved"
        OTHER = "other", "Something else"

    class Outcome(models.TextChoices):
        UPHELD = "upheld", "Upheld"
        PARTLY = "partly", "Upheld in part"
        NOT_UPHELD = "not_upheld", "Not upheld"
        WITHDRAWN = "withdrawn", "Taken back by the person"

    ref = models.CharField(max_length=20, unique=True, db_comment="E.g. CMP-2026-0001")
    client_id = models.UUIDField(
        unique=True, default=uuid.uuid4, db_comment="Made by the form; a repeated send finds it"
    )
    about = models.CharField(max_length=8, choices=About, db_comment="What it is about")
    complainant = models.CharField(max_length=300, db_comment="Who complains, and where to answer")
    subject_refs = ArrayField(
        models.CharField(max_length=12),
        default=list,
        blank=True,
        db_comment="References of the subjects whose records it concerns",
    )
    received_on = models.DateField(db_comment="Day it came in")
    received_how = models.CharField(max_length=8, choices=How, db_comment="How it came in")
    words = models.TextField(max_length=6000, db_comment="What they say")
    recorded_at = models.DateTimeField(db_comment="When it was recorded")
    recorded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who recorded it"
    )
    acknowledge_by = models.DateField(db_comment="Last day to say that it came in: 30 days")
    acknowledged_on = models.DateField(null=True, blank=True, db_comment="Day that was said")
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True, db_comment="Empty: open")
    reasons = models.TextField(max_length=4000, blank=True, db_comment="Why; they are told")
    decided_at = models.DateTimeField(null=True, blank=True, db_comment="When it was decided")
    decided_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who decided it",
    )
    told_on = models.DateField(null=True, blank=True, db_comment="Day they were told the outcome")
    forgotten_at = models.DateTimeField(
        null=True, blank=True, db_comment="When names and words were taken out of it"
    )
    revision = models.PositiveIntegerField(
        default=1, db_comment="Grows with each change; a form from an older one is refused"
    )

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        db_table_comment = "Complaints, and what became of each"
        ordering = ["-received_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="complaint_dates_in_order",
                condition=(Q(acknowledged_on=None) | Q(acknowledged_on__gte=F("received_on")))
                & (
                    Q(told_on=None)
                    | Q(told_on__gte=F("received_on"), acknowledged_on__isnull=False)
                ),
                violation_error_message="This day is before it came in, or was acknowledged.",
            ),
            models.CheckConstraint(
                name="complaint_outcome_whole",
                condition=Q(outcome="", reasons="", decided_at=None, decided_by=None, told_on=None)
                | (
                    Q(decided_at__isnull=False, decided_by__isnull=False)
                    & ~Q(outcome="")
                    & ~Q(reasons="")
                ),
                violation_error_message="An outcome needs its reasons.",
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def is_open(self) -> bool:
        """Whether it is still to be decided."""
        return not self.outcome

    @property
    def is_late(self) -> bool:
        """Whether it should have been acknowledged by now."""
        return self.acknowledged_on is None and self.acknowledge_by < dates.today()

    @property
    def state_words(self) -> str:
        """Where it stands, in words."""
        if self.acknowledged_on is None:
            return f"To be acknowledged by {dates.short_date(self.acknowledge_by)}"
        if self.is_open:
            return "Being looked into"
        return f"{self.get_outcome_display()}{'' if self.told_on else ', to be told'}"


class ComplaintStep(models.Model):
    """Something that was done to look into a complaint."""

    complaint = models.ForeignKey(
        Complaint, on_delete=models.CASCADE, related_name="steps", db_comment="Which complaint"
    )
    on = models.DateField(db_comment="Day it was done")
    words = models.CharField(max_length=1000, db_comment="What was done, and found")
    recorded_at = models.DateTimeField(db_comment="When it was noted")
    recorded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who noted it"
    )

    class Meta:
        db_table_comment = "Steps taken about complaints; UPDATE is refused"
        ordering = ["on", "pk"]
        triggers = [pgtrigger.Protect(name="complaint_step_frozen", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.complaint_id}: {self.on}"
