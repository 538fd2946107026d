"""kill -9 of worker, broker and database in the middle of a bulletin: nobody lost, nobody twice.

What SMTP can't promise is allowed for: a message that the mail server had accepted when its worker
died, before the row said so, may come again. One that was recorded as sent may not.
"""

import os
import random
import re
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests.stack import Demo, free_port

pytestmark = pytest.mark.xdist_group("story")

COMPOSE = """
from members.models import User
from offenders.models import ProfileVersion
from offenders.services import bulletin_create, bulletin_send
intel = User.objects.get(email="intel@dtac.example")
made = bulletin_create(by=intel, fields={"headline": "Watch for these"},
                       versions=list(ProfileVersion.objects.live()[:3]))
bulletin_send(by=intel, bulletin=made)
print(made.ref)
"""
STATES = """
from members.models import OutboundEmail
for email in OutboundEmail.objects.select_related("user"):
    print(email.user.email, email.state, email.sent_at.timestamp() if email.sent_at else 0)
"""


class SlowPostbox:
    """Accepts every letter, slowly enough to be interrupted, and notes when."""

    def __init__(self) -> None:
        self.accepted: list[tuple[str, float]] = []
        self.lock = threading.Lock()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        import asyncio

        await asyncio.sleep(0.04)
        with self.lock:
            self.accepted.append((envelope.rcpt_tos[0], time.time()))
        return "250 OK"


@pytest.fixture
def postbox() -> Iterator[tuple[SlowPostbox, int]]:
    box, port = SlowPostbox(), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


@pytest.fixture
def demo(postbox: tuple[SlowPostbox, int]) -> Iterator[Demo]:
    folder = Path(tempfile.mkdtemp(prefix="dtac-faults-"))
    folder.chmod(0o711)
    made = Demo(folder, free_port())
    made.env |= {
        "EMAIL_URL": f"smtp://127.0.0.1:{postbox[1]}",
        "DTAC_MAIL_LEASE_SECONDS": "8",
        "DTAC_MAIL_SWEEP_SECONDS": "2",
    }
    made.start()
    yield made
    made.close()
    shutil.rmtree(folder, ignore_errors=True)


def states(demo: Demo) -> dict[str, tuple[str, float]]:
    """Return each recipient's state and when it was recorded as sent."""
    done = demo.run("manage", "shell", "--no-imports", "-c", STATES)
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines() if "@" in line]
    return {email: (state, float(at)) for email, state, at in rows}


def test_killing_worker_broker_and_database_loses_and_repeats_nobody(
    demo: Demo, postbox: tuple[SlowPostbox, int]
) -> None:
    box, _ = postbox
    rng = random.Random(22)
    sent = demo.run("manage", "shell", "--no-imports", "-c", COMPOSE)
    assert sent.returncode == 0, sent.stderr
    assert re.search(r"BUL-\d+-\d+", sent.stdout)
    for name in ("worker", "valkey", "postgres", "worker", "postgres", "valkey", "worker"):
        before = len(box.accepted)
        deadline = time.monotonic() + 40
        while len(box.accepted) < before + rng.randrange(4, 16) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(box.accepted) > before, f"nothing was sent before {name} was killed"
        os.kill(demo.process(name), signal.SIGKILL)
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        if demo.ready():
            now = states(demo)
            if now and all(state == "sent" for state, _ in now.values()):
                break
        time.sleep(1)
    final = states(demo)
    assert final
    assert {state for state, _ in final.values()} == {"sent"}
    got: dict[str, list[float]] = {}
    for address, moment in box.accepted:
        got.setdefault(address, []).append(moment)
    assert set(got) == set(final), "a recipient got nothing"
    repeated = {address: moments for address, moments in got.items() if len(moments) > 1}
    for address, moments in repeated.items():
        # The record of it must be younger than the last acceptance: it had not been recorded.
        assert final[address][1] >= moments[-1] - 0.5, f"{address} was repeated after its record"
    assert len(repeated) <= 7 * 2, repeated  # at most what two threads held at each of seven kills
    print(f"{len(got)} recipients, {len(box.accepted)} accepted, {len(repeated)} twice")
