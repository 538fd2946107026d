"""What belongs to a working record: warnings, vehicles, court facts, associates. The manager's."""

from django.db import models
from django.db.models import F, Q

from common.db import Fold
from members.models import User

from .marker import WarningMarker
from .subject import Subject


class SubjectWarning(models.Model):
    """A warning marker, why it is there, and the day it must be looked at again."""

    subject = models.ForeignKey(
        Subject, on_delete=models.CASCADE, related_name="warnings", db_comment="About whom"
    )
    marker = models.CharField(max_length=12, choices=WarningMarker, db_comment="Which warning")
    reason = models.CharField(max_length=300, db_comment="What happened; never published")
    review_on = models.DateField(db_comment="Day it must be looked at again")
    added_at = models.DateTimeField(auto_now_add=True, db_comment="When it was set")
    added_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who set it"
    )
    ended_at = models.DateTimeField(null=True, blank=True, db_comment="When it was taken away")
    ended_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who took it away",
    )

    class Meta:
        db_table_comment = "Warning markers of subjects, each with its reason and review day"
        ordering = ["marker"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "marker"],
                condition=Q(ended_at=None),
                name="warning_once",
                violation_error_message="This warning is on the record already.",
            ),
            models.CheckConstraint(
                name="warning_end_whole",
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["review_on"], condition=Q(ended_at=None), name="warning_review")
        ]

    def __str__(self) -> str:
        return f"{self.subject_id}: {self.marker}"


class Vehicle(models.Model):
    """A vehicle a subject was seen with."""

    subject = models.ForeignKey(
        Subject, on_delete=models.CASCADE, related_name="vehicles", db_comment="Whose"
    )
    registration = models.CharField(
        max_length=12, blank=True, db_comment="Number plate, capitals without spaces"
    )
    words = models.CharField(max_length=120, blank=True, db_comment="Make, colour, marks")
    added_at = models.DateTimeField(auto_now_add=True, db_comment="When it was noted")
    added_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who noted it"
    )

    class Meta:
        db_table_comment = "Vehicles that subjects were seen with"
        ordering = ["registration", "words"]
        constraints = [
            models.CheckConstraint(
                name="vehicle_told",
                condition=~Q(registration="") | ~Q(words=""),
                violation_error_message="Enter a number plate, or describe the vehicle.",
            ),
            models.UniqueConstraint(
                fields=["subject", "registration"],
                condition=~Q(registration=""),
                name="vehicle_once",
                violation_error_message="This number plate is on the record already.",
            ),
        ]
        indexes = [models.Index(fields=["registration"], name="vehicle_plate")]

    def __str__(self) -> str:
        return self.registration or self.words


class LegalFact(models.Model):
    """What police or a court did, with its date. A charge is not a conviction: kept apart."""

    class Kind(models.TextChoices):
        SUSPECTED = "suspected", "Suspected"
        ADMITTED = "admitted", "Admitted"
        CAUTIONED = "cautioned", "Cautioned"
        CHARGED = "charged", "Charged"
        CONVICTED = "convicted", "Convicted"
        ACQUITTED = "acquitted", "Found not guilty"
        DROPPED = "dropped", "No further action"

    subject = models.ForeignKey(
        Subject, on_delete=models.CASCADE, related_name="legal_facts", db_comment="About whom"
    )
    kind = models.CharField(max_length=10, choices=Kind, db_comment="How far the matter got")
    happened_on = models.DateField(db_comment="Day of the charge, caution, verdict ...")
    offence = models.CharField(max_length=200, db_comment="Of what")
    source = models.CharField(max_length=200, db_comment="Who told us, such as a crime number")
    added_at = models.DateTimeField(auto_now_add=True, db_comment="When it was noted")
    added_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who noted it"
    )

    class Meta:
        db_table_comment = "Police and court facts about subjects, each with its date and source"
        ordering = ["-happened_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.subject_id}: {self.kind} {self.happened_on}"


class Association(models.Model):
    """That two subjects are known to act together, from another source than a shared report.

    Reports that name both are links by themselves and are never copied here.
    """

    first = models.ForeignKey(
        Subject, on_delete=models.CASCADE, related_name="+", db_comment="One, the lower key"
    )
    second = models.ForeignKey(
        Subject, on_delete=models.CASCADE, related_name="+", db_comment="The other"
    )
    words = models.CharField(max_length=200, db_comment="How they belong together")
    source = models.CharField(max_length=200, db_comment="How we know")
    report_ref = models.CharField(
        max_length=20, blank=True, db_comment="The report that says so, if one does: its reference"
    )
    added_at = models.DateTimeField(auto_now_add=True, db_comment="When it was noted")
    added_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who noted it"
    )

    class Meta:
        db_table_comment = "Associations of two subjects, beside those that reports show"
        ordering = ["-added_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["first", "second"],
                name="association_once",
                violation_error_message="These two are associated already.",
            ),
            models.CheckConstraint(name="association_in_order", condition=Q(first__lt=F("second"))),
            models.CheckConstraint(
                name="association_report_ref",
                condition=Q(report_ref="")
                | Q(report_ref__regex=r"^(INC|SIG)-[0-9]{4}-[0-9]{5,9}$"),
                violation_error_message="Enter the reference of a report, such as INC-2026-00017.",
            ),
        ]
        indexes = [models.Index(fields=["second"], name="association_second")]

    def __str__(self) -> str:
        return f"{self.first_id} and {self.second_id}"


class AgeOverride(models.Model):
    """The decision that somebody under 18, or perhaps so, may be published; who answers for it."""

    subject = models.ForeignKey(
        Subject, on_delete=models.CASCADE, related_name="age_overrides", db_comment="Of whom"
    )
    reason = models.CharField(max_length=500, db_comment="Why it is necessary all the same")
    safeguarding = models.CharField(
        max_length=500, db_comment="Who was asked about safeguarding, when, and what they said"
    )
    review_on = models.DateField(db_comment="Last day it holds; at most three months on")
    added_at = models.DateTimeField(auto_now_add=True, db_comment="When it was decided")
    added_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who decided"
    )
    ended_at = models.DateTimeField(null=True, blank=True, db_comment="When it was taken back")

    class Meta:
        db_table_comment = "Recorded decisions to publish somebody who is or may be under 18"
        ordering = ["-added_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject"], condition=Q(ended_at=None), name="age_override_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} until {self.review_on}"


class AgeReview(models.Model):
    """The manager looked at a record again because its person turned 18: what they decided."""

    subject = models.OneToOneField(
        Subject, on_delete=models.CASCADE, related_name="age_review", db_comment="Of whom"
    )
    words = models.CharField(max_length=500, db_comment="What was looked at, and decided")
    reviewed_at = models.DateTimeField(auto_now_add=True, db_comment="When")
    reviewed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who looked at it"
    )

    class Meta:
        db_table_comment = "Reviews of records whose person was under 18 and has turned 18"
        constraints = [
            models.CheckConstraint(
                name="age_review_has_words",
                condition=~Q(words=""),
                violation_error_message="Say what you decided.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} at 18"


class Recognition(models.Model):
    """A member's "I know who this is" of somebody sought. The manager decides."""

    class Outcome(models.TextChoices):
        AGREED = "agreed", "It is this person"
        DIFFERENT = "different", "It is somebody else"

    client_id = models.UUIDField(
        unique=True, db_comment="Made by the form; a repeated send finds it"
    )
    subject = models.ForeignKey(
        Subject, on_delete=models.CASCADE, related_name="recognitions", db_comment="Of whom"
    )
    name = models.CharField(max_length=120, db_comment="The name they gave")
    words = models.CharField(max_length=300, blank=True, db_comment="How they know")
    given_at = models.DateTimeField(auto_now_add=True, db_comment="When")
    given_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="By whom"
    )
    outcome = models.CharField(
        max_length=10, choices=Outcome, blank=True, db_comment="Empty: waits for the manager"
    )
    decided_at = models.DateTimeField(null=True, blank=True, db_comment="When it was decided")
    decided_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who decided",
    )

    class Meta:
        db_table_comment = "Names that members gave to people sought"
        ordering = ["given_at"]
        constraints = [
            models.CheckConstraint(
                name="recognition_decided_whole",
                condition=Q(outcome="", decided_at=None, decided_by=None)
                | (~Q(outcome="") & Q(decided_at__isnull=False, decided_by__isnull=False)),
            ),
            models.UniqueConstraint(
                "subject",
                "given_by",
                Fold(F("name")),
                name="recognition_once",
                violation_error_message="You have told us this name already.",
            ),
        ]
        indexes = [
            models.Index(fields=["given_at"], condition=Q(outcome=""), name="recognition_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.subject_id}: {self.name}"
