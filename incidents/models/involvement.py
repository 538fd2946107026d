"""Who was involved in a report, and what was taken."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from incidents.querysets import InvolvementQuerySet
from members.models import User
from offenders.models import Subject

from .report import Report


class Involvement(models.Model):
    """A person in a report: a subject, or somebody unknown described in words."""

    class Confidence(models.TextChoices):
        REPORTED = "reported", "Named in the report"
        POSSIBLE = "possible", "Possible"
        PROBABLE = "probable", "Probable"
        CONFIRMED = "confirmed", "Confirmed"

    class Part(models.TextChoices):
        DID_IT = "did_it", "Did it"
        WITH_THEM = "with_them", "Was with them"

    report = models.ForeignKey(
        Report, on_delete=models.CASCADE, related_name="people", db_comment="In which report"
    )
    part = models.CharField(
        max_length=10, choices=Part, default=Part.DID_IT, db_comment="Their part in it"
    )
    subject = models.ForeignKey(
        Subject,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="involvements",
        db_comment="Who; null: somebody unknown",
    )
    confidence = models.CharField(
        max_length=10, choices=Confidence, db_comment="How sure it is that it was them"
    )
    named_as = models.CharField(
        max_length=80, blank=True, db_comment="Name or reference that the reporter typed"
    )
    sex = models.CharField(max_length=12, blank=True, db_comment="As the reporter saw it")
    age_band = models.CharField(max_length=12, blank=True, db_comment="Apparent age")
    height = models.CharField(max_length=12, blank=True, db_comment="As the reporter saw it")
    build = models.CharField(max_length=12, blank=True, db_comment="As the reporter saw it")
    hair = models.CharField(max_length=40, blank=True, db_comment="As the reporter saw it")
    clothing = models.CharField(max_length=120, blank=True, db_comment="As the reporter saw it")
    marks = models.CharField(
        max_length=120, blank=True, db_comment="Tattoos, scars, glasses, beard, gait"
    )
    carrying = models.CharField(max_length=120, blank=True, db_comment="Bags and the like")
    description = models.CharField(
        max_length=500, blank=True, db_comment="What else the reporter saw, in words"
    )
    likely = models.JSONField(
        default=list,
        blank=True,
        db_comment="Whom the worker thinks it may be: keys of subjects, scores and reasons",
    )
    matched_at = models.DateTimeField(
        null=True, blank=True, db_comment="When the worker last looked; null: not yet"
    )
    named_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who named the subject in a report: the reporter, or who corrected it",
    )
    from_report = models.ForeignKey(
        Report,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="The double that named them; null: this report did",
    )
    linked_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who linked it to the subject",
    )

    objects = InvolvementQuerySet.as_manager()

    class Meta:
        db_table_comment = "People in reports"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "subject"],
                condition=Q(subject__isnull=False),
                name="involvement_once",
                violation_error_message="This subject is already on the report.",
            ),
            models.CheckConstraint(
                # What a report says, its own writer said: nobody from another report.
                name="involvement_reported_by_somebody",
                condition=~Q(confidence="reported")
                | Q(named_by__isnull=False, from_report__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                fields=["report"],
                condition=Q(subject=None, matched_at=None),
                name="involvement_to_match",
            )
        ]

    def __str__(self) -> str:
        return f"{self.report_id}: {self.subject_id or 'unknown'}"

    def seen_as(self) -> str:
        """Return the description of somebody unknown as one line of words."""
        hair = self.hair and (self.hair if "hair" in self.hair.lower() else f"{self.hair} hair")
        named = self.named_as and f"named as {self.named_as}"
        carrying = self.carrying and f"carrying {self.carrying}"
        parts = [named, self.sex, self.age_band, self.height, self.build, hair]
        parts += [self.clothing, self.marks, carrying, self.description]
        return ", ".join(part for part in parts if part)


class ItemCategory(models.TextChoices):
    """What was taken."""

    ALCOHOL = "alcohol", "Alcohol"
    COSMETICS = "cosmetics", "Cosmetics and razors"
    CLOTHING = "clothing", "Clothing and shoes"
    FOOD = "food", "Food"
    MEAT = "meat", "Meat and cheese"
    ELECTRONICS = "electronics", "Electronics"
    MEDICINES = "medicines", "Medicines"
    TOBACCO = "tobacco", "Tobacco and vapes"
    CASH = "cash", "Cash"
    HOME = "home", "Household and tools"
    OTHER = "other", "Other"


class StolenItem(models.Model):
    """Goods in an incident. Stolen and recovered are two figures; net loss is derived."""

    report = models.ForeignKey(
        Report, on_delete=models.CASCADE, related_name="items", db_comment="In which incident"
    )
    category = models.CharField(max_length=12, choices=ItemCategory, db_comment="Kind of goods")
    description = models.CharField(max_length=120, blank=True, db_comment="Which goods")
    quantity = models.PositiveIntegerField(
        default=1, validators=[MinValueValidator(1)], db_comment="How many"
    )
    value_stolen = models.DecimalField(
        max_digits=9, decimal_places=2, default=Decimal(0), db_comment="Pounds, all of them"
    )
    value_recovered = models.DecimalField(
        max_digits=9, decimal_places=2, default=Decimal(0), db_comment="Pounds, of those"
    )

    class Meta:
        db_table_comment = "Goods stolen and recovered"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="item_values", condition=Q(value_stolen__gte=0, value_recovered__gte=0)
            ),
            models.CheckConstraint(
                name="item_recovered_at_most_stolen",
                condition=Q(value_recovered__lte=F("value_stolen")),
                violation_error_message="More was recovered than stolen.",
            ),
            models.CheckConstraint(name="item_quantity", condition=Q(quantity__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} {self.get_category_display()}"

    @property
    def net_loss(self) -> Decimal:
        """Value stolen less value recovered, pounds."""
        return self.value_stolen - self.value_recovered
