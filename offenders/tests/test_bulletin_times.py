"""A bulletin at a time: starts once, late too; cancelled before; leaves out what went."""

import datetime as dt
import threading
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.models import Event
from common import dates
from common.fields import LondonMomentField
from members.models import OutboundEmail
from offenders.models import Bulletin, BulletinDelivery
from offenders.services import (
    bulletin_cancel,
    bulletin_schedule,
    bulletin_send,
    bulletin_start,
    profile_publish,
    profile_withdraw,
)
from offenders.tasks import bulletin_sweep
from tests import factories
from tests.cast import Cast, make_cast

HOUR = dt.timedelta(hours=1)


def scheduled(cast: Cast, *versions: Any, **fields: Any) -> Bulletin:
    """Return a bulletin that starts in an hour."""
    made = factories.bulletin(
        cast.intel, *(versions or [factories.published(cast.intel)]), **fields
    )
    bulletin_schedule(by=cast.intel, bulletin=made, at=timezone.now() + HOUR)
    return made


def test_it_starts_at_its_time_once_and_late_is_fine(cast: Cast, client_of) -> None:
    made = scheduled(cast)
    assert bulletin_sweep() == 0
    assert client_of("staff").get(f"/bulletins/{made.ref}/").status_code == 404
    with time_machine.travel(timezone.now() + 30 * HOUR):
        assert bulletin_sweep() == 5
        assert bulletin_sweep() == 0
        assert not bulletin_start(bulletin_id=made.pk)
    assert client_of("staff").get(f"/bulletins/{made.ref}/").status_code == 200
    assert BulletinDelivery.objects.count() == 5
    sent = Event.objects.get(action="offenders.bulletin.sent")
    assert (sent.actor_id, sent.detail["scheduled"]) == (cast.intel.pk, True)


def test_a_time_that_is_past_or_far_off_is_refused_beside_its_field(cast: Cast, client_of) -> None:
    made = factories.bulletin(cast.intel, factories.published(cast.intel))
    client = client_of("intel")
    for moment, words in [
        (timezone.now() - HOUR, "This time is past"),
        (timezone.now() + dt.timedelta(days=61), "within 60 days"),
    ]:
        typed = f"{moment.astimezone(dates.LONDON):%Y-%m-%dT%H:%M}"
        answer = client.post(f"/bulletins/{made.ref}/schedule/", {"send_at": typed})
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert typed in answer.content.decode()  # what was typed is kept
    made.refresh_from_db()
    assert made.send_at is None


def test_by_the_form_cancelled_and_sent_at_another_time(cast: Cast, client_of) -> None:
    made = factories.bulletin(cast.intel, factories.published(cast.intel))
    client = client_of("intel")
    tomorrow = timezone.now().astimezone(dates.LONDON) + dt.timedelta(days=1)
    at = {"send_at": f"{tomorrow:%Y-%m-%dT%H:%M}"}
    assert client.post(f"/bulletins/{made.ref}/schedule/", at).status_code == 302
    page = client.get(f"/bulletins/{made.ref}/").content.decode()
    assert f">tomorrow {tomorrow:%H:%M}</time>" in page
    assert client.post(f"/bulletins/{made.ref}/cancel/").status_code == 302
    with time_machine.travel(timezone.now() + 48 * HOUR):
        bulletin_sweep()
    made.refresh_from_db()
    assert (made.sent_at, made.send_at) == (None, None)
    assert client.post(f"/bulletins/{made.ref}/schedule/", at).status_code == 302
    assert client.post(f"/bulletins/{made.ref}/send/").status_code == 302  # not waiting after all
    with pytest.raises(ValidationError, match="started already"):
        bulletin_cancel(by=cast.intel, bulletin=made)
    with pytest.raises(ValidationError, match="sent already"):
        bulletin_schedule(by=cast.intel, bulletin=made, at=timezone.now() + HOUR)


def test_what_went_meanwhile_is_left_out_and_said(cast: Cast, client_of) -> None:
    stays, gone, ended, narrowed = (
        factories.published(cast.intel, name=name)
        for name in ("Paul Tate", "Leanne Foster", "Kim Ward", "Ray Oakes")
    )
    made = scheduled(cast, stays, gone, ended, narrowed)
    profile_withdraw(by=cast.intel, subject=gone.subject, reason="Mistake")
    subject = narrowed.subject
    subject.refresh_from_db()
    profile_publish(
        by=cast.intel,
        subject=subject,
        revision=subject.revision,
        draft=factories.draft(subject, audience="sectors", audience_sectors=["licensed"]),
    )
    with time_machine.travel(timezone.now() + 2 * HOUR):
        type(ended).objects.filter(pk=ended.pk).update(
            withdrawn_at=timezone.now(), withdrawn_by=cast.intel
        )
        bulletin_sweep()
        page = client_of("intel").get(f"/bulletins/{made.ref}/").content.decode()
        assert f"{gone.subject.ref} (withdrawn or past its last day)" in page
        assert f"{ended.subject.ref} (withdrawn or past its last day)" in page
        assert f"{subject.ref} (published to fewer people since)" in page
        reader = client_of("other").get(f"/bulletins/{made.ref}/").content.decode()
    assert "Paul Tate" in reader
    assert "Ray Oakes" not in reader  # a pub would see the profile, but it wasn't sent in this
    event = Event.objects.get(action="offenders.bulletin.left_out")
    assert set(event.subjects) == {gone.subject.ref, ended.subject.ref, subject.ref}


@pytest.mark.parametrize("why", ["nothing left", "a name"])
def test_what_can_no_longer_start_is_stopped_and_told(cast: Cast, client_of, why: str) -> None:
    version = factories.published(cast.intel, name="Paul Tate")
    made = scheduled(cast, version, headline="Oakes Road shop thefts")
    if why == "a name":
        factories.published(cast.intel, name="Ray Oakes")
    else:
        profile_withdraw(by=cast.intel, subject=version.subject, reason="Mistake")
    with time_machine.travel(timezone.now() + 2 * HOUR):
        bulletin_sweep()
        bulletin_sweep()
        made.refresh_from_db()
        assert (made.sent_at, made.send_at) == (None, None)
        assert made.stopped_why
        queue = client_of("intel").get("/queue/").content.decode()
        assert "It could not start at its time." in queue
        client_of("intel").post(f"/bulletins/{made.ref}/seen/")
        assert made.ref not in client_of("intel").get("/queue/").content.decode()
    told = OutboundEmail.objects.get()
    assert (told.template, told.user_id) == ("bulletin-stopped", cast.intel.pk)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(4))
def test_starting_cancelling_and_sending_at_once_have_one_winner(attempt: int) -> None:
    cast = make_cast()
    made = scheduled(cast)
    Bulletin.objects.update(send_at=timezone.now() - HOUR)
    barrier = threading.Barrier(6)
    won: list[str] = []

    def run(name: str) -> None:
        barrier.wait()
        try:
            if name == "start":
                if bulletin_start(bulletin_id=made.pk):
                    won.append(name)
            elif name == "cancel":
                bulletin_cancel(by=cast.intel, bulletin=made)
                won.append(name)
            else:
                bulletin_send(by=cast.intel, bulletin=made)
                won.append(name)
        except ValidationError as error:
            assert error.code == "stale"  # noqa: PT017
        finally:
            connection.close()

    what = ["start", "cancel", "start", "cancel", "start", "start"]
    threads = [threading.Thread(target=run, args=[name]) for name in what]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1, won
    made.refresh_from_db()
    assert (made.sent_at is not None) == (won == ["start"])
    assert (made.send_at is None) == (won == ["cancel"])
    bulletin_sweep()
    assert BulletinDelivery.objects.count() == (5 if won == ["start"] else 0)


@settings(max_examples=200)
@given(st.datetimes(min_value=dt.datetime(2026, 1, 1), max_value=dt.datetime(2032, 1, 1)))
def test_a_time_typed_is_the_time_london_shows(local: dt.datetime) -> None:
    """Whatever hour: the moment shows as typed, or as the next hour where that one never comes."""
    local = local.replace(second=0, microsecond=0)
    moment = LondonMomentField().clean(f"{local:%Y-%m-%dT%H:%M}")
    shown = moment.astimezone(dates.LONDON).replace(tzinfo=None)
    assert shown in (local, local + HOUR)
    if shown != local:
        assert (local.month, local.hour) == (3, 1)
