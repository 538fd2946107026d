"""What a measurement runs on: a copy of the loaded data, and web servers over it."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import environ
import psycopg2  # type: ignore[import-untyped]

from runner.places import CLONE, PYTHON
from runner.processes import Process, stop_together

from .wire import Line

COPY = "bench_copy"
WEB = ("-m", "gunicorn", "--config", "python:dtac.server", "--workers", "2", "--bind")


def copy_made() -> None:
    """Copy database and files, and lead this process to the copies: what is measured writes.

    The files are the same ones under a second name; nobody writes into a stored file.
    """
    master, url = Path(os.environ["DTAC_DATA_DIR"]), os.environ["DATABASE_URL"]
    parts = urlsplit(url)
    name = parts.path.rpartition("/")[2]
    with contextlib.closing(_connection(url)) as line, line.cursor() as cursor:
        line.autocommit = True
        cursor.execute(f'DROP DATABASE IF EXISTS "{COPY}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{COPY}" TEMPLATE "{name}" STRATEGY file_copy')
    folder = master / "copy"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o711)
    subprocess.run(["cp", "-al", master / "media", folder / "media"], check=True)  # noqa: S603, S607
    (folder / "static").symlink_to(master / "static")
    os.environ["DTAC_DATA_DIR"] = str(folder)
    os.environ["DATABASE_URL"] = url_of(url, COPY)


def url_of(url: str, name: str) -> str:
    """Return the address of another database on the same server."""
    place, mark, options = url.partition("?")
    return f"{place.rpartition('/')[0]}/{name}{mark}{options}"


def _connection(url: str) -> psycopg2.extensions.connection:
    """Return a connection beside the database, which must have no visitors to be copied."""
    told = environ.Env.db_url_config(url)
    return psycopg2.connect(
        dbname="postgres", user=told["USER"], password=told["PASSWORD"] or None,
        host=told["HOST"], port=told["PORT"] or None,
    )  # fmt: skip


@dataclass(frozen=True)
class Web:
    """A running web server: its port and its processes."""

    port: int
    process: Process

    def pids(self) -> list[int]:
        """Return the workers' numbers, without the one that only watches them."""
        assert self.process.popen is not None
        parent = self.process.popen.pid
        told = Path(f"/proc/{parent}/task/{parent}/children").read_text()
        return [int(each) for each in told.split()]


@contextlib.contextmanager
def web(settings: str, home: Path = CLONE) -> Iterator[Web]:
    """Start gunicorn with two workers on settings and the code at home; stop it at the end."""
    port = free_port()
    logs = Path(os.environ["DTAC_DATA_DIR"]) / "logs"
    logs.mkdir(exist_ok=True)
    env = environment(home) | {
        "DJANGO_SETTINGS_MODULE": settings,
        "DTAC_BASE_URL": f"https://127.0.0.1:{port}",
    }
    argv = [str(PYTHON), *WEB, f"127.0.0.1:{port}", "dtac.wsgi:application"]
    name = settings.split(".")[-2] if home == CLONE else "before"
    process = Process(f"web-{name}", argv, env, logs / f"web-{name}.log", cwd=str(home))
    process.start()
    try:
        _await(port, process)
        yield Web(port, process)
    finally:
        stop_together([process])


def environment(home: Path) -> dict[str, str]:
    """Return the environment of the code at home: an earlier one has static files of its own."""
    found = os.environ | {"PYTHONPATH": str(home)}
    return found if home == CLONE else found | {"DTAC_DATA_DIR": str(home / ".data" / "copy")}


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(port: int, process: Process) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if not process.running:
            break
        with contextlib.suppress(OSError):
            Line(port, timeout=10).ask(b"GET /healthz/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            return
        time.sleep(0.1)
    raise RuntimeError(f"{process.name} does not answer. {process.end_of_log()}")
