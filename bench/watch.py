"""What must not grow while people work: memory, connections, temporary files, what waits."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import redis
from django.conf import settings
from django.db import connection

from .memory import memory_of

WAITING = """
SELECT (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()),
       (SELECT temp_bytes FROM pg_stat_database WHERE datname = current_database()),
       (SELECT count(*) FROM members_outboundemail WHERE state IN ('queued', 'claimed'))
"""
COUNTS = ("connections", "files", "waiting", "letters", "database_temporary")
"""What of Seen is a count."""


@dataclass(frozen=True)
class Seen:
    """One look: `at` seconds after the beginning. Megabytes of each process; counts of the rest."""

    at: float
    memory: Mapping[str, float]
    connections: int
    database_temporary: int
    files: int
    waiting: int
    letters: int


class Watched:
    """The processes and folders that are looked at."""

    def __init__(self, processes: Mapping[str, Sequence[int]], temporary: Path) -> None:
        self.processes, self.temporary = processes, temporary
        self._broker = redis.Redis.from_url(settings.CELERY_BROKER_URL)

    def look(self, at: float) -> Seen:
        """Return what there is now."""
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
        )

    def close(self) -> None:
        """Hang up: a thread has connections of its own."""
        connection.close()
        self._broker.close()


def grown(values: Sequence[float]) -> float:
    """Return by what share the last fifth is above the second: the first is warming up."""
    fifth = len(values) // 5
    if not fifth:
        return 0.0
    second, last = values[fifth : 2 * fifth], values[-fifth:]
    before = sum(second) / fifth
    return (sum(last) / fifth - before) / before if before else 0.0
