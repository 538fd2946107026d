"""Files that wait for the virus scanner are shown to it; what is bad is held back and told.

A held file keeps its row, name and hash: it may be evidence, and its record's day deletes it. No
page, pack or download gives it, and the copies made of it are deleted.
"""

import logging
from collections.abc import Iterator
from typing import Any, Final

from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from audit.services import record
from board.models import ReportAttachment
from common.db import StoredImage, stored_kinds
from common.scanning import ScannerError, is_configured, ping, scan
from dtac import actions
from exclusions.models import SignedCopy
from incidents.models import Attachment
from members.mail import email_queue
from members.models import Role, User
from offenders.models import Photo

logger = logging.getLogger(__name__)

ROUND: Final = 200
"""Files of a kind in one round; the next begins a minute later."""
MOST: Final = 2000
"""Files of a kind that are looked through for a round."""
LATER: Final = 3600
"""Seconds after which a file that could not be judged is shown to the scanner again."""
HELD: Final = "held back: a virus"
"""Why a held photo has no sizes: whatever makes them leaves it alone then."""


def scan_waiting() -> int:
    """Show files that no scanner has seen to the scanner, newest first; return how many it saw.

    Nothing is locked meanwhile: seen twice, by two workers, a file is as good or bad as before.
    What the scanner can't judge stays unseen, so it can't leave, and is shown to it again an hour
    later: it holds up no other. A scanner that is away ends the round; dtac.health says so.
    """
    if not is_configured():
        return 0
    seen = 0
    for model in stored_kinds():
        for row in _waiting(model):
            try:
                finding = _look(row)
            except ScannerError as error:
                if not _is_there():
                    logger.warning("scanner: %s", error)
                    return seen
                logger.warning("file %s: %s", row.uuid, error)
                cache.set(_later(row), 1, LATER)
                continue
            _note(row, finding)
            seen += 1
    return seen


def _waiting(model: type[StoredImage]) -> Iterator[StoredImage]:
    """Yield what is to be seen, the newest first, but for what could not be judged lately."""
    rows = list(model._default_manager.filter(scanned_at=None).order_by("-added_at")[:MOST])
    put_off = cache.get_many([_later(row) for row in rows])
    yield from [row for row in rows if _later(row) not in put_off][:ROUND]


def _later(row: StoredImage) -> str:
    return f"scan-later:{row.uuid}"


def _is_there() -> bool:
    try:
        ping()
    except ScannerError:
        return False
    return True


def _look(row: StoredImage) -> str:
    """Return what the scanner says of a file. Raises ScannerError, also where it can't be read."""
    try:
        with default_storage.open(str(row.original.name), "rb") as stream:
            return scan(stream)
    except OSError as error:
        raise ScannerError(f"It can’t be read ({type(error).__name__}).") from error


def _note(row: StoredImage, finding: str) -> None:
    """Write down what was found. What is bad is held, logged and told, once."""
    model = type(row)
    fresh = model._default_manager.filter(pk=row.pk, scanned_at=None)
    if not finding:
        fresh.update(scanned_at=timezone.now())
        return
    with transaction.atomic():
        held = fresh.update(
            scanned_at=timezone.now(), malware=finding, variants_ready_at=None, variants_error=HELD
        )
        if held:
            _tell(row, finding)
            sizes = [row.variant_path(size) for size in StoredImage.VARIANT_SIZES]
            transaction.on_commit(lambda: _delete(sizes), robust=True)


def _delete(names: list[str]) -> None:
    for name in names:
        default_storage.delete(name)


def _tell(row: StoredImage, finding: str) -> None:
    ref, subjects, path = place_of(row)
    exhibit = {"exhibit": row.number} if isinstance(row, Attachment) else {}
    record(
        actions.FILE_HELD, by=None, ref=ref, subjects=subjects, sha256=row.sha256, finding=finding,
        **exhibit,
    )  # fmt: skip
    email_queue(
        users=User.objects.with_access().filter(role=Role.INTEL),
        key=f"file-held:{row.uuid}",
        template="file-held",
        context={"ref": ref, "finding": finding, "path": path},
    )


def place_of(row: StoredImage) -> tuple[str, list[str], str]:
    """Return the record that a file belongs to: its reference, its subjects' and its address."""
    held: Any = row
    if isinstance(held, Photo):
        ref = held.subject.ref
        return ref, [ref], reverse("subject", args=[ref])
    if isinstance(held, Attachment):
        return held.report.ref, [], reverse("exhibit", args=[held.uuid])
    if isinstance(held, SignedCopy):
        notice = held.notice
        return notice.ref, [notice.subject.ref], reverse("notice", args=[notice.ref])
    if isinstance(held, ReportAttachment):
        ref = held.version.report.ref
        return ref, [], reverse("board_report", args=[ref])
    raise TypeError(f"{type(row).__name__} belongs to no record")
