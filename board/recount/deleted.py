"""What was counted of records that are deleted by now: their figures stay."""

from collections import Counter
from collections.abc import Iterator

from django.db.models import Count, Sum

from board.models import Tally
from records.models import KeptFigure

from .shared import Counted, Days, Found, on_days, places


def of_the_deleted(days: Days, *kinds: str) -> Found:
    """Return how many of these kinds were deleted, by day and place, of some days or of all."""
    rows = KeptFigure.objects.filter(on_days("day", days), kind__in=kinds).order_by()
    counts = list(rows.values_list("kind", "day", "area_id", "member_id").annotate(n=Count("pk")))
    where = places() if counts else {}
    found: Found = Counter()
    for kind, day, area, member, number in counts:
        found[Tally.Kind(kind), day, (area, where[member][1] if member in where else "")] += number
    return found


def deleted_incidents(days: Days) -> Iterator[Counted]:
    """Yield the accepted incidents that were deleted, with what was stolen and recovered."""
    rows = KeptFigure.objects.filter(on_days("day", days), kind=Tally.Kind.INCIDENT).order_by()
    sums = list(
        rows.values_list("day", "area_id", "member_id", "type_id").annotate(
            n=Count("pk"), stolen_sum=Sum("stolen"), recovered_sum=Sum("recovered")
        )
    )
    where = places() if sums else {}
    for day, area, member, kind, number, stolen, recovered in sums:
        sector = where[member][1] if member in where else ""
        yield Counted(Tally.Kind.INCIDENT, day, area, sector, kind, number, stolen, recovered)
