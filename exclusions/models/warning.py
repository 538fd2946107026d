"""Warning letters: lighter than a notice. One keeps nobody out; it runs for twelve months."""

import datetime as dt

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Least

from common import dates
from common.db import LondonDate
from exclusions.warning_querysets import WarningQuerySet
from incidents.models import Report
from members.models import User
from offenders.models import Subject

from .days import NEVER, DayAfter, DaysCovered, LastOfTwelveMonths
from .policy import ExclusionPolicy

FROZEN = (
    "ref",
    "reason",
    "policy",
    "printed_name",
    "authorised_by",
    "raised_at",
    "young_reason",
    "young_guardian",
    "young_safeguarding",
)
"""What a letter says. It can be given, withdrawn and end; it can't come to say something else."""


class GivenHow(models.TextChoices):
    """How a letter is given."""

    IN_PERSON = "in_person", "Handed over in person"
    POST = "post", "By post, with proof"
    CUSTODY = "custody", "At custody"
    EMAIL = "email", "By e-mail"


class WarningLetter(models.Model):
    """A warning that another matter within twelve months may lead to an exclusion.

    It never keeps anybody out, is never a breach, and is the Intelligence Manager's alone.
    """

    How = GivenHow

    ref = models.CharField(max_length=20, unique=True, db_comment="E.g. WRN-2026-0001")
    subject = models.ForeignKey(
        Subject,
        on_delete=models.PROTECT,
        related_name="warning_letters",
        db_comment="Who is warned",
    )
    reason = models.TextField(max_length=2000, db_comment="Why, in words the letter carries")
    grounds: "models.ManyToManyField[Report, WarningGround]" = models.ManyToManyField(
        Report, through="WarningGround", related_name="warning_letters"
    )
    policy = models.ForeignKey(
        ExclusionPolicy,
        on_delete=models.PROTECT,
        related_name="warning_letters",
        db_comment="Protocol it was authorised under",
    )
    printed_name = models.CharField(
        max_length=120, db_comment="Name on the paper, as the record had it that day"
    )
    young_reason = models.CharField(
        max_length=500, blank=True, db_comment="Under 18 or perhaps: why a warning all the same"
    )
    young_guardian = models.CharField(
        max_length=300, blank=True, db_comment="Which parent or guardian was told, when, by whom"
    )
    young_safeguarding = models.CharField(
        max_length=500, blank=True, db_comment="Who was asked about safeguarding, what they said"
    )
    raised_at = models.DateTimeField(db_comment="When it was written")
    authorised_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who decided it"
    )
    given_at = models.DateTimeField(null=True, blank=True, db_comment="When it was given")
    given_on = models.GeneratedField(
        expression=LondonDate(F("given_at")),
        output_field=models.DateField(null=True),
        db_persist=True,
        db_comment="London date it was given: the first day it runs",
    )
    ends_on = models.DateField(null=True, blank=True, db_comment="Last day it runs")
    given_how = models.CharField(
        max_length=12, choices=How, blank=True, db_comment="How it was given"
    )
    given_by = models.CharField(
        max_length=120, blank=True, db_comment="Name of the person who gave it"
    )
    recorded_at = models.DateTimeField(
        null=True, blank=True, db_comment="When it was typed in that it was given"
    )
    recorded_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who typed that in",
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True, db_comment="When it was withdrawn")
    withdrawn_on = models.GeneratedField(
        expression=LondonDate(F("withdrawn_at")),
        output_field=models.DateField(null=True),
        db_persist=True,
        db_comment="London date of that: the first day it no longer runs",
    )
    withdrawn_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who withdrew it",
    )
    withdrawn_reason = models.CharField(max_length=500, blank=True, db_comment="Why")

    objects = WarningQuerySet.as_manager()

    class Meta:
        db_table_comment = "Warning letters; they run from given_on to ends_on unless withdrawn"
        ordering = ["-raised_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="warning_given_whole",
                condition=Q(
                    given_at=None,
                    ends_on=None,
                    given_how="",
                    given_by="",
                    recorded_at=None,
                    recorded_by=None,
                )
                | (
                    Q(
                        given_at__isnull=False,
                        ends_on__isnull=False,
                        recorded_at__isnull=False,
                        recorded_by__isnull=False,
                    )
                    & ~Q(given_how="")
                    & ~Q(given_by="")
                ),
                violation_error_message="A letter that was given needs when, how and by whom.",
            ),
            models.CheckConstraint(
                name="warning_says_who_and_why", condition=~Q(reason="") & ~Q(printed_name="")
            ),
            models.CheckConstraint(
                name="warning_given_how", condition=Q(given_how__in=["", *GivenHow.values])
            ),
            models.CheckConstraint(
                name="warning_given_after_raised",
                condition=Q(given_at=None)
                | Q(given_at__gte=F("raised_at"), recorded_at__gte=F("given_at")),
                violation_error_message="A letter is given after it was written, not in future.",
            ),
            models.CheckConstraint(
                name="warning_twelve_months_at_most",
                condition=Q(given_at=None)
                | Q(ends_on__gte=F("given_on"), ends_on__lte=LastOfTwelveMonths(F("given_on"))),
                violation_error_message="A warning runs for twelve calendar months at most.",
            ),
            models.CheckConstraint(
                name="warning_withdrawal_whole",
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawn_reason="")
                | (
                    Q(withdrawn_at__gte=F("raised_at"), withdrawn_by__isnull=False)
                    & ~Q(withdrawn_reason="")
                ),
                violation_error_message="To withdraw a warning a reason is needed.",
            ),
            models.CheckConstraint(
                name="warning_not_withdrawn_before_given",
                condition=Q(withdrawn_at=None)
                | Q(given_at=None)
                | Q(withdrawn_at__gte=F("given_at")),
                violation_error_message="A warning can't be withdrawn before it was given.",
            ),
            models.CheckConstraint(
                name="warning_young_whole",
                condition=Q(young_reason="", young_guardian="", young_safeguarding="")
                | (~Q(young_reason="") & ~Q(young_guardian="") & ~Q(young_safeguarding="")),
                violation_error_message="For a young person, all three are needed.",
            ),
            ExclusionConstraint(
                name="warning_one_at_a_time",
                expressions=[
                    (F("subject"), RangeOperators.EQUAL),
                    (
                        DaysCovered(
                            F("given_on"),
                            Least(DayAfter(F("ends_on")), Coalesce(F("withdrawn_on"), NEVER)),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(given_at__isnull=False),
                violation_error_message="Another warning of this person runs on these days.",
            ),
            models.UniqueConstraint(
                fields=["subject"],
                condition=Q(given_at=None, withdrawn_at=None),
                name="warning_one_to_give",
                violation_error_message="This person has a warning letter that is still to be"
                " given.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["ends_on"],
                condition=Q(given_at__isnull=False, withdrawn_at=None),
                name="warning_running",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="warning_frozen",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(*FROZEN),
            ),
            pgtrigger.Protect(
                name="warning_given_frozen",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__given_at__isnull=False)
                & (
                    pgtrigger.Q(old__given_at__df=pgtrigger.F("new__given_at"))
                    | pgtrigger.Q(old__given_how__df=pgtrigger.F("new__given_how"))
                    | pgtrigger.Q(old__given_by__df=pgtrigger.F("new__given_by"))
                    | pgtrigger.Q(old__ends_on__df=pgtrigger.F("new__ends_on"))
                    | pgtrigger.Q(old__recorded_at__df=pgtrigger.F("new__recorded_at"))
                    | pgtrigger.Q(old__recorded_by__df=pgtrigger.F("new__recorded_by"))
                ),
            ),
            pgtrigger.Protect(
                name="warning_withdrawn_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__withdrawn_at__isnull=False)
                & (
                    pgtrigger.Q(old__withdrawn_at__df=pgtrigger.F("new__withdrawn_at"))
                    | pgtrigger.Q(old__withdrawn_reason__df=pgtrigger.F("new__withdrawn_reason"))
                    | pgtrigger.Q(old__withdrawn_by__df=pgtrigger.F("new__withdrawn_by"))
                    | pgtrigger.Q(old__given_at__df=pgtrigger.F("new__given_at"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def is_given(self) -> bool:
        """Whether it is recorded that it was given."""
        return self.given_at is not None

    @property
    def is_withdrawn(self) -> bool:
        """Whether it was withdrawn."""
        return self.withdrawn_at is not None

    def runs_on(self, day: dt.date | None = None) -> bool:
        """Whether it runs on a London day (today by default), as the query would say."""
        day = day or dates.today()
        if self.given_at is None or self.ends_on is None:
            return False
        if self.withdrawn_at is not None and day >= dates.london_date(self.withdrawn_at):
            return False
        return dates.london_date(self.given_at) <= day <= self.ends_on

    def covers(self, moment: dt.datetime) -> bool:
        """Whether something that happened then happened in spite of it: after it was given, within
        its months. One that was withdrawn covers nothing any more: it should not have been.
        """
        if self.given_at is None or self.ends_on is None or self.is_withdrawn:
            return False
        return self.given_at < moment and dates.london_date(moment) <= self.ends_on

    @property
    def state(self) -> str:
        """What to say of it now: to_give, running, over or withdrawn."""
        if self.is_withdrawn:
            return "withdrawn"
        if not self.is_given:
            return "to_give"
        return "running" if self.runs_on() else "over"

    @property
    def state_words(self) -> str:
        """The state in words."""
        return {
            "withdrawn": "Withdrawn",
            "to_give": "Not given yet",
            "running": "Runs",
            "over": "Over",
        }[self.state]


class WarningGround(models.Model):
    """An incident that a warning letter rests on."""

    letter = models.ForeignKey(
        WarningLetter, on_delete=models.CASCADE, related_name="cited", db_comment="Which letter"
    )
    report = models.ForeignKey(
        Report, on_delete=models.PROTECT, related_name="warned_by", db_comment="Which incident"
    )

    class Meta:
        db_table_comment = "Incidents cited by warning letters; UPDATE is refused"
        constraints = [
            models.UniqueConstraint(fields=["letter", "report"], name="warning_ground_once")
        ]
        triggers = [pgtrigger.Protect(name="warning_ground_frozen", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.letter_id}: {self.report_id}"


class MatterLetGo(models.Model):
    """A decision that a second matter within a warning leads to no notice this time.

    A row for each matter: one that is accepted later, whenever it happened, has none and is shown.
    """

    letter = models.ForeignKey(
        WarningLetter, on_delete=models.CASCADE, related_name="let_go", db_comment="Which letter"
    )
    report = models.ForeignKey(
        Report, on_delete=models.PROTECT, related_name="+", db_comment="Which matter"
    )
    reason = models.CharField(max_length=500, db_comment="Why no notice this time")
    decided_at = models.DateTimeField(db_comment="When it was decided")
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who decided it"
    )

    class Meta:
        db_table_comment = "Second matters that led to no notice; UPDATE is refused"
        ordering = ["decided_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["letter", "report"],
                name="matter_let_go_once",
                violation_error_message="This was decided already.",
            ),
            models.CheckConstraint(
                name="matter_let_go_why",
                condition=~Q(reason=""),
                violation_error_message="Say why there is no notice this time.",
            ),
        ]
        triggers = [pgtrigger.Protect(name="matter_let_go_frozen", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.letter_id}: {self.report_id}"
