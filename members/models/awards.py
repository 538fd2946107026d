"""Awards that members earn: what each asks for, who has applied, who holds one."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from members.awards.querysets import AwardEntryQuerySet, AwardQuerySet

from .member import Member, Premises
from .user import User


class Award(models.Model):
    """What a member can earn, such as Safer Business; how long it is held."""

    name = models.CharField(max_length=120, db_comment="Name, as a certificate has it")
    slug = models.SlugField(max_length=120, unique=True, db_comment="Name in addresses")
    about = models.CharField(max_length=500, blank=True, db_comment="What it is for")
    sectors = ArrayField(
        models.CharField(max_length=12, choices=Member.Sector),
        default=list,
        blank=True,
        db_comment="Sectors whose members can earn it; none: all",
    )
    holds_months = models.PositiveSmallIntegerField(db_comment="How many months it is held")
    ended_on = models.DateField(
        null=True, blank=True, db_comment="Day it ceased to be given; null: it is given"
    )
    revision = models.PositiveIntegerField(
        default=1, db_comment="Counts changes; a form sent for an older one is refused"
    )

    objects = AwardQuerySet.as_manager()

    class Meta:
        db_table_comment = "Awards that members can earn"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="award_name_once",
                violation_error_message="There is an award of that name.",
            ),
            models.CheckConstraint(
                name="award_holds_some_months",
                condition=Q(holds_months__range=(1, 60)),
                violation_error_message="An award is held for 1 to 60 months.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def sector_words(self) -> str:
        """Whose members can earn it, in words."""
        labels = [Member.Sector(value).label for value in self.sectors]
        return ", ".join(labels) or "All sectors"


class AwardCriterion(models.Model):
    """One thing that an award asks for. One that is dropped stays for those judged by it."""

    award = models.ForeignKey(
        Award, on_delete=models.PROTECT, related_name="criteria", db_comment="Which award"
    )
    place = models.PositiveSmallIntegerField(db_comment="Its place in the list")
    words = models.CharField(max_length=300, db_comment="What is asked for")
    ended_on = models.DateField(
        null=True, blank=True, db_comment="Day it was dropped; null: it is asked for"
    )

    class Meta:
        db_table_comment = "What awards ask for"
        ordering = ["place", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["award", "words"],
                condition=Q(ended_on=None),
                name="criterion_once",
                violation_error_message="The same criterion is there twice.",
            ),
            models.CheckConstraint(name="criterion_says_something", condition=~Q(words="")),
        ]

    def __str__(self) -> str:
        return self.words


class AwardEntry(models.Model):
    """A member's bid for an award: applied for, then given or not. Ended is told by the dates."""

    class State(models.TextChoices):
        APPLIED = "applied", "Applied for"
        AWARDED = "awarded", "Awarded"
        REFUSED = "refused", "Not awarded"
        WITHDRAWN = "withdrawn", "Withdrawn"

    ref = models.CharField(max_length=16, unique=True, db_comment="E.g. AWD-2026-0003")
    award = models.ForeignKey(
        Award, on_delete=models.PROTECT, related_name="entries", db_comment="Which award"
    )
    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="awards", db_comment="Whose bid"
    )
    premises = models.ForeignKey(
        Premises,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="awards",
        db_comment="For which site; null: for the whole business",
    )
    state = models.CharField(
        max_length=9, choices=State, default=State.APPLIED, db_comment="What became of it"
    )
    applied_on = models.DateField(db_comment="London day it was applied for")
    applied_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who entered it"
    )
    decided_on = models.DateField(
        null=True, blank=True, db_comment="Day it was awarded or refused; null: not yet"
    )
    decided_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who decided",
    )
    valid_until = models.DateField(
        null=True, blank=True, db_comment="Last day it is held; null: never awarded"
    )
    withdrawn_on = models.DateField(
        null=True, blank=True, db_comment="Day it was taken away again; null: it was not"
    )
    reason = models.CharField(
        max_length=300,
        blank=True,
        db_comment="Why it was refused or withdrawn; the member reads it",
    )
    revision = models.PositiveIntegerField(
        default=1, db_comment="Counts changes; a form sent for an older one is refused"
    )

    # Added by AwardEntryQuerySet.for_list().
    met: int
    asked: int

    objects = AwardEntryQuerySet.as_manager()

    class Meta:
        db_table_comment = "Who has applied for which award, and what became of it"
        ordering = ["-applied_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["award", "member", "premises"],
                condition=Q(state="applied"),
                nulls_distinct=False,
                name="award_bid_once",
                violation_error_message="This award is applied for already.",
            ),
            models.CheckConstraint(
                name="award_dates_fit_its_state",
                condition=(
                    Q(state="applied", decided_on=None, valid_until=None, withdrawn_on=None)
                    | Q(state="refused", decided_on__isnull=False, valid_until=None,
                        withdrawn_on=None)
                    | Q(state="awarded", decided_on__isnull=False, valid_until__isnull=False,
                        withdrawn_on=None)
                    | Q(state="withdrawn", decided_on__isnull=False, valid_until__isnull=False,
                        withdrawn_on__isnull=False)
                ),
                violation_error_message="The days do not fit what became of it.",
            ),
            models.CheckConstraint(
                name="award_decided_by_somebody",
                condition=Q(decided_on=None, decided_by=None)
                | Q(decided_on__isnull=False, decided_by__isnull=False),
            ),
            models.CheckConstraint(
                name="award_days_in_order",
                condition=(Q(valid_until=None) | Q(valid_until__gte=F("decided_on")))
                & (Q(withdrawn_on=None) | Q(withdrawn_on__gte=F("decided_on"))),
            ),
            models.CheckConstraint(
                name="award_says_why_not",
                condition=~Q(state__in=["refused", "withdrawn"]) | ~Q(reason=""),
                violation_error_message="Write why.",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["state", "valid_until"], name="award_by_state"),
            models.Index(fields=["member", "state"], name="award_by_member"),
        ]

    def __str__(self) -> str:
        return self.ref


class AwardCheck(models.Model):
    """Whether one criterion of a bid is met: the criteria are those of the day it was made."""

    entry = models.ForeignKey(
        AwardEntry, on_delete=models.PROTECT, related_name="checks", db_comment="Which bid"
    )
    criterion = models.ForeignKey(
        AwardCriterion, on_delete=models.PROTECT, related_name="checks", db_comment="Which"
    )
    is_met = models.BooleanField(
        null=True, blank=True, db_comment="Whether it is met; null: not looked at yet"
    )
    note = models.CharField(max_length=300, blank=True, db_comment="What was seen, or is missing")
    checked_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who looked",
    )
    checked_on = models.DateField(null=True, blank=True, db_comment="London day they looked")

    class Meta:
        db_table_comment = "Criteria of bids for awards, and whether they are met"
        ordering = ["criterion__place", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "criterion"], name="award_check_once"),
            models.CheckConstraint(
                name="award_check_has_its_day",
                condition=Q(is_met=None) | Q(checked_on__isnull=False, checked_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id}: {self.is_met}"
