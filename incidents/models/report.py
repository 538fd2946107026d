"""Reports: a sighting (presence without an offence) or an incident (something that happened)."""

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from common.db import LondonDate, YearlyCounter
from incidents.querysets import IncidentTypeQuerySet, ReportQuerySet
from members.models import Area, Member, Premises, User
from offenders.models import Method


class ReportCounter(YearlyCounter):
    """Numbers of a year: INC incidents, SIG sightings, INT intelligence reports, ALT alerts."""

    class Meta:
        db_table_comment = "Numbers of reports handed out"
        constraints = [
            models.UniqueConstraint(fields=["prefix", "year"], name="report_counter_once")
        ]


class Question(models.TextChoices):
    """What the log form may ask for, beyond who, where, when and words."""

    GOODS = "goods", "Goods and their value"
    METHOD = "method", "How it was done"
    WEAPON = "weapon", "Weapon"
    VIOLENCE = "violence", "Violence"
    INJURY = "injury", "Injury"
    THREATS = "threats", "Threats"
    VEHICLE = "vehicle", "Vehicle"
    POLICE = "police", "Police told"
    OUTCOME = "outcome", "How it ended"


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
    asks = ArrayField(
        models.CharField(max_length=10, choices=Question),
        default=list,
        blank=True,
        db_comment="What the log form asks for when this is chosen",
    )
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
        constraints = [
            models.CheckConstraint(
                name="type_harm",
                condition=Q(harm__gte=1, harm__lte=100),
                violation_error_message="Harm is a number from 1 to 100.",
            ),
            models.CheckConstraint(
                name="type_ends_after_it_begins",
                condition=Q(effective_to=None) | Q(effective_to__gte=F("effective_from")),
                violation_error_message="The last day is before the first.",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def asks_for(self, question: str) -> bool:
        """Whether the log form asks this, a code of Question, when the type is chosen."""
        return question in self.asks


class Report(models.Model):
    """One sighting or incident as it was sent, and what the manager decided about it."""

    class Kind(models.TextChoices):
        SIGHTING = "sighting", "Sighting"
        INCIDENT = "incident", "Incident"

    class Status(models.TextChoices):
        SUBMITTED = "submitted", "Waiting for review"
        ACCEPTED = "accepted", "Accepted"
        REJECTED = "rejected", "Not taken up"
        DUPLICATE = "duplicate", "Same as another report"

    class Outcome(models.TextChoices):
        LEFT = "left", "Left"
        PREVENTED = "prevented", "Prevented"
        DETAINED = "detained", "Detained"
        ARRESTED = "arrested", "Arrested"
        UNKNOWN = "unknown", "Not known"

    class Weapon(models.TextChoices):
        NONE = "none", "No weapon"
        SHOWN = "shown", "Shown or spoken of"
        USED = "used", "Used"

    class Injury(models.TextChoices):
        NONE = "none", "Nobody hurt"
        MINOR = "minor", "Hurt, no hospital"
        SERIOUS = "serious", "Hospital needed"

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
    weapon = models.CharField(
        max_length=8, choices=Weapon, blank=True, db_comment="Weapon; empty: not said"
    )
    weapon_words = models.CharField(max_length=80, blank=True, db_comment="Which weapon")
    injury = models.CharField(
        max_length=8, choices=Injury, blank=True, db_comment="Worst injury; empty: not said"
    )
    threats = models.BooleanField(default=False, db_comment="Somebody was threatened or abused")
    vehicle_registration = models.CharField(
        max_length=12, blank=True, db_comment="Registration mark, capitals and digits only"
    )
    vehicle_words = models.CharField(
        max_length=120, blank=True, db_comment="Make, model, colour of the vehicle"
    )
    methods = ArrayField(
        models.CharField(max_length=16, choices=Method),
        default=list,
        blank=True,
        db_comment="How it was done, codes of the MO list",
    )
    police_told = models.BooleanField(default=False, db_comment="The police were told")
    police_ref = models.CharField(max_length=40, blank=True, db_comment="Police reference")
    to_finish = models.BooleanField(
        default=False, db_comment="The reporter means to add to it before it is reviewed"
    )
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
    duplicate_of = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="duplicates",
        db_comment="The report of the same event that counts instead",
    )
    changed_at = models.DateTimeField(
        null=True, blank=True, db_comment="When its reporter last added to it or corrected it"
    )
    revision = models.PositiveIntegerField(
        default=1, db_comment="Grows with each change; a form from an older one is refused"
    )
    content = models.PositiveIntegerField(
        default=1,
        db_comment="The newest text of it that came from its writer's phone, counted there",
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
                name="report_duplicate_of_one",
                condition=Q(status="duplicate", duplicate_of__isnull=False)
                | (~Q(status="duplicate") & Q(duplicate_of=None)),
            ),
            models.CheckConstraint(
                name="report_not_its_own_duplicate",
                condition=Q(duplicate_of=None) | ~Q(duplicate_of=F("id")),
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
            models.Index(
                fields=["vehicle_registration"],
                condition=~Q(vehicle_registration=""),
                name="report_by_vehicle",
            ),
            models.Index(fields=["premises", "-occurred_at"], name="report_by_premises"),
            models.Index(fields=["area", "-occurred_at"], name="report_by_area"),
            # The Board's figures and "when and where" read nothing but this index.
            models.Index(
                fields=["occurred_on"],
                include=[
                    "occurred_at",
                    "type",
                    "area",
                    "premises",
                    "outcome",
                    "value_stolen",
                    "value_recovered",
                    "id",
                ],
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
    def method_words(self) -> str:
        """How it was done, in words."""
        return ", ".join(str(Method(code).label) for code in self.methods)

    @property
    def is_open(self) -> bool:
        """Whether it still waits for review."""
        return self.status == self.Status.SUBMITTED

    def reopen(self) -> None:
        """Take what was decided off it; not yet saved."""
        self.status = self.Status.SUBMITTED
        self.reviewed_at = self.reviewed_by = self.duplicate_of = None
        self.review_note = ""
