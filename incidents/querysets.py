"""Reports, scoped in SQL."""

import datetime as dt
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Prefetch, Q, Sum, Value, When
from django.db.models.functions import Coalesce, TruncMonth

from common import dates
from common.refs import parse_subject_ref

if TYPE_CHECKING:
    from members.models import User


class IncidentTypeQuerySet(models.QuerySet[Any]):
    """Types of incident."""

    def on(self, day: dt.date | None = None) -> Self:
        """Those that can be chosen on a day."""
        day = day or dates.today()
        return self.filter(Q(effective_to=None) | Q(effective_to__gte=day), effective_from__lte=day)


class ReportQuerySet(models.QuerySet[Any]):
    """Sightings and incidents."""

    def visible_to(self, user: "User") -> Self:
        """All for the manager; a member's people their business's; agencies also accepted ones.

        DESIGN section 3. The Board and the administrator see none.
        """
        if user.role == "intel":
            return self
        if user.role == "agency":
            accepted = Q(kind="incident", status="accepted")
            return self.filter(Q(member_id=user.member_id) | accepted)
        if user.role in ("reporter", "manager"):
            return self.filter(member_id=user.member_id)
        return self.none()

    def to_review(self) -> Self:
        """Waiting for the manager, most harm first, then oldest."""
        return (
            self.filter(status="submitted")
            .annotate(harm=report_harm())
            .order_by("-harm", "sent_at", "id")
        )

    def accepted_incidents(self) -> Self:
        """Incidents the manager accepted: what counts in figures and for retention."""
        return self.filter(kind="incident", status="accepted")

    def for_list(self) -> Self:
        """With what a row shows: type, place, people and whether there is a photo."""
        from .models import Attachment, Involvement  # the models module imports this one

        people = Involvement.objects.select_related("subject")
        return (
            self.select_related("type", "premises", "member", "area")
            .annotate(has_photo=Exists(Attachment.objects.filter(report=OuterRef("pk"))))
            .prefetch_related(Prefetch("people", queryset=people))
        )

    def search(self, text: str, user: "User") -> Self:
        """By reference, premises, or the reference of a subject this user sees; empty: all."""
        if not text:
            return self
        subject = parse_subject_ref(text)
        if subject:
            from offenders.models import ProfileVersion

            from .models import Involvement  # the models module imports this one

            named = Involvement.objects.filter(report=OuterRef("pk"), subject__ref=subject)
            if user.role != "intel":
                seen = ProfileVersion.objects.visible_to(user).values("subject")
                named = named.filter(subject__in=seen)
            return self.filter(Exists(named))
        return self.filter(Q(ref__istartswith=text) | Q(premises__name__icontains=text))

    def count_by_status(self) -> dict[str, int]:
        """How many there are of each status, and in all."""
        rows = self.order_by().values("status").annotate(n=Count("pk"))
        counts = {row["status"]: row["n"] for row in rows}
        return {**counts, "all": sum(counts.values())}

    def about(self, subject_id: int) -> Self:
        """Reports that a subject is linked to, rejected ones left out."""
        return self.filter(people__subject_id=subject_id).exclude(status="rejected")

    def by_month(self, *, since: dt.date) -> dict[dt.date, int]:
        """How many for each London month (its first day) since a day."""
        rows = (
            self.filter(occurred_on__gte=since)
            .annotate(month=TruncMonth("occurred_on"))
            .order_by()
            .values("month")
            .annotate(n=Count("pk"))
            .values_list("month", "n")
        )
        return dict(rows)

    def losses(self) -> dict[str, Any]:
        """Number, value stolen and value recovered, in all."""
        return self.order_by().aggregate(
            incidents=Count("pk"),
            stolen=Coalesce(Sum("value_stolen"), Value(0, models.DecimalField())),
            recovered=Coalesce(Sum("value_recovered"), Value(0, models.DecimalField())),
        )

    def losses_by_area(self) -> list[dict[str, Any]]:
        """Number and losses for each area that has any, in the areas' order."""
        return list(
            self.order_by()
            .values("area__name", "area__position")
            .annotate(
                incidents=Count("pk"),
                stolen=Sum("value_stolen"),
                recovered=Sum("value_recovered"),
            )
            .order_by("area__position")
        )

    def by_type(self) -> list[dict[str, Any]]:
        """Number for each type, most first."""
        return list(
            self.order_by()
            .values("type__label")
            .annotate(n=Count("pk"))
            .order_by("-n", "type__label")
        )


def report_harm() -> Case:
    """Return the weight a report is sorted by: violence first, then its type's harm."""
    return Case(
        When(violence=True, then=Value(100)),
        When(type__isnull=False, then=F("type__harm")),
        default=Value(1),
        output_field=models.IntegerField(),
    )


class AttachmentQuerySet(models.QuerySet[Any]):
    """Photos sent with reports."""

    def visible_to(self, user: "User") -> Self:
        """Those of reports this user may see."""
        from .models import Report

        return self.filter(report__in=Report.objects.visible_to(user).values("pk"))
