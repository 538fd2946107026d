"""Users: one person each, tied to one member."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from common import dates
from members.querysets import UserQuerySet

from .member import Member, Premises


class Role(models.TextChoices):
    """What a user may do; DESIGN section 3. An administrator keeps the system, sees no subject."""

    REPORTER = "reporter", "Reporter"
    MANAGER = "manager", "Member manager"
    AGENCY = "agency", "Partner agency"
    INTEL = "intel", "Intelligence Manager"
    BOARD = "board", "Board"
    ADMIN = "admin", "Administrator"


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Makes users; e-mail is the sign-in name."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user with that e-mail address, whatever its case."""
        return self.get(email__iexact=username)  # type: ignore[no-any-return]

    def create_superuser(self, email: str, password: str, **extra: Any) -> "User":
        """Make an administrator in the scheme's own member, which must exist."""
        scheme = Member.objects.get(kind=Member.Kind.SCHEME)
        user = User(
            email=email, member=scheme, role=Role.ADMIN, is_staff=True, is_superuser=True, **extra
        )
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save()
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """One person who signs in. Deactivated when they leave, never deleted."""

    email = models.EmailField(db_comment="Sign-in name; unique whatever its case")
    name = models.CharField(max_length=120, db_comment="Full name")
    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="users", db_comment="Whose person"
    )
    premises = models.ForeignKey(
        Premises,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="users",
        db_comment="Where they usually work; the log form starts with it",
    )
    role = models.CharField(max_length=12, choices=Role, db_comment="What they may do")
    is_active = models.BooleanField(default=True, db_comment="False: left, can't sign in")
    is_staff = models.BooleanField(default=False, db_comment="May open the admin pages")
    receives_bulletins = models.BooleanField(default=True, db_comment="E-mail them bulletins")
    receives_digest = models.BooleanField(default=True, db_comment="E-mail them the weekly digest")
    created_at = models.DateTimeField(auto_now_add=True, db_comment="When the account was made")
    uuid = models.UUIDField(
        unique=True,
        editable=False,
        default=uuid.uuid4,
        db_default=RandomUUID(),
        db_comment="Name in addresses",
    )
    certified_until = models.DateField(
        default=dates.year_from_today,
        db_comment="Last day of access unless somebody confirms again that they need it",
    )
    certified_by = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who confirmed it last; null: nobody since the account was made",
    )
    ended_at = models.DateTimeField(
        null=True, blank=True, db_comment="When their access was ended; null: it wasn't"
    )
    ended_by = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who ended it; null: nobody, or their business joined anew",
    )

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        db_table_comment = "People who sign in, each tied to one member"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique",
                violation_error_message="Another user has this e-mail address.",
            ),
            models.CheckConstraint(
                name="user_superuser_is_admin",
                condition=Q(is_superuser=False) | Q(role="admin"),
                violation_error_message="Only an administrator can be a superuser.",
            ),
        ]
        indexes = [models.Index(fields=["member", "is_active"], name="user_by_member")]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        """Return the person's name."""
        return self.name

    @property
    def has_access(self) -> bool:
        """Whether they may sign in today: not ended, confirmed within the year, of a member.

        An administrator keeps the system and sees no subject: nobody need confirm them.
        """
        certified = self.role == Role.ADMIN or self.certified_until >= dates.today()
        return self.is_active and certified and self.member.has_access

    @property
    def audit_name(self) -> str:
        """The name as the log keeps it."""
        return self.name

    @property
    def audit_member_name(self) -> str:
        """The member's name as the log keeps it."""
        return self.member.name

    @property
    def must_accept_agreement(self) -> bool:
        """Whether the agreement in force is not yet accepted.

        Reads what UserQuerySet.for_session() added; a user loaded otherwise has accepted nothing.
        """
        current = getattr(self, "agreement_current", 1)
        accepted = getattr(self, "agreement_accepted", None)
        return current is not None and (accepted is None or accepted < current)

    @property
    def is_intel(self) -> bool:
        """Whether this is the Intelligence Manager."""
        return self.role == Role.INTEL

    @property
    def sees_profiles(self) -> bool:
        """Whether published profiles, exclusions, alerts and bulletins are theirs to read."""
        return self.role in (Role.REPORTER, Role.MANAGER, Role.AGENCY, Role.INTEL)
