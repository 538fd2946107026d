"""Make the shown sizes of stored photos that wait for them, whoever else is at it too."""

import logging

from django.db import transaction
from django.utils import timezone

from common.db import StoredImage
from common.images import make_variants

logger = logging.getLogger(__name__)


def make_waiting_variants(model: type[StoredImage], *, limit: int = 200) -> int:
    """Make variants of up to `limit` rows without them; return how many were made.

    Each row is locked while its files are written, so workers share the rows between them, and a
    killed worker's row is simply taken by the next. A file that can't be decoded is marked, not
    tried for ever.
    """
    made = 0
    for _ in range(limit):
        with transaction.atomic():
            photo = (
                model._default_manager.select_for_update(skip_locked=True)
                .filter(variants_ready_at=None, variants_error="")
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
                photo.variants_error = f"{type(error).__name__}: {error}"[:200]
            photo.save(update_fields=["variants_ready_at", "variants_error"])
    return made
