"""Who was told, looked up: notices and warning letters carry the words, the rest is recorded."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import DateField, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Greatest

from common import dates
from exclusions.models import Notice, WarningLetter
from offenders.models import ProfileVersion, Subject
from records.models import PrivacyNotice


@dataclass(frozen=True)
class PrivacyState:
    """Whether somebody was told, since when, or why not and until when."""

    told_on: dt.date | None
    withheld: str
    review_on: dt.date | None

    @property
    def words(self) -> str:
        """It in words."""
        if self.told_on:
            return f"Told {dates.short_date(self.told_on)}"
        if self.withheld and self.review_on:
            why = PrivacyNotice.Withheld(self.withheld).label
            return f"Withheld, to be looked at by {dates.short_date(self.review_on)}: {why.lower()}"
        return "Neither told nor withheld"


def published() -> Any:
    """Return the known people whose profile is published, each with what they were told.

    `told_on` is the latest day of a served notice, a warning letter given, or a privacy notice by
    itself; `withheld` and `review_on` are of the latest decision not to tell, null for none.
    """
    shown = ProfileVersion.objects.current().filter(subject=OuterRef("pk"), known=True)
    return with_privacy(Subject.objects.filter(Exists(shown), merged_into=None))


def with_privacy(rows: Any) -> Any:
    """Each subject with `told_on`, `withheld` and `review_on`."""
    whole = Q(subject=OuterRef("pk")) | Q(subject__merged_into=OuterRef("pk"))
    said = PrivacyNotice.objects.filter(whole)
    served = Notice.objects.filter(whole, served_on__isnull=False).order_by("-served_on")
    warned = WarningLetter.objects.filter(whole, given_on__isnull=False).order_by("-given_on")
    given = said.filter(given_on__isnull=False).order_by("-given_on")
    return rows.annotate(
        told_on=Greatest(
            Subquery(served.values("served_on")[:1]),
            Subquery(warned.values("given_on")[:1]),
            Subquery(given.values("given_on")[:1]),
            output_field=DateField(),
        ),
        withheld=Subquery(said.order_by("-pk").values("withheld")[:1]),
        review_on=Subquery(said.order_by("-pk").values("review_on")[:1]),
    )


def part(rows: Any, show: str) -> Any:
    """Return one part: to decide, withheld and to be looked at, withheld, told, or all."""
    untold = rows.filter(told_on=None)
    if show == "decide":
        return untold.filter(Q(withheld=None) | Q(withheld=""))
    if show == "due":
        return untold.filter(review_on__lte=dates.today()).exclude(withheld="")
    if show == "withheld":
        return untold.filter(withheld__isnull=False).exclude(withheld="")
    return rows.filter(told_on__isnull=False) if show == "told" else rows


def state_of(row: Any) -> PrivacyState:
    """Return what a subject of with_privacy() was told."""
    return PrivacyState(row.told_on, row.withheld or "", row.review_on)
