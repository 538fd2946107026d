"""A bulletin to 500 people while everything dies around it: nobody lost, nobody repeated.

kill -9 of the worker at 20 random moments, the broker flushed and killed, PostgreSQL killed, a
mail server that refuses, hangs and breaks off; the real programs and a real SMTP server.

What SMTP can't promise is allowed for: a letter that the mail server had accepted when its worker
died or the line broke, before the row said so, may come again, under the same Message-ID. One
that was recorded as sent may not.
"""

import asyncio
import contextlib
import json
import os
import random
import re
import signal
import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from email import message_from_bytes
from pathlib import Path
from typing import Any, NamedTuple

import psycopg2  # type: ignore[import-untyped]
import pytest
import redis
from aiosmtpd.controller import Controller

from runner.demo import WORKER
from runner.places import CLONE, PYTHON
from tests.stack import Demo, free_port, running_demo

pytestmark = pytest.mark.xdist_group("story")

READERS = 500
KILLS = 20
THREADS = 4  # of two workers: so many letters can be in hand at once
SEED = 22

HEADLINE = "Watch for these"
COMPOSE = f"""
from members.models import Agreement, AgreementAcceptance, Member, OutboundEmail, User
from offenders.models import ProfileVersion
from offenders.services import bulletin_create, bulletin_send
intel = User.objects.get(email="intel@dtac.example")
there = User.objects.bulletin_recipients().count()
member = Member.objects.active().filter(kind="full").first()
readers = User.objects.bulk_create(
    User(email=f"reader{{n}}@faults.example", name=f"Reader {{n}}", member=member, role="reporter")
    for n in range({READERS} - there))
agreement = Agreement.objects.latest("version")
AgreementAcceptance.objects.bulk_create(
    AgreementAcceptance(agreement=agreement, user=reader) for reader in readers)
made = bulletin_create(by=intel, fields={{"headline": "{HEADLINE}"}},
                       versions=list(ProfileVersion.objects.live()[:3]))
bulletin_send(by=intel, bulletin=made)
print(made.ref)
"""


class Accepted(NamedTuple):
    """A letter that the mail server took."""

    address: str
    subject: str
    message_id: str
    at: float


class Postbox:
    """A mail server that takes letters slowly, and misbehaves when it is told to."""

    def __init__(self) -> None:
        self.accepted: list[Accepted] = []
        self.never: set[str] = set()  # 550: no such person
        self.later: set[str] = set()  # 451, once each
        self.mood = "well"
        self.met: set[str] = set()
        self.connections = 0
        self.lock = threading.Lock()

    async def handle_EHLO(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, name: str, answers: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = name
        return answers

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if address in self.never:
            return "550 no such person"
        with self.lock:
            if address in self.later:
                self.later.discard(address)
                return "451 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        await asyncio.sleep(0.08)
        mood = self.mood
        self.met.add(mood)
        if mood == "busy":
            return "452 too much to do"
        if mood == "hangs":
            await asyncio.sleep(60)  # the connection, and with it this, is gone long before
        if mood == "breaks off":
            server.transport.abort()
            return "451 nobody hears this"
        letter = message_from_bytes(envelope.content)
        with self.lock:
            self.accepted.append(
                Accepted(envelope.rcpt_tos[0], letter["Subject"], letter["Message-ID"], time.time())
            )
        if mood == "breaks off late":  # it has the letter, and we never hear of it
            server.transport.abort()
        return "250 OK"

    def of_bulletin(self) -> list[Accepted]:
        """Return the letters of the bulletin: not those about it, nor of what else is due now."""
        with self.lock:
            return [each for each in self.accepted if HEADLINE in each.subject]


class MailServer:
    """A postbox that can be gone and come back on the same port."""

    def __init__(self) -> None:
        self.box, self.port = Postbox(), free_port()
        self.come()

    def come(self) -> None:
        self.controller = Controller(self.box, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def go(self) -> None:
        self.controller.stop()


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    yield server
    server.go()


@pytest.fixture
def demo(mail_server: MailServer) -> Iterator[Demo]:
    with running_demo(
        EMAIL_URL=f"smtp://127.0.0.1:{mail_server.port}",
        EMAIL_TIMEOUT="1",
        DTAC_MAIL_LEASE_SECONDS="6",
        DTAC_MAIL_FIRST_WAIT_SECONDS="1",
        DTAC_MAIL_SWEEP_SECONDS="0.5",
        DTAC_BULLETIN_SWEEP_SECONDS="1",
    ) as made:
        yield made


def state_of(demo: Demo) -> dict[str, Any]:
    return dict(json.loads((demo.data / "state.json").read_text()))


def deliveries(demo: Demo) -> dict[str, tuple[str, float, str]]:
    """Return of the last bulletin each recipient's state, when it was recorded as sent, and the
    Message-ID."""
    place, _, name = state_of(demo)["database_url"].removeprefix("postgres://app@/").rpartition("/")
    connection = psycopg2.connect(host=place, dbname=name, user="app")
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute(
            "SELECT u.email, e.state, coalesce(extract(epoch FROM e.sent_at), 0), e.message_id"
            "  FROM offenders_bulletindelivery d"
            "  JOIN members_outboundemail e ON e.id = d.email_id"
            "  JOIN members_user u ON u.id = d.user_id"
            " WHERE d.bulletin_id = (SELECT max(id) FROM offenders_bulletin)"
        )
        return {row[0]: (row[1], float(row[2]), row[3]) for row in cursor.fetchall()}


def wait_for(what: Callable[[], Any], seconds: float, why: str) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, why
        time.sleep(0.02)


def _wait_for_more(box: Postbox, why: str) -> None:
    before = len(box.accepted)
    wait_for(lambda: len(box.accepted) > before, 40, why)


def over(demo: Demo) -> bool:
    """Whether no e-mail waits any more."""
    try:
        rows = deliveries(demo)
    except psycopg2.OperationalError:  # it was killed a moment ago
        return False
    return bool(rows) and not any(state in ("queued", "claimed") for state, _, _ in rows.values())


class Workers:
    """Two workers as the demo's own, which sleeps meanwhile: its launcher would stop everything
    when one of its programs died so often. One that is killed is followed by another."""

    def __init__(self, demo: Demo) -> None:
        self.asleep = demo.process("worker")
        environ = Path(f"/proc/{self.asleep}/environ").read_bytes().rstrip(b"\0")
        pairs = (pair.decode().partition("=") for pair in environ.split(b"\0"))
        self.env = {name: value for name, _, value in pairs}
        self.log = (demo.data / "logs" / "faults.log").open("wb")
        self.running: list[subprocess.Popen[bytes]] = []
        self.started = 0
        os.kill(self.asleep, signal.SIGSTOP)
        self.start()
        self.start()

    def start(self) -> None:
        self.started += 1
        argv = [str(PYTHON), *WORKER, "--hostname", f"faults{self.started}@%h"]
        self.running.append(
            subprocess.Popen(argv, env=self.env, cwd=CLONE, stdout=self.log, stderr=self.log)
        )

    def kill_one(self) -> None:
        """kill -9 the older one, and start another at once."""
        worker = self.running.pop(0)
        assert worker.poll() is None, "it ended by itself"
        worker.kill()
        worker.wait()
        self.start()

    def close(self) -> None:
        for worker in self.running:
            worker.kill()
            worker.wait()
        self.log.close()
        os.kill(self.asleep, signal.SIGCONT)


@pytest.fixture
def workers(demo: Demo) -> Iterator[Workers]:
    made = Workers(demo)
    yield made
    made.close()


def test_a_bulletin_survives_everything(
    demo: Demo, workers: Workers, mail_server: MailServer
) -> None:
    box = mail_server.box
    rng = random.Random(SEED)
    box.never = {f"reader{n}@faults.example" for n in range(0, 50, 5)}
    box.later = {f"reader{n}@faults.example" for n in range(1, 50, 5)}
    began = time.monotonic()
    ref = re.findall(r"BUL-\d+-\d+", demo.manage("shell", "--no-imports", "-c", COMPOSE))[-1]

    def flushed_and_killed() -> None:
        broker = redis.Redis.from_url(state_of(demo)["redis_url"])
        broker.flushall()
        os.kill(demo.process("valkey"), signal.SIGKILL)

    def in_a_mood(mood: str) -> Callable[[], None]:
        def act() -> None:
            box.mood = mood
            wait_for(lambda: mood in box.met, 20, f"nobody met a server that {mood}")
            time.sleep(0.3)
            box.mood = "well"

        return act

    def unreachable() -> None:
        mail_server.go()
        time.sleep(1)
        mail_server.come()

    def killed(name: str) -> Callable[[], None]:
        return lambda: os.kill(demo.process(name), signal.SIGKILL)

    faults: list[Callable[[], None]] = [
        *[workers.kill_one] * KILLS,
        *[flushed_and_killed] * 2,
        *[killed("postgres")] * 2,
        *[in_a_mood(mood) for mood in ("busy", "hangs", "breaks off", "breaks off late")],
        unreachable,
    ]
    rng.shuffle(faults)
    for number, fault in enumerate(faults, 1):
        _wait_for_more(box, f"nothing went before fault {number}")
        time.sleep(rng.uniform(0, 0.35))
        assert len(box.of_bulletin()) < READERS, f"all was over before fault {number}"
        fault()
    wait_for(lambda: over(demo), 60, "some still wait")
    lasted = time.monotonic() - began

    final = deliveries(demo)
    assert len(final) == READERS
    assert {address for address, row in final.items() if row[0] == "failed"} == box.never
    assert {row[0] for row in final.values()} == {"sent", "failed"}
    got: dict[str, list[Accepted]] = defaultdict(list)
    for each in box.of_bulletin():
        got[each.address].append(each)
    assert set(got) == set(final) - box.never, "somebody got nothing"
    repeated = {address: letters for address, letters in got.items() if len(letters) > 1}
    for address, letters in repeated.items():
        # The record must be younger than the last letter: it had not been recorded before.
        assert final[address][1] >= letters[-1].at - 0.5, f"{address}: again after its record"
    assert all({each.message_id for each in got[address]} == {final[address][2]} for address in got)
    # Each fault can come between the server's answer and our record, for what was in hand then.
    assert len(repeated) <= len(faults) * THREADS
    wait_for(
        lambda: any(ref in each.subject for each in box.accepted), 30, "the manager was not told"
    )
    told = [each for each in box.accepted if ref in each.subject]
    assert [each.address for each in told] == ["intel@dtac.example"]
    assert box.connections < len(box.accepted), "a connection is used for more than one letter"
    print(
        f"{len(got)} recipients and {len(box.never)} refused; {len(faults)} faults in "
        f"{lasted:.0f} s; {sum(map(len, got.values()))} letters on {box.connections} connections, "
        f"{len(repeated)} recipients got theirs twice, none after its record"
    )
