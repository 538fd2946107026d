"""Putting a backup back: into an empty place, as it was, and without those deleted since."""

import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from django.core.files import File
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader

from dtac.refusals import unfinished_restore
from records.retention.deleting import KeptError

from .after import WITHOUT, Settled, ledgers_there, settle
from .archive import PIECE, identities_in
from .contents import table_rows
from .errors import BackupError
from .making import Tell
from .manifest import Manifest
from .programs import program, server_major, target
from .reading import read_through, sha256_of_stream

STORE = ("originals", "variants", "packs", "imports", "access")
"""Folders of the store."""
IN_MEMORY = 32 * PIECE
BROKEN_OFF: Final = (
    "It broke off, so nothing starts on what there is now. Make another new database, move the"
    " files of the store aside, and repeat."
)


@dataclass(frozen=True)
class Restored:
    """What was put back, and what was done to it then."""

    manifest: Manifest
    settled: Settled


def backup_restore(
    path: Path,
    *,
    key: Path,
    ledgers: Sequence[Path],
    without_ledger: bool,
    send_waiting: bool,
    tell: Tell,
) -> Restored:
    """Put a backup back into an empty database and an empty store.

    It is read to its end before anything is written. Then: the database in one transaction, the
    files, a count of both; migrations that are newer than it; deletions by the ledgers; everybody's
    session ends; letters that were waiting are held, since most have gone meanwhile. Raises
    BackupError.
    """
    place_check(ledgers, without_ledger=without_ledger)
    identities = identities_in(key)
    tell("Reading the whole backup before anything is written ...")
    own: list[bytes] = []
    manifest = read_through(path, identities, take_ledger=own.append)
    _versions_check(manifest)
    if not without_ledger:
        _ledgers_check(b"".join(own), ledgers)
    tell(f"Database: {sum(manifest.rows.values()):,} rows; files: {len(manifest.files):,} ...")
    mark = unfinished_restore()
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.write_text(f"{path.name}\n")  # while it lies there nothing starts (dtac.refusals)
    try:
        kept = _write(path, identities, manifest)
        _count(manifest, tell)
        done = _settle(path, manifest, kept, ledgers, send_waiting=send_waiting, tell=tell)
    except (Error, KeptError, OSError) as error:
        words = (str(error).splitlines() or [""])[0]
        raise BackupError(f"{BROKEN_OFF} ({type(error).__name__}: {words})") from error
    except BackupError as error:
        raise BackupError(f"{error}\n{BROKEN_OFF}") from error
    mark.unlink()
    return done


def _settle(
    path: Path,
    manifest: Manifest,
    kept: bytes,
    ledgers: Sequence[Path],
    *,
    send_waiting: bool,
    tell: Tell,
) -> Restored:
    """Do what must follow before anybody is let in."""
    tell("Migrating, if it is an older version's ...")
    call_command("migrate", verbosity=0, interactive=False)
    tell("Deleting again who was deleted since ...")
    done = settle(
        kept, ledgers, send_waiting=send_waiting, name=path.name, made_at=manifest.made_at
    )
    return Restored(manifest, done)


def _ledgers_check(own: bytes, ledgers: Sequence[Path]) -> None:
    """Raise BackupError unless the ledgers given are at least as new as the backup's own.

    A ledger only grows. One that lacks what the backup knows is old, or was cut, and so lacks what
    was deleted since.
    """
    places = ledgers_there(ledgers, without_ledger=True)  # place_check asks whether there is one
    given = {line for path in places for line in path.read_text(errors="replace").splitlines()}
    wanted = [line for line in own.decode(errors="replace").splitlines() if line.strip()]
    if missing := [line for line in wanted if line not in given]:
        raise BackupError(
            f"The ledger is older than the backup, or was cut: it lacks {len(missing)} of the"
            f" {len(wanted)} deletions that the backup knows of. Give its newest copy with"
            f" --ledger. {WITHOUT}"
        )


def place_check(ledgers: Sequence[Path], *, without_ledger: bool) -> None:
    """Raise BackupError unless database and store are empty and there is a ledger to go by."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'S')"
            " AND relnamespace = 'public'::regnamespace"
        )
        if cursor.fetchone()[0]:
            raise BackupError(
                "The database is not empty, and nothing is put over what there is. Make a new one,"
                " without migrating it, and name it in DATABASE_URL."
            )
    if any(_has_files(folder) for folder in STORE):
        raise BackupError("The store has files, and nothing is put over what there is. Move them.")
    ledgers_there(ledgers, without_ledger=without_ledger)


def _has_files(folder: str) -> bool:
    try:
        return any(default_storage.listdir(folder))
    except FileNotFoundError:
        return False


def _versions_check(manifest: Manifest) -> None:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    known = {f"{app}.{name}" for app, name in loader.disk_migrations or {}}
    replaced = {name.split(".")[0] for name in known}
    unknown = [name for name in manifest.migrations
               if name not in known and name.split(".")[0] in replaced]  # fmt: skip
    if unknown:
        raise BackupError(
            f"This backup is a newer version's (it has {unknown[-1]}). Install that version first."
        )


def _write(path: Path, identities: list[Any], manifest: Manifest) -> bytes:
    """Write database and files; return the ledger that came with them."""
    place, env = target()
    least = max(server_major(), manifest.dumped_by)
    argv = [program("pg_restore", at_least=least), "--exit-on-error", "--single-transaction",
            "--no-owner", "--no-privileges", f"--dbname={place}"]  # fmt: skip
    kept: list[bytes] = []
    connection.close()
    read_through(
        path, identities, restore_argv=argv, env=env, take_file=_store, take_ledger=kept.append
    )
    os.sync()
    return b"".join(kept)


def _store(name: str, stream: IO[bytes]) -> str:
    """Put a file into the store under its own name; return its hash as the store has it."""
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as whole:  # a store may read it twice
        shutil.copyfileobj(stream, whole, PIECE)
        whole.seek(0)
        stored = default_storage.save(name, File(whole))
    if stored != name:
        raise BackupError(f"{name} is in the store already.")
    with default_storage.open(name, "rb") as again:
        return sha256_of_stream(name, again)


def _count(manifest: Manifest, tell: Tell) -> None:
    found = table_rows()
    if found != manifest.rows:
        wrong = sorted(set(found.items()) ^ set(manifest.rows.items()))[:3]
        raise BackupError(f"The rows are not those of the backup: {wrong}")
    tell(f"  {sum(found.values()):,} rows and {len(manifest.files):,} files are there.")
