"""400 browsers to tell: some dead, some hanging, the worker killed in the middle.

What a push service can't promise is allowed for: a message that it had taken when the worker died,
before the row said so, may come again, and then takes the first one's place on the screen. One
that was recorded may not.
"""

import ast
import json
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from audit.models import Event
from incidents import push
from incidents.models import PushDelivery, PushSubscription
from incidents.services.push import push_alert
from tests import factories
from tests.cast import make_cast
from tests.push_service import KEYS, PushService, browsers, push_service
from tests.stack import Demo, running_demo


@pytest.mark.django_db(transaction=True)
def test_400_browsers_some_dead_some_hanging(service: PushService) -> None:
    cast = make_cast()
    kinds = {"ok": 350, "gone": 20, "hang": 12, "drip": 4, "fault": 8, "refused": 2}
    browsers(service, cast.police, **kinds, elsewhere=2, busy=2)
    alert = factories.alert(cast.staff, cast.shop)
    began = time.time()
    assert push_alert(alert_id=alert.pk) == 350
    took = time.time() - began
    last = max(sent.at for sent in service.got("ok")) - began
    print(f"350 of 400 told within {last:.2f} s; the hanging ones given up after {took:.2f} s")
    assert last < 4
    assert took < 9
    assert not service.got("trap")  # no redirect is followed
    assert PushSubscription.objects.count() == 380  # the dead are dropped
    by_status = PushDelivery.objects.values_list("status", flat=True)
    assert sorted(set(by_status)) == [0, 201, 307, 403, 429, 500]
    assert len(service.got("fault")) == 8 * len(push.PAUSES)  # a fault is tried again at once
    event = Event.objects.get(action="incidents.alert.pushed")
    assert (event.record, event.detail, event.actor_id) == (
        alert.ref,
        {"browsers": 400, "told": 350},
        None,
    )


@pytest.fixture
def slow() -> Iterator[PushService]:
    folder = Path(tempfile.mkdtemp(prefix="dtac-push-"))
    with push_service(folder) as running:
        yield running
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def demo(slow: PushService) -> Iterator[Demo]:
    with running_demo(
        SSL_CERT_FILE=str(slow.certificate),
        DTAC_PUSH_HOSTS=f"127.0.0.1:{slow.port}",
        DTAC_PUSH_LEASE_SECONDS="6",
        DTAC_PUSH_SWEEP_SECONDS="1",
    ) as made:
        yield made


RAISE = """
import json, uuid
from incidents.models import PushSubscription
from incidents.services import AlertInput, alert_raise
from members.models import User
facts = json.loads({facts!r})
def user(name):
    return User.objects.for_session().get(email=name + "@dtac.example")
readers = [user(name) for name in ("store", "other", "police", "intel")]
def row(endpoint, by):
    return PushSubscription(user=by, endpoint=endpoint, p256dh=facts["p256dh"],
                            auth=facts["auth"], session_key="s")
PushSubscription.objects.bulk_create(
    row(endpoint, readers[place % 4]) for place, endpoint in enumerate(facts["endpoints"]))
PushSubscription.objects.create(**{{
    name: getattr(row(facts["newcomer"], user("staff")), name)
    for name in ("user", "endpoint", "p256dh", "auth", "session_key")}})
by = User.objects.filter(role="agency", member__name="Town CCTV").select_related("premises").first()
made = alert_raise(by=by, data=AlertInput(
    client_id=uuid.uuid4(), premises=by.premises, text="Loud group", everywhere=True))
print(made.ref)
"""
DONE = "SELECT push_done_at IS NOT NULL FROM incidents_alert WHERE ref = '{ref}'"
RECORDED = (
    "SELECT p.endpoint, extract(epoch FROM d.at)::float FROM incidents_pushdelivery d"
    " JOIN incidents_pushsubscription p ON p.id = d.subscription_id"
    " WHERE d.status = 201"
)


def test_killing_the_worker_loses_nobody_and_repeats_nobody_recorded(
    demo: Demo, slow: PushService
) -> None:
    endpoints = [slow.endpoint("slow") for _ in range(400)]
    newcomer = slow.endpoint("ok")  # of somebody who has yet to accept the agreement
    facts = {"endpoints": endpoints, "newcomer": newcomer, "p256dh": KEYS.p256dh, "auth": KEYS.auth}
    code = RAISE.format(facts=json.dumps(facts))
    ref = demo.manage("shell", "--no-imports", "-c", code).splitlines()[-1]
    assert ref.startswith("ALT-")
    for share in (80, 260):  # killed in the middle of two rounds
        deadline = time.monotonic() + 40
        while len(slow.taken) < share and time.monotonic() < deadline:
            time.sleep(0.01)
        assert len(slow.taken) >= share
        os.kill(demo.process("worker"), signal.SIGKILL)
        time.sleep(1)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and "True" not in demo.sql(DONE.format(ref=ref)):
        time.sleep(1)
    recorded = dict(ast.literal_eval(demo.sql(RECORDED)))
    got: dict[str, list[float]] = {}
    for sent in slow.taken:
        got.setdefault(f"https://127.0.0.1:{slow.port}{sent.path}", []).append(sent.at)
    assert set(got) == set(endpoints), "a browser was told nothing, or one that may not be"
    assert set(recorded) == set(endpoints)
    repeated = {endpoint: times for endpoint, times in got.items() if len(times) > 1}
    for endpoint, times in repeated.items():
        assert recorded[endpoint] >= max(times), f"{endpoint} was told again after its record"
    assert json.loads(KEYS.read(slow.taken[0].body))["ref"] == ref
    assert {sent.headers["topic"] for sent in slow.taken} == {
        ref
    }  # the second takes the first's place
    print(f"400 browsers, 2 kills, {len(slow.taken)} messages, {len(repeated)} browsers twice")
