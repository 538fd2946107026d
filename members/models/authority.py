"""A member's signed authorisation that the scheme excludes people from its premises for it."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from members.querysets import ExclusionAuthorityQuerySet

from .member import Member
from .user import User


class DaysHeld(Func):
    """The range of days from the first to the last, both counted; no last day is for ever."""

    template = "daterange(%(expressions)s)"
    output_field = DateRangeField()


class ExclusionAuthority(models.Model):
    """Held from the day it was signed until it ended. Without one nobody is excluded there.

    Only the occupier can withdraw the permission to enter; the scheme does it for them (BCRP
    exclusion protocols; behaviour 26).
    """

    member = models.ForeignKey(
        Member,
        on_delete=models.PROTECT,
        related_name="exclusion_authorities",
        db_comment="Whose authorisation",
    )
    signed_on = models.DateField(db_comment="Day it was signed: the first day it holds")
    signed_by = models.CharField(
        max_length=120, blank=True, db_comment="Who signed for the business; empty: not known"
    )
    recorded_at = models.DateTimeField(db_comment="When it was typed in")
    recorded_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who typed it in; null: taken over from before",
    )
    ended_on = models.DateField(
        null=True, blank=True, db_comment="Last day it held; null: it holds"
    )
    ended_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who noted that it ended",
    )
    ended_reason = models.CharField(max_length=300, blank=True, db_comment="Why it ended")

    objects = ExclusionAuthorityQuerySet.as_manager()

    class Meta:
        db_table_comment = "Signed authorisations of members to exclude on their behalf"
        verbose_name_plural = "exclusion authorities"
        ordering = ["-signed_on"]
        constraints = [
            models.CheckConstraint(
                name="authority_end_whole",
                condition=Q(ended_on=None, ended_by=None, ended_reason="")
                | (Q(ended_on__isnull=False, ended_by__isnull=False) & ~Q(ended_reason="")),
                violation_error_message="An end needs its day and a reason.",
            ),
            models.CheckConstraint(
                name="authority_ends_after_signing",
                condition=Q(ended_on=None) | Q(ended_on__gte=F("signed_on")),
                violation_error_message="The last day is before the day it was signed.",
            ),
            ExclusionConstraint(
                name="authority_one_at_a_time",
                expressions=[
                    (F("member"), RangeOperators.EQUAL),
                    (
                        DaysHeld(F("signed_on"), F("ended_on"), Value("[]")),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message="An authorisation is held for some of these days.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} from {self.signed_on}"
