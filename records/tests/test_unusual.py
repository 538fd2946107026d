"""A night that would delete unusually much waits for the manager."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.models import Event
from common import dates
from offenders.models import Subject
from records.models import RetentionRun, Tombstone
from records.retention.nightly import night_release, night_run
from records.retention.policy import Change, rule_change, rules_on
from tests import factories
from tests.cast import Cast, signed_in

DAY = dt.timedelta(days=1)
DUE = 800 * DAY  # twelve months seen, twelve more, and some
FEW, MANY = 3, 12


@pytest.fixture(autouse=True)
def few(settings) -> None:
    settings.DTAC_RETENTION_FEW = 5


@pytest.fixture
def later(cast: Cast, settings) -> Iterator[Any]:
    """More than two years after the last incident of a dozen people, and none since."""
    settings.DTAC_RETENTION_MOST = 5
    factories.many_known(cast.intel, [f"Person {n}" for n in range(MANY)])
    with time_machine.travel(timezone.now() + DUE, tick=True) as clock:
        yield clock


def test_it_deletes_nothing_before_the_manager_says_so(cast: Cast, later, client) -> None:
    night = night_run()
    assert night.waits
    assert night.held_because == f"{MANY} of {MANY} subjects are due at once."
    assert (Subject.objects.count(), Tombstone.objects.count()) == (MANY, 0)
    assert night_run().waits  # asked again, it waits still
    signed_in(client, cast.intel)
    queue = client.get("/queue/").text
    assert f"Night of {dates.short_date(night.on)} waits for you" in queue
    page = f"/records/retention/nights/{night.on}/"
    assert "Is the server’s clock right?" in client.get(page).text
    answer = client.post(page, {"release": "1"}, follow=True)
    assert "It goes on within the hour." in answer.text
    assert Subject.objects.count() == MANY  # the worker does it, not the page
    assert "waits for you" not in client.get("/queue/").text
    assert night_run().finished_at
    assert (Subject.objects.count(), Tombstone.objects.count()) == (0, MANY)
    event = Event.objects.get(action="records.run.released")
    assert (event.actor_id, event.detail) == (cast.intel.pk, {"due": MANY})
    assert "let it go" in client.get(page).text
    again = client.post(page, {"release": "1"}, follow=True)
    assert "doesn’t wait" in again.text


def test_the_next_night_takes_the_list_over(cast: Cast, later) -> None:
    first = night_run()
    later.shift(DAY)
    second = night_run()
    assert second.waits
    first.refresh_from_db()
    assert first.finished_at
    words = set(first.items.values_list("state", "words"))
    assert words == {
        ("skipped", "The list waited for the manager’s word. It is on the next one’s list.")
    }
    assert not night_release(by=cast.intel, night=first)
    assert night_release(by=cast.intel, night=second)
    assert night_run().items.filter(state="deleted").count() == MANY


def test_a_usual_night_does_not_wait(cast: Cast, settings, client) -> None:
    settings.DTAC_RETENTION_MOST = 5
    factories.many_known(cast.intel, [f"Person {n}" for n in range(FEW)])
    with time_machine.travel(timezone.now() + DUE, tick=True):
        night = night_run()
    assert night.finished_at
    assert night.held_because == ""
    assert night.items.filter(state="deleted").count() == FEW
    assert not night_release(by=cast.intel, night=night)


def test_neither_does_one_in_twenty_of_very_many(cast: Cast, settings) -> None:
    settings.DTAC_RETENTION_MOST = 1
    factories.many_known(cast.intel, [f"Old {n}" for n in range(4)])
    with time_machine.travel(timezone.now() + DUE, tick=True):
        factories.many_known(cast.intel, [f"New {n}" for n in range(96)], first=100)
        assert not night_run().waits
        assert Subject.objects.count() == 96


def test_the_command_says_that_it_waits(cast: Cast, later, capsys) -> None:
    call_command("retention")
    assert "waits for the Intelligence Manager" in capsys.readouterr().out


def test_nobody_else_lets_it_go(cast: Cast, later, client_of) -> None:
    night = night_run()
    for role in ("staff", "store", "police", "board", "admin"):
        answer = client_of(role).post(f"/records/retention/nights/{night.on}/", {"release": "1"})
        assert answer.status_code == 404, role
    assert night_run().waits
    with pytest.raises(IntegrityError), transaction.atomic():
        RetentionRun.objects.filter(pk=night.pk).update(released_at=timezone.now())


def test_a_night_that_waits_still_ends_what_members_see(cast: Cast) -> None:
    """Nothing is deleted by it: who is shown for longer than the rule is a matter of its own."""
    factories.many_known(cast.intel, [f"Person {n}" for n in range(MANY)], first=100)
    begin = timezone.now()
    with time_machine.travel(begin + DUE - 100 * DAY, tick=True):
        version = factories.published(cast.intel)
    with time_machine.travel(begin + DUE - 5 * DAY, tick=True):
        rule = rules_on()["known"]
        same = ("more_months", "late_days", "grace_days", "extend_days", "why", "source")
        fields = {name: getattr(rule, name) for name in same} | {"shown_months": 1}
        rule_change(by=cast.intel, change=Change("known", 1, fields, dates.today() + 2 * DAY))
    with time_machine.travel(begin + DUE, tick=True):
        assert version.expires_on > dates.today()
        assert night_run().waits
        version.refresh_from_db()
        assert version.expires_on < dates.today()


def test_of_few_records_a_quarter_is_unusual(cast: Cast) -> None:
    """By the number of a real scheme, a small one would be gone before anybody is asked."""
    factories.many_known(cast.intel, [f"Person {n}" for n in range(MANY)])
    with time_machine.travel(timezone.now() + DUE, tick=True):
        assert night_run().held_because == f"{MANY} of {MANY} subjects are due at once."
