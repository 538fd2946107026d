"""The ledger: a line for each deletion, in a file outside the database.

A backup that is put back holds people who were deleted since it was made. By the ledger they are
deleted again: `manage.py retention --replay FILE`. Lines are only added; each is on the disk before
its tombstone says so, and a line that is there twice does no harm.
"""

import datetime as dt
import json
import os
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from incidents.models import Report, ReportCounter
from offenders.models import NumberSeries, Subject
from records.models import RecordKind, Tombstone

from .deleting import (
    OTHERS,
    KeptError,
    Why,
    locked_reports,
    locked_whole,
    other_purge,
    reports_purge,
    subject_purge,
)
from .policy import rules_on

BATCH: Final = 500
AHEAD: Final = """
SELECT said.ref FROM unnest(%s::text[]) AS said(ref)
 WHERE NOT EXISTS (SELECT FROM records_tombstone stone WHERE stone.ref = said.ref)
   AND EXISTS ({there})
 ORDER BY said.ref
"""
PARTS: Final[dict[Any, str]] = {
    Subject: " AND row.merged_into_id IS NULL",
    Report: " AND row.duplicate_of_id IS NULL",
}
"""What is part of another goes with its whole's line, as in the replay."""
NEWEST: Final = 2000
"""So many of its last lines are compared with the records at each start."""
AGAIN: Final = "deleted before this database was put back, and again by the ledger"


@dataclass(frozen=True)
class Entry:
    """One line."""

    ref: str
    category: str
    deleted_on: dt.date

    def line(self) -> str:
        """Return it as it stands in the file."""
        said = asdict(self) | {"deleted_on": self.deleted_on.isoformat()}
        return json.dumps(said, sort_keys=True) + "\n"


def ledger_write() -> int:
    """Write the lines of tombstones that have none yet; return how many.

    Two at once may write a line twice, and a run that dies in between has the next one do so.
    """
    written = 0
    while True:
        with transaction.atomic():
            rows = Tombstone.objects.select_for_update(skip_locked=True).filter(in_ledger_at=None)
            stones = list(rows.order_by("pk")[:BATCH])
            if not stones:
                return written
            _append(Entry(stone.ref, stone.category, stone.deleted_on) for stone in stones)
            keys = [stone.pk for stone in stones]
            Tombstone.objects.filter(pk__in=keys).update(in_ledger_at=timezone.now())
        written += len(stones)


def ledger_reconcile() -> int:
    """Write again what the file has lost; return how many lines that were."""
    held = {entry.ref for entry in entries(settings.DTAC_LEDGER)}
    stones = Tombstone.objects.exclude(in_ledger_at=None).order_by("pk")
    lost = [
        Entry(ref, category, day)
        for ref, category, day in stones.values_list("ref", "category", "deleted_on").iterator()
        if ref not in held
    ]
    _append(lost)
    return len(lost)


def _append(found: Iterable[Entry]) -> None:
    text = "".join(entry.line() for entry in found)
    if not text:
        return
    path = Path(settings.DTAC_LEDGER)
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists()
    with path.open("a", encoding="utf-8") as file:
        if not is_new and not _ends_whole(path):
            file.write("\n")  # what a machine that died left half written
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return True
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def entries(path: str | Path) -> Iterator[Entry]:
    """Yield the lines of a ledger. A half line, of a machine that died, is passed over."""
    if not Path(path).exists():
        return
    with Path(path).open(encoding="utf-8") as file:
        for line in file:
            try:
                said = json.loads(line)
                day = dt.date.fromisoformat(said["deleted_on"])
                yield Entry(str(said["ref"]), str(said["category"]), day)
            except (ValueError, KeyError, TypeError):
                continue


def ledger_ahead(path: str | Path | None = None) -> list[str]:
    """Return the references that the end of the ledger says are deleted, and that are on record.

    There are none, but in a database that was put back and not settled yet: its newest deletions
    are the last lines. Their records must not be shown.
    """
    newest = deque(entries(path or settings.DTAC_LEDGER), maxlen=NEWEST)
    models: list[Any] = [Subject, Report, *OTHERS.values()]
    there = " UNION ALL ".join(
        f"SELECT FROM {model._meta.db_table} row WHERE row.ref = said.ref{PARTS.get(model, '')}"
        for model in models
    )
    with connection.cursor() as cursor:
        cursor.execute(AHEAD.format(there=there), [sorted({entry.ref for entry in newest})])
        return [str(row[0]) for row in cursor.fetchall()]


def ledger_lacks(paths: Iterable[str | Path]) -> int:
    """Return how many deletions the database knows of that none of these ledgers has.

    A ledger only grows: one that lacks some is old, or was cut.
    """
    held = {entry.ref for path in paths for entry in entries(path)}
    stones = Tombstone.objects.exclude(in_ledger_at=None).values_list("ref", flat=True)
    return sum(ref not in held for ref in stones.iterator())


def ledger_replay(path: str | Path) -> list[str]:
    """Delete again what the ledger says was deleted; return the references that were.

    By reference: what has a tombstone is done. Subjects first, then reports. Numbers that were
    given out after the backup was made are not given out again. Raises KeptError if somebody works
    on one of them: nothing of that one is deleted, and the next replay takes it up.
    """
    found = list(entries(path))
    done = set(
        Tombstone.objects.filter(ref__in=[entry.ref for entry in found]).values_list(
            "ref", flat=True
        )
    )
    for entry in found:
        _number_taken(entry.ref)
    left = [entry for entry in found if entry.ref not in done]
    again: list[str] = []
    for category in ("subject", *OTHERS, "report"):
        for entry in left:
            if entry.category == category and _again(entry):
                again.append(entry.ref)
    return again


@transaction.atomic
def _again(entry: Entry) -> bool:
    rules = rules_on(entry.deleted_on)
    if Tombstone.objects.filter(ref=entry.ref).exists():
        return False  # it went with another line's
    if entry.category == "subject":
        subject = Subject.objects.filter(ref=entry.ref).first()
        if subject is None or subject.merged_into_id is not None:
            return False  # its whole has a line of its own
        why = Why(rules[_kind(subject)], AGAIN, entry.deleted_on, deleted_on=entry.deleted_on)
        subject_purge(locked_whole(subject.pk), why)
        return True
    if entry.category in OTHERS:
        rows = OTHERS[entry.category]._base_manager.filter(ref=entry.ref)
        key = rows.values_list("pk", flat=True).first()
        if key is None:
            return False  # it went with its subject
        rule = rules[entry.category]
        day = entry.deleted_on
        other_purge(entry.category, key, Why(rule, AGAIN, day, deleted_on=day))
        return True
    report = Report.objects.filter(ref=entry.ref, duplicate_of=None).first()
    if report is None:
        return False
    why = Why(rules[RecordKind.REPORT], AGAIN, entry.deleted_on, deleted_on=entry.deleted_on)
    reports_purge(locked_reports(report.pk), why)
    return True


def _kind(subject: Subject) -> str:
    return subject.status if subject.status in RecordKind.values else RecordKind.UNPUBLISHED


def _number_taken(ref: str) -> None:
    """Let a number never be given again, though the backup is older than it."""
    head, *numbers = ref.split("-")
    series = {"D": NumberSeries, "INC": ReportCounter, "SIG": ReportCounter}.get(head)
    if series is None:
        return
    year, last = (0, int(numbers[0])) if len(numbers) == 1 else (int(numbers[0]), int(numbers[1]))
    table = series._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (prefix, year, last) VALUES (%s, %s, %s)"  # noqa: S608
            f" ON CONFLICT (prefix, year) DO UPDATE SET last = greatest({table}.last, %s)",
            [head, year, last, last],
        )


__all__ = [
    "KeptError",
    "ledger_ahead",
    "ledger_lacks",
    "ledger_reconcile",
    "ledger_replay",
    "ledger_write",
]
