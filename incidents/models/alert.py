"""Alerts: short-lived "here, now" messages, and the phones that are told of them."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from incidents.querysets import AlertQuerySet
from members.audience import WithAudience
from members.models import Area, Member, Premises, User
from offenders.models import Subject

from .report import Report


class Alert(WithAudience):
    """A message that ends by itself. Whom it shows is settled by who is looking."""

    ref = models.CharField(max_length=20, unique=True, db_comment="E.g. ALT-2026-00012")
    client_id = models.UUIDField(
        unique=True, default=uuid.uuid4, db_comment="Made by the form; a repeated send finds it"
    )
    report = models.OneToOneField(
        Report,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="alert",
        db_comment="The report it was raised with; null: raised by itself",
    )
    subject = models.ForeignKey(
        Subject,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="alerts",
        db_comment="Who is here; null: nobody on the gallery",
    )
    text = models.CharField(
        max_length=200, db_comment="What is happening; no names, every member may read it"
    )
    names = ArrayField(
        models.BigIntegerField(),
        default=list,
        blank=True,
        db_comment="Keys of subjects whom the text names and whose profile its writer did not see",
    )
    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="+", db_comment="Whose alert"
    )
    premises = models.ForeignKey(
        Premises, on_delete=models.PROTECT, related_name="+", db_comment="Where"
    )
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_comment="Area")
    raised_at = models.DateTimeField(db_comment="When")
    raised_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who raised it"
    )
    expires_at = models.DateTimeField(db_comment="When it ends by itself")
    withdrawn_at = models.DateTimeField(null=True, blank=True, db_comment="When it was withdrawn")
    withdrawn_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who withdrew it",
    )
    withdrawn_reason = models.CharField(max_length=200, blank=True, db_comment="Why")
    push_claimed_at = models.DateTimeField(
        null=True, blank=True, db_comment="When a worker took up telling the phones"
    )
    push_done_at = models.DateTimeField(
        null=True, blank=True, db_comment="When every phone was told or given up"
    )

    objects = AlertQuerySet.as_manager()

    class Meta:
        db_table_comment = 'Alerts: short-lived "here, now" messages'
        ordering = ["-raised_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="alert_ends",
                condition=Q(expires_at__gt=F("raised_at")),
                violation_error_message="An alert ends after it begins.",
            ),
            models.CheckConstraint(
                name="alert_withdrawal_whole",
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawn_reason="")
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["-expires_at"], condition=Q(withdrawn_at=None), name="alert_live"),
            models.Index(fields=["member", "-raised_at"], name="alert_by_member"),
            models.Index(
                fields=["raised_at"], condition=Q(push_done_at=None), name="alert_to_push"
            ),
        ]

    def __str__(self) -> str:
        return self.ref


class PushSubscription(models.Model):
    """A browser that its user allows to be told of alerts (Web Push, RFC 8030)."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="push_subscriptions", db_comment="Whose"
    )
    endpoint = models.CharField(
        max_length=800, unique=True, db_comment="Address at the browser's push service"
    )
    p256dh = models.CharField(max_length=120, db_comment="The browser's public key, base64url")
    auth = models.CharField(max_length=40, db_comment="The browser's secret, base64url")
    session_key = models.CharField(
        max_length=40, db_comment="Session it was allowed in; signing out ends it"
    )
    created_at = models.DateTimeField(auto_now_add=True, db_comment="When it was allowed")
    failures = models.PositiveSmallIntegerField(
        default=0, db_comment="Failed sends in a row; after some it is dropped"
    )

    class Meta:
        db_table_comment = "Browsers that are told of alerts by Web Push"
        indexes = [models.Index(fields=["session_key"], name="push_by_session")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.endpoint[:40]}"


class PushDelivery(models.Model):
    """An alert that was told to a browser: so that a second run tells nobody twice."""

    alert = models.ForeignKey(
        Alert, on_delete=models.CASCADE, related_name="deliveries", db_comment="Which alert"
    )
    subscription = models.ForeignKey(
        PushSubscription, on_delete=models.CASCADE, related_name="+", db_comment="Which browser"
    )
    at = models.DateTimeField(db_comment="When the push service answered")
    status = models.PositiveSmallIntegerField(db_comment="HTTP status of the answer; 0: none came")

    class Meta:
        db_table_comment = "Alerts told to browsers; deleted with the alert's day"
        constraints = [
            models.UniqueConstraint(fields=["alert", "subscription"], name="push_delivery_once")
        ]

    def __str__(self) -> str:
        return f"{self.alert_id} to {self.subscription_id}: {self.status}"
