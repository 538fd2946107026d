"""Exclusion notices. Whether one is in force is computed from its dates, never kept as a flag."""

import datetime as dt

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Case, F, Q, When
from django.db.models.functions import Coalesce, Least
from django.utils import timezone

from common import dates
from common.db import LondonDate, YearlyCounter
from exclusions.querysets import NoticeQuerySet
from incidents.models import Report
from members.models import Premises, User
from offenders.models import Subject
from offenders.models.change import notes_gallery_change

from .days import NEVER, DayAfter, DaysCovered, LastOfTwelveMonths
from .policy import ExclusionPolicy
from .premises_list import PremisesList


class NoticeCounter(YearlyCounter):
    """Numbers of notices in a year."""

    class Meta:
        db_table_comment = "Numbers of exclusion notices handed out"
        constraints = [
            models.UniqueConstraint(fields=["prefix", "year"], name="notice_counter_once")
        ]


FROZEN = (
    "ref",
    "reason",
    "below_threshold_reason",
    "policy",
    "premises_list",
    "printed_name",
    "authorised_by",
    "young_reason",
    "young_guardian",
    "young_safeguarding",
    "confirm_by",
)
"""What a notice says. It can be served, revoked and expire; it can't come to say something else."""


class Notice(models.Model):
    """A civil withdrawal of the implied permission to enter members' premises."""

    class Method(models.TextChoices):
        IN_PERSON = "in_person", "Handed over in person"
        POST = "post", "By post, with proof"
        CUSTODY = "custody", "At custody"

    class Matters(models.TextChoices):
        NONE = "none", "None that we know of"
        PENDING = "pending", "Yes, one is pending"

    ref = models.CharField(max_length=20, unique=True, db_comment="E.g. EXC-2026-0009")
    subject = models.ForeignKey(
        Subject, on_delete=models.PROTECT, related_name="notices", db_comment="Who is excluded"
    )
    reason = models.TextField(max_length=2000, db_comment="Why, in words the notice carries")
    below_threshold_reason = models.CharField(
        max_length=500, blank=True, db_comment="Why, although the scheme's threshold isn't met"
    )
    grounds: "models.ManyToManyField[Report, NoticeGround]" = models.ManyToManyField(
        Report, through="NoticeGround", related_name="notices"
    )
    policy = models.ForeignKey(
        ExclusionPolicy,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="notices",
        db_comment="Protocol it was authorised under; null: before these were kept",
    )
    premises_list = models.ForeignKey(
        PremisesList,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="notices",
        db_comment="List of premises as it stood that day; null: before these were kept",
    )
    printed_name = models.CharField(
        max_length=120, blank=True, db_comment="Name on the paper, as the record had it that day"
    )
    matters = models.CharField(
        max_length=8,
        choices=Matters,
        blank=True,
        db_comment="Whether a police or court matter was pending; empty: not asked yet",
    )
    matters_words = models.CharField(
        max_length=500, blank=True, db_comment="Who was asked about it, when, what they said"
    )
    young_reason = models.CharField(
        max_length=500, blank=True, db_comment="Under 18 or perhaps: why a notice all the same"
    )
    young_guardian = models.CharField(
        max_length=300, blank=True, db_comment="Which parent or guardian was told, when, by whom"
    )
    young_safeguarding = models.CharField(
        max_length=500, blank=True, db_comment="Who was asked about safeguarding, what they said"
    )
    conflict = models.CharField(
        max_length=500,
        blank=True,
        db_comment="Connection of who decided with the person, and who agreed; empty: none",
    )
    raised_at = models.DateTimeField(db_comment="When it was raised")
    authorised_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who decided it"
    )
    served_at = models.DateTimeField(null=True, blank=True, db_comment="When it was served")
    served_on = models.GeneratedField(
        expression=LondonDate(F("served_at")),
        output_field=models.DateField(null=True),
        db_persist=True,
        db_comment="London date of service: the first day in force",
    )
    ends_on = models.DateField(null=True, blank=True, db_comment="Last day in force")
    service_method = models.CharField(
        max_length=12, choices=Method, blank=True, db_comment="How it was served"
    )
    served_by = models.CharField(
        max_length=120, blank=True, db_comment="Name of the person who served it"
    )
    service_premises = models.ForeignKey(
        Premises,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Where it was served, if at a member's premises",
    )
    service_recorded_at = models.DateTimeField(
        null=True, blank=True, db_comment="When the service was typed in"
    )
    service_recorded_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who typed it in",
    )
    confirm_by = models.DateTimeField(
        null=True,
        blank=True,
        db_comment="Served on the spot: unconfirmed, it lapses then; null: authorised before",
    )
    confirm_on = models.GeneratedField(
        expression=LondonDate(F("confirm_by")),
        output_field=models.DateField(null=True),
        db_persist=True,
        db_comment="London date of that moment",
    )
    confirmed_at = models.DateTimeField(null=True, blank=True, db_comment="When it was confirmed")
    confirmed_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Intelligence Manager who confirmed it",
    )
    revoked_at = models.DateTimeField(null=True, blank=True, db_comment="When it was revoked")
    revoked_on = models.GeneratedField(
        expression=LondonDate(F("revoked_at")),
        output_field=models.DateField(null=True),
        db_persist=True,
        db_comment="London date of revocation: the first day no longer in force",
    )
    revoked_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who revoked it",
    )
    revoked_reason = models.CharField(max_length=500, blank=True, db_comment="Why")
    expiry_recorded_at = models.DateTimeField(
        null=True, blank=True, db_comment="When the job noted the end; nothing depends on it"
    )
    let_go_at = models.DateTimeField(
        null=True, blank=True, db_comment="When it was decided that it may end and is not renewed"
    )
    let_go_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who decided that",
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        db_table_comment = "Exclusion notices; in force from served_on to ends_on unless revoked"
        ordering = ["-raised_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="notice_service_whole",
                condition=Q(
                    served_at=None,
                    ends_on=None,
                    service_method="",
                    served_by="",
                    service_recorded_at=None,
                    service_recorded_by=None,
                )
                | (
                    Q(
                        served_at__isnull=False,
                        ends_on__isnull=False,
                        service_recorded_at__isnull=False,
                        service_recorded_by__isnull=False,
                    )
                    & ~Q(service_method="")
                    & ~Q(served_by="")
                ),
                violation_error_message="Service needs a day, a method and who served it.",
            ),
            # Whatever code wrote the row, nobody is excluded a day too long.
            models.CheckConstraint(
                name="notice_twelve_months_at_most",
                condition=Q(served_at=None)
                | Q(ends_on__gte=F("served_on"), ends_on__lte=LastOfTwelveMonths(F("served_on"))),
                violation_error_message="A notice lasts twelve calendar months at most.",
            ),
            models.CheckConstraint(
                name="notice_not_revoked_before_service",
                condition=Q(revoked_at=None)
                | Q(served_at=None)
                | Q(revoked_at__gte=F("served_at")),
                violation_error_message="A notice can't be revoked before it was served.",
            ),
            models.CheckConstraint(
                name="notice_revocation_whole",
                condition=Q(revoked_at=None, revoked_by=None, revoked_reason="")
                | (Q(revoked_at__isnull=False, revoked_by__isnull=False) & ~Q(revoked_reason="")),
                violation_error_message="A revocation needs a reason.",
            ),
            models.CheckConstraint(
                name="notice_matters_said",
                condition=~Q(matters="pending") | ~Q(matters_words=""),
                violation_error_message="Say who was asked about the pending matter.",
            ),
            models.CheckConstraint(
                name="notice_young_whole",
                condition=Q(young_reason="", young_guardian="", young_safeguarding="")
                | (~Q(young_reason="") & ~Q(young_guardian="") & ~Q(young_safeguarding="")),
                violation_error_message="For a young person, all three are needed.",
            ),
            # Served on the spot means served; confirmed by somebody else than who served it.
            models.CheckConstraint(
                name="notice_on_the_spot_whole",
                condition=Q(confirm_by=None, confirmed_at=None, confirmed_by=None)
                | (  # each told not to be null: what is neither true nor false passes a check
                    Q(confirm_by__isnull=False, served_at__isnull=False)
                    & Q(confirm_by__gt=F("served_at"))
                    & (
                        Q(confirmed_at=None, confirmed_by=None)
                        | (
                            Q(confirmed_at__isnull=False, confirmed_by__isnull=False)
                            & Q(confirmed_at__lte=F("confirm_by"))
                            & ~Q(confirmed_by=F("authorised_by"))
                        )
                    )
                ),
                violation_error_message="It was not confirmed in time, or by who served it.",
            ),
            models.CheckConstraint(
                name="notice_let_go_whole",
                condition=Q(let_go_at=None, let_go_by=None)
                | Q(let_go_at__isnull=False, let_go_by__isnull=False, served_at__isnull=False),
                violation_error_message="Only a notice that was served can be let go.",
            ),
            ExclusionConstraint(
                name="notice_one_at_a_time",
                expressions=[
                    (F("subject"), RangeOperators.EQUAL),
                    (
                        DaysCovered(
                            F("served_on"),
                            Least(
                                DayAfter(F("ends_on")),
                                Coalesce(F("revoked_on"), NEVER),
                                Case(When(confirmed_at=None, then=F("confirm_on"))),
                            ),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(served_at__isnull=False),
                violation_error_message=(
                    "Another notice of this subject covers some of these days."
                ),
            ),
            # One to be served at a time: a second would only ever collide with the first.
            models.UniqueConstraint(
                fields=["subject"],
                condition=Q(served_at=None, revoked_at=None),
                name="notice_one_unserved",
                violation_error_message="This subject has a notice that is still to be served.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["subject", "ends_on"],
                condition=Q(served_at__isnull=False, revoked_at=None),
                name="notice_in_force",
            ),
            models.Index(
                fields=["ends_on"],
                condition=Q(served_at__isnull=False, revoked_at=None, expiry_recorded_at=None),
                name="notice_to_expire",
            ),
            # All that in_force() looks at: those in force are a few of the notices of all years.
            models.Index(
                fields=["ends_on"],
                include=[
                    "subject",
                    "served_on",
                    "revoked_on",
                    "confirm_by",
                    "confirmed_at",
                    "confirm_on",
                ],
                name="notice_by_end",
            ),
        ]

        triggers = [
            notes_gallery_change(),
            pgtrigger.Protect(
                name="notice_frozen",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(*FROZEN),
            ),
            # Asked once: when it is raised, or when it is confirmed.
            pgtrigger.Protect(
                name="notice_asked_once",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__matters="")
                & (
                    pgtrigger.Q(old__matters__df=pgtrigger.F("new__matters"))
                    | pgtrigger.Q(old__matters_words__df=pgtrigger.F("new__matters_words"))
                    | pgtrigger.Q(old__conflict__df=pgtrigger.F("new__conflict"))
                ),
            ),
            pgtrigger.Protect(
                name="notice_confirmed_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__confirmed_at__isnull=False)
                & pgtrigger.Q(old__confirmed_at__df=pgtrigger.F("new__confirmed_at")),
            ),
            # Over is over: who was let in again is excluded by another notice, never by this one.
            pgtrigger.Protect(
                name="notice_revoked_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__revoked_at__isnull=False)
                & (
                    pgtrigger.Q(old__revoked_at__df=pgtrigger.F("new__revoked_at"))
                    | pgtrigger.Q(old__revoked_by__df=pgtrigger.F("new__revoked_by"))
                    | pgtrigger.Q(old__revoked_reason__df=pgtrigger.F("new__revoked_reason"))
                ),
            ),
            pgtrigger.Protect(
                name="notice_service_frozen",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__served_at__isnull=False)
                & (
                    pgtrigger.Q(old__served_at__df=pgtrigger.F("new__served_at"))
                    | pgtrigger.Q(old__service_method__df=pgtrigger.F("new__service_method"))
                    | pgtrigger.Q(old__served_by__df=pgtrigger.F("new__served_by"))
                    | pgtrigger.Q(old__ends_on__lt=pgtrigger.F("new__ends_on"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    def cites_member(self, member_id: int) -> bool:
        """Whether an incident of that member is among its grounds."""
        return self.grounds.filter(member_id=member_id).exists()

    @property
    def is_served(self) -> bool:
        """Whether service is recorded."""
        return self.served_at is not None

    @property
    def is_revoked(self) -> bool:
        """Whether it was revoked."""
        return self.revoked_at is not None

    @property
    def is_over(self) -> bool:
        """Whether it has ended: by its day, unconfirmed, or revoked."""
        return self.state in ("expired", "lapsed", "revoked")

    @property
    def is_to_confirm(self) -> bool:
        """Whether it was served on the spot, and neither confirmed nor lapsed yet."""
        return (
            self.confirm_by is not None
            and self.confirmed_at is None
            and not self.is_revoked
            and self.confirm_by > timezone.now()
        )

    @property
    def known_until(self) -> dt.date | None:
        """The last day that is certain by now: the day it lapses, while it isn't confirmed."""
        if self.is_to_confirm and self.confirm_by is not None:
            return dates.london_date(self.confirm_by)
        return self.ends_on

    @property
    def has_lapsed(self) -> bool:
        """Whether it was served on the spot and not confirmed in time."""
        return (
            self.confirm_by is not None
            and self.confirmed_at is None
            and self.confirm_by <= timezone.now()
        )

    def _lapsed_on(self, day: dt.date) -> bool:
        if self.confirm_by is None or self.confirmed_at is not None:
            return False
        if day == dates.today():
            return self.confirm_by <= timezone.now()
        return day >= dates.london_date(self.confirm_by)

    def in_force_on(self, day: dt.date | None = None) -> bool:
        """Whether it is in force on a London day (today by default), as the query would say."""
        day = day or dates.today()
        if self.served_at is None or self.ends_on is None:
            return False
        if self.revoked_at is not None and day >= dates.london_date(self.revoked_at):
            return False
        if self._lapsed_on(day):
            return False
        return dates.london_date(self.served_at) <= day <= self.ends_on

    @property
    def state(self) -> str:
        """What to say of it now: to_serve, in_force, expired, lapsed or revoked."""
        if self.is_revoked:
            return "revoked"
        if not self.is_served:
            return "to_serve"
        if self.has_lapsed:
            return "lapsed"
        return "in_force" if self.in_force_on() else "expired"

    @property
    def state_words(self) -> str:
        """The state in words."""
        return {
            "revoked": "Revoked",
            "to_serve": "Not served yet",
            "in_force": "In force, to be confirmed" if self.is_to_confirm else "In force",
            "expired": "Expired",
            "lapsed": "Lapsed: not confirmed",
        }[self.state]


class NoticeGround(models.Model):
    """An incident that a notice cites."""

    notice = models.ForeignKey(
        Notice, on_delete=models.CASCADE, related_name="cited", db_comment="Which notice"
    )
    report = models.ForeignKey(
        Report, on_delete=models.PROTECT, related_name="cited_by", db_comment="Which incident"
    )

    class Meta:
        db_table_comment = "Incidents cited by notices"
        constraints = [
            models.UniqueConstraint(fields=["notice", "report"], name="notice_ground_once")
        ]

    def __str__(self) -> str:
        return f"{self.notice_id}: {self.report_id}"
