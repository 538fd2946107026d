"""Reports of the Board: a period, its versions, what comes with them, and what happened to them."""

import pgtrigger
from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from board.reports.querysets import BoardReportQuerySet, ReportVersionQuerySet
from common.db import StoredImage
from members.models import User

MOST_FILES = 12
"""Files that come with one version."""


class MonthsOn(models.Func):
    """The last day of so many months that begin on a day."""

    template = "(%(expressions)s + interval '%(months)s months' - interval '1 day')::date"
    output_field = models.DateField()

    def __init__(self, column: str, months: int) -> None:
        super().__init__(F(column), months=int(months))


class BoardReport(models.Model):
    """A report of one kind on one period that is over. What it says is in its versions."""

    class Kind(models.TextChoices):
        QUARTERLY = "quarterly", "Quarterly report"
        ANNUAL = "annual", "Annual report"
        CSP = "csp", "CSP return"

    kind = models.CharField(max_length=9, choices=Kind, db_comment="What sort of report")
    ref = models.CharField(max_length=20, db_comment="Reference in addresses, such as Q-2026-27-2")
    first = models.DateField(db_comment="First day of its period")
    last = models.DateField(db_comment="Last day of its period")
    started_at = models.DateTimeField(default=timezone.now, db_comment="When it was started")
    started_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who started it"
    )

    objects = BoardReportQuerySet.as_manager()

    class Meta:
        db_table_comment = "Quarterly and annual reports and CSP returns; rows are only added"
        ordering = ["-last", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["ref"],
                name="board_report_ref_once",
                violation_error_message="This report was started already.",
            ),
            models.UniqueConstraint(
                fields=["kind", "first"],
                name="board_report_once",
                violation_error_message="This report was started already.",
            ),
            models.CheckConstraint(
                name="board_report_whole_period",
                condition=Q(kind="annual", first__month=4, first__day=1, last__month=3)
                | Q(kind__in=["quarterly", "csp"], first__month__in=[1, 4, 7, 10], first__day=1),
                violation_error_message="A report is of a whole quarter or financial year.",
            ),
            models.CheckConstraint(name="board_report_days", condition=Q(last__gt=F("first"))),
            models.CheckConstraint(
                name="board_report_ends_with_it",
                condition=Q(kind="annual", last=MonthsOn("first", 12))
                | Q(kind__in=["quarterly", "csp"], last=MonthsOn("first", 3)),
                violation_error_message="A report is of a whole quarter or financial year.",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="board_report_only_added", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return self.ref


class ReportVersion(models.Model):
    """What a report says: figures frozen on a day, and what the manager wrote to them.

    A correction is another version. Once approved none of it can change; nor can the figures and
    words while the Board has it.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        SUBMITTED = "submitted", "Waits for the Board"
        APPROVED = "approved", "Approved"

    report = models.ForeignKey(
        BoardReport, on_delete=models.PROTECT, related_name="versions", db_comment="Which report"
    )
    number = models.PositiveSmallIntegerField(db_comment="1, 2, 3 ...")
    state = models.CharField(
        max_length=9, choices=State, default=State.DRAFT, db_comment="How far it is"
    )
    why = models.CharField(
        max_length=500, blank=True, db_comment="What a correction puts right; empty for the first"
    )
    commentary = models.JSONField(
        default=dict, blank=True, db_comment="What the manager wrote, by part of the report"
    )
    figures = models.JSONField(
        null=True,
        blank=True,
        db_comment="All figures as they were counted and are printed; null: not frozen yet",
    )
    frozen_at = models.DateTimeField(null=True, blank=True, db_comment="When they were frozen")
    frozen_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who froze them",
    )
    submitted_at = models.DateTimeField(
        null=True, blank=True, db_comment="When it was given to the Board last"
    )
    submitted_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who gave it to the Board",
    )
    approved_at = models.DateTimeField(null=True, blank=True, db_comment="When it was approved")
    approved_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who of the Board approved it",
    )
    # As they were called then: a person may be called something else later.
    prepared_name = models.CharField(
        max_length=120, blank=True, db_comment="Name of who prepared it, as it is printed"
    )
    approved_name = models.CharField(
        max_length=120, blank=True, db_comment="Name of who approved it, as it is printed"
    )
    pdf_sha256 = models.CharField(
        max_length=64, blank=True, db_comment="SHA-256 of the approved PDF, hex"
    )
    revision = models.PositiveIntegerField(
        default=1, db_comment="Counts changes; a form sent for an older one is refused"
    )

    objects = ReportVersionQuerySet.as_manager()

    class Meta:
        db_table_comment = "Versions of the Board's reports; an approved one is never changed"
        ordering = ["report", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "number"],
                name="report_version_once",
                violation_error_message="Somebody made this version meanwhile.",
            ),
            models.UniqueConstraint(
                fields=["report"],
                condition=~Q(state="approved"),
                name="report_version_one_open",
                violation_error_message="There is an unfinished version already.",
            ),
            models.CheckConstraint(
                name="report_version_state",
                condition=Q(state__in=["draft", "submitted", "approved"]),
            ),
            models.CheckConstraint(
                name="report_version_says_why",
                condition=Q(number=1, why="") | Q(number__gt=1) & ~Q(why=""),
                violation_error_message="Write what the correction puts right.",
            ),
            models.CheckConstraint(
                name="report_version_frozen_whole",
                condition=Q(figures=None, frozen_at=None, frozen_by=None)
                | Q(figures__isnull=False, frozen_at__isnull=False, frozen_by__isnull=False),
            ),
            models.CheckConstraint(
                name="report_version_submitted_whole",
                condition=Q(state="draft")
                | Q(figures__isnull=False, submitted_at__isnull=False, submitted_by__isnull=False),
                violation_error_message="Freeze the figures first.",
            ),
            models.CheckConstraint(
                name="report_version_approved_whole",
                condition=Q(state="approved", approved_at__isnull=False)
                & Q(approved_by__isnull=False)
                & ~Q(pdf_sha256="")
                | ~Q(state="approved") & Q(approved_at=None, approved_by=None, pdf_sha256=""),
            ),
            models.CheckConstraint(
                name="report_version_four_eyes",
                condition=Q(approved_by=None) | ~Q(approved_by=F("submitted_by")),
                violation_error_message="Whoever submitted it can’t approve it.",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="report_version_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="report_version_approved",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.state = 'approved'"),
            ),
            pgtrigger.Protect(
                name="report_version_with_board",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.state = 'submitted' AND (OLD.figures, OLD.commentary, OLD.why,"
                    " OLD.frozen_at, OLD.frozen_by_id, OLD.submitted_at, OLD.submitted_by_id,"
                    " OLD.prepared_name) IS DISTINCT FROM (NEW.figures, NEW.commentary, NEW.why,"
                    " NEW.frozen_at, NEW.frozen_by_id, NEW.submitted_at, NEW.submitted_by_id,"
                    " NEW.prepared_name)"
                ),
            ),
            pgtrigger.Protect(
                name="report_version_stays_its_own",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("report", "number", "why"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id}, version {self.number}"

    @property
    def is_draft(self) -> bool:
        """Whether the manager still works on it."""
        return self.state == self.State.DRAFT

    @property
    def is_submitted(self) -> bool:
        """Whether it waits for the Board."""
        return self.state == self.State.SUBMITTED

    @property
    def is_approved(self) -> bool:
        """Whether the Board has approved it."""
        return self.state == self.State.APPROVED

    @property
    def is_frozen(self) -> bool:
        """Whether its figures are taken."""
        return self.figures is not None


ONLY_WITH_A_DRAFT = """
    PERFORM 1 FROM board_reportversion v
      WHERE v.id = {row}.version_id AND v.state = 'draft' FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'pgtrigger: what comes with a report is frozen once the Board has it';
    END IF;
    RETURN {row};
"""


class ReportAttachment(StoredImage):
    """A file that comes with a version: a photo or a PDF. A correction shows the same bytes.

    No sizes are made of it: it is opened as it was sent. Versions may share one stored file.
    """

    version = models.ForeignKey(
        ReportVersion,
        on_delete=models.PROTECT,
        related_name="attachments",
        db_comment="Which version",
    )
    number = models.PositiveSmallIntegerField(db_comment="1, 2, 3 ... within the version")
    name = models.CharField(
        max_length=120,
        validators=[MinLengthValidator(1)],
        db_comment="What the manager calls it; never the name of the file",
    )
    pages = models.PositiveSmallIntegerField(
        null=True, blank=True, db_comment="Pages; null: they could not be counted"
    )
    added_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who sent it"
    )

    class Meta:
        db_table_comment = "Files that come with the Board's reports, frozen with them"
        ordering = ["version", "number"]
        constraints = [
            models.UniqueConstraint(fields=["version", "number"], name="report_file_number_once"),
            models.UniqueConstraint(
                fields=["version", "sha256"],
                name="report_file_once",
                violation_error_message="This file comes with the report already.",
            ),
            models.CheckConstraint(
                name="report_file_few",
                condition=Q(number__gte=1, number__lte=MOST_FILES),
                violation_error_message=f"{MOST_FILES} files come with a report at most.",
            ),
            models.CheckConstraint(
                name="report_file_is_paper",
                condition=Q(content_type="application/pdf") | Q(content_type__startswith="image/"),
                violation_error_message="Only photos and PDFs come with a report.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["added_at"], condition=Q(scanned_at=None), name="report_file_unscanned"
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="report_file_added",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=ONLY_WITH_A_DRAFT.format(row="NEW"),
            ),
            pgtrigger.Trigger(
                name="report_file_removed",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                func=ONLY_WITH_A_DRAFT.format(row="OLD"),
            ),
            pgtrigger.Protect(
                name="report_file_frozen",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    exclude=["scanned_at", "malware", "variants_ready_at", "variants_error"]
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id}: file {self.number}"

    @property
    def form_words(self) -> str:
        """What sort of file it is: "PDF, 3 pages", "JPEG picture"."""
        form = self.content_type.partition("/")[2].upper()
        if form != "PDF":
            return f"{form} picture"
        if self.pages is None:
            return "PDF"
        return f"PDF, {self.pages} page{'' if self.pages == 1 else 's'}"


class ReportPaper(models.Model):
    """The PDF of an approved version: the very bytes that were approved."""

    version = models.OneToOneField(
        ReportVersion, on_delete=models.PROTECT, related_name="paper", db_comment="Which version"
    )
    pdf = models.BinaryField(db_comment="The file")

    class Meta:
        db_table_comment = "PDFs of approved reports; UPDATE and DELETE are refused"
        triggers = [
            pgtrigger.Protect(
                name="report_paper_frozen", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.version_id}: PDF"


class ReportStep(models.Model):
    """Something that was done to a version: by whom, when, and with what words."""

    class Kind(models.TextChoices):
        STARTED = "started", "Started"
        FROZEN = "frozen", "Figures frozen"
        SUBMITTED = "submitted", "Given to the Board"
        RETURNED = "returned", "Sent back"
        APPROVED = "approved", "Approved"

    version = models.ForeignKey(
        ReportVersion, on_delete=models.PROTECT, related_name="steps", db_comment="Which version"
    )
    kind = models.CharField(max_length=9, choices=Kind, db_comment="What was done")
    at = models.DateTimeField(default=timezone.now, db_comment="When")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_comment="By whom")
    words = models.CharField(
        max_length=1000, blank=True, db_comment="What the Board said when it sent it back"
    )

    class Meta:
        db_table_comment = "What was done to the Board's reports; UPDATE and DELETE are refused"
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="report_step_return_told",
                condition=~Q(kind="returned") | ~Q(words=""),
                violation_error_message="Write what has to change.",
            )
        ]
        triggers = [
            pgtrigger.Protect(
                name="report_step_append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
            )
        ]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.kind}"
