"""A business's own reports: what became of them, and who of its people sends them.

Reports belong to a period by the day on which it happened, as in every other figure.
"""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Aggregate, Count, DurationField, F, OuterRef, Q, QuerySet, Subquery

from common.periods import Period
from incidents.models import Report, ReporterQuestion
from members.models import Member, User

QUESTIONS = 10


class Median(Aggregate):
    """The middle value."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    allow_distinct = False


@dataclass(frozen=True)
class Sent:
    """What a business sent in a period, and what became of it."""

    incidents: int
    sightings: int
    waiting: int
    accepted: int
    rejected: int
    doubles: int
    usual_wait: dt.timedelta | None

    @property
    def total(self) -> int:
        """All reports."""
        return self.incidents + self.sightings

    @property
    def answered(self) -> int:
        """Those that the Intelligence Manager has decided about."""
        return self.total - self.waiting

    @property
    def share(self) -> int:
        """Of a hundred reports, how many were decided; 0 where nothing was sent."""
        return self.answered * 100 // self.total if self.total else 0


@dataclass(frozen=True)
class Reporter:
    """One person of the business, and what they sent in the period."""

    user: User
    reports: int
    incidents: int
    last: dt.datetime | None


@dataclass(frozen=True)
class Reporters:
    """The people of a business, those who sent most first; and what others sent for it."""

    people: list[Reporter]
    by_others: int

    @property
    def sending(self) -> int:
        """How many sent anything in the period."""
        return sum(1 for person in self.people if person.reports)


def reports_of(user: User, member: Member, period: Period) -> "QuerySet[Report]":
    """Return what a business sent about a period, as far as this user may see it."""
    first, after = period.moments
    return Report.objects.visible_to(user).filter(
        member=member, occurred_at__gte=first, occurred_at__lt=after
    )


def sent(reports: "QuerySet[Report]") -> Sent:
    """Return how many there are of each kind and state, and the usual wait for a decision."""
    states = {
        "waiting": Q(status="submitted"),
        "accepted": Q(status="accepted"),
        "rejected": Q(status="rejected"),
        "doubles": Q(status="duplicate"),
        "incidents": Q(kind="incident"),
        "sightings": Q(kind="sighting"),
    }
    wait = F("reviewed_at") - F("sent_at")
    return Sent(
        **reports.order_by().aggregate(
            usual_wait=Median(
                wait, filter=Q(reviewed_at__isnull=False), output_field=DurationField()
            ),
            **{name: Count("pk", filter=state) for name, state in states.items()},
        )
    )


def reporters_of(member: Member, reports: "QuerySet[Report]") -> Reporters:
    """Return everybody of a business who may sign in, and whoever else of it sent something."""
    counts = {
        pk: (n, incidents)
        for pk, n, incidents in reports.order_by()
        .values_list("reporter")
        .annotate(n=Count("pk"), incidents=Count("pk", filter=Q(kind="incident")))
    }
    last = Report.objects.filter(reporter=OuterRef("pk")).order_by("-sent_at")
    users = (
        User.objects.filter(member=member)
        .filter(Q(is_active=True) | Q(pk__in=counts))
        .annotate(last=Subquery(last.values("sent_at")[:1]))
    )
    people = [Reporter(user, *counts.pop(user.pk, (0, 0)), last=user.last) for user in users]
    people.sort(key=lambda person: (-person.reports, person.user.name, person.user.pk))
    return Reporters(people, by_others=sum(n for n, _ in counts.values()))


def open_questions(user: User, member: Member) -> tuple[int, list[ReporterQuestion]]:
    """Return how many questions about a business's reports wait for an answer, and the oldest."""
    found = ReporterQuestion.objects.filter(
        report__in=Report.objects.visible_to(user).filter(member=member), answered_at=None
    ).select_related("report")
    oldest = list(found.order_by("asked_at", "pk")[: QUESTIONS + 1])
    number = len(oldest) if len(oldest) <= QUESTIONS else found.count()
    return number, oldest[:QUESTIONS]
