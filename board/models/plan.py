"""Targets of the business plan, as rows that the Board owns. A changed target is another row."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone

from members.models import User


class PlanTargetQuerySet(models.QuerySet["PlanTarget"]):
    """Versions of targets."""

    def in_force(self) -> "PlanTargetQuerySet":
        """The newest version of each measure."""
        return self.order_by("measure", "-number").distinct("measure")


class PlanTarget(models.Model):
    """One figure of the business plan: where it started, where it should be, by when.

    Rows are only added: the newest of a measure is in force, the others are its history.
    """

    class Measure(models.TextChoices):
        MEMBERS = "members", "Members"
        REVENUE = "revenue", "Revenue, 12 months"
        KNOWN = "known", "Known offenders"
        SIGNING_IN = "signing_in", "Members signing in, 30 days"

    measure = models.CharField(max_length=12, choices=Measure, db_comment="Which figure")
    number = models.PositiveIntegerField(
        default=1, db_comment="Version of this measure's target, counted from 1"
    )
    baseline = models.DecimalField(
        max_digits=11, decimal_places=2, db_comment="Where the plan started"
    )
    target = models.DecimalField(max_digits=11, decimal_places=2, db_comment="Where it should be")
    by = models.DateField(db_comment="By which day")
    set_at = models.DateTimeField(default=timezone.now, db_comment="When it was set")
    set_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who of the Board set it; null: the one the scheme started with",
    )
    why = models.CharField(max_length=500, blank=True, db_comment="Why it was changed")

    objects = PlanTargetQuerySet.as_manager()

    class Meta:
        db_table_comment = "Targets of the business plan; UPDATE and DELETE are refused"
        ordering = ["measure", "-number"]
        constraints = [
            models.CheckConstraint(
                name="plan_target_numbers",
                condition=Q(baseline__gte=0, target__gt=0),
                violation_error_message="A target is more than nothing.",
            ),
            models.UniqueConstraint(
                fields=["measure", "number"],
                name="plan_target_version",
                violation_error_message="Someone else changed this target just now.",
            ),
            models.CheckConstraint(
                name="plan_target_change_told",
                condition=Q(set_by=None) | ~Q(why=""),
                violation_error_message="Write why. It is kept with the change.",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="plan_target_append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_measure_display()}: {self.target} by {self.by}"

    @property
    def is_money(self) -> bool:
        """Whether the figure is pounds."""
        return self.measure == self.Measure.REVENUE
