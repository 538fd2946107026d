"""Awards and bids for them, scoped in SQL."""

import datetime as dt
from typing import TYPE_CHECKING, Any, Final, Self

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from common import dates

if TYPE_CHECKING:
    from members.models import Member, User

SOON: Final = dt.timedelta(days=60)


class AwardQuerySet(models.QuerySet[Any]):
    """Awards."""

    def given(self) -> Self:
        """Those that are given today."""
        return self.filter(Q(ended_on=None) | Q(ended_on__gt=dates.today()))

    def open_to(self, member: "Member") -> Self:
        """Those that are given and that a member of this sector can earn."""
        return self.given().filter(Q(sectors=[]) | Q(sectors__contains=[member.sector]))

    def for_list(self) -> Self:
        """Each with how many members hold it today."""
        holding = Q(
            entries__state="awarded",
            entries__valid_until__gte=dates.today(),
            entries__member__status="active",
        )
        return self.annotate(holders=Count("entries__member", filter=holding, distinct=True))


class AwardEntryQuerySet(models.QuerySet[Any]):
    """Bids for awards."""

    def visible_to(self, user: "User") -> Self:
        """All for the manager and the Board; a business's or agency's own; else none."""
        if user.role in ("intel", "board"):
            return self
        if user.role in ("manager", "agency"):
            return self.filter(member=user.member_id)
        return self.none()

    def for_list(self) -> Self:
        """Each with its award, member and site, and how many criteria are met of how many."""
        return self.select_related("award", "member", "premises").annotate(
            met=Count("checks", filter=Q(checks__is_met=True)), asked=Count("checks")
        )

    def holding(self, *, on: dt.date | None = None) -> Self:
        """Those that are held on a London day (today), the member still being one."""
        day = on or dates.today()
        return self.filter(
            state="awarded", decided_on__lte=day, valid_until__gte=day, member__status="active"
        )

    def part(self, part: str) -> Self:
        """One part of the list; what ends first is first where days count."""
        order = {"soon": "valid_until", "ended": "-valid_until", "decide": "applied_on"}
        return self.filter(_parts()[part]).order_by(order.get(part, "member__name"), "pk")

    def counts(self) -> dict[str, int]:
        """How many there are in each part, in one query."""
        counts = {part: Count("pk", filter=meant) for part, meant in _parts().items()}
        return self.order_by().aggregate(**counts)

    def search(self, text: str) -> Self:
        """Bids whose member, site, award or reference fits; all for no text."""
        if not text:
            return self
        return self.filter(
            Q(member__name__icontains=text)
            | Q(premises__name__icontains=text)
            | Q(award__name__icontains=text)
            | Q(ref__iexact=text)
        )


def _parts() -> dict[str, Q]:
    """Return the parts of the list, as conditions. Who bid again has nothing that ends soon."""
    from members.models import AwardEntry  # it imports this module

    today = dates.today()
    same = AwardEntry.objects.annotate(site=Coalesce("premises", 0)).filter(
        award=OuterRef("award"), member=OuterRef("member"), site=Coalesce(OuterRef("premises"), 0)
    )
    later = Q(state="awarded", valid_until__gt=OuterRef("valid_until"))
    renewed = Exists(same.filter(Q(state="applied") | later))
    active = Q(member__status="active")
    return {
        "decide": Q(state="applied"),
        "holds": Q(state="awarded", valid_until__gte=today) & active,
        "soon": Q(~renewed, state="awarded", valid_until__range=(today, today + SOON)) & active,
        "ended": Q(state="awarded") & (Q(valid_until__lt=today) | ~active),
        "not": Q(state__in=["refused", "withdrawn"]),
    }
