"""The heartbeat: beat asks for one, through the broker, and a worker notes it."""

import datetime as dt
import time
from typing import Final

from django.core.cache import cache
from django.utils import timezone

HEARTBEAT: Final = "worker-heartbeat"
LIFE: Final = 90
"""Seconds that a note lasts; beat asks for one every 20."""
KEPT: Final = "worker-heartbeat-last"
WINDOW: Final = 300
EVERY: Final = 20


def beat(*, scheduled: bool) -> None:
    """Note that a worker is alive; the note fades by itself. One of the schedule's is counted."""
    now = timezone.now().isoformat()
    cache.set(HEARTBEAT, now, LIFE)
    if scheduled:
        cache.set(KEPT, now, 7 * 24 * 3600)
        key = _window(0)
        cache.add(key, 0, 3 * WINDOW)
        cache.incr(key)


def is_alive() -> bool:
    """Whether a worker noted anything lately."""
    return cache.get(HEARTBEAT) is not None


def last() -> dt.datetime | None:
    """Return when the schedule's last heartbeat was noted, if it is known."""
    found = cache.get(KEPT)
    return dt.datetime.fromisoformat(found) if found else None


def schedules() -> int:
    """Return how many schedules seem to run, by the heartbeats of the last whole five minutes."""
    return round(int(cache.get(_window(-1)) or 0) * EVERY / WINDOW)


def _window(offset: int) -> str:
    return f"heartbeats-{int(time.time()) // WINDOW + offset}"
