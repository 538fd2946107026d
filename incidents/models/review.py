"""What the manager asks, decides and takes back while reviewing."""

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils import timezone

from incidents.querysets import ReviewStepQuerySet
from members.models import User
from offenders.models import Subject

from .involvement import Involvement
from .report import Report

UNDO_WITHIN = dt.timedelta(hours=1)
"""How long a decision can be taken back."""


class ReporterQuestion(models.Model):
    """A question from the manager to the reporter, answered in place."""

    report = models.ForeignKey(
        Report, on_delete=models.CASCADE, related_name="questions", db_comment="About which report"
    )
    text = models.CharField(max_length=500, db_comment="What the manager wants to know")
    asked_at = models.DateTimeField(db_comment="When")
    asked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who asked"
    )
    answer = models.TextField(max_length=2000, blank=True, db_comment="What was answered")
    answered_at = models.DateTimeField(null=True, blank=True, db_comment="When it was answered")
    answered_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who answered",
    )

    class Meta:
        db_table_comment = "Questions from the manager to reporters, with the answers"
        ordering = ["asked_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="question_answer_whole",
                condition=Q(answered_at=None, answered_by=None, answer="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="")),
                violation_error_message="Write an answer.",
            )
        ]
        indexes = [
            models.Index(
                fields=["report"], condition=Q(answered_at=None), name="question_unanswered"
            )
        ]

    def __str__(self) -> str:
        return f"{self.report_id}: {self.text[:40]}"


class NotSamePerson(models.Model):
    """The manager has decided that somebody in a report is not this subject."""

    involvement = models.ForeignKey(
        Involvement, on_delete=models.CASCADE, related_name="not_same", db_comment="Who in a report"
    )
    subject = models.ForeignKey(
        Subject, on_delete=models.CASCADE, related_name="+", db_comment="Whom it is not"
    )
    decided_at = models.DateTimeField(db_comment="When")
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who decided"
    )

    class Meta:
        db_table_comment = "Suggested matches that the manager ruled out, never suggested again"
        constraints = [
            models.UniqueConstraint(fields=["involvement", "subject"], name="not_same_once")
        ]

    def __str__(self) -> str:
        return f"{self.involvement_id} is not {self.subject_id}"


class ReviewStep(models.Model):
    """One decision in a review, with what is needed to take it back within the hour."""

    class Kind(models.TextChoices):
        ACCEPTED = "accepted", "Accepted"
        REJECTED = "rejected", "Not taken up"
        DUPLICATE = "duplicate", "Merged with another report"
        LINKED = "linked", "Linked to a subject"
        UNLINKED = "unlinked", "Link taken away"
        NEW_SUBJECT = "new_subject", "Made an ID-sought subject"
        NOT_SAME = "not_same", "Not the same person"
        REOPENED = "reopened", "Waits again: the report that counted instead was not taken up"

    report = models.ForeignKey(
        Report, on_delete=models.CASCADE, related_name="steps", db_comment="Of which report"
    )
    kind = models.CharField(max_length=12, choices=Kind, db_comment="What was decided")
    involvement = models.ForeignKey(
        Involvement,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_comment="About whom in the report",
    )
    subject = models.ForeignKey(
        Subject,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_comment="The subject it was about",
    )
    before = models.JSONField(default=dict, db_comment="What the decision replaced: keys and codes")
    revision = models.PositiveIntegerField(db_comment="Revision of the report after the decision")
    at = models.DateTimeField(db_comment="When")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_comment="Who")
    undone_at = models.DateTimeField(null=True, blank=True, db_comment="When it was taken back")
    undone_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who took it back",
    )

    objects = ReviewStepQuerySet.as_manager()

    class Meta:
        db_table_comment = "Decisions of the review, each undoable for an hour"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="review_step_undo_whole",
                condition=Q(undone_at=None, undone_by=None)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
            )
        ]
        indexes = [models.Index(fields=["by", "-at"], name="review_step_by_manager")]

    def __str__(self) -> str:
        return f"{self.report_id}: {self.kind}"

    def is_undoable(self, report_revision: int) -> bool:
        """Whether it may still be taken back: fresh, and nothing has changed on top of it."""
        if self.kind == self.Kind.REOPENED:
            return False  # it followed from a decision about another report: that one is taken back
        fresh = timezone.now() - self.at <= UNDO_WITHIN
        return fresh and self.undone_at is None and self.revision == report_revision
