"""Reports, scoped in SQL."""

import datetime as dt
from typing import TYPE_CHECKING, Any, Final, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    Min,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, TruncMonth
from django.utils import timezone

from common import dates
from common.prepared import Prepared
from common.refs import parse_subject_ref
from members.audience import (
    READER,
    audience_shape,
    in_audience_of,
    somebody_like,
    widened,
)

if TYPE_CHECKING:
    from incidents.models import IncidentType, Report
    from members.models import User


class IncidentTypeQuerySet(models.QuerySet[Any]):
    """Types of incident."""

    def on(self, day: dt.date | None = None) -> Self:
        """Those that can be chosen on a day."""
        return self.filter(self._can_be_chosen(day or dates.today()))

    def for_report(self, report: Any) -> Self:
        """Those that can be chosen when a report is corrected.

        That is what could be chosen on the day it was sent, and its own type.
        """
        then = self._can_be_chosen(dates.london_date(report.sent_at))
        return self.filter(then | Q(pk=report.type_id))

    def for_list(self) -> Self:
        """All in their order; `is_current`: it can be chosen today; `in_use`: reports have it."""
        from .models import Report  # the models module imports this one

        today = self._can_be_chosen(dates.today())
        return self.annotate(
            is_current=models.ExpressionWrapper(today, output_field=models.BooleanField()),
            in_use=Exists(Report.objects.filter(type=OuterRef("pk"))),
        ).order_by("position", "label")

    def _can_be_chosen(self, day: dt.date) -> Q:
        return Q(Q(effective_to=None) | Q(effective_to__gte=day), effective_from__lte=day)


def _types_on(shape: None, *, on: dt.date) -> "models.QuerySet[Any]":
    from incidents.models import IncidentType  # the models module imports this one

    return IncidentType.objects.on(on)


TYPES_ON: Final = Prepared(_types_on, planned=True)


def types_for(report: "Report | None") -> list["IncidentType"]:
    """Return the types that can be chosen for a new report (None), or when one is corrected."""
    from incidents.models import IncidentType  # the models module imports this one

    if report is not None:
        return list(IncidentType.objects.for_report(report))
    found: list[IncidentType] = TYPES_ON.rows(on=dates.today())
    return found


class ReportQuerySet(models.QuerySet[Any]):
    """Sightings and incidents."""

    def visible_to(self, user: "User") -> Self:
        """All for the manager; a member's people their business's; agencies also accepted ones.

        DESIGN section 3. The Board and the administrator see none.
        """
        if user.role == "intel":
            return self
        if user.role == "agency":
            accepted = Q(kind="incident", status="accepted")
            return self.filter(Q(member_id=user.member_id) | accepted)
        if user.role in ("reporter", "manager"):
            return self.filter(member_id=user.member_id)
        return self.none()

    def to_review(self) -> Self:
        """Waiting for the manager, most harm first, then oldest."""
        return (
            self.filter(status="submitted")
            .annotate(harm=report_harm())
            .order_by("-harm", "sent_at", "id")
        )

    def lately_at(self, user: "User", *, days: int = 30, most: int = 40) -> Self:
        """The newest reports of the user's own business, newest first."""
        since = timezone.now() - dt.timedelta(days=days)
        return self.filter(
            member_id=user.member_id,
            occurred_at__gte=since,
            people__subject__isnull=False,
            people__from_report=None,
        ).order_by("-occurred_at", "-pk")[:most]

    def accepted_incidents(self) -> Self:
        """Incidents the manager accepted: what counts in figures and for retention."""
        return self.filter(kind="incident", status="accepted")

    def queue_part(self, part: str) -> Self:
        """One part of what waits for review: a kind, violence, unknown, photo, answered, or all."""
        return self if part == "all" else self.filter(_queue_part(part))

    def queue_counts(self) -> dict[str, Any]:
        """How many wait in each part, and since when the oldest does."""
        parts = ("incident", "sighting", "violence", "unknown", "photo", "answered")
        counted = {part: Count("pk", filter=_queue_part(part)) for part in parts}
        waiting = self.order_by()
        return dict(waiting.aggregate(all=Count("pk"), oldest=Min("sent_at"), **counted))

    def for_list(self, user: "User | None" = None) -> Self:
        """With what a row shows: type, place, people (that this user may know of), any photo."""
        from .models import Attachment, Involvement  # the models module imports this one

        people = Involvement.objects.select_related("subject")
        people = people.visible_to(user) if user else people
        return (
            self.select_related("type", "premises", "member", "area")
            .annotate(has_photo=Exists(Attachment.objects.filter(report=OuterRef("pk"))))
            .prefetch_related(Prefetch("people", queryset=people))
        )

    def search(self, text: str, user: "User") -> Self:
        """By reference, premises, or the reference of a subject this user sees; empty: all.

        The reference of a record that became part of another finds the reports of that one.
        """
        if not text:
            return self
        subject = parse_subject_ref(text)
        if subject:
            from offenders.models import ProfileVersion
            from offenders.search import stays_of

            from .models import Involvement  # the models module imports this one

            named = Involvement.objects.visible_to(user).filter(
                Q(subject__ref=subject) | Q(subject=stays_of(subject)), report=OuterRef("pk")
            )
            if user.role != "intel":
                seen = ProfileVersion.objects.visible_to(user).values("subject")
                named = named.filter(subject__in=seen)
            return self.filter(Exists(named))
        return self.filter(Q(ref__istartswith=text) | Q(premises__name__icontains=text))

    def show(self, part: str, user: "User") -> Self:
        """One part of the list: a status, mine, asked, answered, to_finish, or all."""
        if part == "all":
            return self
        return self.filter(_part(part, user))

    def count_for_chips(self, user: "User") -> dict[str, int]:
        """How many there are in each part of the list, in one query."""
        parts = ("mine", "asked", "answered", "to_finish", *self.model.Status.values)
        counted = {part: Count("pk", filter=_part(part, user)) for part in parts}
        return dict(self.order_by().aggregate(all=Count("pk"), **counted))

    def count_by_status(self) -> dict[str, int]:
        """How many there are of each status, and in all."""
        rows = self.order_by().values("status").annotate(n=Count("pk"))
        counts = {row["status"]: row["n"] for row in rows}
        return {**counts, "all": sum(counts.values())}

    def about(self, subject_id: int, user: "User | None" = None) -> Self:
        """Reports that a subject is linked to (as far as this user may know), and that count."""
        found = self.exclude(status__in=["rejected", "duplicate"])
        if user is None:
            return found.filter(people__subject_id=subject_id)
        from .models import Involvement  # the models module imports this one

        known = Involvement.objects.visible_to(user).filter(subject=subject_id)
        return found.filter(pk__in=known.values("report"))

    def by_month(self, *, since: dt.date) -> dict[dt.date, int]:
        """How many for each London month (its first day) since a day."""
        rows = (
            self.filter(occurred_on__gte=since)
            .annotate(month=TruncMonth("occurred_on"))
            .order_by()
            .values("month")
            .annotate(n=Count("pk"))
            .values_list("month", "n")
        )
        return dict(rows)

    def losses(self) -> dict[str, Any]:
        """Number, value stolen and value recovered, in all."""
        return self.order_by().aggregate(
            incidents=Count("pk"),
            stolen=Coalesce(Sum("value_stolen"), Value(0, models.DecimalField())),
            recovered=Coalesce(Sum("value_recovered"), Value(0, models.DecimalField())),
        )

    def losses_by_area(self) -> list[dict[str, Any]]:
        """Number and losses for each area that has any, in the areas' order."""
        return list(
            self.order_by()
            .values("area__name", "area__position")
            .annotate(
                incidents=Count("pk"),
                stolen=Sum("value_stolen"),
                recovered=Sum("value_recovered"),
            )
            .order_by("area__position")
        )

    def by_type(self) -> list[dict[str, Any]]:
        """Number for each type, most first."""
        return list(
            self.order_by()
            .values("type__label")
            .annotate(n=Count("pk"))
            .order_by("-n", "type__label")
        )


def _part(part: str, user: "User") -> Q:
    """The condition of one part of the list of reports."""
    from .models import ReporterQuestion  # the models module imports this one

    asked = ReporterQuestion.objects.filter(report=OuterRef("pk"))
    if part == "mine":
        return Q(reporter=user)
    if part == "asked":
        return Q(status="submitted") & Q(Exists(asked.filter(answered_at=None)))
    if part == "answered":
        return Q(status="submitted") & Q(Exists(asked.filter(answered_at__isnull=False)))
    if part == "to_finish":
        return Q(status="submitted", to_finish=True)
    return Q(status=part)


def _queue_part(part: str) -> Q:
    """The condition of one part of the manager's queue."""
    from .models import Attachment, Involvement, ReporterQuestion  # models import this module

    of_report = {"report": OuterRef("pk")}
    conditions = {
        "violence": Q(violence=True)
        | ~Q(injury__in=["", "none"])
        | Q(weapon__in=["shown", "used"]),
        "unknown": Q(Exists(Involvement.objects.filter(subject=None, **of_report))),
        "photo": Q(Exists(Attachment.objects.filter(kind="photo", **of_report))),
        "answered": Q(
            Exists(ReporterQuestion.objects.filter(answered_at__isnull=False, **of_report))
        ),
    }
    return conditions.get(part, Q(kind=part))


def report_harm() -> Case:
    """Return the weight a report is sorted by: violence first, then its type's harm."""
    return Case(
        When(Q(violence=True) | Q(injury="serious") | Q(weapon="used"), then=Value(100)),
        When(type__isnull=False, then=F("type__harm")),
        default=Value(1),
        output_field=models.IntegerField(),
    )


class InvolvementQuerySet(models.QuerySet[Any]):
    """People in reports."""

    def visible_to(self, user: "User") -> Self:
        """Of a report's people those that its reader may know of.

        A business is not told whom another business named of the same event: its report shows
        what its own people said, and what the manager found of them.
        """
        if user.role == "intel":
            return self
        own = ~Q(report__member_id=user.member_id) | Q(from_report__member_id=user.member_id)
        return self.filter(Q(from_report=None) | own)

    def unknown(self) -> Self:
        """Those of reports that wait for review whom nobody has said to be a subject."""
        return self.filter(subject=None, report__status="submitted")

    def to_look_for(self) -> Self:
        """Unknown people for whom the worker has not looked among the subjects on record."""
        return self.unknown().filter(matched_at=None)


class ReviewStepQuerySet(models.QuerySet[Any]):
    """Decisions of the review."""

    def lately_by(self, user: "User", *, most: int = 5) -> Self:
        """What this manager decided in the last hour and has not taken back, newest first."""
        from .models import UNDO_WITHIN  # the models module imports this one

        since = timezone.now() - UNDO_WITHIN
        lately = self.filter(by=user, at__gte=since, undone_at=None)
        return lately.select_related("report", "subject").order_by("-pk")[:most]


class AttachmentQuerySet(models.QuerySet[Any]):
    """Photos sent with reports."""

    def visible_to(self, user: "User") -> Self:
        """Those of reports this user may see."""
        from .models import Report

        return self.filter(report__in=Report.objects.visible_to(user).values("pk"))


def _live_refs(
    shape: tuple[Any, int], *, at: dt.datetime, on: dt.date, **values: Any
) -> "models.QuerySet[Any]":
    """Return the references of live alerts, for Prepared: each page of a reader asks for them."""
    from incidents.models import Alert

    like, most = shape
    seen = Alert.objects.visible_to(somebody_like(like, **values), at=at, on=on).live(at=at)
    return seen.order_by("-raised_at", "-pk").values_list("ref")[:most]


LIVE_REFS: Final = Prepared(_live_refs, may_ignore=(*READER, "on"), planned=True)


class AlertQuerySet(models.QuerySet[Any]):
    """Alerts."""

    def live(self, *, at: dt.datetime | None = None) -> Self:
        """Those neither ended nor withdrawn at a moment; computed, so that no job is waited for."""
        return self.filter(expires_at__gt=at or timezone.now(), withdrawn_at=None)

    def visible_to(
        self, user: "User", *, at: dt.datetime | None = None, on: dt.date | None = None
    ) -> Self:
        """Live alerts for this user's eyes: in the audience, and of nobody they may not see.

        An alert about a subject exists only for those who see the subject's profile. A business
        sees its own wherever it is. One whose writer named somebody that they don't see themselves
        exists, for other businesses, only for those who do. The manager sees all. At a moment and
        its day, now by default.
        """
        return self if user.role == "intel" else self.live(at=at).known_to(user, on=on)

    def known_to(self, user: "User", *, on: dt.date | None = None) -> Self:
        """As visible_to(), those that are over too: how many there were may be told, no more."""
        from offenders.models import ProfileVersion

        if user.role == "intel":
            return self
        if not user.sees_profiles:
            return self.none()
        meant = widened(in_audience_of(user), Q(member_id=user.member_id))
        profiles = ProfileVersion.objects.visible_to(user, on=on)
        seen = profiles.filter(subject=OuterRef("subject"))
        visible = profiles.order_by().values("subject")
        unnamed = Q(names=[]) | Q(member_id=user.member_id)
        known = Q(names__contained_by=ArraySubquery(visible))
        return self.filter(meant, Q(subject=None) | Q(Exists(seen)), unnamed | known)

    def live_refs(self, user: "User", *, most: int = 50) -> list[str]:
        """The references of the live alerts this user sees, newest first."""
        shape, values = audience_shape(user)
        now = timezone.now()
        rows = LIVE_REFS.rows((shape, most), at=now, on=dates.london_date(now), **values)
        return [ref for (ref,) in rows]

    def show(self, part: str) -> Self:
        """One part of the manager's list: live, ended or withdrawn."""
        if part == "withdrawn":
            return self.filter(withdrawn_at__isnull=False)
        if part == "ended":
            return self.filter(withdrawn_at=None, expires_at__lte=timezone.now())
        return self.live()

    def counts_by_show(self) -> dict[str, int]:
        """How many there are in each part, in one query."""
        now = timezone.now()
        return self.order_by().aggregate(
            live=Count("pk", filter=Q(withdrawn_at=None, expires_at__gt=now)),
            ended=Count("pk", filter=Q(withdrawn_at=None, expires_at__lte=now)),
            withdrawn=Count("pk", filter=Q(withdrawn_at__isnull=False)),
        )

    def for_list(self) -> Self:
        """With subject, place, who raised it and how many browsers took it, newest first."""
        from .models import PushDelivery  # the models module imports this one

        taken = (
            PushDelivery.objects.filter(alert=OuterRef("pk"), status__gte=200, status__lt=300)
            .order_by()
            .values("alert")
            .annotate(n=Count("pk"))
            .values("n")
        )
        related = ("subject", "premises", "area", "member", "report", "raised_by", "withdrawn_by")
        return (
            self.select_related(*related)
            .annotate(told=Coalesce(Subquery(taken), 0))
            .order_by("-raised_at", "-pk")
        )


class IntelligenceQuerySet(models.QuerySet[Any]):
    """Intelligence reports."""

    def shared(self, *, on: dt.date | None = None) -> Self:
        """Those whose audience sees them on a London day."""
        return self.filter(
            shared_at__isnull=False, withdrawn_at=None, shared_until__gte=on or dates.today()
        )

    def visible_to(self, user: "User") -> Self:
        """All for the manager; for readers their own, and what is shared with them.

        What is about somebody whose profile ended or was narrowed since is not shown any more to
        those who don't see the profile. What others of one's own business gave is nobody's but the
        manager's: the source is protected even from its own employer.
        """

        if user.role == "intel":
            return self
        if not user.sees_profiles:
            return self.none()
        meant = self.model._default_manager.shared().filter(in_audience_of(user))
        shared = Q(pk__in=meant.filter(~Exists(self._unseen_by(user))))
        return self.filter(Q(submitted_by=user) | shared)

    def _unseen_by(self, user: "User") -> models.QuerySet[Any]:
        """Rows of subjects of an intelligence report whose profile this user doesn't see now."""
        from offenders.models import ProfileVersion

        seen = ProfileVersion.objects.visible_to(user).values("subject")
        links = self.model._meta.get_field("subjects").remote_field.through.objects
        rows: models.QuerySet[Any] = links.filter(intelligencereport=OuterRef("pk"))
        return rows.exclude(subject__in=seen)

    def part(self, part: str, user: "User") -> Self:
        """One part of the list: a status, shared, mine, or due for review."""
        return self.filter(_intelligence_part(part, user))

    def count_for_chips(self, user: "User") -> dict[str, int]:
        """How many there are in each part of the list, in one query."""
        parts = ("submitted", "graded", "rejected", "shared", "mine", "due")
        counted = {part: Count("pk", filter=_intelligence_part(part, user)) for part in parts}
        return dict(self.order_by().aggregate(**counted))

    def for_list(self) -> Self:
        """With what a row shows, newest first."""
        people = self.select_related("area", "submitted_by", "member")
        return people.prefetch_related("subjects").order_by("-submitted_at", "-pk")


def _intelligence_part(part: str, user: "User") -> Q:
    today = dates.today()
    conditions = {
        "shared": Q(shared_at__isnull=False, withdrawn_at=None, shared_until__gte=today),
        "mine": Q(submitted_by=user),
        "due": Q(status="graded", review_on__lte=today),
    }
    if part == "shared" and user.role != "intel":
        return conditions["shared"] & ~Q(submitted_by=user)
    return conditions.get(part, Q(status=part))
