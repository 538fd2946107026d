"""How requests are shared out between the workers of the web server (dtac.server.Worker)."""

import contextlib
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

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
            booted = 0
            while booted < workers:
                booted += b"Booting worker" in web.stderr.readline()
            yield f"http://{address}"
        finally:
            web.terminate()


def ask(address: str, seconds: float) -> dict[str, Any]:
    with urllib.request.urlopen(f"{address}/?seconds={seconds}", timeout=20) as answer:
        told: dict[str, Any] = json.load(answer)
    return told


def ask_at_once(address: str, many: int, seconds: float) -> tuple[list[dict[str, Any]], float]:
    """Return the answers to so many at once, and the seconds until the last of them."""
    ask(address, 0)
    began = time.monotonic()
    with ThreadPoolExecutor(many) as pool:
        answers = list(pool.map(lambda _: ask(address, seconds), range(many)))
    return answers, time.monotonic() - began


def test_a_worker_is_at_work_on_two_requests_at_once() -> None:
    with served(1, WEB_SLOW="30") as address:
        answers, _ = ask_at_once(address, 12, 0.05)
    # One or two more where this machine is so slow that a request isn't there in five milliseconds.
    assert 2 <= max(answer["beside"] for answer in answers) <= 4


def test_what_one_worker_has_no_room_for_another_takes() -> None:
    with served(2, WEB_SLOW="30") as address:
        answers, _ = ask_at_once(address, 8, 0.4)
    assert min(Counter(answer["pid"] for answer in answers).values()) >= 2
    assert len({answer["pid"] for answer in answers}) == 2


def test_slow_requests_do_not_keep_others_out() -> None:
    with served(1) as address:
        answers, seconds = ask_at_once(address, 12, 1.5)
    assert max(answer["beside"] for answer in answers) > 6
    assert seconds < 12 / 2 * 1.5 / 2  # two at a time would take nine seconds
