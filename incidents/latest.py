"""The latest reports about somebody, by a kept statement: each profile shows them."""

from typing import Any, Final

from django.db.models import Exists, OuterRef, QuerySet

from common.prepared import Prepared
from members.audience import READER, audience_shape, somebody_like
from members.models import User

from .models import Attachment, Report

MOST: Final = 5


def _latest(like: str, *, subject: int, **reader: Any) -> "QuerySet[Any, Any]":
    reads = somebody_like(like, **reader)
    photos = Attachment.objects.filter(report=OuterRef("pk"))
    found = Report.objects.visible_to(reads).about(subject, reads)
    rows = found.select_related("type", "premises").annotate(has_photo=Exists(photos))
    newest: QuerySet[Any, Any] = rows.order_by("-occurred_at", "-pk")[:MOST]
    return newest


LATEST: Final = Prepared(_latest, may_ignore=READER, planned=True)


def latest_about(user: User, subject_id: int) -> list[Report]:
    """Return the newest reports about a subject (its key) that this user may see, for rows.

    Newest first, with type, premises and whether there is a photo; of people they say nothing.
    """
    like, reader = audience_shape(user)
    found: list[Report] = LATEST.rows(like, subject=subject_id, **reader)
    return found
