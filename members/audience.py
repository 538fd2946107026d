"""Who a published thing is meant for: everybody, some areas, some sectors, or agencies only."""

from typing import TYPE_CHECKING, Any, Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, Value

from .models import Area, Member, Role

if TYPE_CHECKING:
    from .models import User


class AudienceKind(models.TextChoices):
    """Kinds of audience. Partner agencies are in each of them."""

    ALL = "all", "All members and partner agencies"
    AREAS = "areas", "Members in some areas"
    SECTORS = "sectors", "Members of some sectors"
    AGENCIES = "agencies", "Partner agencies only"


class WithAudience(models.Model):
    """Mixin: the audience of a row, as it was decided."""

    audience = models.CharField(
        max_length=8, choices=AudienceKind, default=AudienceKind.ALL, db_comment="For whom"
    )
    audience_areas = ArrayField(
        models.BigIntegerField(), default=list, blank=True, db_comment="Keys of areas, if areas"
    )
    audience_sectors = ArrayField(
        models.CharField(max_length=16),
        default=list,
        blank=True,
        db_comment="Codes of sectors, if sectors",
    )

    class Meta:
        abstract = True

    def audience_words(self) -> str:
        """Return the audience in words."""
        if self.audience == AudienceKind.AREAS:
            names = Area.objects.filter(pk__in=self.audience_areas).values_list("name", flat=True)
            return "Members in " + ", ".join(names)
        if self.audience == AudienceKind.SECTORS:
            labels = dict(Member.Sector.choices)
            return "Members: " + ", ".join(str(labels[code]) for code in self.audience_sectors)
        return str(AudienceKind(self.audience).label)


# One value each, however many there are: the statement stays the same (common.prepared).
AREAS: Final = WithAudience._meta.get_field("audience_areas")
SECTORS: Final = WithAudience._meta.get_field("audience_sectors")


def areas_of(user: "User") -> list[int]:
    """Return the areas a user counts as being in: their member's and their own premises'."""
    areas = {user.member.area_id}
    if user.premises is not None:
        areas.add(user.premises.area_id)
    return sorted(areas)


def in_audience_of(user: "User", *, prefix: str = "") -> Q:
    """Return the condition that a WithAudience row is meant for this user.

    The Intelligence Manager and partner agencies are in every audience; Board and administrator
    in none. `prefix` is the path to the row, such as "version__".
    """
    if user.role in (Role.INTEL, Role.AGENCY):
        return Q()
    if user.role not in (Role.REPORTER, Role.MANAGER):
        return Q(pk__in=[])
    return (
        Q(**{f"{prefix}audience": AudienceKind.ALL})
        | Q(
            **{
                f"{prefix}audience": AudienceKind.AREAS,
                f"{prefix}audience_areas__overlap": Value(areas_of(user), AREAS),
            }
        )
        | Q(
            **{
                f"{prefix}audience": AudienceKind.SECTORS,
                f"{prefix}audience_sectors__contains": Value([user.member.sector], SECTORS),
            }
        )
    )


def audience_shape(user: "User") -> tuple[str, dict[str, Any]]:
    """Return what tells who reads from one another in a query: role, areas, sector, business.

    As a shape and values of common.prepared; somebody_like() takes both.
    """
    values = {"areas": areas_of(user), "sectors": [user.member.sector], "member": user.member_id}
    return user.role, values


READER: Final = ("areas", "sectors", "member")
"""The values that tell readers apart: whose role is in every audience needs none of them."""


def somebody_like(role: str, *, areas: list[int], sectors: list[str], member: int) -> "User":
    """Return somebody who is in the audiences of these areas and sectors, of no table."""
    from .models import User

    business = Member(pk=member, area_id=areas[0], sector=sectors[0])
    return User(role=role, member=business)


def users_of_audience(row: WithAudience) -> Q:
    """Return the condition that users are in the row's audience: the reverse of the above."""
    agencies = Q(role=Role.AGENCY)
    if row.audience == AudienceKind.AGENCIES:
        return Q(role=Role.AGENCY)
    if row.audience == AudienceKind.AREAS:
        return (
            agencies
            | Q(member__area_id__in=row.audience_areas)
            | Q(premises__area_id__in=row.audience_areas)
        )
    if row.audience == AudienceKind.SECTORS:
        return agencies | Q(member__sector__in=row.audience_sectors)
    return Q()


def business_in(row: WithAudience, member: Member) -> bool:
    """Return whether a business as a whole is in a row's audience: all who work for it.

    Narrower than in_audience_of(): the area is that of its main site alone.
    """
    if row.audience == AudienceKind.ALL or member.kind == Member.Kind.AGENCY:
        return True
    if row.audience == AudienceKind.AREAS:
        return member.area_id in row.audience_areas
    return row.audience == AudienceKind.SECTORS and member.sector in row.audience_sectors


def businesses_in(row: WithAudience) -> Q:
    """Return the condition that a business as a whole is in a row's audience: as business_in()."""
    agencies = Q(kind=Member.Kind.AGENCY)
    if row.audience == AudienceKind.ALL:
        return Q()
    if row.audience == AudienceKind.AREAS:
        return agencies | Q(area_id__in=row.audience_areas)
    if row.audience == AudienceKind.SECTORS:
        return agencies | Q(sector__in=row.audience_sectors)
    return agencies


def covers(wide: WithAudience, narrow: WithAudience) -> bool:
    """Return whether everybody in the audience of `narrow` is in that of `wide` too."""
    if wide.audience == AudienceKind.ALL or narrow.audience == AudienceKind.AGENCIES:
        return True
    return (
        wide.audience == narrow.audience
        and set(narrow.audience_areas) <= set(wide.audience_areas)
        and set(narrow.audience_sectors) <= set(wide.audience_sectors)
    )


def widened(audience: Q, more: Q) -> Q:
    """Return the condition of an audience, or of some more.

    An empty condition is everybody, and stays so: `|` would leave only the others.
    """
    return audience | more if audience else audience
