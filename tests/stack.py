"""`./run demo` as tests drive it: its own port, its own data folder, the real programs."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg2  # type: ignore[import-untyped]
from environ import Env

from runner.places import Lock, State
from runner.processes import birth
from tests.runner.support import CLONE, eventually

LEFT_OUT = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "SECRET_KEY", "DTAC_TEST_DIR",
            "DTAC_TEST_MIGRATED")  # fmt: skip


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Demo:
    """One demo on its own port and data folder."""

    def __init__(self, folder: Path, port: int) -> None:
        self.data = folder / "data"
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.screen = folder / "screen.txt"
        self.env = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}
        self.env["DTAC_DATA_DIR"] = str(self.data)
        self.launcher: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start it, wait for the sign-ins on screen, return the seconds that took."""
        began = time.monotonic()
        with self.screen.open("wb") as screen:
            self.launcher = subprocess.Popen(
                [CLONE / "run", "demo", "--port", str(self.port)],
                stdin=subprocess.DEVNULL,
                stdout=screen,
                stderr=subprocess.STDOUT,
                env=self.env,
                start_new_session=True,
            )
        launcher = self.launcher
        eventually(lambda: "Ctrl-C stops" in self.told() or launcher.poll() is not None, 300)
        assert launcher.poll() is None, self.told()
        assert "Ctrl-C stops" in self.told(), self.told()
        return time.monotonic() - began

    def told(self) -> str:
        """Return what is on its screen so far."""
        return self.screen.read_text(errors="replace")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run another command of the launcher on the same data folder."""
        return subprocess.run(
            [CLONE / "run", *arguments],
            capture_output=True,
            text=True,
            check=False,
            env=self.env,
            cwd="/",
            timeout=60,
        )

    def manage(self, *arguments: str) -> str:
        """Run a management command beside it; return what it prints."""
        done = self.run("manage", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def sql(self, statement: str) -> str:
        """Run a statement in its database, as its owner could; return its rows or their number."""
        state = State.read(self.data)
        assert state, "it is not running"
        place = Env.db_url_config(state.database_url)
        line = psycopg2.connect(host=place["HOST"], user=place["USER"], dbname=place["NAME"])
        with contextlib.closing(line), line, line.cursor() as cursor:
            cursor.execute(statement)
            return str(cursor.fetchall() if cursor.description else cursor.rowcount)

    @property
    def mails(self) -> list[str]:
        """The e-mails written so far, each as text."""
        return [
            letter
            for path in sorted((self.data / "mail").glob("*.log"))
            for letter in path.read_text().split("-" * 79)
            if "Message-ID" in letter
        ]

    def ready(self) -> bool:
        """Whether database, broker and worker all answer."""
        try:
            with urllib.request.urlopen(f"{self.url}/readyz/", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:  # refused, or an answer that says no
            return False

    def process(self, name: str) -> int:
        """Return the pid of one of its programs, once it runs (it may just be restarting)."""
        path = self.data / "logs" / f"{name}.pid"
        found: list[int] = []

        def runs() -> bool:
            with contextlib.suppress(OSError, ValueError):  # gone, or not written to its end
                pid, _, born = path.read_text().split(maxsplit=2)
                if birth(int(pid)) == born.strip():
                    found.append(int(pid))
            return bool(found)

        assert eventually(runs, 30), f"{name} does not run"
        return found[0]

    def kill(self, name: str) -> None:
        """Kill one of its programs with all its workers, as a power cut would; it is restarted."""
        os.killpg(os.getpgid(self.process(name)), signal.SIGKILL)

    def wait_ready(self) -> None:
        """Wait until everything answers again."""
        assert eventually(self.ready, 60)

    def everyone(self) -> dict[int, str]:
        """Return the launcher and everything beneath it, each with its time of birth."""
        assert self.launcher
        shown = subprocess.run(
            ["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True
        ).stdout
        parents = {
            int(pid): int(parent) for pid, parent in (line.split() for line in shown.splitlines())
        }
        found = {self.launcher.pid}
        while more := {pid for pid, parent in parents.items() if parent in found} - found:
            found |= more
        return {pid: birth(pid) for pid in found if birth(pid)}

    def stop(self, number: signal.Signals) -> float:
        """Send a signal to the launcher, wait until nothing is left, return the seconds taken."""
        assert self.launcher
        before = self.everyone()
        assert len(before) > 10  # else there is nothing to prove
        began = time.monotonic()
        self.launcher.send_signal(number)
        self.launcher.wait(15)
        assert eventually(lambda: not any(birth(pid) == born for pid, born in before.items()), 10)
        return time.monotonic() - began

    def close(self) -> None:
        """Stop it at the end of a test, if it runs."""
        if self.launcher is not None and self.launcher.poll() is None:
            self.launcher.send_signal(signal.SIGINT)
            self.launcher.wait(20)


@contextlib.contextmanager
def running_demo(**env: str) -> Iterator[Demo]:
    """Run a demo of one's own with these settings, on a copy of the data loaded for the whole run.

    Only its settings and what is done to it are its own: loading takes most of a minute, a copy
    takes a second.
    """
    folder = Path(tempfile.mkdtemp(prefix="dtac-demo-"))
    folder.chmod(0o711)  # root's PostgreSQL passes through it as `nobody`
    demo = Demo(folder, free_port())
    demo.env |= {"DTAC_LOG_FORMAT": "json"} | env  # as a real installation's
    try:
        # With owners and times: the database is its server's own, and static files look unchanged.
        subprocess.run(["cp", "-Rp", _loaded_data(), demo.data], check=True)
        demo.start()
        yield demo
    finally:
        demo.close()
        shutil.rmtree(folder, ignore_errors=True)


def _loaded_data() -> Path:
    """Return the data folder of a demo that was loaded and stopped, once for all test processes."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", os.getpid())
    folder = Path(tempfile.gettempdir()) / f"dtac-loaded-{run}"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o711)
    lock = Lock(folder / "lock")
    assert eventually(lock.take, 300), "another test process is still loading the demo"
    try:
        if not (folder / "loaded").exists():
            demo = Demo(folder, free_port())
            if migrated := os.environ.get("DTAC_TEST_MIGRATED"):
                _place_database(demo.data, Path(migrated))
            try:
                demo.start()
            finally:
                demo.close()
            # Its port and password would lead two copies to one broker.
            shutil.rmtree(demo.data / "valkey")
            (folder / "loaded").touch()
    finally:
        lock.release()
    return folder / "data"


def _place_database(data: Path, migrated: Path) -> None:
    """Put a migrated database where a demo would make its own at its first start."""
    data.mkdir(mode=0o711)
    cluster = data / f"postgres-{(migrated / 'PG_VERSION').read_text().strip()}"
    subprocess.run(["cp", "-Rp", migrated, cluster], check=True)
