"""How much of the borough the scheme's equipment reaches, for the Board."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q

from common.wording import counted
from members.models import Area, EquipmentHolding, EquipmentItem, Member


@dataclass(frozen=True)
class AreaCover:
    """One area: its member businesses, those with a radio, and the radios they have."""

    name: str
    members: int
    covered: int
    radios: int

    @property
    def percent(self) -> int:
        """The share of its members with a radio."""
        return round(100 * self.covered / self.members) if self.members else 0


@dataclass(frozen=True)
class Cover:
    """Radios the scheme has, those on loan, active members and those with one; by area.

    `lone_workers` counts loans of any kind to people who work alone; `cameras` those on loan.
    """

    radios: int
    on_loan: int
    members: int
    covered: int
    cameras: int
    lone_workers: int
    areas: list[AreaCover]

    @property
    def percent(self) -> int:
        """The share of members with a radio."""
        return round(100 * self.covered / self.members) if self.members else 0

    @property
    def of_members(self) -> str:
        """How many members there are, in words."""
        return f"of {counted(self.members, 'member')}"

    @property
    def alone(self) -> str:
        """How many loans are for people who work alone, in words."""
        return f"{counted(self.lone_workers, 'loan')} to people who work alone"


def cover() -> Cover:
    """Return the figures as they are now: active full members and affiliates are counted."""
    loans = EquipmentHolding.objects.loans()
    radios = loans.filter(item__kind="RAD")
    has_one = Exists(radios.filter(member=OuterRef("pk")))
    members = Member.objects.counted().order_by()
    by_area = dict(members.values_list("area").annotate(n=Count("pk")))
    covered = dict(members.filter(has_one).values_list("area").annotate(n=Count("pk")))
    lent = dict(
        radios.filter(member__in=members)
        .order_by()
        .values_list("member__area")
        .annotate(n=Count("pk"))
    )
    areas = [
        AreaCover(area.name, by_area.get(area.pk, 0), covered.get(area.pk, 0), lent.get(area.pk, 0))
        for area in Area.objects.all()
    ]
    kept = EquipmentItem.objects.as_they_are().part("all")
    return Cover(
        radios=kept.filter(kind="RAD").count(),
        on_loan=radios.count(),
        members=sum(by_area.values()),
        covered=sum(covered.values()),
        cameras=loans.filter(item__kind="BWV").count(),
        lone_workers=loans.filter(is_lone_worker=True).count(),
        areas=areas,
    )


COUNTED = (Member.Kind.FULL, Member.Kind.AFFILIATE)


@dataclass(frozen=True)
class Reach:
    """Radios on loan on a day, full members and affiliates with one, and cameras on loan."""

    radios: int
    members: int
    cameras: int


def reach_on(days: Mapping[str, dt.date]) -> dict[str, Reach]:
    """Return the reach of the equipment at the end of each of these days, by their names.

    A loan counts from its first day up to the day before it is back; a member as it was one on
    that day. One query.
    """
    loans = EquipmentHolding.objects.filter(state="loan").order_by()
    counts: dict[str, Count] = {}
    for name, day in days.items():
        there = Q(since__lte=day) & (Q(until=None) | Q(until__gt=day))
        radio, camera = there & Q(item__kind="RAD"), there & Q(item__kind="BWV")
        counts[f"radios_{name}"] = Count("pk", filter=radio)
        counted = Q(member__kind__in=COUNTED, member__joined_on__lte=day) & (
            Q(member__left_on=None) | Q(member__left_on__gt=day)
        )
        counts[f"members_{name}"] = Count("member", filter=radio & counted, distinct=True)
        counts[f"cameras_{name}"] = Count("pk", filter=camera)
    found = loans.aggregate(**counts)
    return {
        name: Reach(*(found[f"{what}_{name}"] for what in ("radios", "members", "cameras")))
        for name in days
    }
