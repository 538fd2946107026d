"""Bulletins: a circular of target profiles, on the site and by e-mail."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from common.db import YearlyCounter
from members.audience import WithAudience
from members.models import Member, OutboundEmail, User
from offenders.querysets import BulletinDeliveryQuerySet, BulletinQuerySet

from .profile import ProfileVersion
from .subject import Subject


class NumberSeries(YearlyCounter):
    """Numbers of subjects (D, year 0: one for ever), bulletins (BUL) and packs (PRT), yearly."""

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
    revision = models.PositiveIntegerField(
        default=1, db_comment="Grows with each change of the draft; an older page is refused"
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
    send_at = models.DateTimeField(
        null=True, blank=True, db_comment="When it is to start by itself; null: when told to"
    )
    scheduled_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who set that time",
    )
    stopped_at = models.DateTimeField(
        null=True, blank=True, db_comment="When its time came and it could not start"
    )
    stopped_why = models.CharField(
        max_length=200, blank=True, db_comment="Why it could not; no name in it"
    )
    shows_people = models.BooleanField(
        default=False,
        db_comment="The scheme put names and photos into e-mail when it was sent",
    )
    queued_at = models.DateTimeField(
        null=True, blank=True, db_comment="When a delivery row existed for each recipient"
    )
    mail_over_at = models.DateTimeField(
        null=True, blank=True, db_comment="When its last e-mail was sent, refused or given up"
    )
    problems_seen_at = models.DateTimeField(
        null=True, blank=True, db_comment="When the manager last saw what was not delivered"
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
            ),
            models.CheckConstraint(
                name="bulletin_schedule_whole",
                condition=Q(send_at=None, scheduled_by=None)
                | Q(send_at__isnull=False, scheduled_by__isnull=False),
            ),
            models.CheckConstraint(
                name="bulletin_stopped_is_draft",
                condition=Q(stopped_at=None, stopped_why="")
                | (Q(stopped_at__isnull=False, sent_at=None, send_at=None) & ~Q(stopped_why="")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["send_at"],
                condition=Q(send_at__isnull=False, sent_at=None),
                name="bulletin_to_start",
            ),
            models.Index(
                fields=["queued_at"],
                condition=Q(queued_at__isnull=False, mail_over_at=None),
                name="bulletin_mail_going",
            ),
            models.Index(
                fields=["sent_at"],
                condition=Q(sent_at__isnull=False, queued_at=None),
                name="bulletin_to_queue",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.headline}"

    @property
    def is_scheduled(self) -> bool:
        """Whether it waits for its time."""
        return self.sent_at is None and self.send_at is not None


class LeftOut(models.TextChoices):
    """Why a profile was left out of a bulletin when it started."""

    GONE = "gone", "withdrawn or past its last day"
    NARROWED = "narrowed", "published to fewer people since"


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
    left_out = models.CharField(
        max_length=8,
        choices=LeftOut,
        blank=True,
        db_comment="Why it was left out when the bulletin started; empty: it is in it",
    )

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

    objects = BulletinDeliveryQuerySet.as_manager()

    class Meta:
        db_table_comment = "Recipients of bulletins, one row each"
        verbose_name_plural = "bulletin deliveries"
        constraints = [
            models.UniqueConstraint(fields=["bulletin", "user"], name="bulletin_delivery_once")
        ]

    def __str__(self) -> str:
        return f"{self.bulletin_id} to {self.user_id}"


class PrintedPack(models.Model):
    """One numbered paper copy of a bulletin, made for one business."""

    ref = models.CharField(max_length=16, unique=True, db_comment="Reference, e.g. PRT-2026-0003")
    client_id = models.UUIDField(
        unique=True, db_comment="Made by the form; a repeated send finds it"
    )
    bulletin = models.ForeignKey(
        Bulletin, on_delete=models.PROTECT, related_name="packs", db_comment="Of which bulletin"
    )
    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="+", db_comment="For which business"
    )
    made_at = models.DateTimeField(db_comment="When it was printed")
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who printed it"
    )
    expires_on = models.DateField(db_comment="Last day it may be kept")
    subjects = ArrayField(
        models.CharField(max_length=12), db_comment="References of the subjects on it"
    )
    sha256 = models.CharField(max_length=64, db_comment="SHA-256 of the PDF, hex; it is not kept")

    class Meta:
        db_table_comment = "Paper copies of bulletins that were handed out"
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"{self.ref} of {self.bulletin_id}"
