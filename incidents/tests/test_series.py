"""Incidents in series: what makes one, that none is told twice, and who may look."""

import datetime as dt
import random
from dataclasses import replace

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from audit.models import Event
from common.dates import LONDON
from incidents import series as series_module
from incidents.series import GROUP, METHOD, PERSON, PLACE, Incident, Series, find, runs
from incidents.services import ItemInput, PersonInput, report_accept, report_reject
from tests import factories
from tests.cast import Cast

START = dt.datetime(2026, 3, 2, 10, 0, tzinfo=LONDON)  # a Monday


def at(day: int, clock: str = "10:00") -> dt.datetime:
    hour, minute = map(int, clock.split(":"))
    return START.replace(hour=hour, minute=minute) + dt.timedelta(days=day)


def incident(pk: int, when: dt.datetime, **fields) -> Incident:
    """Return an incident that has nothing in common with any other."""
    values = {"type_id": 1, "area_id": 1, "premises_id": 1000 + pk} | fields
    return Incident(pk=pk, ref=f"INC-2026-{pk:05}", at=when, **values)


def told(found: list[Series]) -> list[tuple[str, tuple, list[int]]]:
    return [(one.kind, one.key, [each.pk for each in one.incidents]) for one in found]


def test_a_person_in_three_incidents() -> None:
    rows = [incident(n, at(n * 9), subjects=frozenset({7})) for n in range(3)]
    assert told(find(rows[:2])) == []
    assert told(find(rows)) == [(PERSON, (7,), [0, 1, 2])]


def test_people_seen_together_twice_as_the_largest_group() -> None:
    rows = [
        incident(0, at(0), subjects=frozenset({1, 2, 3})),
        incident(1, at(30), subjects=frozenset({1, 2, 3})),
        incident(2, at(60), subjects=frozenset({4, 5})),
    ]
    assert told(find(rows)) == [(GROUP, (1, 2, 3), [0, 1])]
    # Two of them once more: each is in three, so is the pair, and the three of them in two.
    found = find([*rows, incident(3, at(61), subjects=frozenset({1, 2}))])
    assert told(found) == [(PERSON, (1,), [0, 1, 3])]
    assert told(found[0].within) == [
        (PERSON, (2,), [0, 1, 3]),
        (GROUP, (1, 2), [0, 1, 3]),
        (GROUP, (1, 2, 3), [0, 1]),
    ]


def test_the_same_method_in_an_area_four_times_in_fourteen_days() -> None:
    meat = frozenset({("goods", "meat")})

    def rows(*days: int, **fields) -> list[Incident]:
        return [
            incident(n, at(day, f"{8 + n}:00"), features=meat, **fields)
            for n, day in enumerate(days)
        ]

    assert told(find(rows(0, 4, 9, 13))) == [(METHOD, (1, 1, ("goods", "meat")), [0, 1, 2, 3])]
    assert told(find(rows(0, 4, 9, 14))) == []
    # It goes on while it holds, and begins anew after a gap.
    long = find(rows(0, 4, 9, 13, 20, 21, 40, 41, 42, 43))
    assert [pks for _, _, pks in told(long)] == [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9]]
    elsewhere = [replace(row, area_id=row.pk % 2) for row in rows(0, 1, 2, 3)]
    assert told(find(elsewhere)) == []


@pytest.mark.parametrize(
    ("clocks", "found"),
    [
        (("10:00", "11:30", "13:00"), True),
        (("10:00", "11:30", "13:01"), False),
        (("22:30", "00:15", "01:30"), True),  # over midnight
        (("23:00", "00:30", "02:01"), False),
    ],
)
def test_the_same_premises_within_three_hours_of_the_day(
    clocks: tuple[str, ...], found: bool
) -> None:
    rows = [incident(n, at(n * 10, clock), premises_id=5) for n, clock in enumerate(clocks)]
    rows.sort(key=lambda row: row.at)
    assert [kind for kind, _, _ in told(find(rows))] == ([PLACE] if found else [])


def test_three_days_within_twenty_eight_not_three_times_a_day() -> None:
    def rows(*days: int) -> list[Incident]:
        return [incident(n, at(day, f"10:{n:02}"), premises_id=5) for n, day in enumerate(days)]

    assert len(find(rows(0, 0, 0, 1))) == 0
    assert len(find(rows(0, 14, 27))) == 1
    assert len(find(rows(0, 14, 28))) == 0


def test_two_times_of_the_day_are_two_series_and_share_no_incident() -> None:
    rows = [incident(n, at(n % 5, "09:10" if n < 5 else "16:40"), premises_id=5) for n in range(10)]
    rows.sort(key=lambda row: row.at)
    early, late = sorted(find(rows), key=lambda one: one.band)
    assert (early.band, late.band) == ((550, 550), (1000, 1000))
    assert {row.pk for row in early.incidents} == {0, 1, 2, 3, 4}


def test_what_one_contains_is_told_in_it() -> None:
    """A person's five incidents; three of them at one shop in the afternoon: one series."""
    rows = [
        incident(
            n, at(n * 5, "15:00"), subjects=frozenset({7}), premises_id=5 if n < 3 else 100 + n
        )
        for n in range(5)
    ]
    (one,) = find(rows)
    assert (one.kind, [each.kind for each in one.within]) == (PERSON, [PLACE])
    assert one.kinds == {PERSON, PLACE}
    # The same incidents both ways: the person is the headline.
    (one,) = find(rows[:3])
    assert (one.kind, [each.kind for each in one.within]) == (PERSON, [PLACE])


def test_runs() -> None:
    days = [dt.date(2026, 1, day) for day in (1, 2, 3, 20, 21, 22, 30)]
    assert runs(days, need=3, within=3) == [(0, 3), (3, 6)]
    assert runs(days, need=3, within=12) == [(0, 3), (3, 7)]
    assert runs(days[:2], need=3, within=99) == []


CLOSE = st.builds(
    lambda minutes, premises, area, kind, people, goods: (
        minutes, premises, area, kind, frozenset(people), frozenset(("goods", g) for g in goods)
    ),
    st.integers(0, 60 * 24 * 40),
    st.integers(1, 3),
    st.integers(1, 2),
    st.integers(1, 2),
    st.sets(st.integers(1, 5), max_size=3),
    st.sets(st.sampled_from(["meat", "cash"]), max_size=2),
)  # fmt: skip


@given(st.lists(CLOSE, max_size=40), st.randoms())
def test_none_contains_another_and_each_is_what_it_says(
    drawn: list[tuple], rng: random.Random
) -> None:
    rows = [
        incident(
            pk,
            START + dt.timedelta(minutes=minutes),
            premises_id=premises,
            area_id=area,
            type_id=kind,
            subjects=people,
            features=goods,
        )
        for pk, (minutes, premises, area, kind, people, goods) in enumerate(drawn)
    ]
    rows.sort(key=lambda row: (row.at, row.pk))
    found = find(rows)
    sets = [{row.pk for row in one.incidents} for one in found]
    assert not any(a <= b for i, a in enumerate(sets) for j, b in enumerate(sets) if i != j)
    for one in (each for outer in found for each in (outer, *outer.within)):
        assert list(one.incidents) == sorted(one.incidents, key=lambda row: (row.at, row.pk))
        if one.kind in (PERSON, GROUP):
            assert all(set(one.key) <= row.subjects for row in one.incidents)
            assert len(one.incidents) >= (3 if one.kind == PERSON else 2)
        elif one.kind == METHOD:
            assert all(
                (row.type_id, row.area_id) == one.key[:2] and one.key[2] in row.features
                for row in one.incidents
            )
            assert len(one.incidents) >= 4
        else:
            first, last = one.band
            assert one.days >= 3
            assert (last - first) % (24 * 60) <= 180
    for one in found:
        inside = {row.pk for row in one.incidents}
        assert all({row.pk for row in other.incidents} <= inside for other in one.within)
    again = [replace(row, subjects=frozenset(_shuffled(row.subjects, rng))) for row in rows]
    assert find(again) == found


def _shuffled(values, rng: random.Random) -> list:
    rows = list(values)
    rng.shuffle(rows)
    return rows


# ---- the page


def accepted(cast: Cast, days: int, people: list[PersonInput], **fields):
    when = timezone.now() - dt.timedelta(days=days, hours=1)
    made = factories.report(
        cast.staff,
        cast.shop,
        type=factories.incident_type(),
        occurred_at=when,
        people=people,
        items=[ItemInput("meat", value_stolen=40, value_recovered=10)],
        **fields,
    )
    return report_accept(by=cast.intel, report=made, revision=made.revision)


def test_the_page_says_why_and_leads_to_the_reports(cast: Cast, client_of) -> None:
    one, two = (
        factories.published(cast.intel, name=name).subject for name in ("Kevin Marsh", "Paul Tate")
    )
    both = [PersonInput(subject=one), PersonInput(subject=two)]
    refs = [accepted(cast, 60 - n * 20, both).ref for n in range(2)]
    refs.append(accepted(cast, 3, [PersonInput(subject=one), PersonInput(description="x")]).ref)
    client = client_of("intel")
    page = client.get("/series/")
    (shown,) = page.context["shown"]
    text = page.content.decode()
    assert shown.title == f"{one.ref} Kevin Marsh"
    assert shown.reasons == [
        "The same person in 3 incidents",
        f"{one.ref} Kevin Marsh and {two.ref} Paul Tate: 2 of them",
    ]
    assert all(f"/reports/{ref}/" in text for ref in refs)
    assert "somebody unknown in 1" in text
    assert "£90" in text
    behind = client.get(shown.url).context["page"].paginator.count
    assert behind == 3
    event = Event.objects.filter(action="incidents.series.viewed").latest("pk")
    assert event.subjects == sorted([one.ref, two.ref])
    counts = {chip.label: chip.count for chip in page.context["kinds"]}
    assert counts == {
        "All": 1,
        "Same person": 1,
        "Seen together": 1,
        "Same method": 0,
        "Same place and time": 0,
    }
    assert client.get("/series/?show=group").context["shown"]
    assert "None of this kind" in client.get("/series/?show=method").content.decode()
    assert "No series in this period" in client.get("/series/?period=30").content.decode()
    assert "No series in this period" in client.get("/series/?area=temple-hill").content.decode()


def test_waiting_counts_and_what_was_not_taken_up_does_not(cast: Cast, client_of) -> None:
    subject = factories.published(cast.intel).subject
    seen = [PersonInput(subject=subject)]
    kind = factories.incident_type()
    waiting = [factories.report(cast.staff, cast.shop, type=kind, people=seen) for _ in range(3)]
    client = client_of("intel")
    assert len(client.get("/series/").context["shown"]) == 1
    report_reject(by=cast.intel, report=waiting[0], revision=1, reason="x")
    assert client.get("/series/").context["shown"] == []
    assert Event.objects.filter(action="incidents.series.viewed").latest("pk").subjects == []


def test_only_so_many_are_looked_at_and_the_page_says_so(
    cast: Cast, client_of, monkeypatch
) -> None:
    subject = factories.published(cast.intel).subject
    for days in (40, 30, 20, 10):
        accepted(cast, days, [PersonInput(subject=subject)])
    monkeypatch.setattr(series_module, "MOST", 3)
    page = client_of("intel").get("/series/")
    (shown,) = page.context["shown"]
    assert len(shown.series.incidents) == 3
    assert "The latest 3 incidents were looked at" in page.content.decode()


def test_refused_days_are_told(client_of) -> None:
    page = client_of("intel").get("/series/?since=2026-03-02&until=2026-03-01")
    assert "The first day is after the last" in page.content.decode()
