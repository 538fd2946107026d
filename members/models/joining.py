"""How businesses ask to join, and how people get their accounts."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from common import dates
from members.querysets import ApplicationQuerySet, InvitationQuerySet

from .member import Area, Member, Premises
from .user import Role, User

INVITED: list[tuple[str, str]] = [
    (role.value, str(role.label)) for role in Role if role != Role.ADMIN
]


class Application(models.Model):
    """A business that asks to join, as it filled in the public form."""

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, db_comment="Name in addresses")
    client_id = models.UUIDField(
        unique=True, db_comment="Of the form that was sent; a second send makes no second row"
    )
    received_at = models.DateTimeField(db_comment="When it came")
    business = models.CharField(max_length=120, db_comment="Trading name")
    sector = models.CharField(max_length=16, choices=Member.Sector, db_comment="Sector")
    address = models.CharField(max_length=200, db_comment="Street address of the site")
    postcode = models.CharField(max_length=8, db_comment="Postcode of the site")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, db_comment="Area of the borough")
    opening_hours = models.CharField(max_length=200, blank=True, db_comment="When it is open")
    name = models.CharField(max_length=120, db_comment="Who filled it in")
    position = models.CharField(max_length=80, db_comment="What they are there")
    email = models.EmailField(db_comment="Where they are written to")
    phone = models.CharField(max_length=30, blank=True, db_comment="Telephone number")
    words = models.TextField(max_length=1000, blank=True, db_comment="What they wrote besides")
    decided_at = models.DateTimeField(null=True, blank=True, db_comment="When it was decided")
    decided_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who decided it",
    )
    member = models.ForeignKey(
        Member,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="applications",
        db_comment="The business it was approved as; null: not decided, or declined",
    )
    reason = models.CharField(
        max_length=500, blank=True, db_comment="Why it was declined; the scheme's own note"
    )
    answer = models.TextField(
        max_length=1000, blank=True, db_comment="What they were told with the decline, by e-mail"
    )

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        db_table_comment = "Businesses that asked to join; deleted a year after the decision"
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="application_decided_whole",
                condition=Q(decided_at=None, decided_by=None, member=None, reason="", answer="")
                | Q(decided_at__isnull=False, decided_by__isnull=False, member__isnull=False)
                & Q(reason="", answer="")
                | Q(decided_at__isnull=False, decided_by__isnull=False, member=None)
                & ~Q(reason=""),
                violation_error_message="Write why it is declined.",
            )
        ]
        indexes = [
            models.Index(
                fields=["received_at"],
                condition=Q(decided_at=None),
                name="application_to_decide",
            ),
            models.Index(fields=["decided_at"], name="application_decided"),
        ]

    def __str__(self) -> str:
        return self.business

    @property
    def is_open(self) -> bool:
        """Whether it is still to be decided."""
        return self.decided_at is None


class Invitation(models.Model):
    """A link that lets one person make an account at a member, or a new password for theirs.

    The link is signed and ends; the row says whether it may still be used, and is used once.
    """

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, db_comment="Name in addresses")
    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="invitations", db_comment="To which member"
    )
    user = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="invitations",
        db_comment="Whose account it is for or made; null: a new person who has not accepted",
    )
    email = models.EmailField(db_comment="Where the link is sent; their sign-in name")
    name = models.CharField(max_length=120, db_comment="Full name")
    role = models.CharField(max_length=12, choices=INVITED, db_comment="What they may do")
    premises = models.ForeignKey(
        Premises,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Where they usually work",
    )
    is_founding = models.BooleanField(
        default=False, db_comment="Accepting it makes the business a member"
    )
    made_at = models.DateTimeField(db_comment="When it was made")
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who invites"
    )
    expires_at = models.DateTimeField(db_comment="The link works until then")
    accepted_at = models.DateTimeField(null=True, blank=True, db_comment="When it was used")
    ended_at = models.DateTimeField(
        null=True, blank=True, db_comment="When it was taken back or made anew"
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        db_table_comment = "Invitations of people to accounts"
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                "member",
                Lower("email"),
                condition=Q(accepted_at=None, ended_at=None),
                name="invitation_one_open",
                violation_error_message="This address is invited already.",
            ),
            models.CheckConstraint(
                name="invitation_over_once",
                condition=Q(accepted_at=None) | Q(ended_at=None, user__isnull=False),
            ),
            models.CheckConstraint(
                name="invitation_expires_later", condition=Q(expires_at__gt=models.F("made_at"))
            ),
        ]
        indexes = [models.Index(fields=["member", "accepted_at"], name="invitation_of_member")]

    def __str__(self) -> str:
        return f"{self.name} at {self.member_id}"

    @property
    def is_password(self) -> bool:
        """Whether it only sets a new password; a founder's account may be an old one of theirs."""
        return self.user_id is not None and not self.is_founding

    @property
    def is_first_password(self) -> bool:
        """Whether their account was made for them: they never had a password."""
        if not self.is_password or self.user is None:
            return False
        return self.user.last_login is None and not self.user.has_usable_password()

    @property
    def expires_on(self) -> str:
        """The last day of the link in words."""
        return dates.short_date(dates.london_date(self.expires_at))
