"""Files that no row owns: what a process leaves that dies between storing a file and its row.

Deleting a record takes its files along, so whatever is left without a row is nobody's; but a
database that was put back to an earlier day, or the wrong one, must not cost the evidence.
"""

import datetime as dt
import logging
import time
import uuid
from collections.abc import Iterator

from django.core.files.storage import Storage, default_storage
from django.utils import timezone

from common.bodies import arriving_folder
from common.db import StoredImage, stored_kinds

logger = logging.getLogger(__name__)

FOLDERS = ("originals", "variants")
OLD = dt.timedelta(days=1)
"""Younger files may be somebody's whose row is still on its way."""
BATCH = 500
MOST, SHARE = 100, 0.01
"""More orphans than both, in number and as a share of the files, are taken for a wrong database."""


def orphans_delete(*, storage: Storage = default_storage) -> int:
    """Delete old files that no row owns; return how many were.

    Deletes none, and says so in the log, where there are too many of them to be left-overs.
    """
    _arriving_delete()
    seen = 0
    found: list[str] = []
    for names in _batches(storage):
        seen += len(names)
        found += [name for name in _unowned(names) if _is_old(storage, name)]
    if len(found) > max(MOST, SHARE * seen) or (found and not _any_row()):
        logger.error(
            "%d of %d files have no row. None was deleted: is this the right database?",
            len(found),
            seen,
        )
        return 0
    deleted = 0
    for start in range(0, len(found), BATCH):
        for name in _unowned(found[start : start + BATCH]):  # asked again, just before
            storage.delete(name)
            deleted += 1
    if deleted:
        logger.warning("deleted %d files that no row owns", deleted)
    return deleted


def _any_row() -> bool:
    return any(model._default_manager.exists() for model in stored_kinds())


def _batches(storage: Storage) -> Iterator[list[str]]:
    """Yield the names of stored files, some hundred at a time."""
    for folder in FOLDERS:
        try:
            inner, _ = storage.listdir(folder)
        except FileNotFoundError:
            continue
        for part in inner:
            names = [f"{folder}/{part}/{name}" for name in storage.listdir(f"{folder}/{part}")[1]]
            for start in range(0, len(names), BATCH):
                yield names[start : start + BATCH]


def _unowned(names: list[str]) -> list[str]:
    """Return those of the names that are ours (begin with a UUID) and that no row owns."""
    keys = {name: _uuid_in(name) for name in names}
    wanted = {key for key in keys.values() if key}
    owned: set[str] = set()
    for model in stored_kinds():
        for row in model._default_manager.filter(uuid__in=wanted).only("uuid", "original"):
            owned.add(str(row.original.name))
            owned.update(row.variant_path(size) for size in StoredImage.VARIANT_SIZES)
    left = [name for name, key in keys.items() if key and name not in owned]
    return _not_shared(left) if left else []


def _not_shared(names: list[str]) -> list[str]:
    """Return those of the names that are no row's original: a crop's bears its photo's UUID."""
    shared: set[str] = set()
    for model in stored_kinds():
        rows = model._default_manager.filter(original__in=names)
        shared.update(rows.values_list("original", flat=True))
    return [name for name in names if name not in shared]


def _uuid_in(name: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(name.rpartition("/")[2][:36])
    except ValueError:
        return None


def _is_old(storage: Storage, name: str) -> bool:
    try:
        return storage.get_modified_time(name) < timezone.now() - OLD
    except FileNotFoundError:  # deleted meanwhile
        return False


def _arriving_delete() -> None:
    """Delete what a killed web worker left of files on their way in."""
    for path in arriving_folder().glob("*.upload"):
        try:
            if path.stat().st_mtime < time.time() - OLD.total_seconds():
                path.unlink()
        except FileNotFoundError:
            continue
