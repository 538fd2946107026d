"""Jobs of the offenders app. Each can run twice, late or half."""

from celery import shared_task

from common.variants import make_waiting_variants

from .models import Bulletin, Photo
from .services import bulletin_queue


@shared_task
def photo_variants_sweep() -> int:
    """Make the shown sizes of photos that wait for them."""
    return make_waiting_variants(Photo)


@shared_task
def bulletin_sweep() -> int:
    """Queue the e-mails of bulletins that were sent and not queued yet."""
    waiting = Bulletin.objects.filter(sent_at__isnull=False, queued_at=None)
    return sum(bulletin_queue(bulletin_id=pk) for pk in waiting.values_list("pk", flat=True))
