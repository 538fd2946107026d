"""Jobs of the offenders app. Each can run twice, late or half."""

import logging
from collections.abc import Callable
from typing import Any

from celery import shared_task

from common.variants import ROUND, make_waiting_variants, more_than_a_round
from common.wake import wake

from .models import Bulletin, Photo
from .services import bulletin_mail_end, bulletin_queue, bulletin_start, viewing_watch

logger = logging.getLogger(__name__)


@shared_task
def photo_variants_sweep() -> int:
    """Make the shown sizes of photos that wait for them."""
    if more_than_a_round(Photo.objects.all()):
        wake(photo_variants_sweep)  # at once, for another worker that has nothing to do
    return make_waiting_variants(Photo.objects.all(), limit=ROUND)


@shared_task
def bulletin_sweep() -> int:
    """Start bulletins whose time has come, queue the e-mails of those sent, note which are over.

    Return how many e-mails were queued. Each step locks its row, so any number may run at once.
    """
    _each(bulletin_start, Bulletin.objects.to_start())
    _each(bulletin_mail_end, Bulletin.objects.mail_going())
    return sum(_each(bulletin_queue, Bulletin.objects.to_queue()))


def _each(step: Callable[..., int], bulletins: Any) -> list[int]:
    """Take a step with each bulletin; return what it gave. One that fails holds up no other."""
    done = []
    for pk in bulletins.values_list("pk", flat=True):
        try:
            done.append(step(bulletin_id=pk))
        except Exception:
            logger.exception("bulletin %s: %s failed", pk, step.__name__)
    return done


@shared_task
def viewing_sweep() -> int:
    """Look for unusual viewing in the log; return how much is new."""
    return viewing_watch()
