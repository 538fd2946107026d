"""Profiles that a bulletin is often made of: chosen by one button."""

import datetime as dt
from typing import Any

from django.db.models import Max, QuerySet

from common import dates
from exclusions.models import Notice
from offenders.models import Bulletin, ProfileVersion

ENDING = dt.timedelta(days=30)
PRESETS = {
    "new": "New since the last one",
    "excluded": "Excluded now",
    "ending": "Exclusion ends soon",
}


def preset_versions(preset: str) -> QuerySet[Any]:
    """Return the live profiles of a preset, those active last first. Raises KeyError.

    New: published or changed since the last bulletin was sent. Ends soon: within 30 days.
    """
    live = ProfileVersion.objects.live().for_list()
    in_force = Notice.objects.in_force()
    if preset == "excluded":
        return live.filter(subject__in=in_force.values("subject"))
    if preset == "ending":
        soon = in_force.filter(ends_on__lte=dates.today() + ENDING)
        return live.filter(subject__in=soon.values("subject"))
    PRESETS[preset]
    last = Bulletin.objects.aggregate(last=Max("sent_at"))["last"]
    return live.filter(published_at__gt=last) if last else live
