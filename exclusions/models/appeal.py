"""Appeals against notices, and who of the Board decides them."""

import datetime as dt

import pgtrigger
from django.db import models
from django.db.models import F, Q

from common import dates
from exclusions.querysets import AppealQuerySet
from members.models import User

from .notice import Notice


class Appeal(models.Model):
    """An appeal, or the early review that may be asked for after six quiet months.

    Decided by members of the Board who had no part in the first decision (behaviour 24).
    """

    class Kind(models.TextChoices):
        APPEAL = "appeal", "Appeal"
        EARLY_REVIEW = "early_review", "Early review"

    class How(models.TextChoices):
        POST = "post", "By post"
        EMAIL = "email", "By e-mail"
        HAND = "hand", "Handed in"

    class Decision(models.TextChoices):
        UPHELD = "upheld", "Upheld: the notice ends"
        REFUSED = "refused", "Refused: the notice stands"

    ref = models.CharField(max_length=20, unique=True, db_comment="E.g. APP-2026-0001")
    notice = models.ForeignKey(
        Notice, on_delete=models.PROTECT, related_name="appeals", db_comment="Against which notice"
    )
    kind = models.CharField(max_length=12, choices=Kind, db_comment="Appeal, or early review")
    received_on = models.DateField(db_comment="Day it came in")
    received_how = models.CharField(max_length=8, choices=How, db_comment="How it came in")
    words = models.TextField(max_length=6000, db_comment="What the person says, as they wrote it")
    recorded_at = models.DateTimeField(db_comment="When it was typed in")
    recorded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who typed it in"
    )
    # Kept here, so that the database can say that neither of them decides it.
    authorised_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who decided the notice"
    )
    confirmed_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who confirmed the notice, if it was served on the spot",
    )
    acknowledge_by = models.DateField(db_comment="Last day to tell them that it came in")
    decide_by = models.DateField(db_comment="Last day to decide it")
    acknowledged_on = models.DateField(
        null=True, blank=True, db_comment="Day they were told that it came in"
    )
    decision = models.CharField(
        max_length=8, choices=Decision, blank=True, db_comment="Empty: open, or withdrawn"
    )
    reasons = models.TextField(max_length=4000, blank=True, db_comment="Why; the letter says so")
    decided_at = models.DateTimeField(null=True, blank=True, db_comment="When it was decided")
    decided_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Member of the Board who recorded the decision",
    )
    withdrawn_on = models.DateField(
        null=True, blank=True, db_comment="Day the person took the appeal back"
    )
    told_on = models.DateField(null=True, blank=True, db_comment="Day the outcome was sent to them")

    objects = AppealQuerySet.as_manager()

    class Meta:
        db_table_comment = "Appeals against exclusion notices"
        ordering = ["-received_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["notice"],
                condition=Q(decision="", withdrawn_on=None),
                name="appeal_one_open",
                violation_error_message="An appeal against this notice is open already.",
            ),
            models.CheckConstraint(
                name="appeal_decision_whole",
                condition=Q(decision="", reasons="", decided_at=None, decided_by=None)
                | (
                    Q(decided_at__isnull=False, decided_by__isnull=False, withdrawn_on=None)
                    & ~Q(decision="")
                    & ~Q(reasons="")
                ),
                violation_error_message="A decision needs its reasons.",
            ),
            models.CheckConstraint(
                name="appeal_decided_by_others",
                condition=Q(decided_by=None)
                | (
                    ~Q(decided_by=F("authorised_by"))
                    & (Q(confirmed_by=None) | ~Q(decided_by=F("confirmed_by")))
                ),
                violation_error_message="Somebody who had no part in the notice decides it.",
            ),
            models.CheckConstraint(
                name="appeal_dates_in_order",
                condition=(Q(acknowledged_on=None) | Q(acknowledged_on__gte=F("received_on")))
                & (Q(withdrawn_on=None) | Q(withdrawn_on__gte=F("received_on")))
                & (Q(told_on=None) | ~Q(decision="")),
                violation_error_message="This day is before the appeal came in.",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="appeal_frozen",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "ref",
                    "notice",
                    "kind",
                    "received_on",
                    "received_how",
                    "words",
                    "authorised_by",
                ),
            ),
            # Who confirms the notice while an appeal is open is noted then, and stays.
            pgtrigger.Protect(
                name="appeal_confirmer_kept",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__confirmed_by__isnull=False)
                & pgtrigger.Q(old__confirmed_by__df=pgtrigger.F("new__confirmed_by")),
            ),
            pgtrigger.Protect(
                name="appeal_withdrawn_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__withdrawn_on__isnull=False)
                & pgtrigger.Q(old__withdrawn_on__df=pgtrigger.F("new__withdrawn_on")),
            ),
            pgtrigger.Protect(
                name="appeal_decided_once",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__decision="")
                & (
                    pgtrigger.Q(old__decision__df=pgtrigger.F("new__decision"))
                    | pgtrigger.Q(old__reasons__df=pgtrigger.F("new__reasons"))
                    | pgtrigger.Q(old__decided_by__df=pgtrigger.F("new__decided_by"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def is_open(self) -> bool:
        """Whether it is still to be decided."""
        return not self.decision and self.withdrawn_on is None

    @property
    def state_words(self) -> str:
        """Where it stands, in words."""
        if self.withdrawn_on:
            return "Taken back"
        return self.get_decision_display() if self.decision else "Open"

    @property
    def is_late(self) -> bool:
        """Whether it is open past the day to decide it."""
        return self.is_open and self.decide_by < dates.today()

    @property
    def is_overdue(self) -> bool:
        """Whether a day is past by which something was to be done: to acknowledge, or to decide."""
        unanswered = self.is_open and self.acknowledged_on is None
        return self.is_late or (unanswered and self.acknowledge_by < dates.today())

    @property
    def came_late(self) -> bool:
        """Whether an appeal came in after the protocol's days were over."""
        notice = self.notice
        if self.kind != self.Kind.APPEAL or notice.served_at is None or notice.policy is None:
            return False
        last = dates.london_date(notice.served_at) + dt.timedelta(days=notice.policy.appeal_days)
        return self.received_on > last


class AppealPanelMember(models.Model):
    """A member of the Board who is to decide an appeal: from then on they see that case file."""

    appeal = models.ForeignKey(
        Appeal, on_delete=models.CASCADE, related_name="panel", db_comment="Which appeal"
    )
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="appeals", db_comment="Which member"
    )
    added_at = models.DateTimeField(db_comment="When they were asked")
    added_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who asked them"
    )
    declined_at = models.DateTimeField(
        null=True, blank=True, db_comment="When they stood back; they no longer see the case"
    )
    declined_reason = models.CharField(
        max_length=300, blank=True, db_comment="Why, such as that they know the person"
    )

    class Meta:
        db_table_comment = "Who decides appeals"
        ordering = ["added_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["appeal", "user"],
                name="appeal_panel_once",
                violation_error_message="They were asked already.",
            ),
            models.CheckConstraint(
                name="appeal_panel_declined_whole",
                condition=Q(declined_at=None, declined_reason="")
                | (Q(declined_at__isnull=False) & ~Q(declined_reason="")),
                violation_error_message="Say why you stand back.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.appeal_id}: {self.user_id}"
