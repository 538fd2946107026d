"""Meetings and who came, scoped in SQL."""

import datetime as dt
from typing import TYPE_CHECKING, Any, Final, Self

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery

from common import dates

if TYPE_CHECKING:
    from members.models import User

KEEPERS: Final = ("intel", "board")
OF_ALL: Final = ("scheme", "general")
MINUTES_WITHIN: Final = dt.timedelta(days=14)


class MeetingQuerySet(models.QuerySet[Any]):
    """Meetings of the scheme."""

    def visible_to(self, user: "User") -> Self:
        """All for the manager and the Board; those of all members for members; else none."""
        if user.role in KEEPERS:
            return self
        return self.filter(kind__in=OF_ALL) if user.role != "admin" else self.none()

    def for_list(self) -> Self:
        """Each with how many people and businesses came, and the number of its newest minutes."""
        from members.models import MeetingMinutes  # it imports this module

        newest = MeetingMinutes.objects.filter(meeting=OuterRef("pk")).order_by("-number")
        came = Q(people__answer="came")
        return self.annotate(
            came=Count("people", filter=came),
            businesses=Count("people__member", filter=came, distinct=True),
            coming=Count("people", filter=Q(people__answer="coming")),
            minuted=Subquery(newest.values("number")[:1]),
        )

    def part(self, part: str) -> Self:
        """One part of the list: to come (the next first), without minutes, held, called off."""
        order = ["on", "starts", "pk"] if part == "coming" else ["-on", "-starts", "-pk"]
        return self.filter(_parts()[part]).order_by(*order)

    def counts(self) -> dict[str, int]:
        """How many there are in each part, in one query."""
        counts = {part: Count("pk", filter=meant) for part, meant in _parts().items()}
        return self.order_by().aggregate(**counts)

    def late_minutes(self) -> Self:
        """Meetings of more than 14 days ago that have no minutes, the oldest first."""
        before = dates.today() - MINUTES_WITHIN
        return self.filter(_parts()["minutes"], on__lt=before).order_by("on", "pk")


def _parts() -> dict[str, Q]:
    from members.models import MeetingMinutes  # it imports this module

    today = dates.today()
    minutes = MeetingMinutes.objects.filter(meeting=OuterRef("pk"))
    return {
        "coming": Q(on__gte=today, cancelled_on=None),
        "minutes": Q(~Exists(minutes), on__lt=today, cancelled_on=None),
        "held": Q(on__lt=today, cancelled_on=None),
        "off": Q(cancelled_on__isnull=False),
    }


class MeetingPersonQuerySet(models.QuerySet[Any]):
    """People at meetings."""

    def came(self, *, since: dt.date, until: dt.date) -> Self:
        """Those who came to meetings of all members in a time, both days counted."""
        return self.filter(
            answer="came", meeting__on__range=(since, until), meeting__cancelled_on=None
        ).filter(meeting__kind__in=OF_ALL)
