"""The scheme's rules of retention, as data."""

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from common.ageing import FLOOR_MONTHS
from common.wording import counted
from members.models import User


class RecordKind(models.TextChoices):
    """Kinds of record that a rule is about."""

    KNOWN = "known", "Known subject that members saw"
    SOUGHT = "id_sought", "Somebody sought that members saw"
    UNPUBLISHED = "unpublished", "Working record that was never published"
    WARNED = "warned", "Record that only a warning letter holds"
    REPORT = "report", "Report in which nobody is kept any more"
    REFUSED = "refused", "Report that was not taken up"
    INTELLIGENCE = "intelligence", "Intelligence report"
    BULLETIN = "bulletin", "Bulletin, with its paper copies"
    CASE = "case", "Case file that is closed, with its packs"
    LOG = "log", "Entry of the access log"
    SHARING = "sharing", "Entry of the sharing register"


class Start(models.TextChoices):
    """What starts a clock; exclusions/clock.py and records/retention/clocks.py know each."""

    INCIDENT = "incident", "the last accepted incident in which they did it"
    MADE = "made", "the last accepted incident, or the day the record was made"
    WARNING = "warning", "the last day of the warning letter"
    HAPPENED = "happened", "the day it happened"
    DECIDED = "decided", "the day it was decided"
    GIVEN = "given", "the day it was given, was to be reviewed or was shared last"
    SENT = "sent", "the day it was sent, or begun"
    CLOSED = "closed", "the day it was closed"
    ENTERED = "entered", "the day it was entered"


STARTS = {
    RecordKind.KNOWN: Start.INCIDENT,
    RecordKind.SOUGHT: Start.INCIDENT,
    RecordKind.UNPUBLISHED: Start.MADE,
    RecordKind.WARNED: Start.WARNING,
    RecordKind.REPORT: Start.HAPPENED,
    RecordKind.REFUSED: Start.DECIDED,
    RecordKind.INTELLIGENCE: Start.GIVEN,
    RecordKind.BULLETIN: Start.SENT,
    RecordKind.CASE: Start.CLOSED,
    RecordKind.LOG: Start.ENTERED,
    RecordKind.SHARING: Start.ENTERED,
}
"""What starts the clock of each kind."""
SEEN = (RecordKind.KNOWN, RecordKind.SOUGHT)
"""Kinds that members see for a time."""
ENTRIES = (RecordKind.LOG, RecordKind.SHARING)
"""Kinds that are entries of a register: thousands, counted and not listed one by one."""


class RetentionRule(models.Model):
    """One version of the rule for a kind of record. Never edited: a change is the next version."""

    kind = models.CharField(max_length=12, choices=RecordKind, db_comment="Kind of record")
    number = models.PositiveIntegerField(db_comment="1, 2, 3 ... for the kind")
    starts_from = models.DateField(db_comment="First day it is in force")
    start = models.CharField(max_length=10, choices=Start, db_comment="What starts the clock")
    shown_months = models.PositiveSmallIntegerField(
        "Months until members stop seeing it",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(36)],
        db_comment="Months from the start until members stop seeing it; null: they never do",
    )
    more_months = models.PositiveSmallIntegerField(
        "Months more until it is deleted",
        validators=[MaxValueValidator(84)],
        db_comment="Months after that, or after the start, until it is deleted",
    )
    late_days = models.PositiveSmallIntegerField(
        "Days before that in which something new is late",
        default=0,
        validators=[MaxValueValidator(90)],
        db_comment="Something new in so many last days gives a grace; 0: it never does",
    )
    grace_days = models.PositiveSmallIntegerField(
        "Days of grace",
        default=0,
        validators=[MaxValueValidator(90)],
        db_comment="So many days more to look at it, once",
    )
    extend_days = models.PositiveSmallIntegerField(
        "Days by which it may be put off at most",
        default=0,
        validators=[MaxValueValidator(184)],
        db_comment="The manager may put the deletion off once, by so many days at most",
    )
    why = models.CharField("Why so long", max_length=500, db_comment="Why so long and no longer")
    source = models.CharField(
        "Where it comes from",
        max_length=300,
        db_comment="Law, standard or decision that it rests on",
    )
    made_at = models.DateTimeField(db_comment="When it was set")
    made_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who set it; null: the one that schemes start with",
    )

    class Meta:
        db_table_comment = "Rules of retention by kind and version; UPDATE and DELETE are refused"
        ordering = ["kind", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="retention_rule_once"),
            models.CheckConstraint(
                name="retention_rule_shown",
                condition=Q(kind__in=["known", "id_sought"], shown_months__isnull=False)
                | (~Q(kind__in=["known", "id_sought"]) & Q(shown_months=None)),
                violation_error_message="Say for how many months members see it.",
            ),
            models.CheckConstraint(
                name="retention_rule_entries",
                condition=~Q(kind__in=["log", "sharing"]) | Q(more_months__gte=FLOOR_MONTHS),
                violation_error_message="It shows what was done: keep it for a year at least.",
            ),
            models.CheckConstraint(
                name="retention_rule_grace",
                condition=Q(late_days=0, grace_days=0) | Q(late_days__gt=0, grace_days__gt=0),
                violation_error_message="A grace needs both: which days are late, and how long.",
            ),
            models.CheckConstraint(
                name="retention_rule_extends_past_grace",
                condition=Q(extend_days=0) | Q(extend_days__gte=F("grace_days")),
                violation_error_message="It can’t be put off by less than the days of grace.",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="retention_rule_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"

    @property
    def words(self) -> str:
        """The rule in a sentence, for the page and for what is left of what was deleted."""
        start = self.get_start_display()
        more = counted(self.more_months, "month")
        if self.shown_months is not None:
            seen = counted(self.shown_months, "month")
            return f"Members see it for {seen} after {start}; deleted {more} after that."
        if not self.more_months:
            return f"Deleted the day after {start}."
        return f"Deleted {more} after {start}."
