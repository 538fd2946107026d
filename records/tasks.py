"""Jobs of the records app. Each can run twice, late or half."""

from celery import shared_task

from .retention.ledger import ledger_write
from .retention.nightly import files_finish, night_run


@shared_task
def retention_run() -> int:
    """Delete what is due today; return how many lines of the list are done."""
    night = night_run()
    return night.items.exclude(state="listed").count()


@shared_task
def erased_finish() -> None:
    """Delete the files of who was erased by day, and write the ledger; the night would too."""
    files_finish()
    ledger_write()
