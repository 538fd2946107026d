"""Reports: a sighting (presence without an offence) or an incident (something that happened)."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from common.db import LondonDate, StoredImage, YearlyCounter
from incidents.querysets import AttachmentQuerySet, IncidentTypeQuerySet, ReportQuerySet
from members.models import Area, Member, Premises, User


class ReportCounter(YearlyCounter):
    """Numbers of reports in a year: INC for incidents, SIG for sightings."""

    class Meta:
        db_table_comment = "Numbers of reports handed out"
        constraints = [
            models.UniqueConstraint(fields=["prefix", "year"], name="report_counter_once")
        ]


class IncidentType(models.Model):
    """What happened, in the scheme's own words; data with effective dates."""

    class Family(models.TextChoices):
        CRIME = "crime", "Crime"
        ASB = "asb", "Anti-social behaviour"
        OTHER = "other", "Other"

    code = models.SlugField(max_length=40, unique=True, db_comment="Stable code")
    label = models.CharField(max_length=60, db_comment="Words on screen")
    family = models.CharField(max_length=8, choices=Family, db_comment="Crime, ASB or other")
    harm = models.PositiveSmallIntegerField(db_comment="Weight for sorting, 1 (low) to 100")
    involves_property = models.BooleanField(db_comment="Ask for items and values")
    is_common = models.BooleanField(default=False, db_comment="Shown first on the log form")
    is_serious = models.BooleanField(
        default=False, db_comment="One accepted incident may ground an exclusion"
    )
    position = models.PositiveSmallIntegerField(default=0, db_comment="Order in lists")
    effective_from = models.DateField(db_comment="First day it can be chosen")
    effective_to = models.DateField(null=True, blank=True, db_comment="Last day; null: still is")

    objects = IncidentTypeQuerySet.as_manager()

    class Meta:
        db_table_comment = "Types of incident, as data"
        ordering = ["position", "label"]

    def __str__(self) -> str:
        return self.label


class Report(models.Model):
    """One sighting or incident as it was sent, and what the manager decided about it."""

    class Kind(models.TextChoices):
        SIGHTING = "sighting", "Sighting"
        INCIDENT = "incident", "Incident"

    class Status(models.TextChoices):
        SUBMITTED = "submitted", "Waiting for review"
        ACCEPTED = "accepted", "Accepted"
        REJECTED = "rejected", "Not taken up"

    class Outcome(models.TextChoices):
        LEFT = "left", "Left"
        PREVENTED = "prevented", "Prevented"
        DETAINED = "detained", "Detained"
        ARRESTED = "arrested", "Arrested"
        UNKNOWN = "unknown", "Not known"

    ref = models.CharField(max_length=20, unique=True, db_comment="E.g. INC-2026-00017")
    kind = models.CharField(max_length=10, choices=Kind, db_comment="Sighting or incident")
    client_id = models.UUIDField(
        unique=True, db_comment="Made by the form; a repeated send finds the same report"
    )
    type = models.ForeignKey(
        IncidentType,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reports",
        db_comment="What happened; null for a sighting",
    )
    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="reports", db_comment="Who reports"
    )
    premises = models.ForeignKey(
        Premises, on_delete=models.PROTECT, related_name="reports", db_comment="Where"
    )
    area = models.ForeignKey(
        Area, on_delete=models.PROTECT, related_name="+", db_comment="Area of the premises then"
    )
    reporter = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="reports", db_comment="Who sent it"
    )
    occurred_at = models.DateTimeField(db_comment="When it happened")
    occurred_on = models.GeneratedField(
        expression=LondonDate(F("occurred_at")),
        output_field=models.DateField(),
        db_persist=True,
        db_comment="London date of it",
    )
    sent_at = models.DateTimeField(db_comment="When it was sent")
    words = models.TextField(max_length=4000, blank=True, db_comment="What the reporter wrote")
    outcome = models.CharField(
        max_length=10, choices=Outcome, default=Outcome.UNKNOWN, db_comment="How it ended"
    )
    violence = models.BooleanField(default=False, db_comment="Somebody was hurt or attacked")
    police_ref = models.CharField(max_length=40, blank=True, db_comment="Police reference")
    value_stolen = models.DecimalField(
        max_digits=11, decimal_places=2, default=Decimal(0), db_comment="Sum of items, pounds"
    )
    value_recovered = models.DecimalField(
        max_digits=11, decimal_places=2, default=Decimal(0), db_comment="Sum of items, pounds"
    )
    status = models.CharField(
        max_length=10, choices=Status, default=Status.SUBMITTED, db_comment="Where it stands"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True, db_comment="When it was decided")
    reviewed_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who decided",
    )
    review_note = models.CharField(
        max_length=500, blank=True, db_comment="Answer to the reporter, or why not taken up"
    )
    revision = models.PositiveIntegerField(
        default=1, db_comment="Grows with each change; a form from an older one is refused"
    )

    objects = ReportQuerySet.as_manager()

    class Meta:
        db_table_comment = "Sightings and incidents"
        ordering = ["-occurred_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="report_incident_has_type",
                condition=Q(kind="incident", type__isnull=False)
                | Q(kind="sighting", type__isnull=True),
                violation_error_message="Choose what happened.",
            ),
            models.CheckConstraint(
                name="report_review_whole",
                condition=Q(status="submitted", reviewed_at=None, reviewed_by=None)
                | (
                    ~Q(status="submitted") & Q(reviewed_at__isnull=False, reviewed_by__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="report_values", condition=Q(value_stolen__gte=0, value_recovered__gte=0)
            ),
            models.CheckConstraint(
                name="report_not_from_the_future",
                condition=Q(occurred_at__lte=F("sent_at")),
                violation_error_message="This is in the future.",
            ),
        ]
        indexes = [
            models.Index(fields=["member", "-occurred_at", "-id"], name="report_by_member"),
            models.Index(fields=["-occurred_at", "-id"], name="report_by_time"),
            models.Index(
                fields=["sent_at"], condition=Q(status="submitted"), name="report_to_review"
            ),
            models.Index(fields=["reporter", "-sent_at"], name="report_by_reporter"),
            models.Index(fields=["occurred_on", "kind"], name="report_by_day"),
            # The Board's figures read nothing but this index.
            models.Index(
                fields=["occurred_on"],
                include=["type", "area", "value_stolen", "value_recovered"],
                condition=Q(kind="incident", status="accepted"),
                name="report_counted",
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def title(self) -> str:
        """The type's words, or "Sighting"."""
        return self.type.label if self.type else "Sighting"

    @property
    def net_loss(self) -> Decimal:
        """Value stolen less value recovered, pounds."""
        return self.value_stolen - self.value_recovered

    @property
    def is_open(self) -> bool:
        """Whether it still waits for review."""
        return self.status == self.Status.SUBMITTED


class Attachment(StoredImage):
    """A photo sent with a report."""

    report = models.ForeignKey(
        Report, on_delete=models.CASCADE, related_name="attachments", db_comment="With which"
    )
    added_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who sent it"
    )

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        db_table_comment = "Photos sent with reports"
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["added_at"], condition=Q(variants_ready_at=None), name="attachment_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"Photo {self.uuid}"
