"""What an accreditation asks of the scheme, as data: requirements, and what shows each."""

from django.db import models
from django.db.models import Q

from members.models import User


class Evidence(models.TextChoices):
    """What shows a requirement; records/accreditation/evidence.py looks it up."""

    WORDS = "words", "The manager’s own words"
    NAME = "name", "The scheme’s name"
    ADDRESS = "address", "The correspondence address"
    MANAGER = "manager", "Who manages the scheme"
    SECTORS = "sectors", "Members by sector"
    BOARD = "board", "The Board and its meetings"
    GENERAL_MEETING = "general_meeting", "The yearly general meeting"
    ACCOUNTS = "accounts", "Income and payments of the last financial year"
    CONSTITUTION = "constitution", "Constitution"
    CODE = "code", "Code of practice"
    SHARING = "sharing", "Information-sharing agreement"
    DPIA = "dpia", "Data protection impact assessment"
    POLICY = "policy", "Appropriate policy document"
    AGREEMENT = "agreement", "Users who accepted the agreement"
    SECOND_STEP = "second_step", "Second step of who must give one"
    LOG = "log", "Access log"
    RETENTION = "retention", "Nightly deletion"


PAPERS = (
    Evidence.CONSTITUTION,
    Evidence.CODE,
    Evidence.SHARING,
    Evidence.DPIA,
    Evidence.POLICY,
)
"""Kinds of evidence that are a document of the scheme, of the same code."""


class StandardRequirement(models.Model):
    """One thing that a standard asks for. A scheme adds the sections that it is assessed by."""

    edition = models.CharField(
        "Standard", max_length=80, db_comment="Which standard, and its edition"
    )
    section = models.CharField("Section", max_length=80, db_comment="Section of the standard")
    number = models.CharField("Number", max_length=10, db_comment="Its number, such as 1.3")
    words = models.CharField("What it asks for", max_length=400, db_comment="What is asked for")
    evidence = models.CharField(
        "What shows it", max_length=16, choices=Evidence, db_comment="What is looked up to show it"
    )
    note = models.TextField(
        "In the manager’s words",
        max_length=2000,
        blank=True,
        db_comment="What shows it, or what is being done, in the manager's words",
    )
    removed_at = models.DateTimeField(
        null=True, blank=True, db_comment="When it was taken off the list; null: it is on it"
    )
    revision = models.PositiveIntegerField(
        default=1, db_comment="Grows with each change; a form from an older one is refused"
    )
    made_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who entered it; null: schemes start with it",
    )

    class Meta:
        db_table_comment = "What an accreditation asks of the scheme, and what shows each"
        ordering = ["edition", "section", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "number"],
                condition=Q(removed_at=None),
                name="requirement_number_once",
                violation_error_message="There is a requirement of that number.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.words}"
