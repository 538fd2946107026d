"""Who offends with whom, as accepted reports tell it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, F, Max, Q

from incidents.models import Involvement, Report

MOST = 40  # companions of one subject that a page can show


@dataclass(frozen=True)
class Link:
    """Two subjects (keys) on the same reports."""

    one: int
    two: int
    reports: int
    refs: list[str] = field(default_factory=list)


def companions(subject: int, *, most: int = MOST) -> list[Link]:
    """Return those who stand on accepted reports beside a subject (key), most reports first."""
    return links_of([subject], most=most)


def links_of(subjects: Iterable[int], *, most: int = MOST) -> list[Link]:
    """Return the links of these subjects (keys) with anybody, each pair once.

    Accepted reports only, and nobody who was on one as a victim or witness: they are not linked to
    a subject at all. `refs` are the five latest reports.
    """
    keys = sorted(set(subjects))
    rows = (
        Involvement.objects.filter(subject__in=keys, report__status=Report.Status.ACCEPTED)
        .annotate(other=F("report__people__subject"))  # the same join is asked below
        .filter(~Q(other__in=keys) | Q(subject__lt=F("other")), other__isnull=False)
        .exclude(other=F("subject"))
        .order_by()
        .values("subject", "other")
        .annotate(
            count=Count("report", distinct=True),
            last=Max("report__occurred_at"),
            refs=ArrayAgg("report__ref", distinct=True, order_by="-report__ref"),
        )
        .order_by("-count", "-last", "subject", "other")[:most]
    )
    return [Link(row["subject"], row["other"], row["count"], row["refs"][:5]) for row in rows]
