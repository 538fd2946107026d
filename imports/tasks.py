"""Jobs of the imports app. Each can run twice, late or half."""

from celery import shared_task

from .keeping import files_purge
from .running import run_work, runs_sweep


@shared_task
def import_work(run_id: int) -> bool:
    """Do what an import waits for; return whether this run finished it."""
    return run_work(run_id=run_id)


@shared_task
def import_sweep() -> int:
    """Take up imports whose worker was not woken, or died; return how many were finished."""
    return runs_sweep()


@shared_task
def import_purge() -> int:
    """Delete the files of old imports; return of how many."""
    return files_purge()
