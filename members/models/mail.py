"""The queue of outgoing e-mail. It lives here, in PostgreSQL; the broker only wakes the worker."""

from django.db import models
from django.db.models import Q

from .user import User


class OutboundEmail(models.Model):
    """One e-mail to one user. Claimed by a conditional update, sent outside any transaction."""

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        CLAIMED = "claimed", "Being sent"
        SENT = "sent", "Sent"
        FAILED = "failed", "Given up"

    MAX_ATTEMPTS = 8

    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="emails", db_comment="To whom"
    )
    key = models.CharField(
        max_length=100, db_comment="What it is about, e.g. bulletin:12; once for each user"
    )
    template = models.CharField(max_length=60, db_comment="Name under templates/emails/")
    context = models.JSONField(
        default=dict, db_comment="Headlines, references and links; never a subject's name"
    )
    for_readers = models.BooleanField(
        default=False,
        db_comment="Only while the user reads profiles and wants bulletins, asked when it is sent",
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
    last_error = models.CharField(
        max_length=300, blank=True, db_comment="The mail server's last answer"
    )

    class Meta:
        db_table_comment = "Queue and record of outgoing e-mail"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="email_once"),
            models.CheckConstraint(
                name="email_sent_has_time",
                condition=Q(state="sent", sent_at__isnull=False)
                | (~Q(state="sent") & Q(sent_at__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(state__in=["queued", "claimed"]), name="email_due"
            ),
            models.Index(fields=["key", "state"], name="email_by_key"),
        ]

    def __str__(self) -> str:
        return f"{self.key} to {self.user}"
