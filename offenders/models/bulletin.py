"""Bulletins: a circular of target profiles, on the site and by e-mail."""

import uuid

from django.db import models
from django.db.models import Q

from common.db import YearlyCounter
from members.audience import WithAudience
from members.models import OutboundEmail, User
from offenders.querysets import BulletinQuerySet

from .profile import ProfileVersion
from .subject import Subject


class NumberSeries(YearlyCounter):
    """Numbers of subjects (D, year 0: one series for ever) and of bulletins (BUL, yearly)."""

    class Meta:
        db_table_comment = "Numbers of subjects and bulletins handed out"
        constraints = [
            models.UniqueConstraint(fields=["prefix", "year"], name="number_series_once")
        ]


class Bulletin(WithAudience):
    """A circular. Draft until it is sent; from then on it is fixed."""

    ref = models.CharField(max_length=16, unique=True, db_comment="Reference, e.g. BUL-2026-0003")
    client_id = models.UUIDField(
        unique=True, default=uuid.uuid4, db_comment="Made by the form; a repeated send finds it"
    )
    headline = models.CharField(
        max_length=120, db_comment="Subject line of the e-mail; never a subject's name"
    )
    opening = models.TextField(
        max_length=2000, blank=True, db_comment="Opening words, on the site only"
    )
    created_at = models.DateTimeField(auto_now_add=True, db_comment="When it was begun")
    created_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who composed it"
    )
    sent_at = models.DateTimeField(
        null=True, blank=True, db_comment="When the manager sent it; null: draft"
    )
    sent_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who sent it",
    )
    queued_at = models.DateTimeField(
        null=True, blank=True, db_comment="When a delivery row existed for each recipient"
    )
    subjects: "models.ManyToManyField[Subject, BulletinProfile]" = models.ManyToManyField(
        Subject, through="BulletinProfile", related_name="bulletins"
    )

    objects = BulletinQuerySet.as_manager()

    class Meta:
        db_table_comment = "Bulletins: circulars of target profiles"
        ordering = ["-sent_at", "-created_at"]
        constraints = [
            models.CheckConstraint(
                name="bulletin_sent_whole",
                condition=Q(sent_at=None, sent_by=None, queued_at=None)
                | Q(sent_at__isnull=False, sent_by__isnull=False),
            )
        ]
        indexes = [
            models.Index(
                fields=["sent_at"],
                condition=Q(sent_at__isnull=False, queued_at=None),
                name="bulletin_to_queue",
            )
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.headline}"


class BulletinProfile(models.Model):
    """A profile in a bulletin. The reader sees it as it stands when they look, or not at all."""

    bulletin = models.ForeignKey(
        Bulletin, on_delete=models.CASCADE, related_name="entries", db_comment="In which"
    )
    subject = models.ForeignKey(
        Subject, on_delete=models.CASCADE, related_name="+", db_comment="Whose profile"
    )
    version = models.ForeignKey(
        ProfileVersion,
        on_delete=models.CASCADE,
        related_name="+",
        db_comment="The version when it was put in",
    )
    position = models.PositiveSmallIntegerField(db_comment="Order")

    class Meta:
        db_table_comment = "Profiles in a bulletin"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["bulletin", "subject"], name="bulletin_profile_once")
        ]

    def __str__(self) -> str:
        return f"{self.bulletin_id}: {self.subject_id}"


class BulletinDelivery(models.Model):
    """That a user is a recipient of a bulletin, and the e-mail that tells them."""

    bulletin = models.ForeignKey(
        Bulletin, on_delete=models.CASCADE, related_name="deliveries", db_comment="What"
    )
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="deliveries", db_comment="To whom"
    )
    email = models.OneToOneField(
        OutboundEmail, on_delete=models.PROTECT, related_name="+", db_comment="By which e-mail"
    )

    class Meta:
        db_table_comment = "Recipients of bulletins, one row each"
        verbose_name_plural = "bulletin deliveries"
        constraints = [
            models.UniqueConstraint(fields=["bulletin", "user"], name="bulletin_delivery_once")
        ]

    def __str__(self) -> str:
        return f"{self.bulletin_id} to {self.user_id}"
