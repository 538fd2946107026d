"""Very many different people in a short time."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count

from offenders.models import UnusualViewing

from .opened import View, different, openings
from .rows import begin


@dataclass(frozen=True)
class Burst:
    """Views that lie so close together that they are one event."""

    began_at: dt.datetime
    last_at: dt.datetime
    profiles: int


def bursts(views: Sequence[View], *, most: int, within: dt.timedelta) -> list[Burst]:
    """Return where more than `most` different records lie within any time of that length.

    `views` are one person's, oldest first. The length counts both ends: 15 minutes apart is still
    within 15 minutes. Times that overlap are one burst, from its first view to its last.
    """
    found: list[tuple[int, int]] = []  # the places of the first and the last view of each
    first = 0
    held: Counter[str] = Counter()
    for last, view in enumerate(views):
        held[view.ref] += 1
        while view.at - views[first].at > within:
            held[views[first].ref] -= 1
            if not held[views[first].ref]:
                del held[views[first].ref]
            first += 1
        if len(held) <= most:
            continue
        if found and found[-1][1] >= first:
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return [
        Burst(views[a].at, views[b].at, len({view.ref for view in views[a : b + 1]}))
        for a, b in found
    ]


def bursts_note(since: dt.datetime, until: dt.datetime) -> int:
    """Write down the bursts of a time; return how many are new.

    A burst that goes on makes its row longer. Once answered a row stays as it is: what follows is
    judged by itself.
    """
    within = _within()
    return sum(
        _note(user, burst)
        for user, views in _many(since - within, until)
        for burst in bursts(views, most=_most(), within=within)
    )


def _most() -> int:
    return max(1, int(settings.DTAC_VIEWING_PROFILES))


def _within() -> dt.timedelta:
    return dt.timedelta(minutes=max(1, int(settings.DTAC_VIEWING_MINUTES)))


def _many(since: dt.datetime, until: dt.datetime) -> Iterator[tuple[int, list[View]]]:
    """Yield who opened many in all, with what they opened: most people open a few.

    Who has no more than the limit in the whole time can't have more in a part of it.
    """
    opened = openings(since, until)
    people = (
        opened.order_by()
        .values("actor_id")
        .annotate(different=Count("record", distinct=True))
        .filter(different__gt=_most())
        .values_list("actor_id", flat=True)
    )
    for user in sorted(key for key in people if key is not None):
        rows = opened.filter(actor_id=user).values_list("at", "record")
        yield user, [View(at, ref) for at, ref in rows.iterator()]


def _note(user: int, burst: Burst) -> int:
    """Write a burst down, or make the row longer that it is part of; return 1 for a new one."""
    touching = UnusualViewing.objects.select_for_update().filter(
        user=user,
        kind=UnusualViewing.Kind.MANY,
        began_at__lte=burst.last_at,
        last_at__gte=burst.began_at,
    )
    rows = list(touching.order_by("began_at"))
    answered = [row for row in rows if row.answered_at]
    if answered:
        return _note_rest(user, burst, after=answered[-1].last_at)
    if not rows:
        begin(UnusualViewing.Kind.MANY, user, burst.began_at, burst.last_at, burst.profiles)
        return 1
    row = rows[0]
    if burst.last_at > row.last_at:
        row.last_at = burst.last_at
        row.profiles = max(row.profiles, different(user, row.began_at, row.last_at))
        row.save(update_fields=["last_at", "profiles"])
    return 0


def _note_rest(user: int, burst: Burst, *, after: dt.datetime) -> int:
    """What came after an answered row is a burst only if it is one without what was answered."""
    if burst.last_at <= after:
        return 0
    rows = openings(after, burst.last_at).filter(actor_id=user, at__gt=after)
    views = [View(at, ref) for at, ref in rows.values_list("at", "record")]
    return sum(_note(user, rest) for rest in bursts(views, most=_most(), within=_within()))
