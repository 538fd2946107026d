"""What a count yields, and what the counts have in common."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Q

from common import dates
from members.models import Member

Days = Collection[dt.date] | None
"""Which days to count; None: all of them."""
Place = tuple[int | None, str]
"""Key of an area, and a sector."""
COUNTED = (Member.Kind.FULL, Member.Kind.AFFILIATE)
"""Kinds of member that count towards the plan."""
NOTHING = Decimal(0)
ONE_DAY = dt.timedelta(days=1)


class Counted(NamedTuple):
    """How many of a kind there were on a day, of one area, sector and type, and for how much."""

    kind: str
    day: dt.date
    area: int | None = None
    sector: str = ""
    type: int | None = None
    number: int = 0
    stolen: Decimal = NOTHING
    recovered: Decimal = NOTHING

    def add(self, other: "Counted") -> "Counted":
        """Return both together, of the place and type of this one."""
        return self._replace(
            number=self.number + other.number,
            stolen=self.stolen + other.stolen,
            recovered=self.recovered + other.recovered,
        )


Found = Counter[tuple[str, dt.date, Place]]


def on_days(name: str, days: Days) -> Q:
    """Return the condition that a column is one of these days."""
    return Q() if days is None else Q(**{f"{name}__in": list(days)})


def each(found: Found, days: Days = None) -> Iterator[Counted]:
    """Yield what was found, of these days or of all up to today."""
    for (kind, day, (area, sector)), number in found.items():
        if day <= dates.today() and (days is None or day in days):
            yield Counted(kind, day, area, sector, number=number)


def places(**filters: Any) -> dict[int, Place]:
    """Return area and sector of each member that fits, by its key."""
    rows = Member.objects.filter(**filters).order_by().values_list("pk", "area_id", "sector")
    return {pk: (area, sector) for pk, area, sector in rows}
