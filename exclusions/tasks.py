"""Jobs of the exclusions app. Each can run twice, late or half."""

from celery import shared_task

from .services import expiries_record


@shared_task
def notice_expiry_record() -> int:
    """Record notices that have ended and tell the manager."""
    return expiries_record()
