"""How long what a file says of people is kept: 30 days after its last step, or until it is undone
or discarded. The entry of the import stays, with nothing in it that a cell of the file said."""

import datetime as dt
import re
from functools import partial
from typing import Final

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from audit.services import record

from . import actions, store
from .faces import faces_clear
from .models import KEPT, ImportRun
from .querysets import OPEN

ENDING: Final = re.compile(r"\.(csv|tsv|txt|xlsx|zip)$", re.IGNORECASE)


def files_purge() -> int:
    """Delete the files of imports to which nothing happened for 30 days; return of how many.

    With them goes what was said of their cells. What was imported can still be undone.
    """
    now, purged = timezone.now(), 0
    old = ImportRun.objects.filter(moved_at__lt=now - KEPT).filter(_holds_something())
    for run in old.exclude(state__in=OPEN):
        with transaction.atomic():
            row = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
            if row.is_open or row.moved_at >= now - KEPT:
                continue
            files_delete(row)
            record(actions.RUN_FILES_DELETED, by=None, ref=row.ref)
            purged += 1
    _strays_delete()
    return purged


def _holds_something() -> Q:
    return Q(files_deleted_at=None) | ~Q(in_the_way=[])


def files_delete(row: ImportRun) -> None:
    """Empty what a locked import holds of its file; the files go once that is committed."""
    row.files_deleted_at = row.files_deleted_at or timezone.now()
    row.examples, row.head, row.in_the_way = [], [], []
    ending = ENDING.search(row.file_name)
    row.file_name = f"file{ending[0].lower() if ending else ''}"
    row.save(update_fields=["files_deleted_at", "examples", "head", "in_the_way", "file_name"])
    row.problems.all().delete()
    transaction.on_commit(partial(store.drop, row), robust=True)
    transaction.on_commit(partial(faces_clear, row.pk), robust=True)


def _strays_delete() -> None:
    """Delete files that no import has, once they are a day old: what dead tries left."""
    if not default_storage.exists(store.FOLDER):
        return
    held = ImportRun.objects.filter(files_deleted_at=None).values_list("file", "photos")
    names = {name for pair in held for name in pair if name}
    for name in default_storage.listdir(store.FOLDER)[1]:
        stored = f"{store.FOLDER}/{name}"
        age = timezone.now() - default_storage.get_modified_time(stored)
        if stored not in names and age > dt.timedelta(days=1):
            default_storage.delete(stored)
