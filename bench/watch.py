"""What must not grow while people work: memory, connections, temporary files, what waits."""

import os
import statistics
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import redis
from django.conf import settings
from django.db import connection

from board.models import Stale
from incidents.models import Involvement

from .course import Seen
from .memory import memory_of

WAITING = """
SELECT (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()),
       (SELECT temp_bytes FROM pg_stat_database WHERE datname = current_database()),
       (SELECT count(*) FROM members_outboundemail WHERE state IN ('queued', 'claimed'))
"""


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
            unknown_people=Involvement.objects.to_look_for().count(),
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
