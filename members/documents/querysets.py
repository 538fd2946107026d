"""Documents, scoped in SQL."""

import datetime as dt
from typing import TYPE_CHECKING, Any, Final, Self

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery

from common import dates

if TYPE_CHECKING:
    from members.models import User

SOON: Final = dt.timedelta(days=30)


class DocumentQuerySet(models.QuerySet[Any]):
    """Documents of the scheme."""

    def visible_to(self, user: "User") -> Self:
        """All for the manager and the Board; what everybody reads for members; else none."""
        if user.role in ("intel", "board"):
            return self
        return self.filter(readers="all") if user.role != "admin" else self.none()

    def for_list(self, user: "User") -> Self:
        """Each with its owner, its newest version, and whether this user has read that."""
        from members.models import DocumentReading, DocumentVersion  # they import this module

        newest = DocumentVersion.objects.filter(document=OuterRef("pk")).order_by("-number")
        read = DocumentReading.objects.filter(version=OuterRef("version_pk"), user=user.pk)
        return (
            self.select_related("owner")
            .annotate(
                version_pk=Subquery(newest.values("pk")[:1]),
                number=Subquery(newest.values("number")[:1]),
                made_on=Subquery(newest.values("made_on")[:1]),
            )
            .annotate(is_read=Exists(read))
        )

    def part(self, part: str) -> Self:
        """One part of a for_list(): all, unread, or those to be reviewed within 30 days."""
        rows = self.filter(_parts()[part])
        return rows.order_by("review_on", "title") if part == "review" else rows.order_by("title")

    def counts(self) -> dict[str, int]:
        """How many there are of a for_list() in each part, in one query."""
        counts = {part: Count("pk", filter=meant) for part, meant in _parts().items()}
        return self.order_by().aggregate(**counts)


def _parts() -> dict[str, Q]:
    return {
        "all": Q(pk__isnull=False),
        "unread": Q(is_read=False),
        "review": Q(review_on__lte=dates.today() + SOON),
    }
