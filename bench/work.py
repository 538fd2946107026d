"""The programs that do the work behind the pages: a Celery worker, and a mail server to take it."""

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from runner.demo import BEAT, WORKER
from runner.places import CLONE, PYTHON
from runner.processes import Process, stop_together

from .servers import free_port


@dataclass(frozen=True)
class Post:
    """Where letters arrive."""

    port: int
    notes: Path

    def letters(self) -> list[str]:
        """Return to whom each letter went, in the order in which they came."""
        told = self.notes.read_text() if self.notes.exists() else ""
        return [line.partition(" ")[0] for line in told.splitlines()]


@contextlib.contextmanager
def postbox() -> Iterator[Post]:
    """Start a mail server that takes everything, and lead this environment's mail to it."""
    data = Path(os.environ["DTAC_DATA_DIR"])
    post = Post(free_port(), data / "letters.txt")
    os.environ["EMAIL_URL"] = f"smtp://127.0.0.1:{post.port}"
    argv = [str(PYTHON), "-m", "bench.postbox", str(post.port), str(post.notes)]
    with _running("postbox", argv):
        yield post


@contextlib.contextmanager
def worker() -> Iterator[int]:
    """Start a worker as `./run demo` does, on what this environment names; give its process."""
    with _running("worker", [str(PYTHON), *WORKER]) as process:
        _await_ready(process)
        assert process.popen is not None
        yield process.popen.pid


@contextlib.contextmanager
def beat() -> Iterator[None]:
    """Start what starts the regular jobs."""
    schedule = Path(os.environ["DTAC_DATA_DIR"]) / "beat-schedule"
    with _running("beat", [str(PYTHON), *BEAT, str(schedule)]):
        yield


@contextlib.contextmanager
def _running(name: str, argv: list[str]) -> Iterator[Process]:
    logs = Path(os.environ["DTAC_DATA_DIR"]) / "logs"
    logs.mkdir(exist_ok=True)
    env = os.environ | {"PYTHONPATH": str(CLONE)}
    process = Process(name, argv, env, logs / f"{name}.log", cwd=str(CLONE))
    process.start()
    try:
        yield process
    finally:
        stop_together([process])


def _await_ready(process: Process) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.running:
        if " ready." in process.end_of_log(200):
            return
        time.sleep(0.1)
    raise RuntimeError(f"{process.name} does not start. {process.end_of_log()}")
