"""Unusual viewing beside bursts: at night, of one's own surname, before leaving."""

import datetime as dt

import pytest
import time_machine
from django.db import Error, transaction

from audit.actions import REGISTRY, Kind, codes_of
from audit.models import Event
from audit.services import record
from exclusions import actions as exclusion_actions
from members.models import User
from offenders.models import UnusualViewing, ViewingWatch
from offenders.services import viewing_answer, viewing_opened, viewing_watch
from tests import factories
from tests.cast import Cast

from .test_viewing import MINUTE, opened

NIGHT = dt.datetime(2026, 5, 12, 0, 30, tzinfo=dt.UTC)  # half past one in London
KINDS = UnusualViewing.Kind


@pytest.fixture(autouse=True)
def _nights_are_watched(settings) -> None:
    settings.DTAC_VIEWING_NIGHT_PROFILES = 10


def kinds() -> list[tuple[str, int]]:
    return list(UnusualViewing.objects.order_by("pk").values_list("kind", "profiles"))


@pytest.mark.parametrize(
    ("at", "number", "noted"),
    [
        ("2026-05-12T00:30", 11, True),  # 01:30 in London
        ("2026-05-12T00:30", 10, False),
        ("2026-05-11T22:30", 11, False),  # 23:30: a pub is open
        ("2026-05-11T23:00", 11, True),  # midnight
        ("2026-05-12T04:00", 11, False),  # five: a baker's is open
        ("2026-01-12T04:59", 11, True),
        ("2026-10-25T01:30", 11, True),  # the hour there is twice
    ],
)
def test_many_at_night(cast: Cast, at: str, number: int, noted: bool) -> None:
    moment = dt.datetime.fromisoformat(at).replace(tzinfo=dt.UTC)
    opened(cast.staff, at=moment, refs=range(number))
    with time_machine.travel(moment + MINUTE, tick=False):
        assert viewing_watch() == int(noted)
    assert kinds() == ([(KINDS.NIGHT, 11)] if noted else [])


def test_a_night_is_one_row_that_grows_until_it_is_answered(cast: Cast) -> None:
    opened(cast.staff, at=NIGHT, refs=range(8))
    opened(cast.staff, at=NIGHT + dt.timedelta(hours=2), refs=range(8, 12))
    with time_machine.travel(NIGHT + dt.timedelta(hours=2, minutes=1), tick=False):
        assert viewing_watch() == 1
        assert viewing_watch() == 0
    opened(cast.staff, at=NIGHT + dt.timedelta(hours=3), refs=range(12, 14))
    with time_machine.travel(NIGHT + dt.timedelta(hours=3, minutes=1), tick=False):
        assert viewing_watch() == 0
    row = UnusualViewing.objects.get()
    assert (row.began_at, row.last_at) == (NIGHT, NIGHT + dt.timedelta(hours=3))
    assert (row.profiles, row.words) == (14, "Staff Person opened 14 people at night")
    assert len(viewing_opened(row)) == 14
    viewing_answer(by=cast.intel, viewing=row, answer="Stock-taking.")
    opened(cast.staff, at=NIGHT + dt.timedelta(hours=3, minutes=5), refs=[20])
    with time_machine.travel(NIGHT + dt.timedelta(hours=3, minutes=6), tick=False):
        assert viewing_watch() == 0
    opened(cast.staff, at=NIGHT + dt.timedelta(days=1), refs=range(11))
    with time_machine.travel(NIGHT + dt.timedelta(days=1, minutes=1), tick=False):
        assert viewing_watch() == 1  # another night is another question


@pytest.mark.parametrize(
    ("viewer", "name", "alias", "noted"),
    [
        ("Jess Webb", "Kevin Webb", "", True),
        ("Jess O’Neill-Webb", "KEVIN WEBB", "", True),
        ("Jess Müller", "Kevin Muller", "", True),
        ("Jess Webb", "Kevin Hale", "Kev Webb", True),
        ("Jess Webb", "Kevin Hale", "Webb", False),  # a nickname, for all one knows
        ("Webb Hale", "Kevin Webb", "", False),
        ("Jess", "Jess", "", False),
        ("Jess Webb", "Kevin Webster", "", False),
    ],
)
def test_somebody_with_the_viewers_surname(
    cast: Cast, viewer: str, name: str, alias: str, noted: bool
) -> None:
    subject = factories.published(cast.intel, name=name).subject
    if alias:
        subject.aliases.create(name=alias)
    User.objects.filter(pk=cast.staff.pk).update(name=viewer)
    now = dt.datetime.now(dt.UTC)
    opened(cast.staff, at=now - MINUTE, refs=[int(subject.ref[2:])])
    opened(cast.other, at=now - MINUTE, refs=[int(subject.ref[2:])])
    assert viewing_watch() == int(noted)
    assert kinds() == ([(KINDS.SURNAME, 1)] if noted else [])


def test_a_pair_is_asked_about_once(cast: Cast, client_of) -> None:
    subject = factories.published(cast.intel, name="Kevin Webb").subject
    User.objects.filter(pk=cast.staff.pk).update(name="Jess Webb")
    now = dt.datetime.now(dt.UTC)
    opened(cast.staff, at=now - 2 * MINUTE, refs=[int(subject.ref[2:])])
    assert viewing_watch() == 1
    row = UnusualViewing.objects.get()
    page = client_of("intel").get(f"/viewing/{row.pk}/").text
    assert "Jess Webb opened somebody with the same surname" in page
    assert subject.ref in page
    told = client_of("admin").get(f"/viewing/{row.pk}/").text
    assert "same surname" in told
    assert subject.ref not in told
    viewing_answer(by=cast.intel, viewing=row, answer="No relation.")
    opened(cast.staff, at=now - MINUTE, refs=[int(subject.ref[2:])])
    ViewingWatch.objects.all().delete()
    assert viewing_watch() == 0


def test_it_goes_with_the_subject(cast: Cast, sql) -> None:
    subject = factories.subject(cast.intel, name="Kevin Webb")
    User.objects.filter(pk=cast.intel.pk).update(name="Jess Webb")
    opened(cast.intel, at=dt.datetime.now(dt.UTC) - MINUTE, refs=[int(subject.ref[2:])])
    assert viewing_watch() == 1
    with pytest.raises(Error), transaction.atomic():
        sql("UPDATE offenders_unusualviewing SET kind = 'many'")
    subject.delete()
    assert not UnusualViewing.objects.exists()


@pytest.mark.parametrize(
    ("days", "number", "noted"), [(6, 21, True), (6, 20, False), (8, 21, False)]
)
def test_many_in_a_leavers_last_week(cast: Cast, days: int, number: int, noted: bool) -> None:
    now = dt.datetime.now(dt.UTC)
    since = now - dt.timedelta(days=days)
    opened(cast.staff, at=since, refs=range(number), apart=dt.timedelta(minutes=20))
    ViewingWatch.objects.create(checked_until=now - MINUTE)
    assert viewing_watch() == 0  # nobody has left
    User.objects.filter(pk=cast.staff.pk).update(is_active=False, ended_at=now)
    assert viewing_watch() == int(noted)
    assert viewing_watch() == 0
    assert kinds() == ([(KINDS.LEAVING, 21)] if noted else [])


def test_what_a_leaver_took_along(cast: Cast) -> None:
    record(exclusion_actions.REGISTER_EXPORTED, by=cast.store)
    record(exclusion_actions.REGISTER_EXPORTED, by=cast.store)
    now = dt.datetime.now(dt.UTC)
    User.objects.filter(pk=cast.store.pk).update(is_active=False, ended_at=now)
    assert viewing_watch() == 1
    row = UnusualViewing.objects.get()
    assert (row.kind, row.copies, row.profiles) == (KINDS.LEAVING, 2, 0)
    assert row.words == "Store Person opened 0 people and took 2 copies in the week before leaving"
    assert row.last_at == now


def test_each_can_be_turned_off(cast: Cast, settings) -> None:
    settings.DTAC_VIEWING_NIGHT_PROFILES = 0
    settings.DTAC_VIEWING_LEAVER_PROFILES = 0
    settings.DTAC_VIEWING_SURNAMES = False
    subject = factories.published(cast.intel, name="Kevin Webb").subject
    User.objects.filter(pk=cast.staff.pk).update(name="Jess Webb", ended_at=NIGHT + MINUTE)
    opened(cast.staff, at=NIGHT, refs=[int(subject.ref[2:]), *range(900, 930)])
    with time_machine.travel(NIGHT + 2 * MINUTE, tick=False):
        assert viewing_watch() == 0
    assert Event.objects.filter(action="offenders.viewing.noted").count() == 0


def test_every_action_is_of_one_kind_and_copies_are_known() -> None:
    by_kind = {kind: set(codes_of(kind)) for kind in Kind}
    assert sum(map(len, by_kind.values())) == len(REGISTRY)
    assert by_kind[Kind.TAKEN] >= {
        "exclusions.register.exported",
        "exclusions.notice.printed",
        "offenders.photo.taken",
        "offenders.bulletin.printed",
        "incidents.evidence.downloaded",
        "members.sharing.recorded",
        "members.log.exported",
    }
    assert by_kind[Kind.SEARCHED] == {"offenders.gallery.searched", "incidents.report.looked_up"}
