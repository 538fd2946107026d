"""Jobs of the incidents app. Each can run twice, late or half."""

from celery import shared_task

from common.variants import ROUND, make_waiting_variants, more_than_a_round
from common.wake import wake

from .models import Attachment
from .services.match import match_waiting
from .services.push import alerts_to_push, push_alert, push_purge


@shared_task
def attachment_variants_sweep() -> int:
    """Make the shown sizes of photos that came with reports, and compare the pictures."""
    photos = Attachment.objects.filter(kind="photo")
    if more_than_a_round(photos):
        wake(attachment_variants_sweep)  # at once, for another worker that has nothing to do
    made = make_waiting_variants(photos, limit=ROUND)
    if made:
        wake(involvement_match_sweep)
    return made


@shared_task
def involvement_match_sweep() -> int:
    """Look for whom the unknown people of waiting reports may be; return how many were done."""
    return match_waiting()


@shared_task
def alert_push(alert_id: int) -> int:
    """Tell the browsers of an alert's audience; return how many took it."""
    return push_alert(alert_id=alert_id)


@shared_task
def alert_push_sweep() -> int:
    """Go on with alerts that nobody is telling of: the worker was not woken, or was killed."""
    return sum(push_alert(alert_id=pk) for pk in alerts_to_push())


@shared_task
def alert_push_purge() -> int:
    """Forget which browsers took alerts that are long over."""
    return push_purge()
