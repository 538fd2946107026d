"""Targets of the business plan, as rows that the Board owns."""

from django.db import models
from django.db.models import Q


class PlanTarget(models.Model):
    """One figure of the business plan: where it started, where it should be, by when."""

    class Measure(models.TextChoices):
        MEMBERS = "members", "Members"
        REVENUE = "revenue", "Revenue, 12 months"
        KNOWN = "known", "Known offenders"
        SIGNING_IN = "signing_in", "Members signing in, 30 days"

    measure = models.CharField(
        max_length=12, choices=Measure, unique=True, db_comment="Which figure"
    )
    baseline = models.DecimalField(
        max_digits=11, decimal_places=2, db_comment="Where the plan started"
    )
    target = models.DecimalField(max_digits=11, decimal_places=2, db_comment="Where it should be")
    by = models.DateField(db_comment="By which day")

    class Meta:
        db_table_comment = "Targets of the business plan"
        constraints = [
            models.CheckConstraint(
                name="plan_target_numbers", condition=Q(baseline__gte=0, target__gt=0)
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_measure_display()}: {self.target} by {self.by}"
