"""Jobs of the project itself."""

from celery import shared_task
from celery.signals import worker_ready
from django.core.management import call_command

from dtac.pages.health import beat


@shared_task
def heartbeat() -> None:
    """Show that beat, broker and worker all work."""
    beat()


@shared_task
def sessions_clear() -> None:
    """Delete sessions that have ended."""
    call_command("clearsessions")


@worker_ready.connect
def first_heartbeat(**_: object) -> None:
    """Don't keep /readyz/ waiting for beat's first round."""
    beat()
