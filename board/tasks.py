"""Jobs of the board app. Each can run twice, late or half."""

from celery import shared_task

from .tallies import tallies_refresh


@shared_task
def board_refresh() -> bool:
    """Count again what changed; return whether this worker did."""
    return tallies_refresh()
