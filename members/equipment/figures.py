"""How much of the borough the scheme's equipment reaches, for the Board."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef

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
