"""Jobs of the offenders app. Each can run twice, late or half."""

from celery import shared_task

from common.variants import make_waiting_variants

from .models import Bulletin, Photo
from .services import bulletin_mail_end, bulletin_queue, bulletin_start, viewing_watch


@shared_task
def photo_variants_sweep() -> int:
    """Make the shown sizes of photos that wait for them."""
    return make_waiting_variants(Photo.objects.all())


@shared_task
def bulletin_sweep() -> int:
    """Start bulletins whose time has come, queue the e-mails of those sent, note which are over.

    Return how many e-mails were queued. Each step locks its row, so any number may run at once.
    """
    for pk in Bulletin.objects.to_start().values_list("pk", flat=True):
        bulletin_start(bulletin_id=pk)
    for pk in Bulletin.objects.mail_going().values_list("pk", flat=True):
        bulletin_mail_end(bulletin_id=pk)
    waiting = Bulletin.objects.to_queue().values_list("pk", flat=True)
    return sum(bulletin_queue(bulletin_id=pk) for pk in waiting)


@shared_task
def viewing_sweep() -> int:
    """Look for people who opened very many profiles in a short time; return how many are new."""
    return viewing_watch()
