"""Bookkeeping of visits to the gallery, so that "new" means new to this user."""

import datetime as dt
from typing import Final

from django.db import transaction
from django.utils import timezone

from common.prepared import Prepared
from members.models import User
from offenders.models import GalleryVisit

APART = dt.timedelta(minutes=30)  # a longer pause ends a visit
NOTED = dt.timedelta(minutes=1)  # no need to write it down more often


VISIT: Final = Prepared(lambda shape, user: GalleryVisit.objects.filter(user=user), planned=True)


def gallery_visit(*, by: User) -> dt.datetime | None:
    """Note that a user looks at the gallery; return when their visit before this one ended.

    None at the first visit. Like the access log, it is a note about the reader, not a change of
    what is read.
    """
    now = timezone.now()
    row = next(iter(VISIT.rows(user=by.pk)), None)
    if row is None:
        new = GalleryVisit(user=by, began_at=now, last_at=now)
        GalleryVisit.objects.bulk_create([new], ignore_conflicts=True)
        return None
    if now - row.last_at > APART:
        with transaction.atomic():
            row = GalleryVisit.objects.select_for_update().get(user=by)
            if now - row.last_at > APART:  # else another tab was quicker
                row.before_at, row.began_at = row.last_at, now
                row.last_at = now
                row.save()
    elif now - row.last_at > NOTED:
        GalleryVisit.objects.filter(user=by, last_at__lt=now).update(last_at=now)
    return row.before_at
