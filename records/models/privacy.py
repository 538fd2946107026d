"""Whether somebody was told that the scheme holds data about them, or why not."""

import datetime as dt

import pgtrigger
from django.db import models
from django.db.models import Q

from members.models import User
from offenders.models import Subject


class PrivacyNotice(models.Model):
    """A privacy notice was given to somebody by itself, or was withheld, with a reason.

    An exclusion notice and a warning letter carry one: those are looked up, never typed in here.
    """

    class Withheld(models.TextChoices):
        PREJUDICE = "prejudice", "Telling them would prejudice preventing or detecting crime"
        UNREACHABLE = "unreachable", "It is not known where they can be reached"
        EFFORT = "effort", "It would be out of all proportion"
        SAFETY = "safety", "Somebody would be put at risk"

    class How(models.TextChoices):
        HAND = "hand", "Handed over"
        POST = "post", "By post"
        EMAIL = "email", "By e-mail"

    subject = models.ForeignKey(
        Subject, on_delete=models.CASCADE, related_name="privacy_notices", db_comment="To whom"
    )
    given_on = models.DateField(
        null=True, blank=True, db_comment="Day it was given; null: withheld"
    )
    given_how = models.CharField(max_length=6, choices=How, blank=True, db_comment="How")
    withheld = models.CharField(
        max_length=12, choices=Withheld, blank=True, db_comment="Why it is withheld; empty: given"
    )
    words = models.CharField(max_length=500, blank=True, db_comment="Why, in words")
    review_on = models.DateField(
        null=True, blank=True, db_comment="Withheld: day by which that is looked at again"
    )
    made_at = models.DateTimeField(db_comment="When it was recorded")
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who recorded it"
    )

    class Meta:
        db_table_comment = "Privacy notices given or withheld; the latest counts, UPDATE is refused"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="privacy_given_or_withheld",
                condition=(
                    Q(given_on__isnull=False, withheld="", review_on=None) & ~Q(given_how="")
                )
                | (
                    Q(given_on=None, given_how="", review_on__isnull=False)
                    & ~Q(withheld="")
                    & ~Q(words="")
                ),
                violation_error_message="It was given, on a day and how; or withheld, with why and"
                " a day to look at it again.",
            )
        ]
        triggers = [
            pgtrigger.Protect(
                name="privacy_notice_frozen",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("given_on", "withheld", "review_on", "made_at"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject_id}: {self.given_on or dt.date.min}"
