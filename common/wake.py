"""Waking the workers for a sweep, which looks for all that waits: one that waits itself is enough.

Without this a busy hour, or a worker that was away, leaves hundreds of the same job in the broker,
and what comes after them waits for each.
"""

from typing import Any, Final

from celery import Task
from celery.signals import task_prerun
from django.core.cache import cache

FADES: Final = 60
"""Seconds after which a job that was queued and never begun is taken for lost; beat looks too."""


def wake(sweep: "Task[..., Any]") -> None:
    """Have a worker do a sweep, unless one is queued that nobody has begun.

    Call it once what the sweep shall find is committed. Raises what the broker raises; the schedule
    does the sweep in any case.
    """
    key = _key(sweep.name)
    if not cache.add(key, 1, FADES):
        return
    try:
        sweep.delay()
    except BaseException:
        cache.delete(key)
        raise


@task_prerun.connect
def _begun(task: Any = None, **_: object) -> None:
    """Let the next one be queued: this one may have looked already when something new comes."""
    if task is not None:
        cache.delete(_key(task.name))


def _key(name: str) -> str:
    return f"woken:{name}"
