"""Reading a backup from beginning to end, and comparing all of it with its own manifest."""

import contextlib
import hashlib
import json
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from .archive import PIECE, unlocked
from .errors import BackupError
from .manifest import FORM, Manifest
from .programs import program

FileTaker = Callable[[str, IO[bytes]], str]
"""Takes a file's name and stream; returns the SHA-256 of what it read."""


def sha256_of_stream(_: str, stream: IO[bytes]) -> str:
    """Read a file and keep nothing of it but its hash."""
    digest = hashlib.sha256()
    while piece := stream.read(PIECE):
        digest.update(piece)
    return digest.hexdigest()


def read_through(
    path: Path,
    identities: list[Any],
    *,
    restore_argv: list[str] | None = None,
    env: dict[str, str] | None = None,
    take_file: FileTaker = sha256_of_stream,
    take_ledger: Callable[[bytes], None] = lambda _: None,
) -> Manifest:
    """Read a whole backup; return its manifest, with which everything in it was compared.

    Without more it only proves it: the dump is unpacked by pg_restore and thrown away. With
    `restore_argv` that program gets it. Raises BackupError where anything is not as it was written.
    """
    argv = restore_argv or [program("pg_restore", newest=True), "--file=/dev/null"]
    found: dict[str, str] = {}
    told: bytes | None = None
    database = _Database(argv, env)
    try:
        with unlocked(path, identities) as entries:
            for name, stream in entries:
                if name.startswith("database/"):
                    database.take(stream)
                elif name.startswith("files/"):
                    database.finish()
                    found[_inside(name)] = take_file(_inside(name), stream)
                elif name == "deleted.jsonl":
                    database.finish()
                    take_ledger(stream.read())
                elif name == "manifest.json":
                    told = stream.read()
        database.finish()
    finally:
        database.stop()
    if told is None:
        raise BackupError(f"{path.name} has no manifest: it is not whole.")
    return _compared(told, found, database)


def _inside(name: str) -> str:
    """Return a file's name in the store, which never leads out of it."""
    inner = name.removeprefix("files/")
    if inner.startswith("/") or ".." in Path(inner).parts:
        raise BackupError(f"{inner} leads out of the store: this backup was tampered with.")
    return inner


class _Database:
    """pg_restore, fed with the pieces of a dump."""

    def __init__(self, argv: list[str], env: dict[str, str] | None) -> None:
        self.digest = hashlib.sha256()
        self._argv, self._env = argv, env
        self._program: subprocess.Popen[bytes] | None = None
        self._words = tempfile.TemporaryFile()  # noqa: SIM115  (closed by stop)
        self._done = False

    def take(self, stream: IO[bytes]) -> None:
        """Hand on one piece."""
        if self._program is None:
            self._program = subprocess.Popen(  # noqa: S603
                self._argv, env=self._env, stdin=subprocess.PIPE, stderr=self._words
            )
        assert self._program.stdin
        try:
            while piece := stream.read(PIECE):
                self.digest.update(piece)
                self._program.stdin.write(piece)
        except BrokenPipeError:
            self.finish()  # raises why
            raise

    def finish(self) -> None:
        """Wait for its end. Raises BackupError with its words if it failed."""
        if self._program is None or self._done:
            return
        self._done = True
        assert self._program.stdin
        with contextlib.suppress(BrokenPipeError):
            self._program.stdin.close()
        if self._program.wait():
            self._words.seek(0)
            problem = self._words.read().decode(errors="replace").strip()
            raise BackupError(f"pg_restore failed: {problem}")

    def stop(self) -> None:
        """End it where something else went wrong: what it had begun is rolled back."""
        if self._program is not None and self._program.poll() is None:
            self._program.kill()
            self._program.wait()
        self._words.close()


def _compared(told: bytes, found: dict[str, str], database: _Database) -> Manifest:
    manifest = Manifest(**json.loads(told))
    if manifest.form != FORM:
        raise BackupError("This backup is of another version of D-TAC.")
    if manifest.database_sha256 != database.digest.hexdigest():
        raise BackupError("The database in it is not what was written.")
    if manifest.files != found:
        raise BackupError("The files in it are not what was written.")
    return manifest
