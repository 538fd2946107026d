"""Jobs of the project itself."""

from celery import shared_task
from celery.signals import worker_ready

from dtac.pages.health import beat


@shared_task
def heartbeat() -> None:
    """Show that beat, broker and worker all work."""
    beat()


@worker_ready.connect
def first_heartbeat(**_: object) -> None:
    """Don't keep /readyz/ waiting for beat's first round."""
    beat()
