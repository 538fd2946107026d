"""The scheme's exclusion protocol, as data: when a notice is right, and the words it carries."""

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from common.wording import counted
from exclusions.starting_policy import WARNING_PRIVACY
from members.models import User


class ExclusionPolicy(models.Model):
    """One version of the protocol. Never edited: a change is the next version.

    A notice keeps the version it was authorised under, so that what it said can be printed again.
    """

    number = models.PositiveIntegerField(unique=True, db_comment="1, 2, 3 ...")
    made_at = models.DateTimeField(db_comment="When it was made; it holds from then on")
    made_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who made it; null: the one a scheme starts with",
    )
    reason = models.CharField(max_length=300, blank=True, db_comment="Why it was changed")
    arrests = models.PositiveSmallIntegerField(
        "Arrests",
        validators=[MaxValueValidator(20)],
        db_comment="So many arrests are enough; 0: arrests don't count by themselves",
    )
    serious = models.PositiveSmallIntegerField(
        "Serious incidents",
        validators=[MaxValueValidator(20)],
        db_comment="So many serious incidents are enough; 0: they don't count by themselves",
    )
    incidents = models.PositiveSmallIntegerField(
        "Accepted incidents",
        validators=[MinValueValidator(1), MaxValueValidator(20)],
        db_comment="So many accepted incidents within the months below are enough",
    )
    within_months = models.PositiveSmallIntegerField(
        "Within months",
        validators=[MinValueValidator(1), MaxValueValidator(36)],
        db_comment="How many calendar months apart the first and the last of them may lie",
    )
    appeal_days = models.PositiveSmallIntegerField(
        "Days to appeal",
        validators=[MinValueValidator(7), MaxValueValidator(365)],
        db_comment="Days after service within which an appeal is asked for",
    )
    acknowledge_days = models.PositiveSmallIntegerField(
        "Days to acknowledge",
        default=7,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
        db_comment="Days within which the person is told that their appeal came in",
    )
    decide_days = models.PositiveSmallIntegerField(
        "Days to decide",
        default=28,
        validators=[MinValueValidator(1), MaxValueValidator(120)],
        db_comment="Days within which an appeal is decided",
    )
    confirm_hours = models.PositiveSmallIntegerField(
        "Hours to confirm",
        default=72,
        validators=[MaxValueValidator(168)],
        db_comment="Served on the spot, a notice lapses after so many hours; 0: no such notices",
    )
    warn_first = models.BooleanField(
        "A warning first",
        default=False,
        db_comment="Whether the scheme warns by letter before it excludes",
    )
    rule_words = models.TextField(
        "The rule", max_length=3000, db_comment="What the notice forbids, in plain words"
    )
    breach_words = models.TextField(
        "What happens on a breach", max_length=3000, db_comment="What a breach leads to"
    )
    appeal_words = models.TextField(
        "How to appeal", max_length=3000, db_comment="How to appeal, and who decides"
    )
    privacy_words = models.TextField(
        "Privacy notice",
        max_length=6000,
        db_comment="Controller, purpose, sharing, how long, rights, regulator (UK GDPR 13, 14)",
    )
    warning_words = models.TextField(
        "Privacy notice of a warning letter",
        max_length=6000,
        default=WARNING_PRIVACY,
        db_comment="The same for a warning letter, which members are not shown",
    )
    staff_words = models.TextField(
        "What staff do",
        max_length=1000,
        db_comment="What staff do when an excluded person comes in, a line each",
    )

    class Meta:
        db_table_comment = "Versions of the exclusion protocol; UPDATE and DELETE are refused"
        verbose_name_plural = "exclusion policies"
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(
                name="policy_confirm_hours",
                condition=Q(confirm_hours=0) | Q(confirm_hours__gte=24),
                violation_error_message="Give the manager 24 hours at least, or choose 0: none.",
            )
        ]
        triggers = [
            pgtrigger.Protect(
                name="policy_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"Protocol {self.number}"

    def threshold_words(self) -> str:
        """Return what is enough for a notice, in words."""
        ways = []
        if self.arrests:
            ways.append(counted(self.arrests, "arrest"))
        if self.serious:
            ways.append(counted(self.serious, "serious incident"))
        within = f"within {self.within_months} months" if self.incidents > 1 else ""
        ways.append(f"{counted(self.incidents, 'accepted incident')} {within}".strip())
        if self.warn_first:
            ways.append("1 accepted incident while a warning runs")
        return ", or ".join(ways)

    def staff_lines(self) -> list[str]:
        """Return what staff do, line by line."""
        return [line.strip() for line in self.staff_words.splitlines() if line.strip()]
