"""Counting what businesses do and have: joined and gone, sign-ins, equipment, training."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby

from django.db.models import Count, Q

from audit.models import Event
from board.models import Tally
from common import dates
from common.db import LondonDate
from members.actions import SIGNED_IN
from members.models import (
    EquipmentHolding,
    EquipmentKind,
    ItemState,
    Member,
    MemberStep,
    TrainingPlace,
    TrainingSession,
)

from .shared import COUNTED, ONE_DAY, Counted, Days, Found, Place, each, places

Kind = Tally.Kind
LENT = {
    EquipmentKind.RADIO: {1: Kind.RADIO_OUT, -1: Kind.RADIO_BACK},
    EquipmentKind.CAMERA: {1: Kind.CAMERA_OUT, -1: Kind.CAMERA_BACK},
}
NOWHERE: Place = (None, "")


def sign_ins(days: Days) -> Iterator[Counted]:
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
    where = places(kind__in=COUNTED)
    found: Found = Counter()
    for day, member, number in rows.iterator():
        if member in where and (days is None or day in days):
            found[Kind.SIGN_IN, day, where[member]] += number
    return each(found)


def members(days: Days) -> Iterator[Counted]:
    """Members joined and gone: all of them, whatever the days, as they are few."""
    found: Found = Counter()
    for row, events in memberships():
        for is_member, day in events:
            kind = Kind.JOINED if is_member else Kind.GONE
            found[kind, day, (row.area_id, row.sector)] += 1
    return each(found)


def memberships() -> Iterator[tuple[Member, list[tuple[bool, dt.date]]]]:
    """Yield each member that counts towards the plan, and when it was one."""
    moved = ~Q(before="active", after="active") & (Q(before="active") | Q(after="active"))
    rows = MemberStep.objects.filter(moved).order_by("member_id", "on", "made_at", "pk")
    steps = {
        member: [(after == Member.Status.ACTIVE, day) for _, after, day in found]
        for member, found in groupby(
            rows.values_list("member_id", "after", "on").iterator(), key=lambda row: row[0]
        )
    }
    for row in Member.objects.filter(kind__in=COUNTED).order_by():
        yield row, membership(row, steps.get(row.pk, []))


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


def equipment(days: Days) -> Iterator[Counted]:
    """Radios and cameras lent and back, and members that came to have a radio, or had one no more.

    All of them, whatever the days. A loan counts from its first day up to the day before it is
    back; a member has a radio while it is a member.
    """
    found: Found = Counter()
    radios: dict[int, list[tuple[int, dt.date]]] = defaultdict(list)
    where = places()
    loans = EquipmentHolding.objects.filter(
        state=ItemState.LOAN, item__kind__in=LENT, member_id__isnull=False
    ).order_by()
    rows = loans.values_list("item__kind", "member_id", "since", "until")
    for kind, member, since, until in rows.iterator():
        for by, day in ((1, since), (-1, until)):
            if day is not None:
                found[LENT[kind][by], day, where[member]] += 1
                if kind == EquipmentKind.RADIO:
                    radios[member].append((by, day))
    for row, events in memberships():
        for has_one, day in covered(events, radios.get(row.pk, [])):
            found[Kind.COVERED if has_one else Kind.UNCOVERED, day, where[row.pk]] += 1
    return each(found)


def covered(
    was_member: Iterable[tuple[bool, dt.date]], radios: Iterable[tuple[int, dt.date]]
) -> list[tuple[bool, dt.date]]:
    """Return the days on which a business came to be a member with a radio, or was one no more.

    In: the days it became a member and ceased to be one, and those a radio came (1) and went (-1).
    """
    steps: list[tuple[dt.date, int, bool | None]] = [
        (day, 0, is_member) for is_member, day in was_member
    ]
    steps += [(day, by, None) for by, day in radios]
    found: list[tuple[bool, dt.date]] = []
    held, is_member = 0, False
    for day, of_day in groupby(sorted(steps, key=lambda step: step[0]), key=lambda step: step[0]):
        for _, by, now in of_day:
            held += by
            is_member = is_member if now is None else now
        if (is_member and held > 0) != (found[-1][0] if found else False):
            found.append((is_member and held > 0, day))
    return found


def training(days: Days) -> Iterator[Counted]:
    """Sessions held, by their day, and everybody who passed in one, by their member's place."""
    found: Found = Counter()
    held = TrainingSession.objects.filter(cancelled_on=None).order_by()
    for day, number in held.values_list("on").annotate(n=Count("pk")):
        found[Kind.SESSION, day, NOWHERE] = number
    where = places()
    passed = TrainingPlace.objects.filter(outcome="passed", session__cancelled_on=None).order_by()
    rows = passed.values_list("session__on", "member_id").annotate(n=Count("pk"))
    for day, member, number in rows.iterator():
        found[Kind.PASSED, day, where[member]] += number
    return each(found)
