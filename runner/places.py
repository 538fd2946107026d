"""Where things are: the clone, its virtual environment, a demo's data folder."""

import fcntl
import json
import os
import re
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from runner.console import RunError

CLONE = Path(__file__).resolve().parent.parent
VENV = CLONE / ".venv"
PYTHON = VENV / "bin" / "python"
DEFAULT_PORT = 8000


def data_folder(name: int | str) -> Path:
    """Return the data folder of the demo on a port, or of a name: DTAC_DATA_DIR where set, else
    one of its own in the clone."""
    chosen = os.environ.get("DTAC_DATA_DIR", "").strip()
    return made_folder(Path(chosen).expanduser().absolute()) if chosen else own_folder(name)


def own_folder(name: int | str) -> Path:
    """Return the data folder of a name in the clone, whatever the environment says."""
    return made_folder(CLONE / ".data" / str(name))


def made_folder(folder: Path) -> Path:
    """Make a data folder where there is none. Raises RunError if it can't be used."""
    try:
        if not folder.exists():
            # Not listable by others, but root's must be passable: PostgreSQL then runs as `nobody`
            # inside it.
            folder.mkdir(parents=True)
            folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
        for name in ("logs", "mail"):
            (folder / name).mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise RunError(
            f"The data folder {folder} cannot be used: {error.strerror}. "
            "DTAC_DATA_DIR chooses another."
        ) from None
    return folder.resolve()


def kept_secret(path: Path, length: int = 50) -> str:
    """Return the secret kept in a file; made the first time, readable by its owner only."""
    if not path.exists():
        write_private(path, secrets.token_urlsafe(length))
    return path.read_text().strip()


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
    draft.replace(path)


def plain(path: Path) -> bool:
    """Whether a path means the same in a URL and in PostgreSQL's list of folders as on disk."""
    return re.fullmatch(r"[A-Za-z0-9/._-]+", str(path)) is not None


class Lock:
    """A lock on a file or folder, let go by the system itself when its holder dies."""

    def __init__(self, path: Path) -> None:
        flags = os.O_RDONLY if path.is_dir() else os.O_RDWR | os.O_CREAT
        try:
            self._file = os.open(path, flags, 0o600)
        except OSError as error:
            raise RunError(f"{path} cannot be opened: {error.strerror}.") from None

    def take(self) -> bool:
        """Take the lock; False when someone else holds it."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        """Let the lock go."""
        os.close(self._file)


@dataclass(frozen=True)
class State:
    """What runs on a data folder, for whoever comes second."""

    pid: int
    command: str
    port: int
    database_url: str = ""
    redis_url: str = ""

    def write(self, data: Path) -> None:
        """Leave the state in the data folder. It holds the broker's password, so it is private."""
        write_private(data / "state.json", json.dumps(asdict(self)))

    @staticmethod
    def read(data: Path) -> "State | None":
        """Return what the data folder says, None where it says nothing."""
        try:
            return State(**json.loads((data / "state.json").read_text()))
        except (OSError, ValueError, TypeError):
            return None

    @staticmethod
    def remove(data: Path) -> None:
        """Say that nothing runs any more."""
        (data / "state.json").unlink(missing_ok=True)
