"""Things done at the same moment, each in a thread with a database connection of its own."""

import threading
import time
from collections.abc import Callable
from functools import partial

from django.core.exceptions import ValidationError
from django.db import connection

from bench.wire import together


def at_once(*works: Callable[[], object]) -> list[ValidationError | None]:
    """Do it all at once; return how each was refused, or None. Raises whatever else went wrong."""
    barrier = threading.Barrier(len(works))
    refused: list[ValidationError | None] = [None] * len(works)

    def run(place: int, work: Callable[[], object]) -> None:
        barrier.wait(timeout=30)
        try:
            work()
        except ValidationError as error:
            refused[place] = error
        finally:
            connection.close()

    together([partial(run, *each) for each in enumerate(works)])
    return refused


def waiters() -> int:
    """Return how many connections to this database wait for a lock just now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees the first look
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return int(cursor.fetchone()[0])


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait for something that happens in another thread, 20 seconds at most."""
    until = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < until, "it didn’t happen"
        time.sleep(0.02)
