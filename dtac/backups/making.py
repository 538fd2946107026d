"""Making a backup: one moment of the database, the files of that moment, and reading it back."""

import datetime as dt
import hashlib
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import pyrage
from django.conf import settings
from django.core.files.storage import default_storage

from audit.services import record
from dtac import actions

from .archive import PIECE, Writer, locked_writer
from .contents import Snapshot, is_still_owned, snapshot
from .errors import BackupError
from .manifest import FORM, Manifest
from .programs import major_of, program, server_major, target
from .reading import read_through

ENDING: Final = ".backup.age"
CHUNK: Final = 16 * PIECE
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Made:
    """A backup that was made and read back."""

    path: Path
    manifest: Manifest
    byte_size: int
    seconds: float


def backup_make(folder: Path, *, tell: Tell) -> Made:
    """Make a backup in a folder, read it back, and only then give it its name; note it in the log.

    Raises BackupError or OSError: then there is no file of that name, and none half written.
    """
    if not settings.DTAC_BACKUP_RECIPIENTS:
        raise BackupError(
            "DTAC_BACKUP_RECIPIENTS is not set: a backup is never written unlocked."
            " `manage.py backup_key FILE` makes a key."
        )
    began = time.monotonic()
    now = dt.datetime.now(dt.UTC)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"dtac-{now:%Y%m%dT%H%M%SZ}{ENDING}"
    draft = path.with_suffix(".part")
    # Of this backup alone, and never written down: it reads back what was written, so the server
    # needs no key that opens its backups.
    own = pyrage.x25519.Identity.generate()
    try:
        manifest = _write(draft, own, now, tell)
        tell("Reading it back ...")
        if read_through(draft, [own]) != manifest:
            raise BackupError("What was read back is not what was written.")
        draft.replace(path)
        _settle(folder)
    finally:
        draft.unlink(missing_ok=True)
    made = Made(path, manifest, path.stat().st_size, time.monotonic() - began)
    record(
        actions.BACKUP_MADE, by=None, bytes=made.byte_size, seconds=round(made.seconds, 1),
        rows=sum(manifest.rows.values()), files=len(manifest.files), gone=len(manifest.gone),
        missing=len(manifest.missing), name=path.name,
    )  # fmt: skip
    return made


def _settle(folder: Path) -> None:
    """Wait until a new name in the folder is on the disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write(draft: Path, own: Any, now: dt.datetime, tell: Tell) -> Manifest:
    with locked_writer(draft, settings.DTAC_BACKUP_RECIPIENTS, own) as writer:
        with snapshot() as moment:
            manifest = Manifest(FORM, now.isoformat(), moment.migrations, moment.rows)
            tell(f"Database: {sum(moment.rows.values()):,} rows in {len(moment.rows)} tables ...")
            _write_database(writer, moment, manifest)
        tell(f"Files: {len(moment.files):,} ...")
        _write_files(writer, moment, manifest, tell)
        _write_ledger(writer)
        writer.add("manifest.json", json.dumps(asdict(manifest)).encode())
    return manifest


def _write_database(writer: Writer, moment: Snapshot, manifest: Manifest) -> None:
    """Add pg_dump's output in pieces: nobody knows its size before its end."""
    place, env = target()
    dumper = program("pg_dump", at_least=server_major())
    manifest.dumped_by = major_of(dumper)
    argv = [dumper, "--format=custom", "--no-owner", "--no-privileges",
            f"--snapshot={moment.name}", f"--dbname={place}"]  # fmt: skip
    digest = hashlib.sha256()
    number = 0
    with (
        tempfile.TemporaryFile() as words,
        subprocess.Popen(argv, env=env, stdout=subprocess.PIPE, stderr=words) as dump,  # noqa: S603
    ):
        assert dump.stdout
        try:
            while piece := dump.stdout.read(CHUNK):
                digest.update(piece)
                manifest.database_bytes += len(piece)
                number += 1
                writer.add(f"database/{number:06}", piece)
        except BaseException:
            dump.kill()
            raise
        if dump.wait():
            words.seek(0)
            problem = words.read().decode(errors="replace").strip()
            raise BackupError(f"pg_dump failed: {problem}")
    manifest.database_sha256 = digest.hexdigest()


def _write_files(writer: Writer, moment: Snapshot, manifest: Manifest, tell: Tell) -> None:
    """Add the files of the moment. One that was deleted meanwhile is no matter; a lost one is."""
    absent = []
    told = time.monotonic()
    for number, (name, known) in enumerate(sorted(moment.files.items()), start=1):
        try:
            found = _copy(writer, name, manifest)
        except FileNotFoundError:
            absent.append(name)
            continue
        if known and found != known:
            manifest.missing.append(name)  # it is there, and not what was stored
        if time.monotonic() - told > 5:
            told = time.monotonic()
            tell(f"  {number:,} of {len(moment.files):,}, {manifest.files_bytes / 1e6:,.0f} MB")
    lost = set(is_still_owned(absent))
    manifest.missing += sorted(lost)
    manifest.gone = sorted(set(absent) - lost)


def _copy(writer: Writer, name: str, manifest: Manifest) -> str:
    """Add one file; return its hash."""
    with default_storage.open(name, "rb") as stored:
        size = default_storage.size(name)
        hashed = _Hashing(stored)
        writer.copy(f"files/{name}", hashed, size)  # type: ignore[arg-type]
    manifest.files[name] = hashed.digest.hexdigest()
    manifest.files_bytes += size
    return manifest.files[name]


class _Hashing:
    """A stream that takes the hash of what is read of it."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece: bytes = self._stream.read(size)
        self.digest.update(piece)
        return piece


def _write_ledger(writer: Writer) -> None:
    """Add the ledger as it is now: it may hold more than the moment, never less."""
    path = Path(settings.DTAC_LEDGER)
    writer.add("deleted.jsonl", path.read_bytes() if path.exists() else b"")


def backups_prune(folder: Path, *, days: int) -> list[Path]:
    """Delete backups that are older than so many days, but never the newest; return which.

    Who was deleted from the database is gone from the backups as well once this has passed.
    """
    found = sorted(folder.glob(f"dtac-*{ENDING}"))
    oldest = dt.datetime.now(dt.UTC) - dt.timedelta(days=days)
    old = [path for path in found[:-1] if path.name < f"dtac-{oldest:%Y%m%dT%H%M%SZ}"]
    for path in old:
        path.unlink()
    for left in folder.glob("dtac-*.part"):  # of a machine that died in the middle
        if left.stat().st_mtime < time.time() - 24 * 3600:
            left.unlink()
    return old
