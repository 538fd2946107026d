"""Members, their premises, and the areas of the borough."""

import datetime as dt
from typing import TYPE_CHECKING

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q

from members.querysets import MemberQuerySet, PremisesQuerySet


class Area(models.Model):
    """A part of the borough that figures and audiences are broken down by."""

    name = models.CharField(max_length=60, unique=True, db_comment="Name, e.g. Town Centre")
    slug = models.SlugField(max_length=60, unique=True, db_comment="Name in addresses")
    position = models.PositiveSmallIntegerField(default=0, db_comment="Order in lists")

    class Meta:
        db_table_comment = "Areas of the borough, as data"
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    """A member business or partner agency. The scheme's own staff are of the kind scheme."""

    if TYPE_CHECKING:  # added by members.money.renewals.owing()
        owed_since: dt.date | None
        paid_to: dt.date | None

    class Kind(models.TextChoices):
        FULL = "full", "Full member"
        AFFILIATE = "affiliate", "Affiliate"
        AGENCY = "agency", "Partner agency"
        SCHEME = "scheme", "The scheme itself"

    class Status(models.TextChoices):
        PROSPECT = "prospect", "Prospect"
        CONTACTED = "contacted", "Contacted"
        APPLIED = "applied", "Applied"
        ACTIVE = "active", "Active"
        LAPSED = "lapsed", "Lapsed"
        LEFT = "left", "Left"

    class Sector(models.TextChoices):
        LARGE_RETAIL = "large_retail", "Large retail"
        INDEPENDENT = "independent", "Independent retail"
        LICENSED = "licensed", "Licensed premises"
        VENUE = "venue", "Event venue"
        SERVICE = "service", "Service provider"
        BUILDING = "building", "Building management"
        PUBLIC = "public", "Public body"

    name = models.CharField(max_length=120, db_comment="Trading name")
    slug = models.SlugField(max_length=120, unique=True, db_comment="Name in addresses")
    kind = models.CharField(max_length=12, choices=Kind, db_comment="Kind of membership")
    status = models.CharField(
        max_length=12, choices=Status, default=Status.PROSPECT, db_comment="Step of the pipeline"
    )
    sector = models.CharField(max_length=16, choices=Sector, db_comment="Sector")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, db_comment="Area of the main site")
    joined_on = models.DateField(null=True, blank=True, db_comment="First day as a member")
    left_on = models.DateField(null=True, blank=True, db_comment="Day it lapsed or left")
    next_step = models.CharField(
        max_length=200, blank=True, db_comment="What to do next to win or keep it"
    )
    next_on = models.DateField(null=True, blank=True, db_comment="By when")
    next_by = models.ForeignKey(
        "members.User",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who does it",
    )
    lapse_hold_until = models.DateField(
        null=True, blank=True, db_comment="It doesn't lapse by itself before the day after this"
    )
    lapse_hold_words = models.CharField(
        max_length=200, blank=True, db_comment="Why it doesn't, and who promised what"
    )
    certified_until = models.DateField(
        null=True,
        blank=True,
        db_comment="Last day before it must confirm again what is held of it; null: never did",
    )
    revision = models.PositiveIntegerField(
        default=1, db_comment="Counts changes; a form sent for an older one is refused"
    )

    objects = MemberQuerySet.as_manager()

    class Meta:
        db_table_comment = "Member businesses, partner agencies, prospects, and the scheme itself"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="member_active_has_joined",
                condition=~Q(status="active") | Q(joined_on__isnull=False),
                violation_error_message="An active member needs the day it joined.",
            ),
            models.CheckConstraint(
                name="member_left_after_joining",
                condition=Q(left_on__isnull=True)
                | Q(joined_on__isnull=True)
                | Q(left_on__gte=models.F("joined_on")),
                violation_error_message="The day it left is before the day it joined.",
            ),
            models.CheckConstraint(
                name="member_next_step_whole",
                condition=Q(next_step="", next_on=None, next_by=None)
                | (~Q(next_step="") & Q(next_on__isnull=False, next_by__isnull=False)),
                violation_error_message="A next step needs a day and who does it.",
            ),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(kind="scheme"), name="member_one_scheme"
            ),
        ]
        indexes = [
            models.Index(fields=["status", "kind"], name="member_by_status"),
            models.Index(
                fields=["next_on"],
                condition=Q(next_on__isnull=False),
                name="member_by_next_step",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def was_member(self) -> bool:
        """Whether it is or was a member: one that left without ever joining was a lost prospect."""
        return self.joined_on is not None

    @property
    def status_words(self) -> str:
        """The step in words."""
        lost = self.status == self.Status.LEFT and not self.was_member
        return "Lost" if lost else Member.Status(self.status).label

    @property
    def has_access(self) -> bool:
        """Whether its users may sign in: a lapsed or left member's can't (DESIGN section 3)."""
        return self.status == self.Status.ACTIVE


class Premises(models.Model):
    """One site of a member."""

    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="premises", db_comment="Whose site"
    )
    name = models.CharField(max_length=120, db_comment="What staff call it: Boots, The Orchards")
    address = models.CharField(max_length=200, db_comment="Street address")
    postcode = models.CharField(max_length=8, db_comment="Postcode")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, db_comment="Area of the borough")
    uuid = models.UUIDField(
        unique=True, editable=False, db_default=RandomUUID(), db_comment="Name in addresses"
    )
    opening_hours = models.CharField(
        max_length=200, blank=True, db_comment="When it is open, as the business says it"
    )
    latitude = models.DecimalField(
        max_digits=7,
        decimal_places=5,
        null=True,
        blank=True,
        db_comment="Degrees north (WGS 84), to a metre; null: not known",
    )
    longitude = models.DecimalField(
        max_digits=7, decimal_places=5, null=True, blank=True, db_comment="Degrees east (WGS 84)"
    )
    added_on = models.DateField(
        null=True, blank=True, db_comment="Day it came to the scheme; null: with its member"
    )
    closed_on = models.DateField(null=True, blank=True, db_comment="Day it closed; null: open")

    objects = PremisesQuerySet.as_manager()

    class Meta:
        db_table_comment = "Sites of members, where reports happen and exclusions apply"
        verbose_name_plural = "premises"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "name"],
                name="premises_name_in_member",
                violation_error_message="This member has premises of that name.",
            ),
            models.CheckConstraint(
                name="premises_position_whole_and_near",
                condition=Q(latitude=None, longitude=None)
                | Q(latitude__range=(49, 61), longitude__range=(-9, 3)),
                violation_error_message="This position is not in the United Kingdom.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def position(self) -> str:
        """Where it is on a map, as maps give it: "51.44620, 0.21690"; empty: not known."""
        return "" if self.latitude is None else f"{self.latitude}, {self.longitude}"
