"""How a business comes to be a member and ceases to be one, and who is spoken to there."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q

from .member import Member
from .user import User


class Lost(models.TextChoices):
    """Why a business that might be a member, or was one, is not."""

    COST = "cost", "The cost"
    NO_NEED = "no_need", "Sees no need"
    HEAD_OFFICE = "head_office", "Head office says no"
    OTHER_SCHEME = "other_scheme", "Uses another scheme"
    CLOSED = "closed", "Closed or moved away"
    NO_ANSWER = "no_answer", "No answer"
    UNPAID = "unpaid", "Did not pay"
    OTHER = "other", "Another reason"


GONE = Q(after__in=["lapsed", "left"]) & ~Q(before=models.F("after"))
"""It is no member any more, or won't be one."""


class MemberStep(models.Model):
    """A member came to another step of the pipeline, or something was said on the way.

    Rows are only added: they are its history. One that stays where it is has words.
    """

    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="steps", db_comment="Which member"
    )
    before = models.CharField(
        max_length=12,
        choices=Member.Status,
        blank=True,
        db_comment="Step it was at; empty: it was entered",
    )
    after = models.CharField(
        max_length=12, choices=Member.Status, db_comment="Step it came to, e.g. applied"
    )
    on = models.DateField(db_comment="London day on which it did")
    lost = models.CharField(
        max_length=12, choices=Lost, blank=True, db_comment="Why it lapsed, left or was lost"
    )
    words = models.CharField(max_length=500, blank=True, db_comment="What was said about it")
    made_at = models.DateTimeField(db_comment="When it was typed in")
    made_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who typed it in; null: the rule of unpaid subscriptions",
    )

    class Meta:
        db_table_comment = "Steps of members in the pipeline; UPDATE and DELETE are refused"
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="member_step_says_something",
                condition=~Q(before=models.F("after")) | ~Q(words=""),
                violation_error_message="Write what was said.",
            ),
            models.CheckConstraint(
                name="member_step_lost_why",
                condition=(GONE & ~Q(lost="")) | (~GONE & Q(lost="")),
                violation_error_message="Say why it is lost.",
            ),
        ]
        indexes = [models.Index(fields=["after", "on"], name="member_step_by_day")]
        triggers = [
            pgtrigger.Protect(
                name="member_step_append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
            )
        ]

    def __str__(self) -> str:
        return f"{self.member_id}: {self.before or 'new'} to {self.after}"


class MemberContact(models.Model):
    """Somebody at a member whom the scheme writes to or calls. They need not sign in."""

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, db_comment="Name in addresses")
    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="contacts", db_comment="At which member"
    )
    name = models.CharField(max_length=120, db_comment="Full name")
    position = models.CharField(max_length=80, blank=True, db_comment="E.g. store manager")
    email = models.EmailField(blank=True, db_comment="E-mail address")
    phone = models.CharField(max_length=30, blank=True, db_comment="Telephone number")
    is_main = models.BooleanField(default=False, db_comment="Whom to ask for first")
    is_billing = models.BooleanField(default=False, db_comment="Whom invoices go to")
    added_at = models.DateTimeField(db_comment="When they were entered")
    ended_on = models.DateField(
        null=True, blank=True, db_comment="Day they ceased to be the contact; null: they are"
    )

    class Meta:
        db_table_comment = "Contacts at members"
        ordering = ["-is_main", "name"]
        constraints = [
            models.CheckConstraint(
                name="contact_can_be_reached",
                condition=~Q(email="") | ~Q(phone=""),
                violation_error_message="Enter an e-mail address or a telephone number.",
            ),
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(is_main=True, ended_on=None),
                name="contact_one_main",
                violation_error_message="Another contact is the first to ask for.",
            ),
        ]

    def __str__(self) -> str:
        return self.name
