"""How requests are shared out between the workers of the web server (dtac.server.Worker)."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

import pytest

from runner.places import CLONE
from tests.stack import free_port


@contextlib.contextmanager
def served(workers: int, **settings: str) -> Iterator[str]:
    """Serve tests.served with so many workers; yield its address."""
    address = f"127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "gunicorn", "tests.served:application",
               "--config", "python:tests.served", "--workers", str(workers), "--bind", address,
               "--no-control-socket"]  # fmt: skip
    with subprocess.Popen(
        command, cwd=CLONE, env=os.environ | settings, stderr=subprocess.PIPE
    ) as web:
        try:
            assert web.stderr is not None
            lines = iter(web.stderr.readline, b"")
            booted = (line for line in lines if b"Booting worker" in line)
            assert len(list(islice(booted, workers))) == workers
            yield f"http://{address}"
        finally:
            web.terminate()


def ask(address: str, seconds: float) -> dict[str, Any]:
    with urllib.request.urlopen(f"{address}/?seconds={seconds}", timeout=20) as answer:
        told: dict[str, Any] = json.load(answer)
    return told


def ask_at_once(address: str, many: int, seconds: float) -> list[dict[str, Any]]:
    """Return the answers to so many at once."""
    ask(address, 0)
    with ThreadPoolExecutor(many) as pool:
        return list(pool.map(lambda _: ask(address, seconds), range(many)))


def test_a_worker_is_at_work_on_two_requests_at_once() -> None:
    with served(1, WEB_SLOW="30") as address:
        answers = ask_at_once(address, 12, 0.05)
    # Some more where this machine is so slow that a request isn't there in five milliseconds.
    assert 2 <= max(answer["beside"] for answer in answers) < 8


def test_what_one_worker_has_no_room_for_another_takes() -> None:
    with served(2, WEB_SLOW="30") as address:
        answers = ask_at_once(address, 8, 0.4)
    assert min(Counter(answer["pid"] for answer in answers).values()) >= 2
    assert len({answer["pid"] for answer in answers}) == 2


def test_slow_requests_do_not_keep_others_out() -> None:
    with served(1) as address:
        answers = ask_at_once(address, 12, 1.5)
    assert max(answer["beside"] for answer in answers) > 6


def test_a_worker_without_a_thread_leaves_others_to_one_that_has() -> None:
    with served(2, WEB_THREADS="2") as address:
        slow = ThreadPoolExecutor(3)
        held = [slow.submit(ask, address, 3) for _ in range(3)]
        time.sleep(1)  # both are slow by now: three of four threads are held
        quick = [ask(address, 0) for _ in range(5)]
        assert len({answer["pid"] for answer in quick}) == 1
        assert not any(each.done() for each in held)


def test_a_head_that_never_ends_is_cut_off() -> None:
    with served(1, WEB_SILENCE="5", WEB_GRACE="1") as address:
        host, _, port = address.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=20) as line:
            line.sendall(b"GET / HTTP/1.1\r\n")
            began = time.monotonic()
            with contextlib.suppress(ConnectionError):
                while time.monotonic() - began < 15:
                    line.sendall(b"X")
                    time.sleep(0.2)
                pytest.fail("still taken after 15 seconds")


def said_by(program: str) -> list[str]:
    """Run Python with the applications loaded; return the words that it prints."""
    argv = [sys.executable, "-c", f"import django; django.setup()\n{program}"]
    return subprocess.check_output(argv, cwd=CLONE, text=True).split()


def test_the_worker_gives_way_to_the_web() -> None:
    told = said_by(
        "import os; from dtac.tasks import worker_gives_way\n"
        "for _ in range(2): worker_gives_way(); print(os.getpriority(os.PRIO_PROCESS, 0))"
    )
    now = os.getpriority(os.PRIO_PROCESS, 0)
    assert told == [str(max(5, now))] * 2


def test_a_loaded_web_worker_looks_for_garbage_again() -> None:
    told = said_by(
        "import gc; from dtac.server import post_fork, post_worker_init\n"
        "post_fork(None, None); print(gc.isenabled())\n"
        "post_worker_init(None); print(gc.isenabled(), gc.get_freeze_count() > 100_000)"
    )
    assert told == ["False", "True", "True"]
