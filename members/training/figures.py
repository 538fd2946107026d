"""What the scheme's training reached, for the Board: numbers, no names."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Lower

from common.wording import counted
from members.models import Course, Member, TrainingPlace, TrainingSession

from .querysets import PlaceQuerySet, SessionQuerySet


@dataclass(frozen=True)
class KindTrained:
    """One kind of course in a period: sessions, people who passed."""

    label: str
    sessions: int
    passed: int


@dataclass(frozen=True)
class Trained:
    """Sessions held in a period, people who came and who passed; members with a trained person.

    `people` counts each once, however many courses; `members` is how many businesses there are,
    `covered` those of them with somebody whose certificate holds on the period's last day.
    """

    sessions: int
    came: int
    people: int
    members: int
    covered: int
    kinds: list[KindTrained]

    @property
    def places(self) -> str:
        """How many times somebody came, in words."""
        return f"{counted(self.came, 'place')} taken up"

    @property
    def of_members(self) -> str:
        """How many members there are, in words."""
        return f"of {counted(self.members, 'member')}"

    @property
    def percent(self) -> int:
        """The share of members with a trained person."""
        return round(100 * self.covered / self.members) if self.members else 0


def trained(since: dt.date, until: dt.date) -> Trained:
    """Return the figures of a period, both days counted."""
    held = TrainingSession.objects.filter(on__range=(since, until), cancelled_on=None)
    came = TrainingPlace.objects.filter(session__in=held, outcome__in=["passed", "failed"])
    members = Member.objects.counted()
    holding = TrainingPlace.objects.holding(on=until).filter(member=OuterRef("pk"))
    return Trained(
        sessions=held.count(),
        came=came.count(),
        people=_people(came),
        members=members.count(),
        covered=members.filter(Exists(holding)).count(),
        kinds=_kinds(held),
    )


def _people(came: PlaceQuerySet) -> int:
    """Return how many people they are: a user is one, and a name of a member is one."""
    with_account: int = came.filter(user__isnull=False).order_by().values("user").distinct().count()
    names = came.filter(user=None).annotate(who=Lower("name")).order_by()
    named: int = names.values("member", "who").distinct().count()
    return with_account + named


def _kinds(held: SessionQuerySet) -> list[KindTrained]:
    passed = Count("people", filter=Q(people__outcome="passed"))
    rows = (
        held.order_by()
        .values_list("course__kind")
        .annotate(held=Count("pk", distinct=True), passed=passed)
    )
    told = {kind: (sessions, people) for kind, sessions, people in rows}
    return [
        KindTrained(kind.label, *told[kind.value]) for kind in Course.Kind if kind.value in told
    ]
