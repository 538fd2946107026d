"""Jobs of the records app. Each can run twice, late or half."""

from celery import shared_task

from .ageing import answered_forget
from .retention.ledger import ledger_write
from .retention.nightly import files_finish, night_run
from .sar.pack import pack_make, packs_purge, packs_sweep


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


@shared_task
def access_pack_make(pack_id: int) -> bool:
    """Make an access pack that was ordered; return whether this run finished it."""
    return pack_make(pack_id=pack_id)


@shared_task
def access_pack_sweep() -> int:
    """Take up packs whose worker was not woken, or died; return how many were made."""
    return packs_sweep()


@shared_task
def access_pack_purge() -> int:
    """Delete old packs, and what was found for requests answered long ago; return of how many."""
    return packs_purge()


@shared_task
def answered_purge() -> int:
    """Take names and words out of matters answered long ago; return of how many."""
    return answered_forget()
