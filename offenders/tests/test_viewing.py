"""Unusual viewing: many different people in a short time are noticed once, and looked into."""

import datetime as dt
import random
import threading
from collections.abc import Iterator, Sequence

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import Error, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from audit.models import Event
from members.models import User
from offenders.models import UnusualViewing, ViewingWatch
from offenders.services import viewing_answer, viewing_watch
from offenders.services.viewing import Burst, View, bursts
from offenders.tasks import viewing_sweep
from tests import factories
from tests.cast import Cast

NOW = dt.datetime(2026, 5, 12, 10, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
WITHIN = 15 * MINUTE


def opened(
    user: User, *, at: dt.datetime, refs: Sequence[int], apart: dt.timedelta = dt.timedelta()
) -> None:
    """Write down that somebody opened profiles, one after another."""
    Event.objects.bulk_create(
        Event(
            at=at + n * apart,
            action="offenders.profile.viewed",
            is_read=True,
            actor_id=user.pk,
            actor_name=user.name,
            actor_role=user.role,
            member_id=user.member_id,
            member_name=user.member.name,
            record=f"D-{ref:04}",
        )
        for n, ref in enumerate(refs)
    )


class TestNoticed:
    """What makes a burst, and that it is there once."""

    @pytest.fixture(autouse=True)
    def _now(self) -> Iterator[None]:
        with time_machine.travel(NOW, tick=False):
            yield

    @pytest.mark.parametrize(("count", "noticed"), [(40, 0), (41, 1)])
    def test_more_than_forty_different_people(self, cast: Cast, count: int, noticed: int) -> None:
        opened(cast.staff, at=NOW - 5 * MINUTE, refs=range(count))
        opened(cast.staff, at=NOW - 5 * MINUTE, refs=range(count))  # the same again is the same
        assert viewing_watch() == noticed
        assert UnusualViewing.objects.count() == noticed

    @pytest.mark.parametrize(
        ("apart", "noticed"), [(WITHIN, 1), (WITHIN + dt.timedelta(microseconds=1), 0)]
    )
    def test_within_fifteen_minutes(self, cast: Cast, apart: dt.timedelta, noticed: int) -> None:
        opened(cast.staff, at=NOW - 20 * MINUTE, refs=range(20))
        opened(cast.staff, at=NOW - 20 * MINUTE + apart, refs=range(20, 41))
        assert viewing_watch() == noticed

    def test_everybody_by_themselves(self, cast: Cast) -> None:
        for who in (cast.staff, cast.store):
            opened(who, at=NOW - MINUTE, refs=range(40))
        for who in (cast.police, cast.intel):
            opened(who, at=NOW - MINUTE, refs=range(41))
        assert viewing_watch() == 2
        assert {row.user for row in UnusualViewing.objects.all()} == {cast.police, cast.intel}

    def test_what_is_really_opened_counts_and_a_list_does_not(
        self, cast: Cast, client_of, settings
    ) -> None:
        settings.DTAC_VIEWING_PROFILES = 2
        seen = [factories.published(cast.intel, name=f"Kevin {n}") for n in ("A", "B", "C")]
        staff = client_of("staff")
        staff.get("/gallery/")
        with time_machine.travel(dt.datetime.now(dt.UTC), tick=True):
            assert viewing_watch() == 0
        for version in seen[:2]:
            staff.get(f"/gallery/{version.subject.ref}/")
        staff.get(f"/photos/{seen[2].main_photo.uuid}/large/")
        ViewingWatch.objects.update(checked_until=None)
        newest = Event.objects.filter(actor_id=cast.staff.pk).latest("at").at
        with time_machine.travel(newest + MINUTE, tick=False):
            assert viewing_watch() == 1

    def test_twice_late_and_half(self, cast: Cast, monkeypatch) -> None:
        opened(cast.staff, at=NOW - 5 * MINUTE, refs=range(41))
        assert viewing_sweep() == 1
        assert viewing_sweep() == 0
        ViewingWatch.objects.all().delete()  # as if it had never run
        assert viewing_sweep() == 0
        assert UnusualViewing.objects.count() == 1
        opened(cast.other, at=NOW + 10 * MINUTE, refs=range(41))
        with time_machine.travel(NOW + dt.timedelta(days=3), tick=False):
            with monkeypatch.context() as broken:
                broken.setattr(ViewingWatch, "save", killed)
                with pytest.raises(KeyboardInterrupt):
                    viewing_sweep()
            assert UnusualViewing.objects.count() == 1
            assert viewing_sweep() == 1  # days later, and all the same

    def test_one_that_goes_on_makes_its_row_longer(self, cast: Cast) -> None:
        opened(cast.staff, at=NOW - 10 * MINUTE, refs=range(41))
        assert viewing_watch() == 1
        opened(cast.staff, at=NOW + MINUTE, refs=range(30, 60))
        with time_machine.travel(NOW + 2 * MINUTE, tick=False):
            assert viewing_watch() == 0
        row = UnusualViewing.objects.get()
        assert (row.began_at, row.last_at) == (NOW - 10 * MINUTE, NOW + MINUTE)
        assert row.profiles == 60

    def test_what_follows_an_answer_is_judged_by_itself(self, cast: Cast) -> None:
        opened(cast.staff, at=NOW - 10 * MINUTE, refs=range(41))
        viewing_watch()
        row = UnusualViewing.objects.get()
        viewing_answer(by=cast.intel, viewing=row, answer="Training.")
        opened(cast.staff, at=NOW + MINUTE, refs=range(100, 140))
        with time_machine.travel(NOW + 2 * MINUTE, tick=False):
            assert viewing_watch() == 0
        opened(cast.staff, at=NOW + 3 * MINUTE, refs=[140])
        with time_machine.travel(NOW + 4 * MINUTE, tick=False):
            assert viewing_watch() == 1
        second = UnusualViewing.objects.exclude(pk=row.pk).get()
        assert (second.began_at, second.profiles) == (NOW + MINUTE, 41)
        row.refresh_from_db()
        assert (row.last_at, row.profiles) == (NOW - 10 * MINUTE, 41)


def killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("night", ["2026-10-25T00:50", "2026-03-29T00:50"])
def test_the_clock_change_makes_no_time_longer_or_shorter(cast: Cast, settings, night: str) -> None:
    """Both nights: what is 15 minutes on the clock is counted as time that passed."""
    settings.DTAC_VIEWING_NIGHT_PROFILES = 0
    start = dt.datetime.fromisoformat(night).replace(tzinfo=dt.UTC)
    opened(cast.staff, at=start, refs=range(20))
    opened(cast.staff, at=start + 15 * MINUTE, refs=range(20, 41))  # an hour more, or less, to see
    opened(cast.other, at=start, refs=range(20))
    opened(cast.other, at=start + 75 * MINUTE, refs=range(20, 41))  # the same by the clock, perhaps
    with time_machine.travel(start + 80 * MINUTE, tick=False):
        assert viewing_watch() == 1
    assert UnusualViewing.objects.get().user == cast.staff


views = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 6)), max_size=40).map(
    lambda pairs: [View(NOW + at * MINUTE, f"D-{ref}") for at, ref in sorted(pairs)]
)


def slowly(found: Sequence[View], most: int) -> list[Burst]:
    """The same by trying every window there can be."""
    parts: list[set[int]] = []
    for last in range(len(found)):
        part = {n for n in range(last + 1) if found[last].at - found[n].at <= WITHIN}
        if len({found[n].ref for n in part}) > most:
            if parts and parts[-1] & part:
                parts[-1] |= part
            else:
                parts.append(part)
    return [
        Burst(
            found[min(part)].at,
            found[max(part)].at,
            len({found[n].ref for n in range(min(part), max(part) + 1)}),
        )
        for part in parts
    ]


@given(views, st.integers(1, 4))
def test_bursts_are_what_every_window_says(found: list[View], most: int) -> None:
    assert bursts(found, most=most, within=WITHIN) == slowly(found, most)


class TestLookedInto:
    """Somebody else than the one concerned says what it was."""

    def test_the_manager_sees_it_in_the_queue_and_notes_what_it_was(
        self, cast: Cast, client_of
    ) -> None:
        now = dt.datetime.now(dt.UTC)
        opened(cast.staff, at=now - 5 * MINUTE, refs=range(41))
        viewing_watch()
        row = UnusualViewing.objects.get()
        intel = client_of("intel")
        queue = intel.get("/queue/").text
        assert "Staff Person opened 41 people" in queue
        assert "Reporter, Marlowe Chemist" in queue
        page = intel.get(f"/viewing/{row.pk}/")
        assert "D-0040" in page.text
        assert len(page.context["opened"]) == 41
        assert intel.post(f"/viewing/{row.pk}/", {"answer": " "}).status_code == 422
        assert intel.post(f"/viewing/{row.pk}/", {"answer": "Training"}).status_code == 302
        assert "opened 41 people" not in intel.get("/queue/").text
        done = intel.get("/viewing/?show=answered").text
        assert "Training (Intel Person" in done
        again = intel.post(f"/viewing/{row.pk}/", {"answer": "Other"}, follow=True).text
        assert "Somebody has looked into this already." in again
        row.refresh_from_db()
        assert (row.answer, row.answered_by) == ("Training", cast.intel)
        event = Event.objects.get(action="offenders.viewing.answered")
        assert (event.actor_id, event.record) == (cast.intel.pk, f"viewing-{row.pk}")
        assert "Training" not in str(event.detail)

    def test_nobody_resolves_their_own(self, cast: Cast, client_of, sql) -> None:
        now = dt.datetime.now(dt.UTC)
        opened(cast.intel, at=now - 5 * MINUTE, refs=range(41))
        viewing_watch()
        row = UnusualViewing.objects.get()
        intel, admin = client_of("intel"), client_of("admin")
        assert "Yours: for the administrator" in intel.get("/queue/").text
        assert intel.post(f"/viewing/{row.pk}/", {"answer": "Fine"}).status_code == 403
        with pytest.raises(ValidationError, match="Somebody else"):
            viewing_answer(by=cast.intel, viewing=row, answer="Fine")
        with pytest.raises(Error), transaction.atomic():
            sql(
                "UPDATE offenders_unusualviewing"
                " SET answer = 'x', answered_at = now(), answered_by_id = user_id"
            )
        page = admin.get(f"/viewing/{row.pk}/")
        assert "Intel Person" in page.text
        assert "D-00" not in page.text  # an administrator sees no subject
        assert admin.post(f"/viewing/{row.pk}/", {"answer": "Asked"}).status_code == 302
        row.refresh_from_db()
        assert row.answered_by == cast.admin


@pytest.mark.django_db(transaction=True)
def test_two_at_once_note_it_once(cast: Cast) -> None:
    opened(cast.staff, at=dt.datetime.now(dt.UTC) - MINUTE, refs=range(41))
    start = threading.Barrier(4)
    made: list[int] = []

    def go() -> None:
        try:
            start.wait()
            made.append(viewing_watch())
        finally:
            connection.close()

    threads = [threading.Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [0, 0, 0, 1]
    assert UnusualViewing.objects.count() == 1


def test_however_often_it_runs_the_rows_are_the_same(cast: Cast, settings) -> None:
    """Looked at bit by bit, what is found is what one look at the end would have found."""
    settings.DTAC_VIEWING_PROFILES = 3
    rng = random.Random(1)
    bursts_seen = 0
    for _ in range(30):
        user = factories.UserFactory(member=cast.staff.member)
        times = sorted(rng.sample(range(91), rng.randint(4, 30)))
        found = [View(NOW + at * MINUTE, f"D-{rng.randint(0, 6):04}") for at in times]
        for view in found:
            opened(user, at=view.at, refs=[int(view.ref[2:])])
        ViewingWatch.objects.all().delete()
        for run in [*sorted(rng.sample(range(1, 120), rng.randint(0, 6))), 120]:
            with time_machine.travel(NOW + run * MINUTE, tick=False):
                viewing_watch()
        rows = UnusualViewing.objects.filter(user=user).order_by("began_at")
        whole = bursts(found, most=3, within=WITHIN)
        assert [Burst(row.began_at, row.last_at, row.profiles) for row in rows] == whole
        bursts_seen += len(whole)
    assert bursts_seen > 20
