"""Jobs of the project itself."""

import os
from typing import Final

from celery import shared_task
from celery.signals import beat_init, task_prerun, worker_init, worker_ready
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from common.memory import give_back
from common.middleware import request_id_set
from common.orphans import orphans_delete
from dtac.digest import digest_queue
from dtac.health.heartbeat import beat
from dtac.health.watch import watch
from dtac.refusals import start_refuse
from dtac.scanning import scan_waiting

GIVES_WAY: Final = 5
"""How much less urgent than a page a job is, of 19: a third of its share where both want one."""


@shared_task
def heartbeat() -> None:
    """Show that beat, broker and worker all work."""
    beat(scheduled=True)


@shared_task
def health_watch() -> int:
    """Write to the administrators of what is wrong; return of how many things."""
    return watch()


@shared_task
def sessions_clear() -> None:
    """Delete sessions that have ended."""
    call_command("clearsessions")


@shared_task
def files_sweep() -> int:
    """Delete files that no row owns, left by processes that died; return how many were."""
    return orphans_delete()


@shared_task
def scan_sweep() -> int:
    """Show files that no virus scanner has seen to the scanner; return how many it saw."""
    return scan_waiting()


@shared_task
def digest_sweep() -> int:
    """Queue the week's digest once it is due; return to how many."""
    return digest_queue()


@beat_init.connect
@worker_init.connect
def worker_refuse(**_: object) -> None:
    """Don't work on a database that is there by half, or that the demo's users may sign in to."""
    try:
        start_refuse()
    except ImproperlyConfigured as error:
        raise SystemExit(str(error)) from error  # Celery logs other errors and goes on


@worker_ready.connect
def worker_gives_way(**_: object) -> None:
    """Where the processors are busy, whoever waits for a page goes first.

    Only now: who waits for a start waits for the worker. It is the process's first thread, from
    which those of the pool have it: they begin with the first job. Between containers and
    units of systemd it counts for nothing: they have their own weights (deploy/).
    """
    now = os.getpriority(os.PRIO_PROCESS, 0)
    os.setpriority(os.PRIO_PROCESS, 0, max(now, GIVES_WAY))  # lower may need rights, higher stays


@worker_init.connect
def worker_gives_back(**_: object) -> None:
    """Photos' memory goes back to the system."""
    give_back()


@worker_ready.connect
def first_heartbeat(**_: object) -> None:
    """Don't keep /readyz/ waiting for beat's first round."""
    beat(scheduled=False)


@task_prerun.connect
def job_named(task_id: str = "", **_: object) -> None:
    """Let the log lines of a job bear its id, as those of a request do."""
    request_id_set(task_id.replace("-", "")[:16])
