"""Unusual viewing: who opened very many different people in a short time, from the log.

Everybody is watched alike, the Intelligence Manager too. It is a question, not a finding: somebody
else than the one concerned notes what it was.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from audit.querysets import opened_between
from audit.services import record
from members.models import User
from offenders import actions
from offenders.models import UnusualViewing, ViewingWatch

OPENED = (
    actions.PROFILE_VIEWED.code,
    actions.PHOTO_VIEWED.code,
    actions.PHOTO_TAKEN.code,
    actions.SUBJECT_VIEWED.code,
)
"""What counts as opening somebody: profile, large photo, original, working record. Lists and
searches don't: a page of the gallery shows 24 at once, as it must."""
FIRST_LOOK = dt.timedelta(days=1)
LATE = dt.timedelta(minutes=10)
"""A view that is being answered isn't in the log yet, so the last minutes are looked at again."""


@dataclass(frozen=True)
class View:
    """That somebody opened a record."""

    at: dt.datetime
    ref: str


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


@transaction.atomic
def viewing_watch() -> int:
    """Look through what the log got since the last time; return how many bursts are new.

    Late, it catches up; killed, it begins where it was; two at once, the second has nothing to do.
    A burst that goes on makes its row longer. Once answered a row stays as it is: what follows is
    judged by itself.
    """
    ViewingWatch.objects.get_or_create(pk=1)
    watch = ViewingWatch.objects.select_for_update(skip_locked=True).filter(pk=1).first()
    if watch is None:  # somebody else is at it
        return 0
    now = timezone.now()
    within = _within()
    since = (watch.checked_until or now - FIRST_LOOK) - LATE - within
    made = 0
    for user, views in _many(since, now):
        for burst in bursts(views, most=_most(), within=within):
            made += _note(user, burst)
    watch.checked_until = now
    watch.save(update_fields=["checked_until"])
    return made


def _most() -> int:
    return max(1, int(settings.DTAC_VIEWING_PROFILES))


def _within() -> dt.timedelta:
    return dt.timedelta(minutes=max(1, int(settings.DTAC_VIEWING_MINUTES)))


def _many(since: dt.datetime, until: dt.datetime) -> Iterator[tuple[int, list[View]]]:
    """Yield who opened many in all, with what they opened: most people open a few.

    Who has no more than the limit in the whole time can't have more in a part of it.
    """
    opened = opened_between(OPENED, since, until)
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
        user=user, began_at__lte=burst.last_at, last_at__gte=burst.began_at
    )
    rows = list(touching.order_by("began_at"))
    answered = [row for row in rows if row.answered_at]
    if answered:
        return _note_rest(user, burst, after=answered[-1].last_at)
    if not rows:
        row = UnusualViewing(
            user_id=user,
            began_at=burst.began_at,
            last_at=burst.last_at,
            profiles=burst.profiles,
        )
        row.full_clean()
        row.save()
        record(actions.VIEWING_NOTED, by=None, ref=f"viewing-{row.pk}", profiles=row.profiles)
        return 1
    row = rows[0]
    if burst.last_at > row.last_at:
        row.last_at = burst.last_at
        row.profiles = max(row.profiles, _different(user, row.began_at, row.last_at))
        row.save(update_fields=["last_at", "profiles"])
    return 0


def _note_rest(user: int, burst: Burst, *, after: dt.datetime) -> int:
    """What came after an answered row is a burst only if it is one without what was answered."""
    if burst.last_at <= after:
        return 0
    rows = opened_between(OPENED, after, burst.last_at).filter(actor_id=user, at__gt=after)
    views = [View(at, ref) for at, ref in rows.values_list("at", "record")]
    return sum(_note(user, rest) for rest in bursts(views, most=_most(), within=_within()))


def _different(user: int, since: dt.datetime, until: dt.datetime) -> int:
    rows = opened_between(OPENED, since, until).filter(actor_id=user).order_by()
    return rows.values("record").distinct().count()


def viewing_opened(viewing: UnusualViewing) -> list[View]:
    """Return whom somebody opened in a burst, once each, in order."""
    rows = opened_between(OPENED, viewing.began_at, viewing.last_at).filter(
        actor_id=viewing.user_id
    )
    first: dict[str, View] = {}
    for at, ref in rows.values_list("at", "record").iterator():
        if ref:
            first.setdefault(ref, View(at, ref))
    return list(first.values())


@transaction.atomic
def viewing_answer(*, by: User, viewing: UnusualViewing, answer: str) -> UnusualViewing:
    """Note what a burst was ("training", "asked: looked for a face"). It leaves the queue.

    Raises ValidationError: one's own, nothing said, or answered already (code "stale").
    """
    row: UnusualViewing = UnusualViewing.objects.select_for_update().get(pk=viewing.pk)
    if row.user_id == by.pk:
        raise ValidationError("Somebody else must look into your own viewing.", code="own")
    if row.answered_at is not None:
        raise ValidationError("Somebody has looked into this already.", code="stale")
    if not answer.strip():
        raise ValidationError({"answer": "Say what it was."}, code="required")
    row.answer, row.answered_at, row.answered_by = answer.strip(), timezone.now(), by
    row.full_clean()
    row.save()
    record(actions.VIEWING_ANSWERED, by=by, ref=f"viewing-{row.pk}", of=row.user_id)
    return row
