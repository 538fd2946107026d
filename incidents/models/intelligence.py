"""Intelligence reports, graded 3x5x2 (College of Policing, Authorised Professional Practice)."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q

from common import dates
from incidents.querysets import IntelligenceQuerySet
from members.audience import WithAudience
from members.models import Area, Member, User
from offenders.models import Subject

from .report import Report


class IntelligenceReport(WithAudience):
    """Information somebody gave. Who gave it is for the manager's eyes alone."""

    class Source(models.TextChoices):
        RELIABLE = "1", "1 Reliable"
        UNTESTED = "2", "2 Untested"
        NOT_RELIABLE = "3", "3 Not reliable"

    class Assessment(models.TextChoices):
        DIRECT = "A", "A Known directly to the source"
        CORROBORATED = "B", "B Known indirectly, but corroborated"
        INDIRECT = "C", "C Known indirectly"
        NOT_KNOWN = "D", "D Not known"
        FALSE = "E", "E Suspected to be false"

    class Handling(models.TextChoices):
        PERMITTED = "P", "P Lawful sharing permitted"
        CONDITIONS = "C", "C Lawful sharing permitted with conditions"

    class Status(models.TextChoices):
        SUBMITTED = "submitted", "Waiting to be graded"
        GRADED = "graded", "Graded"
        REJECTED = "rejected", "Not taken up"

    ref = models.CharField(max_length=20, unique=True, db_comment="E.g. INT-2026-00004")
    client_id = models.UUIDField(
        unique=True, default=uuid.uuid4, db_comment="Made by the form; a repeated send finds it"
    )
    text = models.TextField(max_length=4000, db_comment="The information as it was given")
    source_words = models.CharField(
        max_length=200, blank=True, db_comment="Who it came from; the manager's eyes alone"
    )
    area = models.ForeignKey(
        Area,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Area it is about",
    )
    subjects: "models.ManyToManyField[Subject, models.Model]" = models.ManyToManyField(
        Subject, blank=True, related_name="intelligence"
    )
    reports: "models.ManyToManyField[Report, models.Model]" = models.ManyToManyField(
        Report, blank=True, related_name="intelligence"
    )
    submitted_at = models.DateTimeField(db_comment="When it was given")
    submitted_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        related_name="+",
        db_comment="Who gave it; the manager's eyes alone",
    )
    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="+", db_comment="That user's member"
    )
    status = models.CharField(
        max_length=10, choices=Status, default=Status.SUBMITTED, db_comment="Where it stands"
    )
    source_evaluation = models.CharField(
        max_length=1, choices=Source, blank=True, db_comment="3x5x2: the source, 1 to 3"
    )
    assessment = models.CharField(
        max_length=1, choices=Assessment, blank=True, db_comment="3x5x2: the information, A to E"
    )
    handling = models.CharField(
        max_length=1, choices=Handling, blank=True, db_comment="3x5x2: handling code, P or C"
    )
    conditions = models.CharField(
        max_length=500, blank=True, db_comment="Conditions of sharing, for handling code C"
    )
    graded_at = models.DateTimeField(null=True, blank=True, db_comment="When it was decided")
    graded_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who graded it",
    )
    review_note = models.CharField(max_length=500, blank=True, db_comment="Answer to the giver")
    review_on = models.DateField(
        null=True, blank=True, db_comment="Day to decide whether it is still needed"
    )
    shared_text = models.TextField(
        max_length=4000,
        blank=True,
        db_comment="Words shared: nothing that points to the source",
    )
    shared_at = models.DateTimeField(null=True, blank=True, db_comment="When it was shared")
    shared_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who shared it",
    )
    shared_until = models.DateField(
        null=True, blank=True, db_comment="Last day its audience sees it"
    )
    withdrawn_at = models.DateTimeField(
        null=True, blank=True, db_comment="When sharing was ended; null: not ended"
    )
    revision = models.PositiveIntegerField(
        default=1, db_comment="Grows with each change; a form from an older one is refused"
    )

    objects = IntelligenceQuerySet.as_manager()

    class Meta:
        db_table_comment = "Intelligence reports graded 3x5x2"
        ordering = ["-submitted_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="intelligence_graded_whole",
                condition=Q(status="submitted", graded_at=None, graded_by=None)
                | Q(status="rejected", graded_at__isnull=False, graded_by__isnull=False)
                | (
                    Q(status="graded", graded_at__isnull=False, graded_by__isnull=False)
                    & ~Q(source_evaluation="")
                    & ~Q(assessment="")
                    & ~Q(handling="")
                ),
                violation_error_message="Grade the source, the information and the handling.",
            ),
            models.CheckConstraint(
                name="intelligence_code_c_has_conditions",
                condition=~Q(handling="C") | ~Q(conditions=""),
                violation_error_message="Handling code C needs its conditions written down.",
            ),
            models.CheckConstraint(
                name="intelligence_shared_whole",
                condition=Q(shared_at=None, shared_by=None, shared_until=None)
                | (
                    Q(
                        status="graded",
                        shared_at__isnull=False,
                        shared_by__isnull=False,
                        shared_until__isnull=False,
                    )
                    & ~Q(shared_text="")
                ),
                violation_error_message="Only graded intelligence with its own words is shared.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["submitted_at"],
                condition=Q(status="submitted"),
                name="intelligence_to_grade",
            ),
            models.Index(fields=["submitted_by", "-submitted_at"], name="intelligence_by_giver"),
            models.Index(fields=["-shared_at"], name="intelligence_by_sharing"),
        ]
        triggers = [
            # What was given stays as it was given.
            pgtrigger.Protect(
                name="as_given",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("text", "source_words", "submitted_by", "member"),
            )
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def is_shared(self) -> bool:
        """Whether its audience sees it today."""
        if self.shared_at is None or self.withdrawn_at or self.shared_until is None:
            return False
        return self.shared_until >= dates.today()

    @property
    def grade(self) -> str:
        """The three codes as they are spoken, such as 2C P; empty before it is graded."""
        return f"{self.source_evaluation}{self.assessment} {self.handling}".strip()
