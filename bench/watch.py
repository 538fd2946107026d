"""What must not grow while people work: memory, connections, temporary files, what waits."""

import os
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import redis
from django.conf import settings
from django.db import connection

from board.models import Stale
from incidents.models import Involvement

from .memory import memory_of

WAITING = """
SELECT (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()),
       (SELECT temp_bytes FROM pg_stat_database WHERE datname = current_database()),
       (SELECT count(*) FROM members_outboundemail WHERE state IN ('queued', 'claimed'))
"""


@dataclass(frozen=True)
class Seen:
    """One look: `at` seconds after the beginning. Megabytes of each process; counts of the rest.

    `waiting`: jobs in the broker. Letters, unknown people to look for and what the Board has to
    count anew wait as rows. `answered` and `median_ms` are of the requests since the look before.
    `same_work_ms`: what the processor takes for one and the same loop, more where whoever shares
    the machine slows it down.
    """

    at: float
    memory: Mapping[str, float]
    connections: int
    database_temporary: int
    files: int
    waiting: int
    letters: int
    unknown_people: int
    to_count: int
    answered: int
    median_ms: float
    same_work_ms: float


class Watched:
    """The processes and folders that are looked at."""

    def __init__(self, processes: Mapping[str, Sequence[int]], temporary: Path) -> None:
        self.processes, self.temporary = processes, temporary
        self._broker = redis.Redis.from_url(settings.CELERY_BROKER_URL)

    def look(self, at: float, lately: Sequence[float]) -> Seen:
        """Return what there is now; `lately`: the seconds that the last requests took."""
        with connection.cursor() as cursor:
            cursor.execute(WAITING)
            connections, temporary, letters = cursor.fetchone()
        return Seen(
            at=round(at, 1),
            memory={
                f"{name} {number}": memory_of(pid).resident
                for name, pids in self.processes.items()
                for number, pid in enumerate(pids, start=1)
            },
            connections=connections,
            database_temporary=temporary,
            files=sum(len(files) for _, _, files in os.walk(self.temporary)),
            waiting=int(self._broker.llen("celery") or 0),
            letters=letters,
            unknown_people=unknown_people(),
            to_count=Stale.objects.count(),
            answered=len(lately),
            median_ms=round(statistics.median(lately) * 1000, 1) if lately else 0.0,
            same_work_ms=round(same_work() * 1000, 1),
        )

    def close(self) -> None:
        """Hang up: a thread has connections of its own."""
        connection.close()
        self._broker.close()


def same_work() -> float:
    """Return the seconds of processor that one and the same loop takes now."""
    began = time.thread_time()
    sum(number * number for number in range(100_000))
    return time.thread_time() - began


def unknown_people() -> int:
    """Return how many people of reports the worker has yet to look for among those on record."""
    rows = Involvement.objects.filter(subject=None, report__status="submitted", matched_at=None)
    return rows.count()
