"""The file of a backup: a tar stream, locked in the age format (age-encryption.org).

A stream from end to end: nothing of it lies unlocked on a disk, and its size is no matter. A cut or
changed file is noticed, since age proves each piece and the last one as the last. Anybody's `age`
and `tar` open it with the key, without this program.
"""

import contextlib
import errno
import io
import os
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pyrage

from .errors import BackupError

PIECE = 1024 * 1024


class Through:
    """A pipe with a function at work at one end, in a thread; what it fails with comes out here."""

    def __init__(self, work: Callable[[IO[bytes]], None], *, work_reads: bool) -> None:
        read, write = os.pipe()
        mine, theirs = (write, read) if work_reads else (read, write)
        self.end: IO[bytes] = os.fdopen(mine, "wb" if work_reads else "rb")
        self._theirs = theirs
        self._mode = "rb" if work_reads else "wb"
        self._work = work
        self._problem: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            with os.fdopen(self._theirs, self._mode) as end:
                self._work(end)
        except BaseException as error:  # noqa: BLE001  (told to the thread that waits for it)
            self._problem = error

    def finish(self) -> None:
        """Close this end and wait for the work. Raises what it failed with."""
        with contextlib.suppress(BrokenPipeError):  # the work has ended before: why comes next
            self.end.close()
        self._thread.join()
        if self._problem is not None:
            raise self._problem


@contextmanager
def locked_writer(
    path: Path, recipients: list[str], own: Any, *, new: bool = True
) -> Iterator["Writer"]:
    """Yield a writer of a new file that the holders of the recipients' keys can open, and `own`.

    It is whole, and on the disk, once the block ends. Raises OSError, BackupError.
    """
    keys = [recipient_of(each) for each in recipients] + [own.to_public()]
    descriptor = os.open(path, os.O_WRONLY | (os.O_CREAT | os.O_EXCL if new else 0), 0o600)
    with os.fdopen(descriptor, "wb") as target:
        through = Through(lambda end: pyrage.encrypt_io(end, target, keys), work_reads=True)
        try:
            with tarfile.open(fileobj=through.end, mode="w|", bufsize=PIECE) as tar:
                yield Writer(tar)
        except BrokenPipeError:
            through.finish()  # raises why: a full disk
            raise
        except BaseException:
            with contextlib.suppress(Exception):  # what comes of half a backup is no matter
                through.finish()
            raise
        through.finish()
        target.flush()
        os.fsync(target.fileno())


class Writer:
    """Puts things into a backup, one after the other."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar

    def add(self, name: str, content: bytes) -> None:
        """Add something that is in memory."""
        self.copy(name, io.BytesIO(content), len(content))

    def copy(self, name: str, source: IO[bytes], size: int) -> None:
        """Add `size` bytes of a stream. Raises OSError if it has fewer."""
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = size, 0o600
        self._tar.addfile(entry, source)


@contextmanager
def unlocked(path: Path, identities: list[Any]) -> Iterator[Iterator[tuple[str, IO[bytes]]]]:
    """Yield what is in a backup: names and streams, in their order, each to be read at its turn.

    Raises BackupError if the key is another, or the file is cut or changed: at the end of the block
    at the latest, so what was read counts only then.
    """

    def work(end: IO[bytes]) -> None:
        with path.open("rb") as source:
            pyrage.decrypt_io(source, end, identities)

    through = Through(work, work_reads=False)
    try:
        try:
            with tarfile.open(fileobj=through.end, mode="r|", bufsize=PIECE) as tar:
                yield _entries(tar)
            while through.end.read(PIECE):
                pass
        except tarfile.TarError:
            through.finish()  # raises why, if it is the lock's matter
            raise
        through.finish()
    except (pyrage.DecryptError, tarfile.TarError, OSError) as error:
        if getattr(error, "errno", None) not in (None, errno.EPIPE):
            raise  # the disk's or the network's matter, not the file's
        raise BackupError(
            f"{path.name} can't be opened: another key, or the file is cut or changed ({error})."
        ) from error
    finally:
        through.end.close()


def _entries(tar: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    for entry in tar:
        stream = tar.extractfile(entry)
        if stream is None:
            raise BackupError(f"{entry.name} is no file: this is not a backup of D-TAC.")
        yield entry.name, stream


def recipient_of(text: str) -> Any:
    """Return a public key. Raises BackupError if it is none."""
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        raise BackupError("DTAC_BACKUP_RECIPIENTS has something that is no age1... key.") from error


def identities_in(path: Path) -> list[Any]:
    """Return the secret keys in a file, as age writes them: one a line, `#` begins a remark."""
    try:
        lines = [line.strip() for line in path.read_text().splitlines()]
        return [
            pyrage.x25519.Identity.from_str(line)
            for line in lines
            if line and not line.startswith("#")
        ]
    except (OSError, ValueError, pyrage.IdentityError) as error:
        raise BackupError(f"{path} holds no secret key (AGE-SECRET-KEY-1...).") from error
