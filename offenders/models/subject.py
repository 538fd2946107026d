"""The manager's working record of a subject. Members never see it; they see published profiles."""

import datetime as dt
import uuid

from django.db import models
from django.db.models import F, Q

from common import dates
from common.db import StoredImage
from members.models import User
from offenders.querysets import PhotoQuerySet, SubjectQuerySet


class Subject(models.Model):
    """A person of interest. Suspicion is not guilt: on screen a subject, not an offender."""

    class Status(models.TextChoices):
        KNOWN = "known", "Known"
        ID_SOUGHT = "id_sought", "ID sought"

    ref = models.CharField(max_length=12, unique=True, db_comment="Reference, e.g. D-0042")
    client_id = models.UUIDField(
        unique=True, default=uuid.uuid4, db_comment="Made by the form; a repeated send finds it"
    )
    status = models.CharField(max_length=10, choices=Status, db_comment="Known or ID sought")
    name = models.CharField(max_length=120, blank=True, db_comment="Name; empty if ID sought")
    date_of_birth = models.DateField(null=True, blank=True, db_comment="Date of birth, if known")
    age_low = models.PositiveSmallIntegerField(
        null=True, blank=True, db_comment="Youngest the person looked, years"
    )
    age_high = models.PositiveSmallIntegerField(
        null=True, blank=True, db_comment="Oldest the person looked, years"
    )
    age_seen_on = models.DateField(
        null=True, blank=True, db_comment="Day the age was estimated; it grows from then"
    )
    sex = models.CharField(max_length=12, blank=True, db_comment="As a witness sees it")
    height = models.CharField(max_length=40, blank=True, db_comment="As a witness sees it")
    build = models.CharField(max_length=40, blank=True, db_comment="As a witness sees it")
    hair = models.CharField(max_length=60, blank=True, db_comment="As a witness sees it")
    marks = models.CharField(max_length=200, blank=True, db_comment="Tattoos, scars, gait")
    description = models.TextField(blank=True, max_length=2000, db_comment="Appearance in words")
    mo = models.TextField(blank=True, max_length=2000, db_comment="Modus operandi in words")
    notes = models.TextField(
        blank=True, max_length=5000, db_comment="The manager's own notes; never published"
    )
    created_at = models.DateTimeField(auto_now_add=True, db_comment="When the record was made")
    created_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who made it"
    )
    updated_at = models.DateTimeField(auto_now=True, db_comment="Last change of the record")
    revision = models.PositiveIntegerField(
        default=1, db_comment="Grows with each change; a form from an older one is refused"
    )

    objects = SubjectQuerySet.as_manager()

    class Meta:
        db_table_comment = "Working records of subjects; only the Intelligence Manager sees them"
        ordering = ["ref"]
        constraints = [
            models.CheckConstraint(
                name="subject_known_has_name",
                condition=~Q(status="known") | ~Q(name=""),
                violation_error_message="A known subject needs a name.",
            ),
            models.CheckConstraint(
                name="subject_age_range",
                condition=Q(age_low__isnull=True)
                | Q(age_high__isnull=True)
                | Q(age_high__gte=F("age_low")),
                violation_error_message="The older age is below the younger one.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.shown_name}"

    @property
    def shown_name(self) -> str:
        """The name, or the words for a person without one."""
        return self.name or "ID sought"

    def youngest_age(self, on: dt.date | None = None) -> int | None:
        """Return the youngest the person can be on a day, in years; None when nothing is known.

        Both sources of an age are ones: a date of birth, or an estimate that ages with time.
        """
        day = on or dates.today()
        if self.date_of_birth:
            born = self.date_of_birth
            return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
        if self.age_low is None:
            return None
        seen = self.age_seen_on or day
        return self.age_low + max(0, (day - seen).days // 366)


class Alias(models.Model):
    """Another name a subject goes by."""

    subject = models.ForeignKey(
        Subject, on_delete=models.CASCADE, related_name="aliases", db_comment="Whose"
    )
    name = models.CharField(max_length=120, db_comment="The other name")

    class Meta:
        db_table_comment = "Aliases and nicknames of subjects"
        ordering = ["name"]
        verbose_name_plural = "aliases"
        constraints = [models.UniqueConstraint(fields=["subject", "name"], name="alias_once")]

    def __str__(self) -> str:
        return self.name


class Photo(StoredImage):
    """A photo of a subject."""

    subject = models.ForeignKey(
        Subject, on_delete=models.CASCADE, related_name="photos", db_comment="Of whom"
    )
    source = models.CharField(max_length=200, db_comment="Where it comes from")
    taken_on = models.DateField(null=True, blank=True, db_comment="Day it was taken")
    may_publish = models.BooleanField(
        default=False, db_comment="Whoever owns it allows publication to members"
    )
    bystanders_clear = models.BooleanField(
        default=False, db_comment="Nobody else can be recognised in it"
    )
    is_primary = models.BooleanField(default=False, db_comment="The face shown first")
    added_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who added it"
    )

    objects = PhotoQuerySet.as_manager()

    class Meta:
        db_table_comment = "Photos of subjects"
        ordering = ["-is_primary", "-added_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject"], condition=Q(is_primary=True), name="photo_one_primary"
            ),
            models.UniqueConstraint(fields=["subject", "sha256"], name="photo_once"),
        ]
        indexes = [
            models.Index(
                fields=["added_at"], condition=Q(variants_ready_at=None), name="photo_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"Photo {self.uuid}"
