"""Jobs of the incidents app. Each can run twice, late or half."""

from celery import shared_task

from common.variants import make_waiting_variants

from .models import Attachment


@shared_task
def attachment_variants_sweep() -> int:
    """Make the shown sizes of photos that came with reports."""
    return make_waiting_variants(Attachment)
