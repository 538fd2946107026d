"""Sessions: begun, over by time, listed and ended.

A session carries what each request needs to know of it, so that no page asks the database more:
when it began, when it was used last, whether the device is shared, whether a second step was given.
"""

import datetime as dt
import time
import uuid
from collections.abc import Iterable
from typing import Any, Final

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.db.models import QuerySet
from django.dispatch import Signal
from django.http import HttpRequest
from django.utils import timezone

from audit.services import record
from members import actions
from members.models import Role, User, WebSession

from .devices import device_words
from .store import SessionStore

TOUCHED_EACH: Final = 60
"""Seconds between two writes of when a session was used last."""
OVER: Final = {
    "idle": "You were signed out because this device was not used for a while.",
    "limit": "You were signed out because you had been signed in for as long as is allowed.",
    "ended": "You were signed out because this session was ended from another device.",
    "password": "You were signed out because your password was changed.",
    "reset": "You were signed out because your second step was reset.",
    "access": "You were signed out because your access was changed.",
}
"""Why a session is over, as the sign-in page says it."""
sessions_ended = Signal()
"""Sent with `user` and `keys` when sessions were ended elsewhere than in them, in that transaction:
what a higher app has tied to a session ends with it.
"""
KNOWN_FOR: Final = 24 * 3600
"""Seconds for which an ended session still says why."""


def session_begin(*, sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Note in a session that somebody has just signed in, and when it is over at the latest.

    Called for every way in: a receiver of Django's own signal, sent by its `login`.
    """
    now = time.time()
    session = request.session
    session.pop("over", None)
    session["name"] = str(uuid.uuid4())
    session["began_at"] = session["seen_at"] = session["proved_at"] = now
    session["device"] = device_words(request)
    session_expiry(session, user)


def session_expiry(session: SessionBase, user: User) -> None:
    """Let the cookie live as long as the session may; on a shared device until it is closed."""
    limit = absolute_seconds(user, shared=bool(session.get("shared")))
    outlives = user.role in (Role.REPORTER, Role.MANAGER, Role.AGENCY)
    keeps = outlives and not session.get("shared")
    session.set_expiry(limit if keeps else 0)


def idle_seconds(user: User, *, shared: bool) -> int:
    """Return how long a session of this user lasts without being used."""
    limits = settings.DTAC_IDLE_MINUTES
    return 60 * int(min(limits["shared"], limits[user.role]) if shared else limits[user.role])


def absolute_seconds(user: User, *, shared: bool) -> int:
    """Return how long a session of this user lasts however much it is used."""
    limits = settings.DTAC_SESSION_HOURS
    return 3600 * int(min(limits["shared"], limits[user.role]) if shared else limits[user.role])


def session_over(session: SessionBase, user: User) -> str:
    """Return why a session is over by now (a key of OVER), "" while it isn't."""
    now, shared = time.time(), bool(session.get("shared"))
    if now - session.get("began_at", 0) > absolute_seconds(user, shared=shared):
        return "limit"
    if now - session.get("seen_at", 0) > idle_seconds(user, shared=shared):
        return "idle"
    return ""


def session_touch(session: SessionBase) -> None:
    """Note that a session is used, at most once a minute."""
    now = time.time()
    if now - session.get("seen_at", 0) > TOUCHED_EACH:
        session["seen_at"] = now


def session_close(request: HttpRequest, user: User, why: str) -> None:
    """Sign a browser out by a time limit; its sign-in page says why."""
    record(actions.SESSION_OVER, by=user, why=why)
    request.session.flush()
    request.session["over"] = why
    request.session.set_expiry(KNOWN_FOR)


def sessions_of(user: User) -> QuerySet[WebSession]:
    """Return the sessions in which somebody is signed in now, the last used first."""
    alive: QuerySet[WebSession] = WebSession.objects.filter(
        user=user, expire_date__gt=timezone.now()
    )
    return alive.exclude(uuid=None).order_by("-seen_at")


@transaction.atomic
def session_end(*, by: User, name: uuid.UUID) -> bool:
    """End one of one's own sessions; return whether it was there."""
    rows = sessions_of(by).select_for_update().filter(uuid=name)
    if not _end(rows, "ended"):
        return False
    record(actions.SESSION_ENDED, by=by, count=1)
    return True


@transaction.atomic
def sessions_end_others(*, by: User, but: str | None) -> int:
    """End all of one's own sessions but the one with this key; return how many those were."""
    count = _end(sessions_of(by).select_for_update().exclude(pk=but), "ended")
    if count:
        record(actions.SESSION_ENDED, by=by, count=count)
    return count


def sessions_drop(*, user: User, why: str) -> int:
    """End every session of a user: their next request leads to sign-in, which says why.

    Call inside the transaction that decides it.
    """
    return _end(WebSession.objects.select_for_update().filter(user=user), why)


def sessions_purge() -> int:
    """Delete sessions that are over; return how many."""
    return int(WebSession.objects.filter(expire_date__lt=timezone.now()).delete()[0])


def _end(rows: Iterable[WebSession], why: str) -> int:
    """Empty sessions of everything but why they are over; return how many."""
    until = timezone.now() + dt.timedelta(seconds=KNOWN_FOR)
    keys: dict[int, list[str]] = {}
    for row in rows:
        keys.setdefault(row.user_id or 0, []).append(row.pk)
        row.session_data = SessionStore().encode({"over": why})
        row.fill({})
        row.expire_date, row.ended_at = until, timezone.now()
        row.save()
    for user, ended in keys.items():
        sessions_ended.send(WebSession, user=user, keys=ended)
    return sum(map(len, keys.values()))
