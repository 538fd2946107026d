"""Objections, and requests to rectify, erase or restrict what is held about somebody."""

import datetime as dt
import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from common import dates
from members.models import User
from offenders.models import Subject


class How(models.TextChoices):
    """How something came in, or was told."""

    POST = "post", "By post"
    EMAIL = "email", "By e-mail"
    HAND = "hand", "Handed over"
    SAID = "said", "Said, in person or by telephone"


class RequestQuerySet(models.QuerySet["RightsRequest"]):
    """Requests."""

    def visible_to(self, user: User) -> "RequestQuerySet":
        """All for the Intelligence Manager, none for anybody else."""
        return self if user.is_intel else self.none()

    def open(self) -> "RequestQuerySet":
        """Those still to be decided."""
        return self.filter(decision="")

    def to_tell(self) -> "RequestQuerySet":
        """Those decided of which the person is still to be told."""
        return self.exclude(decision="").filter(told_on=None)


class RightsRequest(models.Model):
    """Somebody objects, or asks that what is held about them be put right, erased or restricted.

    UK GDPR, articles 16 to 18 and 21. What members see is held from the moment it is recorded
    until it is decided (behaviour 35). The entry outlives the record, without names.
    """

    class Kind(models.TextChoices):
        OBJECTION = "objection", "Objection"
        RECTIFICATION = "rectification", "Rectification"
        ERASURE = "erasure", "Erasure"
        RESTRICTION = "restriction", "Restriction"

    class Decision(models.TextChoices):
        GRANTED = "granted", "Granted"
        PARTLY = "partly", "Granted in part"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Taken back by the person"

    ref = models.CharField(max_length=20, unique=True, db_comment="E.g. RGT-2026-0001")
    client_id = models.UUIDField(
        unique=True, default=uuid.uuid4, db_comment="Made by the form; a repeated send finds it"
    )
    kind = models.CharField(max_length=14, choices=Kind, db_comment="What is asked for")
    subject = models.ForeignKey(
        Subject,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="rights_requests",
        db_comment="Whose record; null: it was deleted since",
    )
    subject_refs = ArrayField(
        models.CharField(max_length=12),
        db_comment="References of that record and of those that were part of it",
    )
    asker = models.CharField(
        max_length=300, blank=True, db_comment="Who asks, and where to answer; empty: forgotten"
    )
    identified = models.CharField(
        max_length=300, blank=True, db_comment="How it is known that it is them; empty: not yet"
    )
    received_on = models.DateField(db_comment="Day it came in")
    received_how = models.CharField(max_length=8, choices=How, db_comment="How it came in")
    words = models.TextField(
        max_length=6000, blank=True, db_comment="What they ask, in their words; empty: forgotten"
    )
    wrong_words = models.CharField(
        max_length=300, blank=True, db_comment="Rectification: what the record says"
    )
    right_words = models.CharField(
        max_length=300, blank=True, db_comment="Rectification: what it should say"
    )
    due_on = models.DateField(db_comment="Last day to answer: one month, or as it was extended")
    extended_on = models.DateField(
        null=True, blank=True, db_comment="Day they were told that it takes longer"
    )
    extended_because = models.CharField(max_length=300, blank=True, db_comment="Why it does")
    recorded_at = models.DateTimeField(db_comment="When it was recorded")
    recorded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who recorded it"
    )
    decision = models.CharField(
        max_length=10, choices=Decision, blank=True, db_comment="Empty: open"
    )
    reasons = models.TextField(max_length=4000, blank=True, db_comment="Why; they are told")
    decided_at = models.DateTimeField(null=True, blank=True, db_comment="When it was decided")
    decided_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who decided it",
    )
    left_because = models.CharField(
        max_length=500,
        blank=True,
        db_comment="Why some places go on saying what was put right, such as a notice as served",
    )
    told_on = models.DateField(null=True, blank=True, db_comment="Day they were told")
    told_how = models.CharField(max_length=8, choices=How, blank=True, db_comment="How")
    stands = models.BooleanField(
        default=False, db_comment="Granted, and members see nothing of them until it is lifted"
    )
    lifted_at = models.DateTimeField(null=True, blank=True, db_comment="When it was lifted")
    lifted_because = models.CharField(max_length=500, blank=True, db_comment="Why")
    lifted_told_on = models.DateField(
        null=True, blank=True, db_comment="Day they were told, before it was lifted"
    )
    forgotten_at = models.DateTimeField(
        null=True, blank=True, db_comment="When names and words were taken out of it"
    )
    revision = models.PositiveIntegerField(
        default=1, db_comment="Grows with each change; a form from an older one is refused"
    )

    objects = RequestQuerySet.as_manager()

    class Meta:
        db_table_comment = "Requests about what is held on subjects, and what became of each"
        ordering = ["-received_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "kind"],
                condition=Q(decision=""),
                name="request_one_open",
                violation_error_message="A request of this kind is open already.",
            ),
            models.CheckConstraint(
                name="request_says_what",
                condition=Q(forgotten_at__isnull=False) | (~Q(asker="") & ~Q(words="")),
                violation_error_message="Say who asks, and what.",
            ),
            models.CheckConstraint(
                name="request_rectifies_what",
                condition=~Q(kind="rectification")
                | Q(forgotten_at__isnull=False)
                | (~Q(wrong_words="") & ~Q(right_words="")),
                violation_error_message="Say what is wrong, and what is right.",
            ),
            models.CheckConstraint(
                name="request_extension_whole",
                condition=Q(extended_on=None, extended_because="")
                | (Q(extended_on__gte=F("received_on")) & ~Q(extended_because="")),
                violation_error_message="Say why it takes longer, and when they were told.",
            ),
            models.CheckConstraint(
                name="request_decision_whole",
                condition=Q(decision="", decided_at=None, decided_by=None, stands=False)
                | (Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(decision="")),
            ),
            models.CheckConstraint(
                name="request_reasons",
                condition=Q(decision="") | ~Q(reasons="") | Q(forgotten_at__isnull=False),
                violation_error_message="A decision needs its reasons.",
            ),
            models.CheckConstraint(
                name="request_told_after",
                condition=Q(told_on=None, told_how="")
                | (Q(told_on__gte=F("received_on")) & ~Q(decision="") & ~Q(told_how="")),
                violation_error_message="They are told once it is decided, and it is known how.",
            ),
            models.CheckConstraint(
                name="request_lift_whole",
                condition=Q(lifted_at=None, lifted_because="", lifted_told_on=None)
                | (Q(lifted_at__isnull=False, lifted_told_on__isnull=False, stands=True)),
                violation_error_message="Say why it is lifted, and when they were told.",
            ),
        ]
        indexes = [models.Index(fields=["due_on"], condition=Q(told_on=None), name="request_due")]

    def __str__(self) -> str:
        return f"{self.ref} {self.kind}"

    @property
    def is_open(self) -> bool:
        """Whether it is still to be decided."""
        return not self.decision

    @property
    def is_granted(self) -> bool:
        """Whether something was changed because of it, so that others must be told."""
        return self.decision in (self.Decision.GRANTED, self.Decision.PARTLY)

    @property
    def is_late(self) -> bool:
        """Whether the day to answer is past and they have no answer."""
        return self.told_on is None and self.due_on < dates.today()

    @property
    def longest(self) -> dt.date:
        """The last day that it may be extended to: three months in all."""
        return dates.add_months(self.received_on, 3)

    @property
    def is_standing(self) -> bool:
        """Whether members see nothing because it was granted, until it is lifted."""
        return self.stands and self.lifted_at is None

    @property
    def state_words(self) -> str:
        """Where it stands, in words."""
        if self.is_open:
            return f"To be answered by {dates.short_date(self.due_on)}"
        return f"{self.get_decision_display()}{'' if self.told_on else ', to be told'}"


class RecipientTold(models.Model):
    """Whoever was given the data was told what became of the request, or why they are not."""

    request = models.ForeignKey(
        RightsRequest, on_delete=models.CASCADE, related_name="recipients", db_comment="Of which"
    )
    share = models.CharField(
        max_length=20, db_comment="What was handed over: SHR-2026-0001, or a paper copy’s PRT-..."
    )
    told_on = models.DateField(null=True, blank=True, db_comment="Day they were told; null: not")
    words = models.CharField(
        max_length=300, blank=True, db_comment="How they were told, or why they are not"
    )
    recorded_at = models.DateTimeField(db_comment="When this was recorded")
    recorded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who recorded it"
    )

    class Meta:
        db_table_comment = "Recipients who were told of a request (UK GDPR, article 19)"
        verbose_name_plural = "recipients told"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "share"],
                name="recipient_told_once",
                violation_error_message="This is recorded already.",
            ),
            models.CheckConstraint(
                name="recipient_told_or_why_not",
                condition=Q(told_on__isnull=False) | ~Q(words=""),
                violation_error_message="Say when they were told, or why they are not.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id}: {self.share}"
