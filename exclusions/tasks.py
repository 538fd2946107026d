"""Jobs of the exclusions app. Each can run twice, late or half."""

from celery import shared_task

from .activity import activity_refresh
from .evidence.make import pack_make, packs_purge, packs_sweep
from .merging import strays_follow
from .premises import premises_list_current
from .services import endings_tell, expiries_record
from .top_ten import top_ten_refresh


@shared_task
def notice_expiry_record() -> int:
    """Record notices that have ended, and tell the manager of those and of what ends soon."""
    endings_tell()
    return expiries_record()


@shared_task
def premises_list_refresh() -> int:
    """Make a new version of the list of premises if it changed; return the version's number."""
    return int(premises_list_current().number)


@shared_task
def standing_refresh() -> bool:
    """Set the gallery's order and the Top 10 anew; return whether the Top 10 changed.

    What was sent about a record while it was merged follows it first.
    """
    strays_follow()
    activity_refresh()
    return top_ten_refresh()


@shared_task
def evidence_pack_make(pack_id: int) -> bool:
    """Make an evidence pack that was ordered; return whether this run finished it."""
    return pack_make(pack_id=pack_id)


@shared_task
def evidence_pack_sweep() -> int:
    """Take up packs whose worker was not woken, or died; return how many were made."""
    return packs_sweep()


@shared_task
def evidence_pack_purge() -> int:
    """Delete the files of old packs; return of how many."""
    return packs_purge()
