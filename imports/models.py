"""Imports: a file, what was found wrong in it, and what each of its rows became."""

import datetime as dt
import uuid
from typing import Final

from django.db import models
from django.db.models import F, Q

from common.db import YearlyCounter
from imports.querysets import OPEN, ImportProblemQuerySet, ImportRunQuerySet
from members.models import User
from offenders.models import Ground

KEPT: Final = dt.timedelta(days=30)
"""How long a file is kept after anything happened to its import: it is full of personal data."""


class ImportKind(models.TextChoices):
    """What a file holds, in the order in which files are imported."""

    MEMBERS = "members", "Members"
    PREMISES = "premises", "Premises"
    USERS = "users", "People with accounts"
    SUBSCRIPTIONS = "subscriptions", "Subscriptions"
    PAYMENTS = "payments", "Payments"
    SUBJECTS = "subjects", "Subjects and photos"
    ASSOCIATIONS = "associations", "Known associates"
    INCIDENTS = "incidents", "Incidents and sightings"
    NOTICES = "notices", "Exclusion notices"


class ImportCounter(YearlyCounter):
    """The number of the last import (IMP, year 0: one series for ever)."""

    class Meta:
        db_table_comment = "Numbers of imports handed out"
        constraints = [
            models.UniqueConstraint(fields=["prefix", "year"], name="import_counter_once")
        ]


class ImportRun(models.Model):
    """One file and how far it is. `claim` is the try that is at it; `alive_at` its sign of life."""

    TRIES: Final = 3

    class State(models.TextChoices):
        UPLOADED = "uploaded", "Columns to be matched"
        CHECKING = "checking", "Being checked"
        CHECKED = "checked", "Checked"
        WRITING = "writing", "Being written"
        DONE = "done", "Imported"
        UNDOING = "undoing", "Being undone"
        UNDONE = "undone", "Undone"
        FAILED = "failed", "Failed"
        DISCARDED = "discarded", "Discarded"

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, db_comment="Name of its files")
    ref = models.CharField(max_length=16, unique=True, db_comment="E.g. IMP-0001")
    client_id = models.UUIDField(unique=True, db_comment="Made by the form; sent again, the same")
    kind = models.CharField(max_length=16, choices=ImportKind, db_comment="What the file holds")
    source = models.CharField(
        max_length=60, db_comment="Where it was kept until now; keys of rows mean something there"
    )
    ground = models.CharField(
        max_length=12,
        choices=Ground,
        blank=True,
        db_comment="Lawful ground on which data about people is taken over; empty: none in it",
    )
    holder = models.CharField(
        max_length=120, blank=True, db_comment="Who was responsible for the data until now"
    )
    file = models.CharField(max_length=120, blank=True, db_comment="Name of the file in the store")
    file_name = models.CharField(
        max_length=120, db_comment="Its name on the sender's device; file.csv once it is deleted"
    )
    sha256 = models.CharField(max_length=64, db_comment="SHA-256 of the file, hex")
    byte_size = models.PositiveBigIntegerField(db_comment="Bytes of the file")
    photos = models.CharField(
        max_length=120, blank=True, db_comment="Name of the ZIP of photos in the store; empty: none"
    )
    photos_sha256 = models.CharField(max_length=64, blank=True, db_comment="SHA-256 of the ZIP")
    head = models.JSONField(
        default=list,
        blank=True,
        db_comment="The columns of the file, in their order; emptied with it",
    )
    columns_key = models.CharField(
        max_length=64,
        blank=True,
        db_comment="Keyed digest of the names of its columns: by it the next file with the same"
        " ones is matched alike. It stays",
    )
    examples = models.JSONField(
        default=list, blank=True, db_comment="Up to three values of each column"
    )
    mapping = models.JSONField(
        default=dict,
        blank=True,
        db_comment="Which column (its place) each field is read from",
    )
    state = models.CharField(
        max_length=10, choices=State, default=State.UPLOADED, db_comment="How far it is"
    )
    counts = models.JSONField(
        default=dict,
        blank=True,
        db_comment="Rows by what becomes of them; problems and notes",
    )
    made_columns = models.JSONField(
        default=dict,
        blank=True,
        db_comment="Columns that tell, at the undoing, if a row was changed since",
    )
    claim = models.UUIDField(null=True, blank=True, db_comment="The try that is at it")
    claims = models.JSONField(
        default=list,
        blank=True,
        db_comment="Tries that stored photos: what they left is found by these",
    )
    alive_at = models.DateTimeField(null=True, blank=True, db_comment="Its latest sign of life")
    tries = models.PositiveSmallIntegerField(default=0, db_comment="Tries begun at this step")
    step = models.CharField(max_length=60, blank=True, db_comment="What the try is doing, in words")
    done = models.PositiveIntegerField(default=0, db_comment="Rows dealt with so far")
    total = models.PositiveIntegerField(default=0, db_comment="Rows in all")
    problem = models.CharField(max_length=500, blank=True, db_comment="Why it was given up")
    uploaded_at = models.DateTimeField(db_comment="When the file came")
    uploaded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who sent it"
    )
    moved_at = models.DateTimeField(db_comment="When it came to where it is")
    written_at = models.DateTimeField(null=True, blank=True, db_comment="When it was imported")
    written_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        db_comment="Who had it imported",
    )  # fmt: skip
    undone_at = models.DateTimeField(null=True, blank=True, db_comment="When it was undone")
    undone_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        db_comment="Who had it undone",
    )  # fmt: skip
    undo_reason = models.CharField(max_length=300, blank=True, db_comment="Why it was undone")
    in_the_way = models.JSONField(
        default=list,
        blank=True,
        db_comment="What kept it from being undone: tables and references, no names",
    )
    files_deleted_at = models.DateTimeField(
        null=True, blank=True, db_comment="When its files were deleted; the entry stays"
    )

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        db_table_comment = "Imports of a scheme's data; rows stay, also of what was undone"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="import_written_whole",
                condition=Q(written_at=None, written_by=None)
                | Q(written_at__isnull=False, written_by__isnull=False),
            ),
            models.CheckConstraint(
                name="import_done_was_written",
                condition=~Q(state__in=["done", "undoing", "undone"]) | Q(written_at__isnull=False),
            ),
            models.CheckConstraint(
                name="import_undone_whole",
                condition=(Q(state="undone") & Q(undone_at__isnull=False) & ~Q(undo_reason=""))
                | (~Q(state="undone") & Q(undone_at=None)),
            ),
            models.CheckConstraint(name="import_progress", condition=Q(done__lte=F("total"))),
        ]
        indexes = [
            models.Index(
                fields=["alive_at"],
                condition=Q(state__in=["checking", "writing", "undoing"]),
                name="import_to_work_on",
            )
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def is_open(self) -> bool:
        """Whether the worker has something to do for it."""
        return self.state in OPEN

    @property
    def problem_count(self) -> int:
        """How many problems the last check found."""
        return int(self.counts.get("problems", 0))

    @property
    def make_count(self) -> int:
        """How many rows would be, or were, made."""
        return int(self.counts.get("make", 0))

    @property
    def more_count(self) -> int:
        """How many rows imported before bring new photos, or brought them."""
        return int(self.counts.get("more", 0))

    @property
    def is_ready(self) -> bool:
        """Whether it can be written: judged, without a problem, and with something to write."""
        new = self.make_count + self.more_count + int(self.counts.get("matched", 0))
        return self.state == self.State.CHECKED and self.problem_count == 0 and new > 0

    @property
    def state_words(self) -> str:
        """How far it is, in words."""
        if self.state != self.State.CHECKED:
            return self.State(self.state).label
        if self.problem_count:
            return "Problems"
        return "Ready" if self.is_ready else "Nothing new in it"

    @property
    def percent(self) -> int:
        """How far the worker is with its step."""
        return round(100 * self.done / self.total) if self.total else 0


class ImportProblem(models.Model):
    """What is wrong with a cell or a row, or worth knowing of it."""

    class Level(models.TextChoices):
        PROBLEM = "problem", "Problem"
        NOTE = "note", "To know"

    run = models.ForeignKey(
        ImportRun, on_delete=models.CASCADE, related_name="problems", db_comment="Of which import"
    )
    level = models.CharField(max_length=8, choices=Level, db_comment="A problem stops the import")
    row = models.PositiveIntegerField(db_comment="Row as the spreadsheet counts it; 0: the file")
    column = models.CharField(max_length=80, blank=True, db_comment="Their name of the column")
    value = models.CharField(max_length=80, blank=True, db_comment="What the cell holds, cut short")
    words = models.CharField(max_length=400, db_comment="What is wrong and what to do")

    objects = ImportProblemQuerySet.as_manager()

    class Meta:
        db_table_comment = "Problems of the last check of a file; deleted with the file"
        ordering = ["-level", "row", "pk"]
        indexes = [models.Index(fields=["run", "level", "row"], name="import_problem_of_run")]

    def __str__(self) -> str:
        return f"{self.run_id}, row {self.row}: {self.words}"

    @property
    def level_words(self) -> str:
        """What it is, in words."""
        return "To know" if self.level == self.Level.NOTE else "Problem"


class ImportedRow(models.Model):
    """What a row of a file became: made by its import, or found to be there already.

    By kind, source and key a row of a later file is known to be the same: nothing is made twice.
    """

    run = models.ForeignKey(
        ImportRun, on_delete=models.PROTECT, related_name="rows", db_comment="By which import"
    )
    number = models.PositiveIntegerField(db_comment="Row as the spreadsheet counts it")
    kind = models.CharField(max_length=16, choices=ImportKind, db_comment="What it is")
    source = models.CharField(max_length=60, db_comment="Where it was kept until now")
    key = models.CharField(
        max_length=80,
        blank=True,
        db_comment="Its number there, or a digest of the cells that tell it apart; empty: undone",
    )
    cells = models.JSONField(
        blank=True, db_comment="A keyed digest of each cell read, by our field; empty: undone"
    )
    is_made = models.BooleanField(db_comment="False: it was there already, and is only known by it")
    object_id = models.BigIntegerField(db_comment="Key of the member, site, report ... itself")
    made = models.JSONField(
        default=list,
        blank=True,
        db_comment="All that was made: table, key, digest of it then; empty once undone",
    )
    review_on = models.DateField(
        null=True, blank=True, db_comment="Day by which what was taken over must be looked at"
    )
    keep_until = models.DateField(
        null=True, blank=True, db_comment="Last day it may be kept unless something new happens"
    )
    undone_at = models.DateTimeField(null=True, blank=True, db_comment="When it was undone")

    class Meta:
        db_table_comment = "Rows of imports and what they became"
        ordering = ["run", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "source", "key"],
                condition=Q(undone_at=None),
                name="imported_row_once",
                violation_error_message="This row was imported already.",
            ),
            models.CheckConstraint(
                name="imported_row_undone_forgets",
                condition=(~Q(key="") & Q(undone_at=None))
                | Q(key="", cells={}, made=[], undone_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["run", "number"], name="imported_row_of_run")]

    def __str__(self) -> str:
        return f"{self.run_id}, row {self.number}: {self.kind} {self.object_id}"
