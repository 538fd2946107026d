"""How much memory a process really has to itself."""

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import redis
from django.conf import settings
from django.db import connection


@dataclass(frozen=True)
class Memory:
    """Megabytes of a process: all that it has, and its fair share of what several share."""

    resident: float
    share: float


def memory_of(pid: int) -> Memory:
    """Return what the system says of a process (Linux). Raises OSError if it is gone."""
    told = dict.fromkeys(("Rss", "Pss"), 0.0)
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, _, value = line.partition(":")
        if name in told:
            told[name] = int(value.split()[0]) / 1024
    return Memory(round(told["Rss"], 1), round(told["Pss"], 1))


def servers_memory() -> dict[str, float]:
    """Return megabytes of database and broker, what their processes share counted once.

    Only of those on this machine that may be looked at.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity")
        database = [pid for (pid,) in cursor.fetchall()]
    with contextlib.closing(redis.Redis.from_url(settings.CELERY_BROKER_URL)) as broker:
        told = broker.info("server")
    return {"database": _shares(database), "broker": _shares([told["process_id"]])}


def _shares(pids: Iterable[int]) -> float:
    total = 0.0
    for pid in pids:
        with contextlib.suppress(OSError):
            total += memory_of(pid).share
    return round(total, 1)
