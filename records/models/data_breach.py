"""Breaches of data protection. (A breach of a notice is something else: exclusions.)"""

import datetime as dt
import uuid

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from common import dates
from members.models import User

HOURS = 72
"""So long after the scheme knows of a breach the regulator must (UK GDPR, article 33)."""


class DataBreachQuerySet(models.QuerySet["DataBreach"]):
    """Data breaches."""

    def visible_to(self, user: User) -> "DataBreachQuerySet":
        """All for the Intelligence Manager, none for anybody else."""
        return self if user.is_intel else self.none()

    def open(self) -> "DataBreachQuerySet":
        """Those not closed yet, the first to act on first."""
        return self.filter(closed_at=None).order_by("aware_at", "pk")


class DataBreach(models.Model):
    """Personal data was lost, altered, destroyed, or seen by who should not see it."""

    class Risk(models.TextChoices):
        UNKNOWN = "unknown", "Not known yet"
        UNLIKELY = "unlikely", "A risk to people is unlikely"
        RISK = "risk", "A risk to people"
        HIGH = "high", "A high risk to people"

    ref = models.CharField(max_length=20, unique=True, db_comment="E.g. DBR-2026-0001")
    client_id = models.UUIDField(
        unique=True, default=uuid.uuid4, db_comment="Made by the form; a repeated send finds it"
    )
    happened_on = models.DateField(null=True, blank=True, db_comment="Day it happened, if known")
    aware_at = models.DateTimeField(db_comment="When the scheme came to know; 72 hours from here")
    tell_by = models.DateTimeField(db_comment="Until when the regulator must be told: 72 hours")
    what = models.TextField(max_length=4000, db_comment="What happened, and how it was found")
    kinds = models.CharField(max_length=500, db_comment="Which kinds of data")
    people = models.CharField(max_length=500, db_comment="Whose, in words")
    people_count = models.PositiveIntegerField(
        null=True, blank=True, db_comment="How many people, as far as it is known"
    )
    risk = models.CharField(
        max_length=8, choices=Risk, default=Risk.UNKNOWN, db_comment="Risk to their rights"
    )
    harm = models.TextField(max_length=2000, blank=True, db_comment="What is likely to follow")
    measures = models.TextField(max_length=4000, blank=True, db_comment="What was done about it")
    recorded_at = models.DateTimeField(db_comment="When it was recorded")
    recorded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who recorded it"
    )
    regulator_at = models.DateTimeField(
        null=True, blank=True, db_comment="When the regulator was told"
    )
    regulator_ref = models.CharField(
        max_length=60, blank=True, db_comment="The regulator's reference"
    )
    late_because = models.CharField(
        max_length=500, blank=True, db_comment="Why it was told after the 72 hours"
    )
    regulator_not = models.CharField(
        max_length=500, blank=True, db_comment="Why the regulator is not told"
    )
    people_on = models.DateField(null=True, blank=True, db_comment="Day the people were told")
    people_how = models.CharField(max_length=500, blank=True, db_comment="How, and what was said")
    people_not = models.CharField(
        max_length=500, blank=True, db_comment="Why the people are not told"
    )
    lessons = models.TextField(max_length=2000, blank=True, db_comment="What is done otherwise now")
    closed_at = models.DateTimeField(null=True, blank=True, db_comment="When it was closed")
    closed_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who closed it",
    )
    revision = models.PositiveIntegerField(
        default=1, db_comment="Grows with each change; a form from an older one is refused"
    )

    objects = DataBreachQuerySet.as_manager()

    class Meta:
        db_table_comment = "Log of breaches of data protection, whether told to anybody or not"
        verbose_name_plural = "data breaches"
        ordering = ["-aware_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="data_breach_72_hours",
                condition=Q(tell_by=F("aware_at") + dt.timedelta(hours=HOURS)),
            ),
            models.CheckConstraint(
                name="data_breach_regulator",
                condition=Q(regulator_at=None, regulator_ref="", late_because="")
                | Q(regulator_at__gte=F("aware_at"), regulator_not=""),
                violation_error_message="The regulator is told, or it is said why not.",
            ),
            models.CheckConstraint(
                name="data_breach_late",
                condition=Q(regulator_at=None)
                | Q(regulator_at__lte=F("aware_at") + dt.timedelta(hours=HOURS))
                | ~Q(late_because=""),
                violation_error_message="Say why it was told after the 72 hours.",
            ),
            models.CheckConstraint(
                name="data_breach_people",
                condition=Q(people_on=None, people_how="") | (Q(people_not="") & ~Q(people_how="")),
                violation_error_message="Say how the people were told, or why they are not.",
            ),
            models.CheckConstraint(
                name="data_breach_risk_is_told",
                condition=Q(risk="unlikely") | Q(regulator_not=""),
                violation_error_message="A risk is told to the regulator.",
            ),
            models.CheckConstraint(
                name="data_breach_closed_whole",
                condition=Q(closed_at=None, closed_by=None)
                | (
                    Q(closed_at__isnull=False, closed_by__isnull=False)
                    & ~Q(risk="unknown")
                    & ~Q(measures="")
                    & ~Q(lessons="")
                    & (Q(regulator_at__isnull=False) | ~Q(regulator_not=""))
                    & (Q(people_on__isnull=False) | ~Q(people_not=""))
                ),
                violation_error_message="Before it is closed: the risk, what was done, and who was"
                " told or why not.",
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def is_open(self) -> bool:
        """Whether it is not closed yet."""
        return self.closed_at is None

    @property
    def needs_regulator(self) -> bool:
        """Whether it is still to be said if the regulator is told."""
        return self.regulator_at is None and not self.regulator_not

    @property
    def needs_people(self) -> bool:
        """Whether it is still to be said if the people are told."""
        return self.people_on is None and not self.people_not

    @property
    def is_late(self) -> bool:
        """Whether the 72 hours are over and nothing is said of the regulator."""
        return self.needs_regulator and self.tell_by < timezone.now()

    @property
    def hours_left(self) -> int:
        """Whole hours until the regulator must know; below 0: since then."""
        return int((self.tell_by - timezone.now()).total_seconds() // 3600)

    @property
    def state_words(self) -> str:
        """Where it stands, in words."""
        if not self.is_open:
            return "Closed"
        if self.needs_regulator:
            until = dates.in_words(self.tell_by)
            return f"Tell the regulator, or say why not, by {until}"
        if self.needs_people:
            return "Tell the people, or say why not"
        return "To be closed"
