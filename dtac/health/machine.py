"""Signs of what D-TAC stands on."""

import shutil
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from common.wording import counted

from . import heartbeat as beats
from .signs import Sign, State

CLOCKS_APART: Final = 5.0
QUEUE_LONG: Final = 200
GB: Final = 1024**3


def database() -> Sign:
    """Whether it answers, how large it is, how many connections are left."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_database_size(current_database()),"
            " (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),"
            " current_setting('max_connections')::int, current_setting('server_version')"
        )
        size, used, most, version = cursor.fetchone()
    numbers = {"database_bytes": size, "database_connections": used}
    words = f"PostgreSQL {version}, {size / GB:.1f} GB, {used} of {most} connections in use."
    if used > 0.85 * most:
        todo = "Fewer web processes, or PgBouncer in between: docs/operations.md."
        return Sign("Database", State.SOON, words, todo, numbers)
    return Sign("Database", State.GOOD, words, numbers=numbers)


def clock() -> Sign:
    """Whether this machine and the database say the same time: notices end on days."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        apart = abs((cursor.fetchone()[0] - timezone.now()).total_seconds())
    numbers = {"clock_apart_seconds": apart}
    if apart > CLOCKS_APART:
        words = f"This machine and the database are {apart:.0f} seconds apart."
        return Sign("Clock", State.BAD, words, "Set both by NTP (systemd-timesyncd).", numbers)
    return Sign("Clock", State.GOOD, "This machine and the database agree.", numbers=numbers)


def migrations() -> Sign:
    """Whether the tables are those of this version."""
    executor = MigrationExecutor(connection)
    left = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    numbers = {"migrations_waiting": float(left)}
    if left:
        words = f"{counted(left, 'change')} of the tables not carried out."
        return Sign("Tables", State.BAD, words, "Run manage.py migrate.", numbers)
    return Sign("Tables", State.GOOD, "They are this version’s.", numbers=numbers)


def redis_client() -> Redis:
    """Return a client that answers now or not at all."""
    return Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=2,
        socket_connect_timeout=2,
        retry=Retry(NoBackoff(), 0),
    )


def broker() -> Sign:
    """Whether it answers, and how many jobs wait in it."""
    waiting = int(redis_client().llen("celery"))
    numbers = {"jobs_waiting": float(waiting)}
    words = f"It answers; {counted(waiting, 'job')} waiting."
    if waiting > QUEUE_LONG:
        todo = "Is a worker running? Jobs are only wake-up calls, so nothing is lost."
        return Sign("Broker", State.SOON, words, todo, numbers)
    return Sign("Broker", State.GOOD, words, numbers=numbers)


def heartbeat() -> Sign:
    """Whether schedule and worker are both at work, and only one schedule."""
    title = "Worker and schedule"
    last, running = beats.last(), beats.schedules()
    age = (timezone.now() - last).total_seconds() if last else -1.0
    numbers = {"heartbeat_age_seconds": age, "schedules": float(running)}
    if not beats.is_alive():
        words = "No heartbeat since it was last seen." if last else "No heartbeat yet."
        todo = "Start dtac-worker and dtac-beat. E-mails, alerts and deletions wait until then."
        return Sign(title, State.BAD, words, todo, numbers)
    if age < 0 or age > beats.LIFE:
        words = "A worker runs, and nothing tells it what is due."
        return Sign(title, State.BAD, words, "Start dtac-beat.", numbers)
    if running > 1:
        words = f"{running} schedules seem to run. Nothing is done twice by it, only more often."
        return Sign(title, State.SOON, words, "Run dtac-beat on one node only.", numbers)
    return Sign(title, State.GOOD, f"Heard {age:.0f} seconds ago.", numbers=numbers)


def store() -> Sign:
    """Whether the store of photos and files answers."""
    default_storage.exists("originals")
    place = "a folder" if hasattr(default_storage, "base_location") else "S3-compatible"
    return Sign("Store of files", State.GOOD, f"It answers ({place}).")


def disk() -> Sign:
    """How much room is left where data, backups and files on their way in lie."""
    places = {Path(settings.DATA_DIR), Path(settings.DTAC_BACKUP_DIR)}
    found = [shutil.disk_usage(place) for place in places if place.exists()]
    tightest = min(found, key=lambda usage: usage.free / usage.total)
    share = tightest.free / tightest.total
    numbers = {"disk_free_bytes": float(tightest.free)}
    words = f"{tightest.free / GB:.0f} GB free ({share:.0%})."
    if share < 0.03 or tightest.free < 0.5 * GB:
        todo = "Make room now. Reports are refused, politely, once it is full."
        return Sign("Disk", State.BAD, words, todo, numbers)
    if share < 0.1:
        return Sign("Disk", State.SOON, words, "Make room this week.", numbers)
    return Sign("Disk", State.GOOD, words, numbers=numbers)
