"""The register of what was given to somebody outside the scheme's own pages, and to whom."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from common.ageing import append_only
from common.db import YearlyCounter
from members.querysets import SharingQuerySet

from .member import Member
from .user import User


class SharingCounter(YearlyCounter):
    """Numbers of the register in a year: SHR."""

    class Meta:
        db_table_comment = "Numbers of the sharing register handed out"
        constraints = [
            models.UniqueConstraint(fields=["prefix", "year"], name="sharing_counter_once")
        ]


class SharingRecord(models.Model):
    """Personal data was shared: what, with whom, why, under which agreement.

    Rows are only added, and go when they are old.

    Behaviour 37 of the data protection page: each onward share records agreement, recipient,
    fields and time. Records and subjects are named by reference, so the entry outlives them.
    """

    class How(models.TextChoices):
        FILE = "file", "A file made here"
        TOLD = "told", "Told, by voice"
        SHOWN = "shown", "Shown, nothing left"
        PAPER = "paper", "Paper handed over"
        SENT = "sent", "Sent by e-mail or post"

    ref = models.CharField(max_length=20, unique=True, db_comment="E.g. SHR-2026-0001")
    client_id = models.UUIDField(
        unique=True, db_comment="Made by the form; a repeated send finds the same entry"
    )
    how = models.CharField(
        max_length=5,
        choices=How,
        default=How.FILE,
        db_default="file",
        db_comment="How; a file made here writes its entry by itself",
    )
    shared_at = models.DateTimeField(db_comment="When")
    shared_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="shares", db_comment="By whom"
    )
    recipient = models.CharField(
        max_length=350, db_comment="With whom: name, rank or number, and body"
    )
    recipient_member = models.ForeignKey(
        Member,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="shares",
        db_comment="The partner agency it is of; null: a body that is no member",
    )
    recipient_ref = models.CharField(
        max_length=60, blank=True, db_comment="The recipient's reference, e.g. a crime number"
    )
    record = models.CharField(
        max_length=60, db_comment="Reference of what was shared, e.g. INC-2026-00017"
    )
    subjects = ArrayField(
        models.CharField(max_length=20),
        default=list,
        blank=True,
        db_comment="References of the subjects whose data was in it",
    )
    fields = ArrayField(
        models.CharField(max_length=60), db_comment="Which kinds of data were in it, in words"
    )
    purpose = models.CharField(max_length=300, db_comment="What for")
    lawful_basis = models.CharField(max_length=300, db_comment="Under which law")
    agreement = models.CharField(
        max_length=200, blank=True, db_comment="Under which sharing agreement; empty: none"
    )
    sha256 = models.CharField(
        max_length=64,
        blank=True,
        db_comment="SHA-256 of the file that was handed over, hex; empty: no file made here",
    )
    byte_size = models.PositiveIntegerField(
        db_comment="Bytes of that file; only an evidence pack is kept, 90 days"
    )

    objects = SharingQuerySet.as_manager()

    class Meta:
        db_table_comment = "Register of onward sharing, append-only; only old rows are deleted"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="sharing_says_what", condition=Q(fields__len__gte=1) & ~Q(record="")
            ),
            models.CheckConstraint(
                name="sharing_says_to_whom_and_why",
                condition=~Q(recipient="") & ~Q(purpose="") & ~Q(lawful_basis=""),
            ),
            models.CheckConstraint(
                name="sharing_sha256",
                condition=Q(how="file", sha256__regex=r"^[0-9a-f]{64}$")
                | (~Q(how="file") & Q(sha256="", byte_size=0)),
            ),
        ]
        indexes = [
            models.Index(fields=["record", "-id"], name="sharing_by_record"),
            GinIndex(fields=["subjects"], name="sharing_by_subject"),
        ]
        triggers = append_only("shared_at", "the sharing register")

    def __str__(self) -> str:
        return f"{self.ref} {self.record} to {self.recipient}"
