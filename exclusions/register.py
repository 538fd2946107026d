"""The register of exclusions: which notices there are and were, and on any day which held."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Count, Prefetch, Q

from common import dates
from common.exports import Value
from incidents.models import Report

from .models import Notice
from .querysets import breaches

if TYPE_CHECKING:
    from members.models import User

HEAD: Final = (
    "Notice", "Person", "Name on the notice", "Served", "Up to and including", "State", "How",
    "Areas", "Incidents cited", "Arrests cited", "Breaches", "On the spot", "Under 18 or may be",
    "Appeals", "Revoked", "Why revoked",
)  # fmt: skip
MOST: Final = 5000
"""Rows of one file: more would keep a request busy."""


@dataclass(frozen=True)
class Asked:
    """What is asked of the register: those in force on a day, served in a time, or all of them."""

    show: str
    on: dt.date
    since: dt.date
    until: dt.date
    text: str = ""


def register_rows(user: "User", asked: Asked) -> Any:
    """Return the notices that are asked for, as far as this user sees notices, by reference."""
    rows = Notice.objects.visible_to(user).search(asked.text, user)
    if asked.show == "in_force":
        rows = rows.in_force(on=asked.on)
    elif asked.show == "served":
        rows = rows.filter(served_on__range=(asked.since, asked.until))
    return rows.order_by("-raised_at", "-pk")


def figures(asked: Asked) -> dict[str, int]:
    """Return the performance indicator: notices in force on the day, and served in the time."""
    return {
        "in_force": Notice.objects.in_force(on=asked.on).count(),
        "served": Notice.objects.filter(served_on__range=(asked.since, asked.until)).count(),
    }


def with_facts(rows: Any) -> Any:
    """Each with what a line of the register says of it: grounds with areas, number of appeals."""
    grounds = Prefetch("grounds", queryset=Report.objects.select_related("area"))
    counted = rows.annotate(
        appealed=Count("appeals", filter=Q(appeals__withdrawn_on=None), distinct=True)
    )
    return counted.select_related("subject").prefetch_related(grounds)


def lines(notices: Sequence[Notice], on: dt.date) -> list[tuple[Value, ...]]:
    """Return a line of the register for each notice, in the order of HEAD; its state on a day."""
    broken: Counter[str] = Counter(
        breaches()
        .filter(subject__in={notice.subject_id for notice in notices})
        .values_list("notice_ref", flat=True)
    )
    return [_line(notice, on, broken[notice.ref]) for notice in notices]


def _line(notice: Notice, on: dt.date, broken: int) -> tuple[Value, ...]:
    grounds: Iterable[Report] = notice.grounds.all()
    revoked = dates.london_date(notice.revoked_at) if notice.revoked_at else None
    return (
        notice.ref,
        notice.subject.ref,
        notice.printed_name,
        dates.london_date(notice.served_at) if notice.served_at else None,
        notice.ends_on,
        state_on(notice, on),
        notice.get_service_method_display() if notice.served_at else "",
        ", ".join(sorted({report.area.name for report in grounds})),
        len(list(grounds)),
        sum(report.outcome == Report.Outcome.ARRESTED for report in grounds),
        broken,
        "yes" if notice.confirm_by else "no",
        "yes" if notice.young_reason else "no",
        getattr(notice, "appealed", 0),  # from with_facts()
        revoked,
        notice.revoked_reason,
    )


def state_on(notice: Notice, day: dt.date) -> str:
    """Return in words where a notice stood on a London day; today as its page says."""
    if day >= dates.today():
        return notice.state_words
    if notice.in_force_on(day):
        return "In force"
    if notice.served_at is None or dates.london_date(notice.served_at) > day:
        raised = dates.london_date(notice.raised_at) <= day
        return "Not served yet" if raised else "Not raised yet"
    return "Over"
