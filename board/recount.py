"""Counting from the records: the one place where it is said what each of the Board's figures is.

Each function yields tallies of days: of some days, or of all (None).
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import groupby
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Subquery, Sum
from django.utils import timezone

from audit.models import Event
from common import dates
from common.db import LondonDate
from exclusions.models import Appeal, Notice, NoticeGround
from exclusions.querysets import breaches
from incidents.models import Report
from members.actions import SIGNED_IN
from members.models import Member, MemberStep, User
from offenders.actions import BULLETIN_VIEWED
from offenders.models import Bulletin, BulletinDelivery, Subject

from .models import BulletinReach, Level, Part, Tally

Days = Collection[dt.date] | None
Place = tuple[int | None, str]
"""Key of an area, and a sector."""
KINDS: dict[str, tuple[str, ...]] = {
    Part.INCIDENT: (Tally.Kind.INCIDENT,),
    Part.BREACH: (Tally.Kind.BREACH,),
    Part.NOTICE: (Tally.Kind.SERVED, Tally.Kind.EXPIRED, Tally.Kind.STOPPED),
    Part.APPEAL: (Tally.Kind.APPEAL, Tally.Kind.UPHELD),
    Part.SIGN_IN: (Tally.Kind.SIGN_IN,),
    Part.MEMBER: (Tally.Kind.JOINED, Tally.Kind.GONE),
}
COUNTED = (Member.Kind.FULL, Member.Kind.AFFILIATE)
"""Kinds of member that count towards the plan."""
IN_USE = dt.timedelta(days=30)
READ_WITHIN = dt.timedelta(days=30)
ONE_DAY = dt.timedelta(days=1)


def count(part: str, days: Days) -> Iterator[Tally]:
    """Yield the tallies of a part, for these days or for all."""
    return COUNTERS[part](days)


def _on(name: str, days: Days) -> Q:
    return Q() if days is None else Q(**{f"{name}__in": list(days)})


def _incidents(days: Days) -> Iterator[Tally]:
    """Accepted incidents, by the day they happened, with what was stolen and recovered."""
    rows = (
        Report.objects.accepted_incidents()
        .filter(_on("occurred_on", days))
        .order_by()
        .values_list("occurred_on", "area_id", "member__sector", "type_id")
        .annotate(n=Count("pk"), stolen=Sum("value_stolen"), recovered=Sum("value_recovered"))
    )
    for day, area, sector, kind, number, stolen, recovered in rows.iterator():
        yield Tally(
            kind=Tally.Kind.INCIDENT,
            day=day,
            area_id=area,
            sector=sector,
            type_id=kind,
            number=number,
            stolen=stolen,
            recovered=recovered,
        )


def _breaches(days: Days) -> Iterator[Tally]:
    """Breaches as they are derived, by the day of the report."""
    rows = (
        breaches()
        .filter(_on("report__occurred_on", days))
        .order_by()
        .values_list("report__occurred_on", "report__area_id", "report__member__sector")
        .annotate(n=Count("pk"))
    )
    for day, area, sector, number in rows.iterator():
        yield Tally(kind=Tally.Kind.BREACH, day=day, area_id=area, sector=sector, number=number)


def _tallies(found: "Counter[tuple[str, dt.date, Place]]") -> Iterator[Tally]:
    for (kind, day, (area, sector)), number in found.items():
        yield Tally(kind=kind, day=day, area_id=area, sector=sector, number=number)


def _cited(notice: str, field: str) -> Subquery:
    """Something of the report that a notice cites and that happened last: where it is counted."""
    cited = NoticeGround.objects.filter(notice=OuterRef(notice))
    return Subquery(cited.order_by("-report__occurred_at", "-report_id").values(field)[:1])


def _notices(days: Days) -> Iterator[Tally]:
    """Notices served, and how each has ended: its last day past, or stopped before that.

    What ends after today hasn't: those of today are counted again by each refresh.
    """
    found: Counter[tuple[str, dt.date, Place]] = Counter()
    rows = Notice.objects.filter(served_at__isnull=False).order_by()
    if days is not None:
        rows = rows.filter(
            _on("served_on", days)
            | _on("ends_on", [day - ONE_DAY for day in days])
            | _on("revoked_on", days)
            | _on("confirm_on", days)
        )
    rows = rows.annotate(
        area=_cited("pk", "report__area_id"), sector=_cited("pk", "report__member__sector")
    )
    fields = ("served_on", "ends_on", "revoked_on", "confirm_by", "confirmed_at", "area", "sector")
    for served, ends, revoked, confirm_by, confirmed, area, sector in rows.values_list(
        *fields
    ).iterator():
        place = (area, sector or "")
        kind, day = _end_of(ends, revoked, None if confirmed else confirm_by)
        found[Tally.Kind.SERVED, served, place] += 1
        if day <= dates.today():
            found[kind, day, place] += 1
    wanted = {key: n for key, n in found.items() if days is None or key[1] in days}
    return _tallies(Counter(wanted))


def _end_of(
    ends: dt.date, revoked: dt.date | None, confirm_by: dt.datetime | None
) -> tuple[str, dt.date]:
    """Return how a notice ends, and the first day on which it is not in force."""
    over = ends + ONE_DAY
    stops = [revoked] if revoked else []
    if confirm_by is not None and confirm_by <= timezone.now():
        stops.append(dates.london_date(confirm_by))
    first = min([over, *stops])
    return (Tally.Kind.STOPPED if first < over else Tally.Kind.EXPIRED), first


def _appeals(days: Days) -> Iterator[Tally]:
    """Appeals by the day they came in, and those upheld by the day of the decision."""
    found: Counter[tuple[str, dt.date, Place]] = Counter()
    rows = (
        Appeal.objects.order_by()
        .annotate(
            decided_on=LondonDate("decided_at"),
            area=_cited("notice", "report__area_id"),
            sector=_cited("notice", "report__member__sector"),
        )
        .filter(_on("received_on", days) | _on("decided_on", days))
    )
    fields = ("received_on", "decision", "decided_on", "area", "sector")
    for received, decision, decided, area, sector in rows.values_list(*fields):
        place = (area, sector or "")
        found[Tally.Kind.APPEAL, received, place] += 1
        if decision == Appeal.Decision.UPHELD:
            found[Tally.Kind.UPHELD, decided, place] += 1
    wanted = {key: n for key, n in found.items() if days is None or key[1] in days}
    return _tallies(Counter(wanted))


def _sign_ins(days: Days) -> Iterator[Tally]:
    """Sign-ins of the people of members that count towards the plan, from the log."""
    events = Event.objects.filter(action=SIGNED_IN.code, member_id__isnull=False)
    if days is not None:
        if not days:
            return iter(())
        first, after = min(days), max(days) + ONE_DAY
        events = events.filter(
            at__gte=dates.london_midnight(first), at__lt=dates.london_midnight(after)
        )
    rows = (
        events.order_by()
        .annotate(day=LondonDate("at"))
        .values_list("day", "member_id")
        .annotate(n=Count("pk"))
    )
    members = Member.objects.filter(kind__in=COUNTED).values_list("pk", "area_id", "sector")
    places = {pk: (area, sector) for pk, area, sector in members}
    found: Counter[tuple[str, dt.date, Place]] = Counter()
    for day, member, number in rows.iterator():
        if member in places and (days is None or day in days):
            found[Tally.Kind.SIGN_IN, day, places[member]] += number
    return _tallies(found)


def _members(days: Days) -> Iterator[Tally]:
    """Members joined and gone: all of them, whatever the days, as they are few."""
    moved = ~Q(before="active", after="active") & (Q(before="active") | Q(after="active"))
    rows = MemberStep.objects.filter(moved).order_by("member_id", "on", "made_at", "pk")
    steps = {
        member: [(after == Member.Status.ACTIVE, day) for _, after, day in found]
        for member, found in groupby(
            rows.values_list("member_id", "after", "on").iterator(), key=lambda row: row[0]
        )
    }
    found: Counter[tuple[str, dt.date, Place]] = Counter()
    for row in Member.objects.filter(kind__in=COUNTED).order_by():
        place = (row.area_id, row.sector)
        for is_member, day in membership(row, steps.get(row.pk, [])):
            found[Tally.Kind.JOINED if is_member else Tally.Kind.GONE, day, place] += 1
    return _tallies(found)


def membership(row: Member, steps: Iterable[tuple[bool, dt.date]]) -> list[tuple[bool, dt.date]]:
    """Return the days on which a business became a member (True) and ceased to be one (False).

    From its steps; from the days on its own row where those begin late or say something else.
    """
    events: list[tuple[bool, dt.date]] = []
    for is_member, day in steps:
        if not events and not is_member and row.joined_on:
            events.append((True, min(row.joined_on, day)))  # joined before steps were kept
        if is_member != (events[-1][0] if events else False):
            events.append((is_member, day))
    now = row.status == Member.Status.ACTIVE
    if not events and row.joined_on:
        events.append((True, row.joined_on))
    if (events[-1][0] if events else False) != now:
        last = events[-1][1] if events else dates.today()
        events.append((now, last if now else max(row.left_on or last, last)))
    return events


COUNTERS: dict[str, Callable[[Days], Iterator[Tally]]] = {
    Part.INCIDENT: _incidents,
    Part.BREACH: _breaches,
    Part.NOTICE: _notices,
    Part.APPEAL: _appeals,
    Part.SIGN_IN: _sign_ins,
    Part.MEMBER: _members,
}


def levels() -> Iterator[Level]:
    """Yield how many there are now of what leaves no history behind."""
    today = dates.today()
    people = Subject.objects.filter(merged_into=None).order_by().values_list("status")
    held: dict[Any, int] = dict(people.annotate(n=Count("pk")))
    for measure in (Level.Measure.KNOWN, Level.Measure.ID_SOUGHT):
        yield Level(day=today, measure=measure, value=held.get(measure.value, 0))
    users = User.objects.with_access().filter(member=OuterRef("pk"))
    lately = users.filter(last_login__gte=timezone.now() - IN_USE)
    for measure, theirs in ((Level.Measure.ACCESS, users), (Level.Measure.USING, lately)):
        rows = Member.objects.counted().filter(Exists(theirs)).order_by()
        for area, sector, value in rows.values_list("area_id", "sector").annotate(n=Count("pk")):
            yield Level(day=today, measure=measure, area_id=area, sector=sector, value=value)


def reach(since: dt.date | None) -> Iterator[BulletinReach]:
    """Yield whom each bulletin reached, of those sent since a day, or of all."""
    sent = Bulletin.objects.filter(sent_at__isnull=False).order_by()
    if since is not None:
        sent = sent.filter(sent_at__gte=dates.london_midnight(since))
    moments = {ref: (pk, at) for pk, ref, at in sent.values_list("pk", "ref", "sent_at")}
    given = BulletinDelivery.objects.filter(bulletin__in=sent.values("pk")).order_by()
    recipients: dict[Any, int] = dict(given.values_list("bulletin").annotate(n=Count("pk")))
    reads = (
        Event.objects.filter(action=BULLETIN_VIEWED.code, record__in=list(moments))
        .exclude(actor_role__in=["intel", "system"])
        .order_by()
        .values_list("record", "actor_id", "at")
    )
    readers: dict[str, set[int | None]] = {}
    for ref, actor, at in reads.iterator():
        if at <= moments[ref][1] + READ_WITHIN:
            readers.setdefault(ref, set()).add(actor)
    for ref, (pk, at) in moments.items():
        yield BulletinReach(
            bulletin_id=pk,
            sent_on=dates.london_date(at),
            recipients=recipients.get(pk, 0),
            readers=len(readers.get(ref, ())),
        )
