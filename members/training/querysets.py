"""Courses, sessions and the people in them, scoped in SQL."""

import datetime as dt
from typing import TYPE_CHECKING, Any, Final, Self

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce

from common import dates

if TYPE_CHECKING:
    from members.models import User

SOON: Final = dt.timedelta(days=60)
NEVER: Final = dt.date(9999, 12, 31)
TAKEN = ~Q(people__outcome="cancelled")


class CourseQuerySet(models.QuerySet[Any]):
    """Courses."""

    def given(self) -> Self:
        """Those that are given today."""
        return self.filter(Q(ended_on=None) | Q(ended_on__gt=dates.today()))

    def for_list(self) -> Self:
        """Each with how many sessions it had and how many people passed."""
        return self.annotate(
            held=Count(
                "sessions",
                filter=Q(sessions__on__lte=dates.today(), sessions__cancelled_on=None),
                distinct=True,
            ),
            passed=Count("sessions__people", filter=Q(sessions__people__outcome="passed")),
        )


class SessionQuerySet(models.QuerySet[Any]):
    """Sessions of courses."""

    def for_list(self) -> Self:
        """Each with its course, how many places are taken, and how many people passed."""
        return self.select_related("course").annotate(
            taken=Count("people", filter=TAKEN),
            passed=Count("people", filter=Q(people__outcome="passed")),
            waiting=Count("people", filter=Q(people__outcome="booked")),
        )

    def part(self, part: str) -> Self:
        """One part of the list: to come (the next first), to mark, held, called off."""
        order = ["on", "starts", "pk"] if part == "coming" else ["-on", "-starts", "-pk"]
        return self.filter(_sessions()[part]).order_by(*order)

    def counts(self) -> dict[str, int]:
        """How many there are in each part, in one query."""
        counts = {part: Count("pk", filter=meant) for part, meant in _sessions().items()}
        return self.order_by().aggregate(**counts)

    def search(self, text: str) -> Self:
        """Sessions whose course, place, trainer or reference fits; all for no text."""
        if not text:
            return self
        return self.filter(
            Q(course__name__icontains=text)
            | Q(place__icontains=text)
            | Q(trainer__icontains=text)
            | Q(ref__iexact=text)
        )


def _sessions() -> dict[str, Q]:
    from members.models import TrainingPlace  # it imports this module

    today = dates.today()
    unmarked = TrainingPlace.objects.filter(session=OuterRef("pk"), outcome="booked")
    return {
        "coming": Q(on__gte=today, cancelled_on=None),
        "mark": Q(Exists(unmarked), on__lte=today, cancelled_on=None),
        "held": Q(on__lt=today, cancelled_on=None),
        "off": Q(cancelled_on__isnull=False),
    }


class PlaceQuerySet(models.QuerySet[Any]):
    """People in sessions."""

    def visible_to(self, user: "User") -> Self:
        """All for the manager; a business's or agency's own people; else one's own alone."""
        if user.role == "intel":
            return self
        own = Q(user=user.pk)
        if user.role in ("manager", "agency"):
            own |= Q(member=user.member_id)
        return self.filter(own)

    def for_list(self) -> Self:
        """Each with its session, course and business."""
        return self.select_related("session__course", "member")

    def certified(self) -> Self:
        """Those who passed: each holds, or held, a certificate."""
        return self.filter(outcome="passed")

    def holding(self, *, on: dt.date | None = None) -> Self:
        """Certificates that hold on a London day (today)."""
        day = on or dates.today()
        return self.certified().filter(
            Q(valid_until=None) | Q(valid_until__gte=day), session__on__lte=day
        )

    def not_renewed(self) -> Self:
        """Certificates not followed by one of the same person and kind of course that ends later.

        Who did the course again has nothing to be reminded of.
        """
        end = Coalesce(F("valid_until"), Value(NEVER))
        later = (
            self.model._default_manager.certified()
            .filter(session__course=OuterRef("session__course"))
            .annotate(end=end)
            .filter(Q(end__gt=OuterRef("end")) | Q(end=OuterRef("end"), pk__gt=OuterRef("pk")))
        )
        # Two questions, each of which names what must be equal: one that joins them with "or" would
        # compare everybody who did a course with everybody else.
        of_user = later.filter(user__isnull=False, user=OuterRef("user"))
        of_name = later.filter(user=None, member=OuterRef("member"), name__iexact=OuterRef("name"))
        rows = self.certified().annotate(end=end)
        return rows.filter(~Exists(of_user), ~Exists(of_name))

    def part(self, part: str) -> Self:
        """One part of the list of people; what ends first is first where days count."""
        rows = self.filter(pk__in=self.not_renewed().values("pk")) if part in RENEWABLE else self
        rows = rows.filter(_people()[part])
        if part in ("soon", "over"):
            return rows.order_by("valid_until" if part == "soon" else "-valid_until", "name", "pk")
        return rows.order_by("-session__on", "name", "pk")

    def counts(self) -> dict[str, int]:
        """How many there are in each part."""
        found: dict[str, int] = self.order_by().aggregate(
            **{part: Count("pk", filter=_people()[part]) for part in ("holds", "booked", "all")}
        )
        ends: dict[str, int] = (
            self.not_renewed()
            .order_by()
            .aggregate(**{part: Count("pk", filter=_people()[part]) for part in RENEWABLE})
        )
        return found | ends

    def search(self, text: str) -> Self:
        """People whose name, business, course or certificate fits; all for no text."""
        if not text:
            return self
        return self.filter(
            Q(name__icontains=text)
            | Q(member__name__icontains=text)
            | Q(session__course__name__icontains=text)
            | Q(certificate__iexact=text)
        )


RENEWABLE: Final = ("soon", "over")


def _people() -> dict[str, Q]:
    """Return the parts of the list of people, as conditions."""
    today = dates.today()
    return {
        "holds": Q(outcome="passed") & (Q(valid_until=None) | Q(valid_until__gte=today)),
        "soon": Q(outcome="passed", valid_until__range=(today, today + SOON)),
        "over": Q(outcome="passed", valid_until__lt=today),
        "booked": Q(outcome="booked", session__on__gte=today, session__cancelled_on=None),
        "all": ~Q(outcome="cancelled"),
    }
