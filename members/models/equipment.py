"""Radios, cameras and the like that the scheme lends: where each is, its faults, its checks."""

import datetime as dt

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Least, Lower

from members.equipment.querysets import FaultQuerySet, HoldingQuerySet, ItemQuerySet

from .member import Member
from .user import User


class EquipmentKind(models.TextChoices):
    """What an item is. The value is how its reference begins."""

    RADIO = "RAD", "Digital radio"
    CAMERA = "BWV", "Body-worn camera"
    CHARGER = "CHG", "Charger"
    OTHER = "KIT", "Other equipment"


class ItemState(models.TextChoices):
    """Where an item is. In store is where no open holding of it is."""

    STORE = "store", "In store"
    LOAN = "loan", "On loan"
    REPAIR = "repair", "In repair"
    LOST = "lost", "Lost"
    DISPOSED = "disposed", "Disposed of"


GONE = (ItemState.LOST, ItemState.DISPOSED)
"""States of what the scheme has no more."""


class EquipmentItem(models.Model):
    """One thing with a label on it. Where it is follows from its holdings, never from a flag."""

    ref = models.CharField(max_length=12, unique=True, db_comment="What its label says: RAD-014")
    kind = models.CharField(max_length=3, choices=EquipmentKind, db_comment="What it is")
    number = models.PositiveIntegerField(db_comment="Number within its kind; never given again")
    maker = models.CharField(max_length=60, db_comment="Who made it")
    model = models.CharField(max_length=60, db_comment="The maker's name of the model")
    serial = models.CharField(max_length=60, db_comment="The maker's serial number")
    channel_plan = models.CharField(
        max_length=120, blank=True, db_comment="Of a radio: which channels it is programmed with"
    )
    licence = models.CharField(
        max_length=60, blank=True, db_comment="Of a radio: number of the licence it is used under"
    )
    licence_until = models.DateField(null=True, blank=True, db_comment="Last day of that licence")
    in_use_from = models.DateField(
        db_comment="Day the scheme has had it from; its first annual check is due a year later"
    )
    added_at = models.DateTimeField(db_comment="When it was entered")
    added_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who entered it"
    )
    revision = models.PositiveIntegerField(
        default=1, db_comment="Counts changes; a form sent for an older one is refused"
    )

    # Added by ItemQuerySet.as_they_are().
    state: str
    is_faulty: bool
    check_due_on: dt.date

    objects = ItemQuerySet.as_manager()

    class Meta:
        db_table_comment = "Equipment of the scheme, lent to members"
        ordering = ["ref"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="equipment_number_once"),
            models.UniqueConstraint(
                "kind",
                Lower("maker"),
                Lower("serial"),
                name="equipment_serial_once",
                violation_error_message="An item of this kind and maker has this serial number.",
            ),
            models.CheckConstraint(
                name="equipment_channels_of_radios",
                condition=Q(kind="RAD") | Q(channel_plan="", licence="", licence_until=None),
                violation_error_message="Only a radio has channels and a licence.",
            ),
            models.CheckConstraint(
                name="equipment_licence_whole",
                condition=Q(licence="", licence_until=None)
                | (~Q(licence="") & Q(licence_until__isnull=False)),
                violation_error_message="A licence needs its number and its last day.",
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def title(self) -> str:
        """Maker and model, as people name it."""
        return f"{self.maker} {self.model}"

    @property
    def is_radio(self) -> bool:
        """Whether it has channels and a licence."""
        return self.kind == EquipmentKind.RADIO


class DaysAway(models.Func):
    """The days from one to another, the last left out: what is back may leave on the same day.

    One that ends before it began is for its own constraint to refuse, so it is none here.
    """

    function = "daterange"
    output_field = DateRangeField()


NO_LOAN = Q(member=None, person="", is_lone_worker=False, due_on=None)


class EquipmentHolding(models.Model):
    """An item is not in store: lent, in repair, lost or disposed of, from a day to another."""

    item = models.ForeignKey(
        EquipmentItem, on_delete=models.PROTECT, related_name="holdings", db_comment="Which item"
    )
    state = models.CharField(
        max_length=8,
        choices=[choice for choice in ItemState.choices if choice[0] != ItemState.STORE],
        db_comment="Where it is: loan, repair, lost, disposed",
    )
    since = models.DateField(db_comment="From which London day")
    until = models.DateField(
        null=True, blank=True, db_comment="Day it was somewhere else again; null: still there"
    )
    member = models.ForeignKey(
        Member,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="holdings",
        db_comment="Of a loan: to which member",
    )
    person = models.CharField(
        max_length=120, blank=True, db_comment="Of a loan: who carries it, if it is one person"
    )
    is_lone_worker = models.BooleanField(
        default=False, db_comment="Of a loan: for somebody who works alone"
    )
    due_on = models.DateField(
        null=True, blank=True, db_comment="Day it is due back; null: while they are a member"
    )
    words = models.CharField(
        max_length=300, blank=True, db_comment="What was said when it went, e.g. to which workshop"
    )
    condition = models.CharField(
        max_length=8,
        choices=[("good", "Good"), ("worn", "Worn, works"), ("faulty", "Faulty")],
        blank=True,
        db_comment="How a loan came back",
    )
    end_words = models.CharField(
        max_length=300, blank=True, db_comment="What was said when it ended"
    )
    made_at = models.DateTimeField(db_comment="When it was typed in")
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who typed it in"
    )
    ended_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who typed in its end",
    )

    objects = HoldingQuerySet.as_manager()

    class Meta:
        db_table_comment = "Where equipment was when it was not in store; one place at a time"
        ordering = ["-since", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item"],
                condition=Q(until=None),
                name="holding_one_open",
                violation_error_message="It has gone somewhere else meanwhile.",
            ),
            ExclusionConstraint(
                name="holding_one_place_a_day",
                expressions=[
                    (F("item"), RangeOperators.EQUAL),
                    (DaysAway(Least("since", "until"), F("until")), RangeOperators.OVERLAPS),
                ],
                violation_error_message="It was somewhere else on one of these days.",
            ),
            models.CheckConstraint(
                name="holding_state_known",
                condition=Q(state__in=["loan", "repair", "lost", "disposed"]),
            ),
            models.CheckConstraint(
                name="holding_loan_has_member",
                condition=Q(state="loan", member__isnull=False)
                | (~Q(state="loan") & NO_LOAN & Q(condition="")),
                violation_error_message="A loan goes to a member, and nothing else does.",
            ),
            models.CheckConstraint(
                name="holding_ends_after_it_began",
                condition=Q(until=None, ended_by=None, end_words="", condition="")
                | Q(until__gte=F("since"), ended_by__isnull=False),
                violation_error_message="It can’t end before it began.",
            ),
            models.CheckConstraint(
                name="holding_due_after_it_began",
                condition=Q(due_on=None) | Q(due_on__gte=F("since")),
                violation_error_message="It can’t be due back before it is lent.",
            ),
            models.CheckConstraint(
                name="holding_lone_worker_named",
                condition=Q(is_lone_worker=False) | ~Q(person=""),
                violation_error_message="Name the lone worker.",
            ),
            models.CheckConstraint(
                name="holding_gone_says_how",
                condition=~Q(state__in=["lost", "disposed"]) | ~Q(words=""),
                violation_error_message="Write what happened to it.",
            ),
        ]
        indexes = [
            models.Index(fields=["member"], condition=Q(until=None), name="holding_by_member"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.state} since {self.since}"


class EquipmentFault(models.Model):
    """Something is wrong with an item, from the day it was said to the day it was settled."""

    class Outcome(models.TextChoices):
        MENDED = "mended", "Mended"
        NONE_FOUND = "none", "No fault found"
        WRITTEN_OFF = "off", "Written off: it is disposed of"

    item = models.ForeignKey(
        EquipmentItem, on_delete=models.PROTECT, related_name="faults", db_comment="Which item"
    )
    reported_on = models.DateField(db_comment="London day it was reported")
    reported_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who reported it"
    )
    words = models.CharField(max_length=300, db_comment="What is wrong")
    closed_on = models.DateField(
        null=True, blank=True, db_comment="Day it was settled; null: not yet"
    )
    outcome = models.CharField(
        max_length=6, choices=Outcome, blank=True, db_comment="How it was settled"
    )
    closed_words = models.CharField(
        max_length=300, blank=True, db_comment="What was said when it was settled"
    )
    closed_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who settled it",
    )

    objects = FaultQuerySet.as_manager()

    class Meta:
        db_table_comment = "Faults of equipment"
        ordering = ["-reported_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                "item",
                Lower("words"),
                condition=Q(closed_on=None),
                name="equipment_fault_said_once",
                violation_error_message="This fault is reported already.",
            ),
            models.CheckConstraint(
                name="equipment_fault_says_what",
                condition=~Q(words=""),
                violation_error_message="Write what is wrong.",
            ),
            models.CheckConstraint(
                name="equipment_fault_closed_whole",
                condition=Q(closed_on=None, outcome="", closed_words="", closed_by=None)
                | (Q(closed_on__gte=F("reported_on"), closed_by__isnull=False) & ~Q(outcome="")),
                violation_error_message="A fault is settled on or after the day it was reported.",
            ),
        ]
        indexes = [
            models.Index(fields=["item"], condition=Q(closed_on=None), name="equipment_fault_open")
        ]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.words}"


class EquipmentCheck(models.Model):
    """An item was checked, as it is each year."""

    item = models.ForeignKey(
        EquipmentItem, on_delete=models.PROTECT, related_name="checks", db_comment="Which item"
    )
    on = models.DateField(db_comment="London day it was checked")
    passed = models.BooleanField(db_comment="Whether it may go on being used")
    words = models.CharField(max_length=300, blank=True, db_comment="What was found")
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who checked it"
    )
    made_at = models.DateTimeField(db_comment="When it was typed in")

    class Meta:
        db_table_comment = "Checks of equipment; the next is due twelve months after one it passed"
        ordering = ["-on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "on"],
                name="equipment_check_once_a_day",
                violation_error_message="A check of that day is recorded already.",
            ),
            models.CheckConstraint(
                name="equipment_check_failed_why",
                condition=Q(passed=True) | ~Q(words=""),
                violation_error_message="Write what is wrong with it.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.on}"
