"""Courses, their sessions, who came, and the certificates they got."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from common.db import YearlyCounter
from members.training.querysets import CourseQuerySet, PlaceQuerySet, SessionQuerySet

from .member import Member
from .user import User


class TrainingCounter(YearlyCounter):
    """Numbers of sessions (TRN) and certificates (CRT) in a year."""

    class Meta:
        db_table_comment = "Numbers of training sessions and certificates handed out"
        constraints = [
            models.UniqueConstraint(fields=["prefix", "year"], name="training_counter_once")
        ]


class Course(models.Model):
    """What is taught, and for how long a certificate of it holds."""

    class Kind(models.TextChoices):
        RADIO = "radio", "Radio"
        TERRORISM = "terrorism", "Counter-terrorism"
        CONFLICT = "conflict", "Conflict management"
        CAMERA = "camera", "Body-worn video"
        LAW = "law", "Law and evidence"
        OTHER = "other", "Other"

    name = models.CharField(max_length=120, db_comment="Name, as a certificate has it")
    slug = models.SlugField(max_length=120, unique=True, db_comment="Name in addresses")
    kind = models.CharField(max_length=12, choices=Kind, db_comment="What it is about")
    holds_months = models.PositiveSmallIntegerField(
        null=True, blank=True, db_comment="How many months a certificate holds; null: for ever"
    )
    about = models.CharField(max_length=500, blank=True, db_comment="What is taught")
    ended_on = models.DateField(
        null=True, blank=True, db_comment="Day it ceased to be given; null: it is given"
    )
    revision = models.PositiveIntegerField(
        default=1, db_comment="Counts changes; a form sent for an older one is refused"
    )

    objects = CourseQuerySet.as_manager()

    class Meta:
        db_table_comment = "Courses that the scheme gives"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="course_name_once",
                violation_error_message="There is a course of that name.",
            ),
            models.CheckConstraint(
                name="course_holds_some_months",
                condition=Q(holds_months=None) | Q(holds_months__range=(1, 120)),
                violation_error_message="A certificate holds 1 to 120 months, or for ever.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TrainingSession(models.Model):
    """A course given on a day at a place."""

    ref = models.CharField(max_length=16, unique=True, db_comment="E.g. TRN-2026-0012")
    course = models.ForeignKey(
        Course, on_delete=models.PROTECT, related_name="sessions", db_comment="Which course"
    )
    on = models.DateField(db_comment="London day it is on")
    starts = models.TimeField(db_comment="When it begins, London time")
    place = models.CharField(max_length=200, db_comment="Where it is")
    trainer = models.CharField(max_length=120, db_comment="Who gives it")
    places = models.PositiveSmallIntegerField(db_comment="How many people there is room for")
    cancelled_on = models.DateField(
        null=True, blank=True, db_comment="Day it was called off; null: it was not"
    )
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who entered it"
    )
    made_at = models.DateTimeField(db_comment="When it was entered")
    revision = models.PositiveIntegerField(
        default=1, db_comment="Counts changes; a form sent for an older one is refused"
    )

    # Added by SessionQuerySet.for_list().
    taken: int

    objects = SessionQuerySet.as_manager()

    class Meta:
        db_table_comment = "Sessions of courses"
        ordering = ["-on", "-starts", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="training_session_has_places",
                condition=Q(places__range=(1, 500)),
                violation_error_message="There is room for 1 to 500 people.",
            ),
        ]
        indexes = [models.Index(fields=["on"], name="training_session_by_day")]

    def __str__(self) -> str:
        return self.ref


class TrainingPlace(models.Model):
    """Somebody's place in a session: booked, and then whether they came and passed."""

    class Outcome(models.TextChoices):
        BOOKED = "booked", "Booked"
        PASSED = "passed", "Came and passed"
        FAILED = "failed", "Came, did not pass"
        ABSENT = "absent", "Did not come"
        CANCELLED = "cancelled", "Booking cancelled"

    session = models.ForeignKey(
        TrainingSession, on_delete=models.PROTECT, related_name="people", db_comment="Which session"
    )
    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="trained", db_comment="Whose person then"
    )
    user = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="training",
        db_comment="The user they are; null: somebody without an account",
    )
    name = models.CharField(max_length=120, db_comment="Full name, as a certificate has it")
    outcome = models.CharField(
        max_length=9,
        choices=Outcome,
        default=Outcome.BOOKED,
        db_comment="Booked, or what came of it",
    )
    certificate = models.CharField(
        max_length=16, blank=True, db_comment="Number of the certificate, e.g. CRT-2026-0031"
    )
    valid_until = models.DateField(
        null=True, blank=True, db_comment="Last day the certificate holds; null: none, or for ever"
    )
    booked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who booked them in"
    )
    booked_at = models.DateTimeField(db_comment="When")

    objects = PlaceQuerySet.as_manager()

    class Meta:
        db_table_comment = "People booked into training sessions, who came, and certificates"
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "user"],
                condition=Q(user__isnull=False),
                name="training_user_once",
                violation_error_message="They are in this session already.",
            ),
            models.UniqueConstraint(
                "session",
                "member",
                Lower("name"),
                condition=Q(user=None),
                name="training_person_once",
                violation_error_message="They are in this session already.",
            ),
            models.UniqueConstraint(
                fields=["certificate"],
                condition=~Q(certificate=""),
                name="training_certificate_once",
            ),
            models.CheckConstraint(
                name="training_certificate_if_passed",
                condition=(Q(outcome="passed") & ~Q(certificate=""))
                | (~Q(outcome="passed") & Q(certificate="", valid_until=None)),
                violation_error_message="Who passed has a certificate, and nobody else.",
            ),
            models.CheckConstraint(
                name="training_person_named",
                condition=~Q(name=""),
                violation_error_message="Enter their name.",
            ),
        ]
        indexes = [
            models.Index(
                F("valid_until"),
                condition=Q(valid_until__isnull=False),
                name="training_by_end",
            ),
            models.Index(fields=["member", "outcome"], name="training_by_member"),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.outcome}"
