"""The manager's working record of a subject. Members never see it; they see published profiles."""

import datetime as dt
import uuid

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Q

from common import dates
from common.db import Fold, Sounds, StoredImage
from members.models import User
from offenders.querysets import PhotoQuerySet, SubjectQuerySet

from .change import notes_gallery_change
from .method import Method


class Subject(models.Model):
    """A person of interest. Suspicion is not guilt: on screen a subject, not an offender."""

    class Status(models.TextChoices):
        KNOWN = "known", "Known"
        ID_SOUGHT = "id_sought", "ID sought"

    ESTIMATE = ("age_low", "age_high", "age_seen_on")
    """What somebody's age was taken for, and when: it means something only as a whole."""

    adult_on: dt.date
    """The day they turned 18, where it is asked for (services/of_age.py)."""

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
    methods = ArrayField(
        models.CharField(max_length=16, choices=Method),
        default=list,
        blank=True,
        db_comment="Modus operandi from the list that reports use",
    )
    haunts = models.CharField(max_length=300, blank=True, db_comment="Where they are often seen")
    times = models.CharField(max_length=200, blank=True, db_comment="When they are often seen")
    notes = models.TextField(
        blank=True, max_length=5000, db_comment="The manager's own notes; never published"
    )
    last_incident_before = models.DateField(
        null=True,
        blank=True,
        db_comment="Day of their last incident that was recorded elsewhere, before the record was"
        " taken over; null: none is known",
    )
    created_at = models.DateTimeField(auto_now_add=True, db_comment="When the record was made")
    created_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who made it"
    )
    updated_at = models.DateTimeField(auto_now=True, db_comment="Last change of the record")
    revision = models.PositiveIntegerField(
        default=1, db_comment="Grows with each change; a form from an older one is refused"
    )

    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="doubles",
        db_comment="The record of the same person that this one became part of",
    )
    search_words = models.GeneratedField(
        expression=SearchVector("description", "marks", "mo", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
        db_comment="Words of description, marks and MO, for matching by description",
    )

    objects = SubjectQuerySet.as_manager()

    class Meta:
        db_table_comment = "Working records of subjects; only the Intelligence Manager sees them"
        triggers = [notes_gallery_change()]
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
            models.CheckConstraint(
                name="subject_not_its_own_double",
                condition=Q(merged_into=None) | ~Q(merged_into=F("pk")),
            ),
        ]
        indexes = [
            GinIndex(Sounds(F("name")), name="subject_sounds"),
            GinIndex(OpClass(Fold(F("name")), "gin_trgm_ops"), name="subject_names_trgm"),
            GinIndex(fields=["search_words"], name="subject_words"),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.shown_name}"

    @property
    def shown_name(self) -> str:
        """The name, or the words for a person without one."""
        return self.name or "ID sought"

    @property
    def estimate(self) -> tuple[int | None, int | None, dt.date | None]:
        """The age somebody was taken for, at least and at most, and when."""
        return self.age_low, self.age_high, self.age_seen_on

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
        indexes = [
            GinIndex(Sounds(F("name")), name="alias_sounds"),
            GinIndex(OpClass(Fold(F("name")), "gin_trgm_ops"), name="alias_names_trgm"),
        ]

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
    bystanders_at = models.DateTimeField(
        null=True, blank=True, db_comment="When that was said of it"
    )
    bystanders_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who said so",
    )
    is_primary = models.BooleanField(default=False, db_comment="The face shown first")
    edit_of = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="crops",
        db_comment="The photo this is a crop of; both share the untouched original",
    )
    edits = models.JSONField(
        default=dict,
        blank=True,
        db_comment="Crop and blurred boxes in parts of width and height, applied to what is shown",
    )
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
            models.UniqueConstraint(fields=["subject", "sha256", "edits"], name="photo_once"),
            models.CheckConstraint(
                name="photo_edit_whole",
                condition=Q(edit_of=None, edits={}) | (Q(edit_of__isnull=False) & ~Q(edits={})),
            ),
            models.CheckConstraint(
                name="photo_bystanders_whole",
                condition=Q(bystanders_at=None, bystanders_by=None)
                | Q(bystanders_at__isnull=False, bystanders_by__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["added_at"], condition=Q(variants_ready_at=None), name="photo_waiting"
            ),
            models.Index(fields=["added_at"], condition=Q(scanned_at=None), name="photo_unscanned"),
        ]
        triggers = [
            notes_gallery_change(),
            # A published version shows this row: another crop of it is another row.
            pgtrigger.Protect(
                name="shown_as_it_is",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("uuid", "sha256", "edits"),
            ),
        ]

    def __str__(self) -> str:
        return f"Photo {self.uuid}"

    @property
    def edit_words(self) -> str:
        """What was done to it, in words; empty if nothing."""
        blurred = len(self.edits.get("blur", []))
        said = ["Cropped"] if "crop" in self.edits else []
        if blurred:
            said.append(f"{blurred} part{'s' if blurred > 1 else ''} blurred")
        return ", ".join(said)
