"""The nightly runs: what was on the list, what became of each, and files still to be deleted."""

from django.db import models
from django.db.models import Q

from members.models import User


class RetentionRun(models.Model):
    """One night. Its list is made first; then each line is carried out by itself."""

    on = models.DateField(unique=True, db_comment="London day it is the run of")
    made_at = models.DateTimeField(db_comment="When its list was made")
    held_because = models.CharField(
        max_length=200,
        blank=True,
        db_comment="Why it waits for the manager's word: unusually much is due; empty: it doesn't",
    )
    released_at = models.DateTimeField(
        null=True, blank=True, db_comment="When the manager let it go on"
    )
    released_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who let it go on",
    )
    texts_done_at = models.DateTimeField(
        null=True, blank=True, db_comment="When other records' texts had lost the references"
    )
    log_entries = models.PositiveIntegerField(
        default=0, db_comment="Entries of the access log that were deleted for their age"
    )
    sharing_entries = models.PositiveIntegerField(
        default=0, db_comment="Entries of the sharing register that were deleted for their age"
    )
    entries_done_at = models.DateTimeField(
        null=True, blank=True, db_comment="When the old entries of both were deleted"
    )
    finished_at = models.DateTimeField(
        null=True, blank=True, db_comment="When every line was carried out; null: not yet"
    )
    seen_at = models.DateTimeField(
        null=True, blank=True, db_comment="When the manager said that they have seen its report"
    )

    class Meta:
        db_table_comment = "Nightly runs of retention"
        ordering = ["-on"]
        constraints = [
            models.CheckConstraint(
                name="retention_run_released_whole",
                condition=Q(released_at=None, released_by=None)
                | Q(released_at__isnull=False, released_by__isnull=False) & ~Q(held_because=""),
            )
        ]

    def __str__(self) -> str:
        return f"Run of {self.on}"

    @property
    def waits(self) -> bool:
        """Whether nothing is deleted until the manager says so."""
        return bool(self.held_because) and self.released_at is None and self.finished_at is None


class RunItem(models.Model):
    """One line of a run's list."""

    class State(models.TextChoices):
        LISTED = "listed", "To be deleted"
        DELETED = "deleted", "Deleted"
        SKIPPED = "skipped", "Kept"
        FAILED = "failed", "Failed"

    run = models.ForeignKey(
        RetentionRun, on_delete=models.CASCADE, related_name="items", db_comment="Of which night"
    )
    category = models.CharField(
        max_length=12, db_comment="subject, report, intelligence, bulletin or case"
    )
    ref = models.CharField(max_length=20, db_comment="Reference")
    due_on = models.DateField(db_comment="Day it was due")
    because = models.CharField(max_length=300, db_comment="Why then, in words")
    state = models.CharField(
        max_length=8, choices=State, default=State.LISTED, db_comment="What became of it"
    )
    words = models.CharField(
        max_length=300, blank=True, db_comment="Why it was kept, or how it failed; no name"
    )
    look_at = models.CharField(
        max_length=300,
        blank=True,
        db_comment="References of records that stay and may still say something of them",
    )
    may_put_off = models.BooleanField(
        default=False, db_comment="Something new came in its last days: it may be put off, once"
    )
    at = models.DateTimeField(null=True, blank=True, db_comment="When it was carried out")

    class Meta:
        db_table_comment = "Lines of the lists of nightly runs"
        ordering = ["-category", "due_on", "ref"]
        constraints = [models.UniqueConstraint(fields=["run", "ref"], name="run_item_once")]
        indexes = [
            models.Index(fields=["run", "ref"], condition=Q(state="listed"), name="run_item_to_do")
        ]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.ref}"


class DoomedFile(models.Model):
    """A file whose record is deleted, until the file is gone too."""

    name = models.CharField(max_length=300, unique=True, db_comment="Its name in the store")
    since = models.DateTimeField(db_comment="When its record was deleted")

    class Meta:
        db_table_comment = "Files to be deleted, because what they belonged to is"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"file {self.pk}"
