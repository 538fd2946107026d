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
from collections.abc import Iterator
from pathlib import Path

import pytest

from dtac.tasks import GIVES_WAY
from runner.valkey import port_is_free
from tests.runner.support import CLONE, eventually
from tests.stack import Demo, free_port

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="kill -9 is bounded by Linux's means"
)


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    folder = Path(tempfile.mkdtemp(prefix="dtac demo "))
    folder.chmod(0o711)
    demo = Demo(folder, free_port())
    try:
        yield demo
    finally:
        demo.close()
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


def loaded_in() -> float:
    """Return the seconds in which one process loads the application now: four do at a start."""
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", "import django; django.setup()"], check=True, timeout=60)
    return time.monotonic() - began


def test_kill_9_leaves_nothing_and_the_next_start_is_clean(demo: Demo) -> None:
    seconds, most = demo.start(), max(10, 10 * loaded_in())
    # Promised within 5 on an idle machine; here other tests run beside it, on any machine.
    assert seconds < most, f"the second start took {seconds:.1f} s of {most:.1f}"
    demo.stop(signal.SIGKILL)
    demo.start()
    assert demo.ready()


def test_its_worker_gives_way_once_it_is_ready(running: Demo) -> None:
    nice = os.getpriority(os.PRIO_PROCESS, running.process("worker"))
    assert nice == max(GIVES_WAY, os.getpriority(os.PRIO_PROCESS, 0))


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
