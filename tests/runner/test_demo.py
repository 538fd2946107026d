"""The whole of `./run demo`, with the real programs: up, down, killed, and each of its parts
killed."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.processes import birth
from runner.valkey import port_is_free
from tests.runner.support import CLONE, eventually

pytestmark = [
    pytest.mark.xdist_group("stack"),
    pytest.mark.skipif(
        not sys.platform.startswith("linux"), reason="kill -9 is bounded by Linux's means"
    ),
]

LEFT_OUT = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "SECRET_KEY")


class Demo:
    """One demo on its own port and data folder."""

    def __init__(self, folder: Path, port: int) -> None:
        self.data = folder / "data"
        self.port = port
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
        eventually(lambda: "Ctrl-C stops" in self.told() or launcher.poll() is not None, 120)
        assert launcher.poll() is None, self.told()
        assert "Ctrl-C stops" in self.told(), self.told()
        return time.monotonic() - began

    def told(self) -> str:
        return self.screen.read_text(errors="replace")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [CLONE / "run", *arguments],
            capture_output=True,
            text=True,
            check=False,
            env=self.env,
            cwd="/",
            timeout=60,
        )

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.port}/readyz/", timeout=5
            ) as answer:
                return bool(answer.status == 200)
        except OSError:  # refused, or an answer that says no
            return False

    def process(self, name: str) -> int:
        return int((self.data / "logs" / f"{name}.pid").read_text().split()[0])

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
        """Send a signal to the launcher, wait until nothing of it is left, return the seconds that
        took."""
        assert self.launcher
        before = self.everyone()
        assert len(before) > 10  # else there is nothing to prove
        began = time.monotonic()
        self.launcher.send_signal(number)
        self.launcher.wait(15)
        assert eventually(lambda: not any(birth(pid) == born for pid, born in before.items()), 10)
        return time.monotonic() - began


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    folder = Path(tempfile.mkdtemp(prefix="dtac demo "))
    folder.chmod(0o711)
    port = next(port for port in range(8100 + os.getpid() % 500, 9000) if port_is_free(port))
    demo = Demo(folder, port)
    try:
        yield demo
    finally:
        if demo.launcher is not None and demo.launcher.poll() is None:
            demo.launcher.send_signal(signal.SIGINT)
            demo.launcher.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def running(demo: Demo) -> Demo:
    """The demo, running: also when a test is run alone or the one before it failed."""
    if demo.launcher is None or demo.launcher.poll() is not None:
        demo.start()
    return demo


def test_first_start_then_ctrl_c_leaves_nothing(demo: Demo) -> None:
    demo.start()
    assert "intel@dtac.example" in demo.told()
    assert str(demo.data / "mail") in demo.told()
    assert demo.ready()
    assert demo.stop(signal.SIGINT) < 5
    assert demo.launcher is not None
    assert demo.launcher.returncode == 0
    assert port_is_free(demo.port)
    assert not (demo.data / "state.json").exists()


def test_kill_9_leaves_nothing_and_the_next_start_is_clean(demo: Demo) -> None:
    seconds = demo.start()
    # Promised within 5 on an idle machine; here other tests run beside it.
    assert seconds < 10, f"the second start took {seconds:.1f} s"
    demo.stop(signal.SIGKILL)
    demo.start()
    assert demo.ready()


def test_a_second_start_is_refused_plainly(running: Demo) -> None:
    done = running.run("demo", "--port", str(running.port))
    assert done.returncode == 1
    assert f"already running at http://127.0.0.1:{running.port}/" in done.stderr


def test_a_taken_port_is_named_before_anything_starts(demo: Demo, tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = subprocess.run(
            [CLONE / "run", "demo", "--port", str(port)],
            capture_output=True,
            text=True,
            check=False,
            env={**demo.env, "DTAC_DATA_DIR": str(tmp_path / "data")},
            timeout=60,
        )
    assert done.returncode == 1
    assert f"Port {port} is taken" in done.stderr
    assert not list((tmp_path / "data").glob("postgres-*"))


def test_manage_works_beside_it(running: Demo) -> None:
    code = "from django.db import connection as c; c.ensure_connection(); exit(7)"
    done = running.run("manage", "shell", "-c", code)
    assert done.returncode == 7, done.stderr
    assert json.loads((running.data / "state.json").read_text())["port"] == running.port


@pytest.mark.parametrize("name", ["postgres", "valkey", "worker", "web", "beat"])
def test_a_killed_part_comes_back(running: Demo, name: str) -> None:
    before = running.process(name)
    ready = (running.data / "logs" / "worker.log").read_text(errors="replace").count(" ready.")
    os.kill(before, signal.SIGKILL)
    assert eventually(lambda: f"{name} ended by itself (killed by signal 9)" in running.told(), 5)
    pid_file = running.data / "logs" / f"{name}.pid"
    assert eventually(lambda: pid_file.exists() and running.process(name) != before, 5)
    assert eventually(running.ready, 20)
    if name == "worker":  # the heartbeat of the killed one still counts for /readyz/
        log = running.data / "logs" / "worker.log"
        assert eventually(lambda: log.read_text(errors="replace").count(" ready.") > ready, 20)
