"""Make the shown sizes of stored photos that wait for them, whoever else is at it too."""

import logging
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from common.images import make_variants

logger = logging.getLogger(__name__)

ROUND: Final = 25
"""Photos that a job makes sizes of before others have their turn: some seconds."""


def more_than_a_round(rows: "QuerySet[Any]") -> bool:
    """Whether more of these rows wait than one round makes."""
    waiting = rows.filter(variants_ready_at=None, variants_error="")
    return len(waiting.values_list("pk")[: ROUND + 1]) > ROUND


def make_waiting_variants(rows: "QuerySet[Any]", *, limit: int = 200) -> int:
    """Make variants of up to `limit` of these rows without them; return how many were made.

    Each row is locked while its files are written, so workers share the rows between them, and a
    killed worker's row is simply taken by the next. A file that can't be decoded is marked, not
    tried for ever; a full or broken disk is no fault of the file, which waits for the next round.
    """
    made = 0
    put_off: list[int] = []
    for _ in range(limit):
        with transaction.atomic():
            photo = (
                rows.select_for_update(skip_locked=True)
                .filter(variants_ready_at=None, variants_error="")
                .exclude(pk__in=put_off)
                .order_by("added_at")
                .first()
            )
            if photo is None:
                return made
            try:
                make_variants(photo)
                photo.variants_ready_at = timezone.now()
                made += 1
            except Exception as error:  # noqa: BLE001  (decoders raise nearly anything)
                logger.warning("photo %s: no variants: %s", photo.uuid, type(error).__name__)
                if _is_the_machines_fault(error):
                    put_off.append(photo.pk)
                    continue
                photo.variants_error = f"{type(error).__name__}: {error}"[:200]
            photo.save(update_fields=["variants_ready_at", "variants_error", "phash"])
    return made


def _is_the_machines_fault(error: Exception) -> bool:
    """Whether an error came from the operating system (it has a number), not from a decoder."""
    if isinstance(error, FileNotFoundError):
        return False
    return isinstance(error, OSError) and error.errno is not None
