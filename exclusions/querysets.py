"""Notices and breaches, scoped in SQL. "In force" is always computed from dates and service."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, Self

from django.db import models
from django.db.models import Case, Count, Exists, F, Max, OuterRef, Q, Subquery, When
from django.utils import timezone

from common import dates
from common.db import IsOneOf
from common.prepared import Prepared
from common.refs import parse_subject_ref
from members.querysets import authorities_of

if TYPE_CHECKING:
    from incidents.models import Report
    from members.models import User


RENEWABLE = dt.timedelta(days=30)
"""So long before and after its last day, whether to renew a notice waits in the queue."""


def has_lapsed() -> Q:
    """The condition that a notice was served on the spot and not confirmed in time."""
    return Q(confirmed_at=None, confirm_by__lte=timezone.now())


class NoticeQuerySet(models.QuerySet[Any]):
    """Exclusion notices."""

    def in_force(self, *, on: dt.date | None = None) -> Self:
        """Those in force on a London day, today by default: served, not ended, not revoked.

        One served on the spot and not confirmed in time was in force until then: today by the
        minute, else through the day before.
        """
        today = dates.today()
        if on is None or on == today:
            return self.in_force_at(timezone.now(), today)
        return self._in_force(on, Q(confirm_on__gt=on))

    def in_force_at(self, moment: dt.datetime, day: dt.date) -> Self:
        """Those in force at a moment of a London day, which is told beside it."""
        return self._in_force(day, Q(confirm_by__gt=moment))

    def _in_force(self, day: dt.date, lapses: Q) -> Self:
        return self.filter(
            Q(revoked_on=None) | Q(revoked_on__gt=day),
            Q(confirm_by=None) | Q(confirmed_at__isnull=False) | lapses,
            served_on__lte=day,
            ends_on__gte=day,
        )

    def standing(self) -> Self:
        """Those that keep somebody out today, or will once they are served."""
        waits = Q(served_at=None, revoked_at=None)
        return self.filter(waits | Q(pk__in=self.model.objects.in_force().values("pk")))

    def to_confirm(self) -> Self:
        """Those served on the spot that still can be confirmed, the first to lapse first."""
        waiting = self.filter(confirmed_at=None, confirm_by__gt=timezone.now(), revoked_at=None)
        return waiting.order_by("confirm_by")

    def visible_to(
        self, user: "User", *, at: dt.datetime | None = None, on: dt.date | None = None
    ) -> Self:
        """All for the manager; in-force ones for readers; also those a store may have to serve.

        A member manager sees a notice still to be served when it cites an incident of their own
        business, because they record its service (DESIGN section 3). At a moment and its day, now
        by default.
        """
        if user.role == "intel":
            return self
        if not user.sees_profiles:
            return self.none()
        held = self.model.objects.in_force_at(at or timezone.now(), on or dates.today())
        visible = Q(pk__in=held.values("pk"))
        if user.role == "manager":
            visible |= self.servable_condition(user)
        return self.filter(visible)

    def servable_condition(self, user: "User") -> Q:
        """The condition that this user may record service: not served, not revoked, theirs."""
        return Q(served_at=None, revoked_at=None) & self.own_condition(user)

    def own_condition(self, user: "User") -> Q:
        """The condition that the service is this user's to record and to prove, whenever it is.

        The manager's of every notice; a member manager's of those that cite an incident of theirs.
        """
        if user.role == "intel":
            return Q()
        if user.role != "manager":
            return Q(pk__in=[])
        from .models import NoticeGround  # the models module imports this one

        own = NoticeGround.objects.filter(notice=OuterRef("pk"), report__member_id=user.member_id)
        return Q(Exists(own))

    def proven_by(self, user: "User") -> Self:
        """Notices whose service this user proves: they add and open the signed copy."""
        return self.filter(self.own_condition(user))

    def servable_by(self, user: "User") -> Self:
        """Notices whose service this user may record."""
        return self.filter(self.servable_condition(user))

    def with_face(self, user: "User") -> Self:
        """Each with subject, and `face`, `profile_name`, `profile_line` as the user sees them.

        They are null where no profile of the subject is published to this user: a notice tells
        them that the reference is excluded, and nothing of the working record.
        """
        from offenders.models import ProfileVersion

        seen = ProfileVersion.objects.visible_to(user).filter(subject=OuterRef("subject"))
        return self.select_related("subject").annotate(
            face=Subquery(seen.values("main_photo__uuid")[:1]),
            profile_name=Subquery(seen.values("name")[:1]),
            profile_line=Subquery(seen.values("line")[:1]),
        )

    def with_attempts(self) -> Self:
        """Each with the number of attempts to serve it that failed, as `tried`."""
        from .models import ServiceAttempt  # the models module imports this one

        failed = ServiceAttempt.objects.filter(notice=OuterRef("pk")).order_by().values("notice")
        return self.annotate(tried=Subquery(failed.annotate(n=Count("pk")).values("n")))

    def unseen(self) -> Self:
        """In force of people whom no live profile shows, so that members can't recognise them.

        Not those whom a request holds: there is nothing to publish before it is decided.
        """
        from offenders.models import ProfileVersion, Restriction

        shown = ProfileVersion.objects.live().filter(subject=OuterRef("subject"))
        held = Restriction.objects.standing().filter(subject=OuterRef("subject"))
        return self.in_force().exclude(Exists(shown)).exclude(Exists(held))

    def show(self, part: str) -> Self:
        """One part of the list: in_force, to_serve, over, or all of it."""
        if part == "in_force":
            return self.in_force()
        if part == "to_serve":
            return self.filter(served_at=None, revoked_at=None)
        if part == "over":
            over = Q(revoked_at__isnull=False) | Q(ends_on__lt=dates.today())
            return self.filter(over | has_lapsed())
        if part == "to_confirm":
            return self.to_confirm()
        return self

    def search(self, text: str, user: "User") -> Self:
        """By the notice's reference, or the reference or name of a profile this user sees.

        All of them for an empty text. The reference of a record that became part of another finds
        the notices of that one, for who sees its profile.
        """
        if not text:
            return self
        from offenders.models import ProfileVersion
        from offenders.search import stays_of

        profiles = ProfileVersion.objects.visible_to(user)
        subject = parse_subject_ref(text)
        if subject:
            meant = Q(subject=stays_of(subject))
            if user.role != "intel":
                meant &= Q(subject__in=profiles.values("subject"))
            return self.filter(Q(subject__ref=subject) | meant)
        seen = profiles.search(text).values("subject")
        return self.filter(Q(ref__istartswith=text) | Q(subject__in=seen))

    def end_undecided(self) -> Self:
        """Those to renew or let go: they end within 30 days, or ended within the last 30.

        Not those where that is decided: let go, or another notice was raised since.
        """
        today = dates.today()
        later = self.model.objects.filter(
            subject=OuterRef("subject"), raised_at__gt=OuterRef("raised_at"), revoked_at=None
        )
        near = (today - RENEWABLE, today + RENEWABLE)
        found = self.filter(ends_on__range=near, revoked_at=None, let_go_at=None)
        return found.exclude(Exists(later)).exclude(has_lapsed())

    def to_record_expiry(self) -> Self:
        """Ended or lapsed, not revoked, and the end not yet noted."""
        return self.filter(
            Q(ends_on__lt=dates.today()) | has_lapsed(),
            served_at__isnull=False,
            revoked_at=None,
            expiry_recorded_at=None,
        )


class AppealQuerySet(models.QuerySet[Any]):
    """Appeals against notices."""

    def open(self) -> Self:
        """Those still to be decided."""
        return self.filter(decision="", withdrawn_on=None)

    def visible_to(self, user: "User") -> Self:
        """All for the manager; for a member of the Board the cases they are to decide.

        One that they decided stays for 30 days, so that the letter can be read.
        """
        if user.role == "intel":
            return self
        if user.role != "board":
            return self.none()
        lately = timezone.now() - RENEWABLE
        return self.filter(
            Q(decision="", withdrawn_on=None) | Q(decided_by=user.pk, decided_at__gte=lately),
            panel__user=user.pk,
            panel__declined_at=None,
        )

    def need_step(self) -> Self:
        """What waits for the manager: to acknowledge, to find a panel for, or to tell."""
        from .models import AppealPanelMember

        panel = AppealPanelMember.objects.filter(appeal=OuterRef("pk"), declined_at=None)
        waits = Q(acknowledged_on=None) | Q(decide_by__lt=dates.today()) | Q(~Exists(panel))
        undecided = Q(decision="", withdrawn_on=None) & waits
        untold = ~Q(decision="") & Q(told_on=None)
        return self.filter(undecided | untold).order_by("received_on", "pk")


class SignedCopyQuerySet(models.QuerySet[Any]):
    """Photos and scans of signed notices."""

    def visible_to(self, user: "User") -> Self:
        """Those of notices that this user sees and whose service is theirs to prove.

        A member of the Board sees those of the cases that they are to decide, as part of the file.
        """
        from offenders.models import Restriction

        from .models import Appeal, Notice  # the models module imports this one

        if user.role == "board":
            return self.filter(notice__in=Appeal.objects.visible_to(user).values("notice"))
        seen = self.filter(notice__in=Notice.objects.visible_to(user).proven_by(user).values("pk"))
        if user.role == "intel":
            return seen
        held = Restriction.objects.holding().values("subject")  # by its reference alone, then
        return seen.exclude(notice__subject__in=held)


def covers_premises_of(user: "User") -> bool:
    """Whether notices hold at this user's own business: it has signed the authorisation.

    Agencies and the manager have no premises of their own to exclude from.
    """
    if user.role not in ("reporter", "manager"):
        return True
    return bool(authorities_of(user.member_id).exists())


class CaseFileQuerySet(models.QuerySet[Any]):
    """Case files: the Intelligence Manager's alone."""

    def visible_to(self, user: "User") -> Self:
        """All for the Intelligence Manager, none for anybody else (DESIGN section 3)."""
        return self if user.role == "intel" else self.none()

    def search(self, text: str) -> Self:
        """By the file's reference, or the subject's reference or name; all for an empty text."""
        if not text:
            return self
        from offenders.models import Subject

        meant = Subject.objects.search(text).values("pk")
        return self.filter(Q(ref__istartswith=text) | Q(subject__in=meant))

    def forgotten(self) -> Self:
        """Those open that nobody changed for months: soon they keep nobody's record any more."""
        return self.filter(closed_at=None, keeps_until__lt=dates.today()).order_by("keeps_until")


class EvidencePackQuerySet(models.QuerySet[Any]):
    """Evidence packs: the Intelligence Manager's alone."""

    def visible_to(self, user: "User") -> Self:
        """All for the Intelligence Manager, none for anybody else."""
        return self if user.role == "intel" else self.none()

    def open(self) -> Self:
        """Those that are still to be made."""
        return self.filter(made_at=None, failed_at=None)


def _until(shape: None, *, subjects: list[int], at: dt.datetime, on: dt.date) -> Any:
    from .models import Notice

    last = Case(
        When(confirm_by__isnull=False, confirmed_at=None, then="confirm_on"), default="ends_on"
    )
    return (
        Notice.objects.in_force_at(at, on)
        .filter(IsOneOf("subject_id", subjects))
        .order_by()
        .values("subject_id")
        .annotate(until=Max(last))
        .values_list("subject_id", "until")
    )


UNTIL: Final = Prepared(_until, planned=True)


def until_by_subject(subjects: Iterable[int]) -> dict[int, dt.date]:
    """Return the last day of the notice in force now, for those of the subjects that have one.

    Of one that is still to be confirmed, the day on which it lapses: more is not known yet.
    """
    keys, now = list(subjects), timezone.now()
    return dict(UNTIL.rows(subjects=keys, at=now, on=dates.london_date(now))) if keys else {}


def next_lapse(moment: dt.datetime) -> dt.datetime | None:
    """Return when the next notice lapses that nobody has confirmed; None where there is none."""
    found = NEXT_LAPSE.rows(at=moment)
    return found[0] if found else None


def _next_lapse(shape: None, *, at: dt.datetime) -> Any:
    from .models import Notice

    waiting = Notice.objects.filter(confirmed_at=None, confirm_by__gt=at)
    return waiting.order_by("confirm_by").values_list("confirm_by", flat=True)[:1]


NEXT_LAPSE: Final = Prepared(_next_lapse)


def breaches_waiting() -> Any:
    """Return the breaches that need a step: reviewed, of a notice in force now, and none taken."""
    from .models import BreachStep, Notice

    taken = BreachStep.objects.filter(report=OuterRef("report"), notice__ref=OuterRef("notice_ref"))
    held = Notice.objects.in_force()
    return (
        breaches()
        .filter(report__status="accepted", subject__in=held.values("subject"))
        .filter(notice_ref__in=held.values("ref"))
        .exclude(Exists(taken))
        .select_related("report__premises", "report__type", "subject")
        .order_by("occurred_at")
    )


def breached_by(report: "Report") -> str:
    """Return the reference of a notice that somebody in a report breached; empty for none."""
    found = BREACHED.rows(report=report.pk)
    return str(found[0]) if found else ""


BREACHED: Final = Prepared(
    lambda shape, report: (
        breaches().filter(report=report).order_by("pk").values_list("notice_ref", flat=True)[:1]
    ),
    planned=True,
)


def breaches() -> Any:
    """Return involvements that are breaches: derived, never typed.

    An excluded person at a member's premises, after service, on a day the notice covered and the
    member's signed authorisation was held; a rejected report or a double of another is none. Each
    row carries `notice_ref`.
    """
    from incidents.models import Involvement

    from .models import Notice, NoticeGround

    covering = Notice.objects.filter(
        subject=OuterRef("subject"),
        served_at__lt=OuterRef("report__occurred_at"),
        ends_on__gte=OuterRef("report__occurred_on"),
    ).filter(
        Q(revoked_at=None) | Q(revoked_at__gt=OuterRef("report__occurred_at")),
        Q(confirm_by=None)
        | Q(confirmed_at__isnull=False)
        | Q(confirm_by__gt=OuterRef("report__occurred_at")),
    )
    cited = NoticeGround.objects.filter(notice=OuterRef("pk"), report=OuterRef(OuterRef("report")))
    covering = covering.exclude(Exists(cited))  # what it rests on came before it
    day = OuterRef("report__occurred_on")
    authorised = authorities_of(OuterRef("report__member"), on=day)
    latest = covering.order_by("-served_at").values("ref")[:1]
    return (
        Involvement.objects.filter(subject__isnull=False)
        .exclude(report__status__in=["rejected", "duplicate"])
        .filter(Exists(authorised), Exists(covering))
        .annotate(notice_ref=Subquery(latest), occurred_at=F("report__occurred_at"))
    )
