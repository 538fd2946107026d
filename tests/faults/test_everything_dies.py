"""Each program killed with -9 while people report and read: what they saw, and nothing is lost.

Also two schedules by mistake, and jobs that no worker can do. `-s` prints the counts that
docs/operations.md has.
"""

import ast
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from runner.demo import BEAT
from runner.places import CLONE, PYTHON, State
from tests.faults.load import People, counted_once, photos_shown
from tests.runner.support import eventually
from tests.stack import Demo, running_demo

KILLS = 3


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    with running_demo(DTAC_PHOTO_SWEEP_SECONDS="2", DTAC_MAIL_SWEEP_SECONDS="2") as made:
        yield made


@pytest.mark.parametrize("name", ["web", "worker", "beat", "valkey", "postgres"])
def test_killed_under_load_nothing_taken_is_lost(demo: Demo, name: str) -> None:
    time.sleep(15)  # the launcher would take more deaths within a minute for a fault of its own
    with People(demo) as people:
        people.wait_for_more()
        back = []
        for _ in range(KILLS):
            demo.kill(name)
            began = time.monotonic()
            people.wait_for_more()
            demo.wait_ready()
            back.append(time.monotonic() - began)
            time.sleep(5)
    print(f"\n{name}: {people.seen.line()}; whole again after {max(back):.1f} s")
    assert not people.seen.refused
    counted_once(demo, people.seen.taken)
    assert eventually(lambda: photos_shown(demo), 90)
    if name in ("worker", "beat", "valkey"):
        assert not set(people.seen.again) - {"no answer"}, "people noticed"
        assert set(people.seen.pages) == {"200"}


def broker(demo: Demo) -> redis.Redis:
    state = State.read(demo.data)
    assert state
    return redis.Redis.from_url(state.redis_url)


def env_of(demo: Demo, name: str) -> dict[str, str]:
    environ = Path(f"/proc/{demo.process(name)}/environ").read_bytes().rstrip(b"\0")
    return {
        key: value for key, _, value in (e.decode().partition("=") for e in environ.split(b"\0"))
    }


def test_two_schedules_do_nothing_twice(demo: Demo, tmp_path: Path) -> None:
    """Thirty e-mails queued while two schedules wake the workers: each is written once."""
    argv = [str(PYTHON), *BEAT, str(tmp_path / "second-schedule")]
    second = subprocess.Popen(
        argv, env=env_of(demo, "beat"), cwd=CLONE, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        time.sleep(6)
        demo.manage("shell", "-c", QUEUE)
        theirs = (
            "FROM members_outboundemail WHERE template = 'account-notice' AND user_id ="
            " (SELECT id FROM members_user WHERE email = 'intel@dtac.example')"
        )
        assert eventually(
            lambda: demo.sql(f"SELECT count(*) {theirs} AND state = 'sent'") == "[(30,)]", 60
        )
        time.sleep(6)
        assert second.poll() is None
    finally:
        second.kill()
        second.wait()
    ids = {row[0] for row in ast.literal_eval(demo.sql(f"SELECT message_id {theirs}"))}
    written = [each for mail in demo.mails for each in ids if each in mail]
    print(f"\ntwo schedules: {len(written)} e-mails written, {len(set(written))} different")
    assert (len(ids), len(written)) == (30, 30)


QUEUE = """
from django.db import transaction
from members.models import User
from members.signin.notices import NEW_DEVICE, account_notice
with transaction.atomic():
    for user in [User.objects.get(email="intel@dtac.example")] * 30:
        account_notice(user=user, what=NEW_DEVICE)
"""


def test_poison_in_the_queue_stops_no_worker(demo: Demo) -> None:
    """What no worker can read, knows or can do: thrown away or refused; the others go on."""
    line = broker(demo)
    junk = [b"\x00\xff not json", b"{}", b'{"body": "x", "headers": {}, "properties": {}}']
    for message in junk:
        line.lpush("celery", message)
    for task, arguments in (
        ("no.such.task", []),
        ("offenders.tasks.bulletin_sweep", ["too", "many", "arguments"]),
        ("incidents.tasks.attachment_variants_sweep", [{"key": "of an object"}]),
    ):
        demo.manage(
            "shell", "-c", f"from dtac.celery import app\napp.send_task({task!r}, {arguments})"
        )
    before = demo.process("worker")
    with People(demo, phones=1) as people:
        people.wait_for_more(10)
    assert eventually(lambda: photos_shown(demo), 60), "the worker does nothing any more"
    assert eventually(lambda: line.llen("celery") == 0, 30)
    assert eventually(demo.ready, 60)
    same = demo.process("worker") == before
    print(f"\npoison: {people.seen.line()}; worker {'the same' if same else 'anew'}")
    counted_once(demo, people.seen.taken)
    assert set(people.seen.pages) == {"200"}


def test_a_stopped_schedule_is_said_on_the_page(demo: Demo) -> None:
    """Frozen rather than killed, as on a machine that swaps: the heartbeat fades, which is said."""
    beat = demo.process("beat")
    os.kill(beat, signal.SIGSTOP)
    try:
        assert eventually(lambda: not demo.ready(), 130)
        asked = "s = all_signs()['heartbeat']\nprint(s.state, s.todo)"
        told = demo.manage("shell", "-c", f"from dtac.health import all_signs\n{asked}")
        assert "bad Start dtac-worker and dtac-beat" in told
    finally:
        os.kill(beat, signal.SIGCONT)
    demo.wait_ready()
