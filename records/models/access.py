"""Subject access: what somebody asked for, the searches made, what was picked, and the packs."""

import datetime as dt
import uuid
from typing import ClassVar, Final

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from common import dates
from common.wording import counted
from members.models import User
from offenders.models import Subject

from .request import How

KEPT: Final = dt.timedelta(days=90)
"""So long the files of a pack and the texts of what was found are kept; the entry stays."""


class AccessQuerySet(models.QuerySet["AccessRequest"]):
    """Access requests."""

    def visible_to(self, user: User) -> "AccessQuerySet":
        """All for the Intelligence Manager, none for anybody else."""
        return self if user.is_intel else self.none()

    def open(self) -> "AccessQuerySet":
        """Those still to be answered, the first due first."""
        return self.filter(outcome="").order_by("due_on", "pk")


class AccessRequest(models.Model):
    """Somebody asks for what is held about them (UK GDPR, article 15; behaviour 34)."""

    class Outcome(models.TextChoices):
        GIVEN = "given", "Given what is held"
        NOTHING = "nothing", "Nothing is held"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Taken back by the person"

    ref = models.CharField(max_length=20, unique=True, db_comment="E.g. SAR-2026-0001")
    client_id = models.UUIDField(
        unique=True, default=uuid.uuid4, db_comment="Made by the form; a repeated send finds it"
    )
    asker = models.CharField(
        max_length=300, blank=True, db_comment="Who asks, and where to answer; empty: forgotten"
    )
    names = ArrayField(
        models.CharField(max_length=120),
        default=list,
        blank=True,
        db_comment="Names they go by, to be searched for; empty: forgotten",
    )
    born = models.DateField(null=True, blank=True, db_comment="Date of birth, if they gave it")
    identified = models.CharField(
        max_length=300, blank=True, db_comment="How it is known that it is them; empty: not yet"
    )
    received_on = models.DateField(db_comment="Day it came in")
    received_how = models.CharField(max_length=8, choices=How, db_comment="How it came in")
    words = models.TextField(max_length=6000, blank=True, db_comment="What they ask for")
    due_on = models.DateField(db_comment="Last day to answer: one month, or as it was extended")
    extended_on = models.DateField(
        null=True, blank=True, db_comment="Day they were told that it takes longer"
    )
    extended_because = models.CharField(max_length=300, blank=True, db_comment="Why it does")
    recorded_at = models.DateTimeField(db_comment="When it was recorded")
    recorded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who recorded it"
    )
    subjects = models.ManyToManyField(Subject, blank=True, related_name="access_requests")
    subject_refs = ArrayField(
        models.CharField(max_length=12),
        default=list,
        blank=True,
        db_comment="References of the records that are theirs, so that the entry outlives them",
    )
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True, db_comment="Empty: open")
    reasons = models.TextField(max_length=4000, blank=True, db_comment="Why, where it was refused")
    answered_on = models.DateField(null=True, blank=True, db_comment="Day they were answered")
    answered_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who answered",
    )
    forgotten_at = models.DateTimeField(
        null=True, blank=True, db_comment="When names and texts were deleted, 90 days after it"
    )
    revision = models.PositiveIntegerField(
        default=1, db_comment="Grows with each change; a form from an older one is refused"
    )

    objects = AccessQuerySet.as_manager()

    class Meta:
        db_table_comment = "Requests for access to what is held about somebody"
        ordering = ["-received_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="access_says_who",
                condition=Q(forgotten_at__isnull=False) | (~Q(asker="") & Q(names__len__gte=1)),
                violation_error_message="Say who asks, and by which names they go.",
            ),
            models.CheckConstraint(
                name="access_extension_whole",
                condition=Q(extended_on=None, extended_because="")
                | (Q(extended_on__gte=F("received_on")) & ~Q(extended_because="")),
                violation_error_message="Say why it takes longer, and when they were told.",
            ),
            models.CheckConstraint(
                name="access_answer_whole",
                condition=Q(outcome="", reasons="", answered_on=None, answered_by=None)
                | (
                    Q(answered_on__gte=F("received_on"), answered_by__isnull=False) & ~Q(outcome="")
                ),
                violation_error_message="This day is before it came in.",
            ),
            models.CheckConstraint(
                name="access_refusal_reasons",
                condition=~Q(outcome="refused") | ~Q(reasons=""),
                violation_error_message="A refusal needs its reasons.",
            ),
        ]
        indexes = [models.Index(fields=["due_on"], condition=Q(outcome=""), name="access_due")]

    def __str__(self) -> str:
        return self.ref

    @property
    def is_open(self) -> bool:
        """Whether it is still to be answered."""
        return not self.outcome

    @property
    def is_late(self) -> bool:
        """Whether the day to answer is past."""
        return self.is_open and self.due_on < dates.today()

    @property
    def longest(self) -> dt.date:
        """The last day that it may be extended to: three months in all."""
        return dates.add_months(self.received_on, 3)

    @property
    def state_words(self) -> str:
        """Where it stands, in words."""
        if self.is_open:
            return f"To be answered by {dates.short_date(self.due_on)}"
        assert self.answered_on is not None
        return f"{self.get_outcome_display()}, {dates.short_date(self.answered_on)}"


class AccessSearch(models.Model):
    """A search that was made for a request: for what, by whom, and what was found."""

    request = models.ForeignKey(
        AccessRequest, on_delete=models.CASCADE, related_name="searches", db_comment="For which"
    )
    names = ArrayField(models.CharField(max_length=120), db_comment="Names searched for")
    born = models.DateField(null=True, blank=True, db_comment="Date of birth searched for")
    subject_refs = ArrayField(
        models.CharField(max_length=12),
        default=list,
        blank=True,
        db_comment="Records taken to be theirs",
    )
    candidates = ArrayField(
        models.CharField(max_length=12),
        default=list,
        blank=True,
        db_comment="Records with a name like it, best first",
    )
    found = models.JSONField(default=dict, blank=True, db_comment="How many items of each source")
    made_at = models.DateTimeField(db_comment="When")
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="By whom"
    )

    class Meta:
        db_table_comment = "Searches made for access requests; they are never changed"
        verbose_name_plural = "access searches"
        ordering = ["-pk"]
        triggers = [
            pgtrigger.Protect(
                name="access_search_frozen",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("subject_refs", "candidates", "found", "made_at"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.made_at:%Y-%m-%d}"


class AccessItem(models.Model):
    """Something that was found: given, with words or parts removed, or left out with a reason."""

    class Left(models.TextChoices):
        NOT_THEM = "not_them", "It is not about them"
        CRIME = "crime", "It would prejudice preventing or detecting crime"
        OTHERS = "others", "It is about others, and can’t be separated"
        LEGAL = "legal", "Legal advice or proceedings"
        DOUBLE = "double", "It is in here already"

    request = models.ForeignKey(
        AccessRequest, on_delete=models.CASCADE, related_name="items", db_comment="For which"
    )
    source = models.CharField(max_length=14, db_comment="Which kind of record, see records.sar")
    key = models.CharField(max_length=40, db_comment="Which one of them")
    title = models.CharField(max_length=200, db_comment="What it is; no name")
    on = models.DateField(null=True, blank=True, db_comment="Day that it is of")
    text = models.TextField(blank=True, db_comment="What it says, as it was found")
    image = models.CharField(
        max_length=200, blank=True, db_comment="The stored picture, for a photo; empty: text"
    )
    linked = models.BooleanField(
        default=True, db_comment="Of their own record; false: a name like theirs stands in it"
    )
    about = ArrayField(
        models.CharField(max_length=12),
        default=list,
        blank=True,
        db_default=[],
        db_comment="References of other subjects that it is about: who reads it reads of them",
    )
    given = models.BooleanField(null=True, db_comment="Given or left out; null: to be decided")
    left_because = models.CharField(
        max_length=10, choices=Left, blank=True, db_comment="Why it is left out"
    )
    removed = ArrayField(
        models.PositiveIntegerField(),
        default=list,
        blank=True,
        db_comment="Words of the text that are removed, by their number",
    )
    boxes = models.JSONField(
        default=dict, blank=True, db_comment="Parts of a photo that are blacked out"
    )
    looked_at = models.DateTimeField(
        null=True, blank=True, db_comment="When it was looked at and decided"
    )

    class Meta:
        db_table_comment = "What was found for access requests, and what is given of it"
        ordering = ["source", "on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["request", "source", "key"], name="access_item_once"),
            models.CheckConstraint(
                name="access_item_left_why",
                condition=Q(given=None, left_because="")
                | Q(given=True, left_because="")
                | (Q(given=False) & ~Q(left_because="")),
                violation_error_message="Say why it is left out.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id}: {self.source} {self.key}"

    @property
    def state_words(self) -> str:
        """What becomes of it, in words."""
        if self.given is None:
            return "To be decided"
        if not self.given:
            return f"Left out: {self.get_left_because_display().lower()}"
        gone = [counted(len(self.removed), "word")] if self.removed else []
        boxes = len(self.boxes.get("blur", []))
        gone += [counted(boxes, "part of the photo", "parts of the photo")] if boxes else []
        return f"Given without {' and '.join(gone)}" if gone else "Given whole"


class AccessPack(models.Model):
    """A pack for the person: PDF and ZIP, made by the worker, kept 90 days."""

    TRIES: ClassVar[int] = 3

    ref = models.CharField(max_length=24, unique=True, db_comment="E.g. SAR-2026-0001-P1")
    client_id = models.UUIDField(
        unique=True, db_comment="Made by the form; a repeated send finds it"
    )
    request = models.ForeignKey(
        AccessRequest, on_delete=models.PROTECT, related_name="packs", db_comment="For which"
    )
    revision = models.PositiveIntegerField(db_comment="The request’s, when it was ordered")
    ordered_at = models.DateTimeField(db_comment="When it was ordered")
    ordered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="By whom"
    )
    claim = models.UUIDField(null=True, blank=True, db_comment="The try that is at it, or made it")
    alive_at = models.DateTimeField(null=True, blank=True, db_comment="Its last sign of life")
    tries = models.PositiveSmallIntegerField(default=0, db_comment="How often it was tried")
    made_at = models.DateTimeField(null=True, blank=True, db_comment="When it was made")
    failed_at = models.DateTimeField(null=True, blank=True, db_comment="When it was given up")
    problem = models.CharField(max_length=300, blank=True, db_comment="Why")
    pdf_sha256 = models.CharField(max_length=64, blank=True, db_comment="SHA-256 of the PDF, hex")
    sha256 = models.CharField(max_length=64, blank=True, db_comment="SHA-256 of the ZIP, hex")
    byte_size = models.PositiveIntegerField(default=0, db_comment="Bytes of the ZIP")
    kinds = ArrayField(
        models.CharField(max_length=60),
        default=list,
        blank=True,
        db_comment="Which kinds of data are in it",
    )
    files_deleted_at = models.DateTimeField(
        null=True, blank=True, db_comment="When its files were deleted"
    )

    class Meta:
        db_table_comment = "Packs made for access requests; files 90 days, the entry for good"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="access_pack_one_end",
                condition=Q(made_at=None) | (Q(failed_at=None) & ~Q(sha256="")),
            )
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def is_open(self) -> bool:
        """Whether it is still to be made."""
        return self.made_at is None and self.failed_at is None

    @property
    def has_files(self) -> bool:
        """Whether its files are there."""
        return self.made_at is not None and self.files_deleted_at is None

    @property
    def pdf(self) -> str:
        """The PDF's name in the store."""
        return f"access/{self.claim}.pdf"

    @property
    def archive(self) -> str:
        """The ZIP's name in the store."""
        return f"access/{self.claim}.zip"
