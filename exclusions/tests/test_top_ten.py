"""The harm score and the Top 10: what counts, who is on it, and that its history is kept."""

import datetime as dt
import threading
from decimal import Decimal
from functools import partial

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from exclusions.activity import activity_refresh, latest_activity
from exclusions.harm import harm_scores
from exclusions.merging import subjects_merge
from exclusions.top_ten import LOCK, top_ten_choose, top_ten_lift, top_ten_refresh
from incidents.services import ItemInput, PersonInput, report_accept
from offenders.models import ProfileVersion, Subject, TopTenPlace
from tests import factories
from tests.cast import Cast, make_cast
from tests.races import at_once, wait_until, waiters


def incident(cast: Cast, subject: Subject, *, days: int = 0, **fields):
    values = {
        "occurred_at": timezone.now() - dt.timedelta(days=days, minutes=5),
        "items": [],
        "outcome": "left",
    } | fields
    return factories.accepted_incident(cast.intel, cast.staff, cast.shop, subject, **values)


def people(cast: Cast, count: int) -> list[Subject]:
    return [factories.subject(cast.intel, name=f"Person {n}", photo=False) for n in range(count)]


def score(subject: Subject, **on) -> dict[str, int]:
    return harm_scores(subjects=[subject.pk], **on).get(subject.pk, {"score": 0})


@pytest.mark.parametrize(("days", "points"), [(0, 20), (29, 20), (31, 12), (91, 8), (181, 4)])
def test_an_incident_weighs_less_the_longer_ago(cast: Cast, days: int, points: int) -> None:
    (subject,) = people(cast, 1)
    incident(cast, subject, days=days)
    assert score(subject)["score"] == points
    assert score(subject, on=dt.date.today() + dt.timedelta(days=366 - days))["score"] == 0


def test_violence_loss_and_breaches_count_and_sightings_do_not(cast: Cast) -> None:
    (subject,) = people(cast, 1)
    factories.report(cast.intel, cast.shop, people=[PersonInput(subject=subject)])
    assert score(subject)["score"] == 0
    goods = [ItemInput(category="meat", value_stolen=Decimal(90), value_recovered=Decimal(30))]
    incident(cast, subject, violence=True, items=goods)
    assert score(subject) == {
        "incidents": 1, "harm": 20, "violence": 50, "loss": 3, "breaches": 0, "score": 73,
    }  # fmt: skip


def test_a_breach_counts(cast: Cast) -> None:
    (subject,) = people(cast, 1)
    factories.served_notice(cast.intel, cast.staff, cast.shop, subject, ago=dt.timedelta(hours=2))
    before = score(subject)["score"]
    factories.report(cast.intel, cast.shop, people=[PersonInput(subject=subject)])
    assert score(subject)["score"] == before + 25


def test_who_only_stood_by_has_no_score(cast: Cast) -> None:
    did, stood = people(cast, 2)
    seen = [PersonInput(subject=did), PersonInput(subject=stood, part="with_them")]
    sent = factories.report(cast.intel, cast.shop, people=seen, type=factories.incident_type())
    report_accept(by=cast.intel, report=sent, revision=1)
    assert score(did)["score"] == 20
    assert score(stood)["score"] == 0


def ranks() -> list[tuple[int, str]]:
    now = TopTenPlace.objects.filter(until=None).order_by("rank")
    return list(now.values_list("rank", "subject__name"))


def test_the_list_holds_ten_by_score_and_its_history(cast: Cast) -> None:
    subjects = people(cast, 12)
    for number, subject in enumerate(subjects):
        incident(cast, subject, violence=number == 11)
    assert top_ten_refresh()
    assert not top_ten_refresh()  # twice is once
    assert ranks()[0] == (1, "Person 11")
    assert len(ranks()) == 10
    incident(cast, subjects[3], violence=True)
    assert top_ten_refresh()
    assert [name for _, name in ranks()[:2]] == ["Person 3", "Person 11"]
    gone = TopTenPlace.objects.filter(until__isnull=False)
    assert set(gone.values_list("rank", "subject__name")) >= {(1, "Person 11")}


def test_pinned_and_kept_off_with_a_reason(cast: Cast) -> None:
    one, two, three = people(cast, 3)
    incident(cast, one)
    incident(cast, two, violence=True)
    top_ten_refresh()
    with pytest.raises(ValidationError, match="why"):
        top_ten_choose(by=cast.intel, subject=three, kind="pinned", reason=" ")
    top_ten_choose(by=cast.intel, subject=three, kind="pinned", reason="Named by police.")
    top_ten_choose(by=cast.intel, subject=two, kind="removed", reason="In prison.")
    assert ranks() == [(1, "Person 2"), (2, "Person 0")]
    top_ten_lift(by=cast.intel, subject=two)
    top_ten_lift(by=cast.intel, subject=three)
    assert ranks() == [(1, "Person 1"), (2, "Person 0")]


def test_the_page_shows_the_points_of_now_and_history_those_of_then(cast: Cast, client_of) -> None:
    one, two = people(cast, 2)
    incident(cast, one)
    incident(cast, two, violence=True)
    top_ten_refresh()
    incident(cast, one)  # since then, the places as they were
    top_ten_choose(by=cast.intel, subject=two, kind="removed", reason="In prison.")
    page = client_of("intel").get("/subjects/top-ten/")
    ((place, _, now, _),) = page.context["places"]
    assert (place.subject, now["score"], now["incidents"]) == (one, 40, 2)
    incident(cast, one)
    ((place, _, now, _),) = client_of("intel").get("/subjects/top-ten/").context["places"]
    assert (place.score, now["score"], now["incidents"]) == (40, 60, 3)
    (change,) = page.context["history"]
    assert [(row.subject, row.rank, row.score) for row in change.went] == [(two, 1, 70)]
    assert (change.came, change.moved) == ([], 1)


def test_an_arrival_is_told_though_nobody_moved(cast: Cast, client_of) -> None:
    one, two = people(cast, 2)
    for _ in range(2):
        incident(cast, one)
    top_ten_refresh()
    incident(cast, two)
    top_ten_refresh()
    (change,) = client_of("intel").get("/subjects/top-ten/").context["history"]
    assert ([row.subject for row in change.came], change.went, change.moved) == ([two], [], 0)


def test_a_pin_is_one_line_of_history_and_a_lifted_choice_is_told(cast: Cast, client_of) -> None:
    subjects = people(cast, 4)
    for subject in subjects[:3]:
        incident(cast, subject)
    top_ten_refresh()
    pinned = subjects[3]
    top_ten_choose(by=cast.intel, subject=pinned, kind="pinned", reason="Wanted by police.")
    intel = client_of("intel")
    page = intel.get("/subjects/top-ten/")
    (change,) = page.context["history"]
    assert ([row.subject for row in change.came], change.went, change.moved) == ([pinned], [], 3)
    assert page.text.count("Not shown to members") == 4
    choose = f"/subjects/{pinned.ref}/top-ten/"
    assert "no profile is published" in intel.get(choose).text
    for words in ("Lifted.", "nothing to lift"):
        assert words in intel.post(f"{choose}lift/", follow=True).text
    page = intel.get(choose)
    assert "Wanted by police." in page.text
    assert [row.ended_by for row in page.context["earlier"]] == [cast.intel]


def test_eleven_cannot_be_pinned(cast: Cast) -> None:
    subjects = people(cast, 11)
    for subject in subjects[:10]:
        top_ten_choose(by=cast.intel, subject=subject, kind="pinned", reason="x")
    with pytest.raises(ValidationError, match="ten places"):
        top_ten_choose(by=cast.intel, subject=subjects[10], kind="pinned", reason="x")
    assert len(ranks()) == 10


@pytest.mark.parametrize("what", ["choose", "merge"])
def test_the_list_is_set_while_its_people_are_worked_on(transactional_db: None, what: str) -> None:
    cast = make_cast()
    one, two = people(cast, 2)
    for subject in (one, two):
        incident(cast, subject)
    held = threading.Event()

    def hold() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            held.set()
            wait_until(lambda: waiters() == 2)

    def refresh() -> None:
        held.wait(20)
        top_ten_refresh()

    def work() -> None:
        wait_until(lambda: waiters() == 1)  # the list is set before this gets to it
        if what == "choose":
            top_ten_choose(by=cast.intel, subject=one, kind="removed", reason="In prison.")
        else:
            merge(kept=one, gone=two, reason="Same tattoo.")

    merge = partial(subjects_merge, by=cast.intel, revisions=(1, 1), fields={})
    assert at_once(hold, refresh, work) == [None] * 3
    assert [name for _, name in ranks()] == (["Person 1"] if what == "choose" else ["Person 0"])


def test_two_who_pin_the_tenth_at_once_pin_no_eleventh(transactional_db: None) -> None:
    cast = make_cast()
    subjects = people(cast, 12)
    pin = partial(top_ten_choose, by=cast.intel, kind="pinned", reason="x")
    for subject in subjects[:9]:
        pin(subject=subject)
    refused = at_once(*(partial(pin, subject=subject) for subject in subjects[9:]))
    assert [bool(each) for each in refused].count(False) == 1
    assert len(ranks()) == 10


def test_the_gallery_is_sorted_by_what_happened_last(cast: Cast, client_of) -> None:
    old = factories.published(cast.intel, name="Old Timer")
    new = factories.published(cast.intel, name="New Comer")
    with time_machine.travel(timezone.now() + dt.timedelta(hours=1), tick=False):
        incident(cast, old.subject)
        order = [card.ref for card in client_of("staff").get("/gallery/").context["faces"]]
        assert order == [old.subject.ref, new.subject.ref]
        assert latest_activity(new.subject_id) is None
        moved = ProfileVersion.objects.get(pk=old.pk).active_at
        assert moved == latest_activity(old.subject_id)
        ProfileVersion.objects.filter(pk=old.pk).update(active_at=old.published_at)
        assert activity_refresh() == 1
        assert activity_refresh() == 0
        assert ProfileVersion.objects.get(pk=old.pk).active_at == moved
