"""The queue of outgoing e-mail. It lives here, in PostgreSQL; the broker only wakes the worker."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from members.querysets import BouncedAddressQuerySet, OutboundEmailQuerySet

from .user import User


class MailKind(models.TextChoices):
    """Kinds of mail. A user may turn off each but the first (RFC 8058)."""

    SERVICE = "service", "What somebody asked of you, or you of them"
    BULLETIN = "bulletin", "Bulletins"
    DIGEST = "digest", "The weekly digest"


class OutboundEmail(models.Model):
    """One e-mail to one user or address.

    Claimed by a conditional update, sent outside any transaction.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        CLAIMED = "claimed", "Being sent"
        SENT = "sent", "Sent"
        FAILED = "failed", "Refused"
        GIVEN_UP = "given_up", "Given up"
        BOUNCED = "bounced", "Bounced"
        LEFT_OUT = "left_out", "Not sent"

    class Fault(models.TextChoices):
        UNREACHABLE = "unreachable", "The mail server could not be reached"
        HUNG_UP = "hung_up", "The mail server hung up on it"

    OPEN = (State.QUEUED, State.CLAIMED)
    UNDELIVERED = (State.FAILED, State.GIVEN_UP)
    """What the manager is told of; a bounce they marked themselves, and who is left out may be."""
    MAX_LOST_CLAIMS = 8

    user = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="emails",
        db_comment="To which user; null: to an address of somebody without an account",
    )
    address = models.EmailField(
        blank=True, default="", db_comment="To which address, where it is not to a user"
    )
    key = models.CharField(
        max_length=100, db_comment="What it is about, e.g. bulletin:12; once for each user"
    )
    kind = models.CharField(
        max_length=8,
        choices=MailKind,
        default=MailKind.SERVICE,
        db_comment="What kind of mail it is; the user may have turned that kind off",
    )
    template = models.CharField(max_length=60, db_comment="Name under templates/emails/")
    context = models.JSONField(
        default=dict, db_comment="Headlines, references and links; never a subject's name"
    )
    for_readers = models.BooleanField(
        default=False,
        db_comment="Only while the user's role reads profiles, asked when it is sent",
    )
    message_id = models.CharField(
        max_length=120, unique=True, db_comment="Message-ID header, the same at each attempt"
    )
    state = models.CharField(
        max_length=8, choices=State, default=State.QUEUED, db_comment="Where it stands"
    )
    created_at = models.DateTimeField(auto_now_add=True, db_comment="When it was queued")
    due_at = models.DateTimeField(db_comment="Not before; moves on after a failed attempt")
    claimed_at = models.DateTimeField(null=True, db_comment="When a worker took it")
    claim_token = models.UUIDField(null=True, db_comment="Which claim; only its holder may finish")
    sent_at = models.DateTimeField(null=True, db_comment="When the mail server accepted it")
    attempts = models.PositiveSmallIntegerField(default=0, db_comment="Tries so far")
    lost_claims = models.PositiveSmallIntegerField(
        default=0, db_comment="Claims whose worker died: a letter that kills workers is given up"
    )
    ended_at = models.DateTimeField(
        null=True, blank=True, db_comment="When it was refused, given up, left out or bounced"
    )
    last_error = models.CharField(
        max_length=300, blank=True, db_comment="The mail server's last answer, or why it isn't sent"
    )
    fault = models.CharField(
        max_length=12,
        choices=Fault,
        blank=True,
        default="",
        db_comment="How the line to the mail server failed at its last try; empty: it didn't",
    )
    failing_since = models.DateTimeField(
        null=True,
        blank=True,
        db_comment="Since when; empty again once the mail server answers for any e-mail",
    )
    subjects = ArrayField(
        models.CharField(max_length=20),
        default=list,
        blank=True,
        db_comment="References of the people whose name or photo was in it when it was sent",
    )

    objects = OutboundEmailQuerySet.as_manager()

    class Meta:
        db_table_comment = "Queue and record of outgoing e-mail"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="email_once"),
            models.UniqueConstraint(
                Lower("address"), "key", condition=Q(user=None), name="email_once_to_address"
            ),
            models.CheckConstraint(
                name="email_to_one",
                condition=Q(user__isnull=False, address="") | (Q(user=None) & ~Q(address="")),
            ),
            models.CheckConstraint(
                name="email_accepted_has_time",
                condition=Q(state__in=["sent", "bounced"], sent_at__isnull=False)
                | (~Q(state__in=["sent", "bounced"]) & Q(sent_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="email_over_has_time",
                condition=Q(state__in=["queued", "claimed", "sent"], ended_at__isnull=True)
                | Q(
                    state__in=["failed", "given_up", "bounced", "left_out"],
                    ended_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="email_failing_whole",
                condition=Q(fault="", failing_since=None)
                | (~Q(fault="") & Q(failing_since__isnull=False, state__in=["queued", "claimed"])),
            ),
            models.CheckConstraint(
                name="email_shows_if_sent",
                condition=Q(subjects=[]) | Q(sent_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(state__in=["queued", "claimed"]), name="email_due"
            ),
            models.Index(fields=["key", "state"], name="email_by_key"),
            models.Index(
                fields=["failing_since"],
                condition=Q(failing_since__isnull=False),
                name="email_failing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} to {self.user or self.address}"

    @property
    def to(self) -> str:
        """The address it goes to: the user's as it is now, or its own."""
        return self.user.email if self.user else self.address


class BouncedAddress(models.Model):
    """An address that mail came back from. It gets no more until it is cleared.

    By address, not by user: a new address of the same user has done nothing wrong.
    """

    address = models.EmailField(db_comment="The address, in lower case")
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="bounces", db_comment="Whose it was"
    )
    reason = models.CharField(max_length=200, db_comment="What the returned mail said")
    marked_at = models.DateTimeField(db_comment="When it was marked")
    marked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who marked it"
    )
    cleared_at = models.DateTimeField(
        null=True, blank=True, db_comment="When mail may go there again; null: it may not"
    )
    cleared_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who cleared it",
    )

    objects = BouncedAddressQuerySet.as_manager()

    class Meta:
        db_table_comment = "Addresses that mail came back from"
        verbose_name_plural = "bounced addresses"
        ordering = ["-marked_at"]
        constraints = [
            models.UniqueConstraint(
                Lower("address"),
                condition=Q(cleared_at=None),
                name="bounced_address_once",
                violation_error_message="This address is marked already.",
            ),
            models.CheckConstraint(
                name="bounced_cleared_whole",
                condition=Q(cleared_at=None, cleared_by=None)
                | Q(cleared_at__isnull=False, cleared_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.address


class MailPace(models.Model):
    """When the next e-mail may go: one row that all workers take turns at."""

    id = models.PositiveSmallIntegerField(primary_key=True, db_comment="Always 1")
    next_at = models.DateTimeField(db_comment="The first moment that nobody has taken yet")

    class Meta:
        db_table_comment = "The turn that all workers share, so that the rate holds across them"
        constraints = [models.CheckConstraint(name="mail_pace_one_row", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"{self.next_at:%H:%M:%S.%f}"


class MailRun(models.Model):
    """That a round of mail, such as a week's digest, was queued. Made in the same transaction."""

    key = models.CharField(max_length=60, unique=True, db_comment="E.g. digest:2026-W48")
    at = models.DateTimeField(db_comment="When it was queued")
    recipients = models.PositiveIntegerField(db_comment="To how many")

    class Meta:
        db_table_comment = "Rounds of mail that were queued, so that none is queued twice"

    def __str__(self) -> str:
        return self.key
