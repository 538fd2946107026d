"""The sign of the virus scanner."""

import datetime as dt
from typing import Final

from django.db.models import Count, Min
from django.utils import timezone

from common.db import stored_kinds
from common.scanning import ScannerError, is_configured, ping
from common.wording import counted

from .signs import Sign, State

TITLE: Final = "Virus scanner"
LATE: Final = dt.timedelta(minutes=10)


def scanner() -> Sign:
    """Whether it is there, and how many files it has not seen: those can't leave."""
    if not is_configured():
        return Sign(TITLE, State.GOOD, "None is set up (DTAC_CLAMD).")
    waiting, oldest = _unseen()
    late = (timezone.now() - oldest).total_seconds() if oldest else 0.0
    numbers = {"scans_waiting": float(waiting), "scans_oldest_seconds": late}
    words = f"{counted(waiting, 'file')} not seen by it yet."
    try:
        ping()
    except ScannerError:
        todo = "Is clamav-daemon running? Until then nobody gets the files that wait for it."
        return Sign(TITLE, State.BAD, f"It does not answer. {words}", todo, numbers)
    if late > LATE.total_seconds():
        todo = "Is dtac-worker running, and StreamMaxLength as docs/operations.md says?"
        return Sign(TITLE, State.BAD, words, todo, numbers)
    return Sign(TITLE, State.GOOD, f"It answers. {words}", numbers=numbers)


def _unseen() -> tuple[int, dt.datetime | None]:
    found = [
        model._default_manager.filter(scanned_at=None).aggregate(
            count=Count("pk"), oldest=Min("added_at")
        )
        for model in stored_kinds()
    ]
    oldest = min((each["oldest"] for each in found if each["oldest"]), default=None)
    return sum(each["count"] for each in found), oldest
