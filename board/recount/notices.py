"""Counting incidents, breaches, notices and appeals, those deleted since too."""

from collections import Counter
from collections.abc import Iterator

from django.db.models import Count, OuterRef, Subquery, Sum

from board.models import Tally
from common.db import LondonDate
from exclusions.models import Appeal, Notice, NoticeGround
from exclusions.querysets import breaches
from exclusions.retention import end_of
from incidents.models import Report

from .deleted import deleted_incidents, of_the_deleted
from .shared import ONE_DAY, Counted, Days, Found, each, on_days


def incidents(days: Days) -> Iterator[Counted]:
    """Accepted incidents, by the day they happened, with what was stolen and recovered."""
    rows = (
        Report.objects.accepted_incidents()
        .filter(on_days("occurred_on", days))
        .order_by()
        .values_list("occurred_on", "area_id", "member__sector", "type_id")
        .annotate(n=Count("pk"), stolen=Sum("value_stolen"), recovered=Sum("value_recovered"))
    )
    for day, area, sector, kind, number, stolen, recovered in rows.iterator():
        yield Counted(Tally.Kind.INCIDENT, day, area, sector, kind, number, stolen, recovered)
    yield from deleted_incidents(days)


def breaches_reported(days: Days) -> Iterator[Counted]:
    """Breaches as they are derived, by the day of the report."""
    rows = (
        breaches()
        .filter(on_days("report__occurred_on", days))
        .order_by()
        .values_list("report__occurred_on", "report__area_id", "report__member__sector")
        .annotate(n=Count("pk"))
    )
    for day, area, sector, number in rows.iterator():
        yield Counted(Tally.Kind.BREACH, day, area, sector, number=number)
    yield from each(of_the_deleted(days, Tally.Kind.BREACH))


def _cited(notice: str, field: str) -> Subquery:
    """Something of the report that a notice cites and that happened last: where it is counted."""
    cited = NoticeGround.objects.filter(notice=OuterRef(notice))
    return Subquery(cited.order_by("-report__occurred_at", "-report_id").values(field)[:1])


def notices(days: Days) -> Iterator[Counted]:
    """Notices served, and how each has ended: its last day past, or stopped before that.

    What ends after today hasn't: those of today are counted again by each refresh.
    """
    found: Found = Counter()
    rows = Notice.objects.filter(served_at__isnull=False).order_by()
    if days is not None:
        rows = rows.filter(
            on_days("served_on", days)
            | on_days("ends_on", [day - ONE_DAY for day in days])
            | on_days("revoked_on", days)
            | on_days("confirm_on", days)
        )
    rows = rows.annotate(
        area=_cited("pk", "report__area_id"), sector=_cited("pk", "report__member__sector")
    )
    fields = ("served_on", "ends_on", "revoked_on", "confirm_by", "confirmed_at", "area", "sector")
    for served, ends, revoked, confirm_by, confirmed, area, sector in rows.values_list(
        *fields
    ).iterator():
        place = (area, sector or "")
        is_stopped, day = end_of(ends, revoked, None if confirmed else confirm_by)
        found[Tally.Kind.SERVED, served, place] += 1
        found[Tally.Kind.STOPPED if is_stopped else Tally.Kind.EXPIRED, day, place] += 1
    found.update(of_the_deleted(days, Tally.Kind.SERVED, Tally.Kind.EXPIRED, Tally.Kind.STOPPED))
    return each(found, days)


def appeals(days: Days) -> Iterator[Counted]:
    """Appeals by the day they came in, and those upheld by the day of the decision."""
    found: Found = Counter()
    rows = (
        Appeal.objects.order_by()
        .annotate(
            decided_on=LondonDate("decided_at"),
            area=_cited("notice", "report__area_id"),
            sector=_cited("notice", "report__member__sector"),
        )
        .filter(on_days("received_on", days) | on_days("decided_on", days))
    )
    fields = ("received_on", "decision", "decided_on", "area", "sector")
    for received, decision, decided, area, sector in rows.values_list(*fields):
        place = (area, sector or "")
        found[Tally.Kind.APPEAL, received, place] += 1
        if decision == Appeal.Decision.UPHELD:
            found[Tally.Kind.UPHELD, decided, place] += 1
    found.update(of_the_deleted(days, Tally.Kind.APPEAL, Tally.Kind.UPHELD))
    return each(found, days)
