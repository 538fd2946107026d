"""How the system is: the administrator's page in words, and the same as numbers for monitoring."""

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from audit.services import record
from dtac import actions
from dtac.health import Sign, State, all_signs
from dtac.health import heartbeat as beats
from members.models import OutboundEmail
from records.models import RetentionRun
from tests import factories
from tests.cast import Cast

pytestmark = pytest.mark.django_db
TOKEN = "monitoring-token-of-this-test"


@pytest.fixture
def token(settings: Any) -> dict[str, str]:
    settings.DTAC_METRICS_TOKEN = TOKEN
    return {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    cache.clear()


def backed_up(settings: Any, **detail: Any) -> None:
    settings.DTAC_BACKUP_RECIPIENTS = ["age1..."]
    record(actions.BACKUP_MADE, by=None, **{"bytes": 5, "missing": 0} | detail)


def well(settings: Any) -> None:
    """Make everything as it should be."""
    backed_up(settings)
    beats.beat(scheduled=True)
    now = timezone.now()
    RetentionRun.objects.create(on=timezone.localdate(), made_at=now, finished_at=now)


def mail_due(cast: Cast, *, ago: dt.timedelta, **fields: Any) -> None:
    now = timezone.now()
    OutboundEmail.objects.create(
        user=cast.staff, key="test:1", template="bulletin", context={}, message_id="<1@test>",
        due_at=now - ago, **fields,
    )  # fmt: skip


def test_metrics_are_for_the_token_alone(client: Client, token: dict[str, str], settings) -> None:
    assert client.get("/metrics/").status_code == 404
    assert client.get("/metrics/", headers={"Authorization": "Bearer other"}).status_code == 404
    assert client.get("/metrics/", headers=token).status_code == 200
    settings.DTAC_METRICS_TOKEN = ""
    assert client.get("/metrics/", headers={"Authorization": "Bearer "}).status_code == 404


def test_metrics_count_views_and_name_nobody(cast: Cast, client_of, token) -> None:
    version = factories.published(cast.intel, name="Kevin Marsh")
    client = client_of("staff")
    client.get("/gallery/?q=kevin")
    client.get(f"/gallery/{version.subject.ref}/")
    client.get("/gallery/D-9999/")
    client.get("/no-such-page/Kevin/")
    text = client.get("/metrics/", headers=token).content.decode()
    assert 'dtac_requests_total{method="GET",status="200",view="gallery"}' in text
    assert 'dtac_requests_total{method="GET",status="404",view="profile"}' in text
    assert 'view="none"' in text
    assert "dtac_mail_waiting" in text
    assert "dtac_retention_failed" in text or "dtac_well" in text
    for never in ("kevin", "marsh", version.subject.ref.lower(), "test.example", "/gallery"):
        assert never not in text.lower()


def test_an_unknown_method_makes_no_series(client: Client, token) -> None:
    client.generic("BREW", "/healthz/")
    text = client.get("/metrics/", headers=token).content.decode()
    assert "BREW" not in text
    assert 'method="other"' in text


def test_the_page_is_well_when_everything_is(client_of, settings) -> None:
    well(settings)
    page = client_of("admin").get("/health/").content.decode()
    assert "See to it" not in page, re.findall(r"row-meta[^<]*<?[^<]*", page)


def test_what_is_wrong_comes_first(client_of, settings) -> None:
    well(settings)
    cache.clear()
    page = client_of("admin").get("/health/").content.decode()
    assert page.index("See to it") < page.index(">Well<")
    assert "Start dtac-worker and dtac-beat" in page
    assert "1 to see to now" in page


def sign(name: str) -> Sign:
    return all_signs()[name]


def test_a_late_or_missing_backup_is_said(settings) -> None:
    assert sign("backup").state is State.BAD
    backed_up(settings)
    assert sign("backup").state is State.GOOD
    settings.DTAC_BACKUP_HOURS = -1
    assert sign("backup").state is State.BAD


def test_files_that_a_backup_missed_are_said(settings) -> None:
    backed_up(settings, missing=2)
    found = sign("backup")
    assert found.state is State.BAD
    assert "2 files" in found.words
    assert found.numbers["backup_missing_files"] == 2


def test_mail_that_waits_too_long_is_said(cast: Cast) -> None:
    assert sign("mail").state is State.GOOD
    mail_due(cast, ago=dt.timedelta(minutes=30))
    assert sign("mail").state is State.BAD
    assert sign("mail").numbers["mail_oldest_seconds"] > 1700


def test_a_mail_server_that_is_gone_is_said(cast: Cast) -> None:
    since = timezone.now()
    mail_due(cast, ago=dt.timedelta(), fault="unreachable", failing_since=since)
    assert "has not answered since" in sign("mail").words


def test_a_schedule_that_stopped_is_told_from_a_worker_that_did(monkeypatch) -> None:
    assert "dtac-worker" in sign("heartbeat").todo
    beats.beat(scheduled=False)
    assert sign("heartbeat").todo == "Start dtac-beat."
    beats.beat(scheduled=True)
    assert sign("heartbeat").state is State.GOOD


def test_two_schedules_are_said(monkeypatch) -> None:
    for _ in range(2 * beats.WINDOW // beats.EVERY):
        beats.beat(scheduled=True)
    now = beats.time.time()
    monkeypatch.setattr(beats.time, "time", lambda: now + beats.WINDOW)
    assert "2 schedules" in sign("heartbeat").words


def test_nights_that_did_not_run_are_said() -> None:
    assert sign("retention").state is State.SOON
    now = timezone.now()
    day = timezone.localdate() - dt.timedelta(days=3)
    RetentionRun.objects.create(on=day, made_at=now, finished_at=now)
    assert "3 days" in sign("retention").words


@pytest.mark.parametrize(("clock", "state"), [("08:00", State.GOOD), ("14:00", State.BAD)])
def test_a_night_may_be_late_until_noon(clock: str, state: State) -> None:
    with time_machine.travel(f"2026-03-10 {clock}Z", tick=False):
        now = timezone.now()
        yesterday = timezone.localdate() - dt.timedelta(days=1)
        RetentionRun.objects.create(on=yesterday, made_at=now, finished_at=now)
        assert sign("retention").state is state


def test_what_can_not_be_asked_is_bad_and_the_page_stands(client_of, monkeypatch) -> None:
    def broken() -> Sign:
        raise OSError("the secret of somebody")

    monkeypatch.setattr("dtac.health.machine.disk", broken)
    answer = client_of("admin").get("/health/")
    assert answer.status_code == 200
    assert b"could not be asked (OSError)" in answer.content
    assert b"secret of somebody" not in answer.content
