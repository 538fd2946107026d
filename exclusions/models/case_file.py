"""Case files for an order of a court, or a referral, and the evidence packs made of them."""

import datetime as dt
from typing import Final

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from exclusions.querysets import CaseFileQuerySet, EvidencePackQuerySet
from incidents.models import Report
from members.models import Member, User
from offenders.models import Subject

KEPT: Final = dt.timedelta(days=90)
"""How long the files of a pack are kept: it can be made again, and a copy less is a leak less."""


class CaseFile(models.Model):
    """What the manager gathers about one person to ask for an order, or to refer them.

    Civil injunction: Part 1 of the Anti-social Behaviour, Crime and Policing Act 2014. Criminal
    behaviour order: its Part 2. Integrated Offender Management: the police's own scheme.
    """

    class Kind(models.TextChoices):
        INJUNCTION = "injunction", "Civil injunction"
        CBO = "cbo", "Criminal behaviour order"
        IOM = "iom", "Integrated Offender Management"

    ref = models.CharField(max_length=20, unique=True, db_comment="E.g. CASE-2026-0001")
    client_id = models.UUIDField(unique=True, db_comment="Made by the form; sent again, the same")
    subject = models.ForeignKey(
        Subject, on_delete=models.PROTECT, related_name="case_files", db_comment="About whom"
    )
    kind = models.CharField(max_length=12, choices=Kind, db_comment="What it is for")
    words = models.TextField(
        "What is asked for, and why",
        max_length=6000,
        db_comment="What is asked for and why, as the pack's first page says it",
    )
    revision = models.PositiveIntegerField(
        default=1, db_comment="Grows with each change; a pack keeps the one it was made of"
    )
    made_at = models.DateTimeField(db_comment="When it was opened")
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who opened it"
    )
    keeps_until = models.DateField(
        null=True,
        blank=True,
        db_comment="While it is open, it keeps the record from deletion until 30 days after this:"
        " six months after its last change, two years after it was opened at most",
    )
    closed_at = models.DateTimeField(null=True, blank=True, db_comment="When it was closed")
    closed_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who closed it",
    )
    closed_reason = models.CharField(
        max_length=300, blank=True, db_comment="What came of it, such as an order and its date"
    )

    objects = CaseFileQuerySet.as_manager()

    class Meta:
        db_table_comment = "Case files for a court order or a referral"
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(
                name="case_closed_whole",
                condition=Q(closed_at=None, closed_by=None, closed_reason="")
                | (Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(closed_reason="")),
                violation_error_message="Say what came of it.",
            )
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def is_open(self) -> bool:
        """Whether it can still be worked on."""
        return self.closed_at is None


class CaseIncident(models.Model):
    """An incident of a case file, and what the pack tells of it."""

    case = models.ForeignKey(
        CaseFile, on_delete=models.CASCADE, related_name="incidents", db_comment="Of which case"
    )
    report = models.ForeignKey(
        Report, on_delete=models.PROTECT, related_name="case_incidents", db_comment="Which incident"
    )
    account = models.TextField(
        "What happened",
        max_length=6000,
        blank=True,
        db_comment="What the pack tells; first what the reporter wrote, then as the manager has it",
    )
    with_files = models.BooleanField(
        "Its photos and files are exhibits", default=True, db_comment="Whether its files go along"
    )
    added_at = models.DateTimeField(db_comment="When it was added")
    added_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who added it"
    )

    class Meta:
        db_table_comment = "Incidents of case files"
        ordering = ["report__occurred_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["case", "report"], name="case_incident_once")
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.report_id}"


class CaseStatement(models.Model):
    """What a witness says of an incident, or a business of what all of it does to them."""

    class Kind(models.TextChoices):
        WITNESS = "witness", "Witness statement"
        IMPACT = "impact", "Impact statement"

    case = models.ForeignKey(
        CaseFile, on_delete=models.CASCADE, related_name="statements", db_comment="Of which case"
    )
    client_id = models.UUIDField(unique=True, db_comment="Made by the form; sent again, the same")
    kind = models.CharField(max_length=8, choices=Kind, db_comment="Of an incident, or of impact")
    incident = models.ForeignKey(
        CaseIncident,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="statements",
        db_comment="A witness statement: of which incident",
    )
    member = models.ForeignKey(
        Member,
        on_delete=models.PROTECT,
        related_name="+",
        db_comment="The business it is made for",
    )
    witness_name = models.CharField("Who makes it", max_length=120, db_comment="Who makes it")
    name_shown = models.BooleanField(
        "Show the name",
        default=False,
        db_comment="Whether the pack names them; else they are Witness 1, 2, 3 ...",
    )
    witness_age = models.PositiveSmallIntegerField(
        "Age, if under 18",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(17)],
        db_comment="Age if under 18; null: 18 or over",
    )
    occupation = models.CharField(
        "Occupation", max_length=80, blank=True, db_comment="Their occupation"
    )
    words = models.TextField("The statement", max_length=20_000, db_comment="What they say")
    added_at = models.DateTimeField(db_comment="When it was added")
    added_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who added it"
    )

    class Meta:
        db_table_comment = "Statements of case files"
        ordering = ["kind", "pk"]
        constraints = [
            models.CheckConstraint(
                name="case_statement_of_what",
                condition=Q(kind="witness", incident__isnull=False)
                | Q(kind="impact", incident=None),
                violation_error_message="A witness statement is of an incident.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.witness_name}"


class EvidencePack(models.Model):
    """A pack as it was ordered and made: one PDF and one ZIP, by the worker.

    `claim` is the try that is at it now; `alive_at` its latest sign of life. A try whose claim was
    taken over writes nothing more.
    """

    TRIES: Final = 3

    ref = models.CharField(max_length=20, unique=True, db_comment="E.g. EVP-2026-0001")
    client_id = models.UUIDField(unique=True, db_comment="Made by the form; sent again, the same")
    case = models.ForeignKey(
        CaseFile, on_delete=models.PROTECT, related_name="packs", db_comment="Of which case file"
    )
    case_revision = models.PositiveIntegerField(db_comment="The case file's revision it is made of")
    names_checked = models.BooleanField(
        default=False,
        db_comment="Whether each place was looked at where a withheld name seems to stand",
    )
    ordered_at = models.DateTimeField(db_comment="When it was ordered")
    ordered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who ordered it"
    )
    claim = models.UUIDField(null=True, blank=True, db_comment="The try that is at it")
    alive_at = models.DateTimeField(null=True, blank=True, db_comment="Its latest sign of life")
    tries = models.PositiveSmallIntegerField(default=0, db_comment="Tries begun")
    step = models.CharField(max_length=40, blank=True, db_comment="What the try is doing, in words")
    done = models.PositiveIntegerField(default=0, db_comment="Exhibits copied so far")
    total = models.PositiveIntegerField(default=0, db_comment="Exhibits in all")
    made_at = models.DateTimeField(null=True, blank=True, db_comment="When it was finished")
    failed_at = models.DateTimeField(null=True, blank=True, db_comment="When it was given up")
    problem = models.CharField(max_length=300, blank=True, db_comment="Why it was given up")
    pdf = models.CharField(max_length=120, blank=True, db_comment="Name of the PDF in the store")
    archive = models.CharField(
        max_length=120, blank=True, db_comment="Name of the ZIP in the store"
    )
    pdf_sha256 = models.CharField(max_length=64, blank=True, db_comment="SHA-256 of the PDF, hex")
    sha256 = models.CharField(max_length=64, blank=True, db_comment="SHA-256 of the ZIP, hex")
    byte_size = models.PositiveBigIntegerField(default=0, db_comment="Bytes of the ZIP")
    incident_refs = ArrayField(
        models.CharField(max_length=20), default=list, blank=True, db_comment="Incidents in it"
    )
    subject_refs = ArrayField(
        models.CharField(max_length=20), default=list, blank=True, db_comment="Whose data is in it"
    )
    fields = ArrayField(
        models.CharField(max_length=60), default=list, blank=True, db_comment="Kinds of data in it"
    )
    files_deleted_at = models.DateTimeField(
        null=True, blank=True, db_comment="When its files were deleted; the entry stays"
    )

    objects = EvidencePackQuerySet.as_manager()

    class Meta:
        db_table_comment = "Evidence packs: ordered, made by the worker, deleted after 90 days"
        ordering = ["-ordered_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(made_at=None, failed_at=None),
                name="evidence_pack_one_open",
                violation_error_message="A pack of this case file is being made already.",
            ),
            models.CheckConstraint(
                name="evidence_pack_made_whole",
                condition=Q(made_at=None, pdf="", archive="", pdf_sha256="", sha256="")
                | (
                    Q(made_at__isnull=False, failed_at=None)
                    & ~Q(pdf="")
                    & ~Q(archive="")
                    & ~Q(pdf_sha256="")
                    & ~Q(sha256="")
                ),
            ),
            models.CheckConstraint(
                name="evidence_pack_failed_whole",
                condition=Q(failed_at=None, problem="")
                | (Q(failed_at__isnull=False) & ~Q(problem="")),
            ),
            models.CheckConstraint(
                name="evidence_pack_progress", condition=Q(done__lte=F("total"))
            ),
        ]
        triggers = [
            # What was handed out is what the register of sharing names by its hash.
            pgtrigger.Protect(
                name="evidence_pack_frozen",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__made_at__isnull=False)
                & (
                    pgtrigger.Q(old__made_at__df=pgtrigger.F("new__made_at"))
                    | pgtrigger.Q(old__sha256__df=pgtrigger.F("new__sha256"))
                    | pgtrigger.Q(old__pdf_sha256__df=pgtrigger.F("new__pdf_sha256"))
                    | pgtrigger.Q(old__pdf__df=pgtrigger.F("new__pdf"))
                    | pgtrigger.Q(old__archive__df=pgtrigger.F("new__archive"))
                ),
            )
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def is_open(self) -> bool:
        """Whether it is still being made."""
        return self.made_at is None and self.failed_at is None

    @property
    def has_files(self) -> bool:
        """Whether it can be opened and given out."""
        return self.made_at is not None and self.files_deleted_at is None

    @property
    def kept_until(self) -> dt.datetime | None:
        """When its files are deleted; None before it is made."""
        return self.made_at + KEPT if self.made_at else None

    @property
    def percent(self) -> int:
        """How far it is: copying the exhibits is nine tenths of the work."""
        if self.total == 0:
            return 0
        return round(90 * self.done / self.total)
