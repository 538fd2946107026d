"""Equipment entered, lent, taken back, mended, lost, checked; who sees what of it."""

import datetime as dt
import itertools
from functools import partial

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import Error, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from audit.models import Event
from common import dates
from members.equipment.figures import cover
from members.equipment.querysets import parse_ref
from members.equipment.services import (
    LEADS_TO,
    EquipmentInput,
    LoanInput,
    Move,
    item_change,
    item_lend,
    item_move,
    loan_change,
)
from members.equipment.upkeep import CheckInput, check_record, fault_close, fault_report
from members.models import (
    EquipmentCheck,
    EquipmentFault,
    EquipmentHolding,
    EquipmentItem,
    ItemState,
    Member,
    User,
)
from tests import factories
from tests.cast import Cast, make_cast
from tests.races import at_once

DAY = dt.timedelta(days=1)


@pytest.fixture
def radio(cast: Cast) -> EquipmentItem:
    return factories.equipment(cast.intel)


def now(item: EquipmentItem) -> EquipmentItem:
    return EquipmentItem.objects.as_they_are().get(pk=item.pk)


def lend(cast: Cast, item: EquipmentItem, member: Member | None = None, **fields) -> None:
    item.refresh_from_db()
    loan = LoanInput(**{"member": member or cast.store.member, "since": dates.today()} | fields)
    item_lend(by=cast.intel, item=item, revision=item.revision, data=loan)


def move(cast: Cast, item: EquipmentItem, to: str, **fields) -> None:
    item.refresh_from_db()
    said = {"on": dates.today(), "words": "Said so." if to in ("lost", "disposed") else ""}
    made = Move(to, **said | fields)
    item_move(by=cast.intel, item=item, revision=item.revision, move=made)


# --- Items ----------------------------------------------------------------------------------


def test_each_kind_has_its_own_numbers(cast: Cast, client_of) -> None:
    intel = client_of("intel")
    sent = {
        "kind": "RAD", "maker": "Halden", "model": "DR-40", "serial": "H1",
        "in_use_from": "2026-01-05", "channel_plan": "Shop Safe", "licence": "SL 1",
        "licence_until": "2030-01-01",
    }  # fmt: skip
    for kind, serial in (("RAD", "H1"), ("RAD", "H2"), ("BWV", "H1")):
        only = {} if kind == "RAD" else {"channel_plan": "", "licence": "", "licence_until": ""}
        done = intel.post("/equipment/new/", sent | {"kind": kind, "serial": serial} | only)
        assert done.status_code == 302
    refs = EquipmentItem.objects.order_by("pk").values_list("ref", flat=True)
    assert list(refs) == ["RAD-001", "RAD-002", "BWV-001"]
    for wrong, words in (
        ({"serial": "h1", "maker": "HALDEN"}, "has this serial number"),
        ({"serial": "H9", "licence_until": ""}, "its number and its last day"),
        ({"serial": "H9", "kind": "BWV"}, "Only a radio has channels"),
        ({"serial": "H9", "in_use_from": "2099-01-01"}, "in the future"),
        ({"serial": ""}, "Enter the serial number"),
    ):
        refused = intel.post("/equipment/new/", sent | wrong)
        assert refused.status_code == 422
        assert words in refused.text
    assert Event.objects.filter(action="members.equipment.entered").count() == 3


def test_a_change_keeps_the_label_and_an_old_form_is_refused(cast: Cast, radio) -> None:
    data = EquipmentInput("RAD", "Halden", "DR-41", "S1", radio.in_use_from)
    change = partial(item_change, by=cast.intel, item=radio)
    assert change(revision=1, data=data).model == "DR-41"
    with pytest.raises(ValidationError, match="changed this since"):
        change(revision=1, data=data)
    with pytest.raises(ValidationError, match="Its label says what it is"):
        change(revision=2, data=EquipmentInput("BWV", "Halden", "DR-41", "S1", radio.in_use_from))


@pytest.mark.django_db(transaction=True)
def test_items_entered_at_once_get_each_a_number() -> None:
    cast = make_cast()
    assert at_once(*[partial(factories.equipment, cast.intel)] * 5).count(None) == 5
    assert set(EquipmentItem.objects.values_list("number", flat=True)) == {1, 2, 3, 4, 5}


@pytest.mark.parametrize(("text", "ref"), [
    ("RAD-014", "RAD-014"), ("rad 14", "RAD-014"), ("bwv3", "BWV-003"), ("RAD-1234", "RAD-1234"),
    ("RAD", None), ("14", None), ("RAD-014x", None), ("", None),
])  # fmt: skip
def test_a_label_is_read_as_people_type_it(text: str, ref: str | None) -> None:
    assert parse_ref(text) == ref


# --- Loans ----------------------------------------------------------------------------------


def test_lent_and_back_by_its_pages(cast: Cast, client_of, radio) -> None:
    intel, path = client_of("intel"), f"/equipment/{radio.ref}/"
    today = dates.today().isoformat()
    sent = {
        "member": "marlowe", "since": today, "person": "Ann Lee", "is_lone_worker": "on",
        "due_on": today, "words": "With charger", "revision": 1,
    }  # fmt: skip
    refused = intel.post(f"{path}lend/", sent | {"person": ""})
    assert refused.status_code == 422
    assert "Enter who works alone" in refused.text
    page = intel.post(f"{path}lend/", sent, follow=True)
    assert "Ann Lee, works alone" in page.text
    assert "Marlowe Chemist" in page.text
    assert intel.get(f"{path}lend/", follow=True).redirect_chain
    changed = {"person": "Bo Lee", "is_lone_worker": "on", "due_on": "", "revision": 2}
    assert "Bo Lee" in intel.post(f"{path}loan/", changed, follow=True).text
    back = {"to": "store", "on": today, "revision": 3}
    assert "Say how it came back" in intel.post(f"{path}where/", back).text
    page = intel.post(f"{path}where/", back | {"condition": "worn"}, follow=True)
    assert "came back: worn, works" in page.text
    assert now(radio).state == "store"
    assert [event.action for event in Event.objects.filter(record=radio.ref).order_by("pk")] == [
        "members.equipment.entered", "members.equipment.lent", "members.equipment.loan",
        "members.equipment.moved",
    ]  # fmt: skip


def test_what_can_not_be_lent(cast: Cast, radio) -> None:
    today = dates.today()
    lapsed = factories.MemberFactory(status="lapsed", joined_on=today - DAY)
    for fields, words in (
        ({"member": lapsed}, "active members only"),
        ({"member": cast.intel.member}, "active members only"),
        ({"since": today + DAY}, "in the future"),
        ({"since": dt.date(2019, 12, 31)}, "has had it from 1 Jan 2020"),
        ({"due_on": today - DAY}, "due back before it is lent"),
        ({"is_lone_worker": True}, "Name the lone worker"),
    ):
        with pytest.raises(ValidationError, match=words):
            lend(cast, radio, **fields)
    fault_report(by=cast.intel, item=radio, words="Crackles")
    with pytest.raises(ValidationError, match="has a fault"):
        lend(cast, radio)
    for state in ("repair", "lost", "disposed"):
        item = factories.equipment(cast.intel)
        move(cast, item, state)
        with pytest.raises(ValidationError, match="can’t be lent"):
            lend(cast, item)
    with pytest.raises(ValidationError, match="not on loan"):
        loan_change(
            by=cast.intel, item=radio, revision=1, person="", is_lone_worker=False, due_on=None
        )


@pytest.mark.django_db(transaction=True)
def test_lent_at_once_it_goes_to_one() -> None:
    cast = make_cast()
    item = factories.equipment(cast.intel)
    loan = LoanInput(cast.store.member, dates.today())
    work = partial(item_lend, by=cast.intel, item=item, revision=1, data=loan)
    assert at_once(*[work] * 6).count(None) == 1
    assert EquipmentHolding.objects.count() == 1


def test_history_has_no_two_places_on_a_day(cast: Cast, radio) -> None:
    today = dates.today()
    lend(cast, radio, since=today - 5 * DAY)
    move(cast, radio, "store", on=today - 2 * DAY, condition="good")
    with pytest.raises(ValidationError, match="somewhere else on one of these days"):
        lend(cast, radio, since=today - 3 * DAY)
    lend(cast, radio, since=today - 2 * DAY)
    with pytest.raises(ValidationError, match="end before it began"):
        move(cast, radio, "store", on=today - 3 * DAY, condition="good")


@pytest.mark.parametrize("state", list(ItemState))
@pytest.mark.parametrize("to", list(ItemState))
def test_a_state_follows_from_where_it_is(cast: Cast, radio, state: str, to: str) -> None:
    if state == "loan":
        lend(cast, radio)
    elif state != "store":
        move(cast, radio, state)
    if to in LEADS_TO[state]:
        move(cast, radio, to, condition="good")
        assert now(radio).state == to
    else:
        with pytest.raises(ValidationError, match="lead there"):
            move(cast, radio, to)


@pytest.mark.parametrize("change", [
    lambda c, i, h: h(state="loan", member=c.store.member),
    lambda c, i, h: h(state="repair"),
    lambda c, i, h: h(state="repair", member=c.store.member, since=dt.date(2021, 1, 1),
                      until=dt.date(2021, 1, 2), ended_by=c.intel),
    lambda c, i, h: h(state="lost", until=dt.date(2020, 1, 2), ended_by=c.intel),
    lambda c, i, h: h(state="store", until=dt.date(2020, 1, 2), ended_by=c.intel),
    lambda c, i, h: h(state="repair", until=dt.date(2020, 1, 2)),
    lambda c, i, h: i.holdings.update(until=dt.date(2019, 1, 1), ended_by=c.intel),
    lambda c, i, h: i.holdings.update(is_lone_worker=True),
    lambda c, i, h: i.holdings.update(due_on=dt.date(2019, 1, 1)),
    lambda c, i, h: i.holdings.update(condition="good"),
    lambda c, i, h: EquipmentFault.objects.create(
        item=i, words="x", reported_on=dates.today(), reported_by=c.intel,
        closed_on=dates.today()),
    lambda c, i, h: EquipmentCheck.objects.create(
        item=i, on=dates.today(), passed=False, made_by=c.intel,
        made_at=dates.london_midnight(dates.today())),
    lambda c, i, h: EquipmentItem.objects.filter(pk=i.pk).update(kind="BWV", licence="x"),
])  # fmt: skip
def test_the_database_refuses_what_cannot_be(cast: Cast, radio, change) -> None:
    lend(cast, radio, since=dt.date(2022, 1, 1))

    def hold(**fields) -> EquipmentHolding:
        made = {"since": dt.date(2020, 1, 1), "made_by": cast.intel, "item": radio}
        made["made_at"] = dates.london_midnight(dates.today())
        return EquipmentHolding.objects.create(**made | fields)

    with pytest.raises(Error), transaction.atomic():
        change(cast, radio, hold)


# --- Faults and checks ----------------------------------------------------------------------


def test_a_business_reports_a_fault_with_what_it_has(cast: Cast, client_of, radio) -> None:
    lend(cast, radio, person="Ann Lee")
    path = f"/equipment/{radio.ref}/"
    store = client_of("store")
    assert "Nobody" not in store.get(path).text
    assert store.post(f"{path}fault/", {"words": " "}).status_code == 422
    page = store.post(f"{path}fault/", {"words": "Crackles"}, follow=True)
    assert "Crackles" in page.text
    assert "reported already" in store.post(f"{path}fault/", {"words": "crackles"}).text
    assert "Settle it" not in page.text
    for who in ("staff", "otherstore", "police", "board", "admin"):
        assert client_of(who).post(f"{path}fault/", {"words": "x"}).status_code == 404
    move(cast, radio, "store", condition="good")
    assert store.get(path).status_code == 404
    with pytest.raises(ValidationError, match="on loan any more"):
        fault_report(by=cast.store, item=radio, words="Late")


def test_a_fault_is_settled(cast: Cast, client_of, radio) -> None:
    today = dates.today()
    fault = fault_report(by=cast.intel, item=radio, words="Crackles")
    other = fault_report(by=cast.intel, item=radio, words="No clip")
    path = f"/equipment/{radio.ref}/faults/"
    intel = client_of("intel")
    sent = {"outcome": "mended", "on": today.isoformat(), "words": "New aerial"}
    early = intel.post(f"{path}{fault.pk}/", sent | {"on": "2020-01-01"})
    assert "on or after the day it was reported" in early.text
    assert "mended" in intel.post(f"{path}{fault.pk}/", sent, follow=True).text
    assert intel.post(f"{path}{fault.pk}/", sent).status_code == 404
    with pytest.raises(ValidationError, match="settled already"):
        fault_close(by=cast.intel, fault=fault, outcome="none", on=today)
    with pytest.raises(ValidationError, match="why it is written off"):
        fault_close(by=cast.intel, fault=other, outcome="off", on=today)
    fault_close(by=cast.intel, fault=other, outcome="off", on=today, words="Too dear")
    assert now(radio).state == "disposed"


def test_back_from_repair_or_faulty_from_a_loan(cast: Cast, radio) -> None:
    lend(cast, radio)
    with pytest.raises(ValidationError, match="what is wrong"):
        move(cast, radio, "store", condition="faulty")
    move(cast, radio, "store", condition="faulty", words="Dropped")
    assert (now(radio).is_faulty, now(radio).state) == (True, "store")
    move(cast, radio, "repair", words="Workshop")
    move(cast, radio, "store", mended=False)
    assert now(radio).is_faulty
    move(cast, radio, "repair")
    move(cast, radio, "store", mended=True, words="New case")
    assert not now(radio).is_faulty
    assert radio.faults.get().closed_words == "New case"
    lend(cast, radio)
    fault_report(by=cast.store, item=radio, words="Dead")
    move(cast, radio, "disposed")
    assert radio.faults.first().outcome == "off"
    assert radio.holdings.filter(state="loan", until=None).count() == 0


def test_a_check_is_due_a_year_after_the_last(cast: Cast, client_of, radio) -> None:
    today = dates.today()
    assert now(radio).check_due_on == dt.date(2021, 1, 1)
    intel, path = client_of("intel"), f"/equipment/{radio.ref}/check/"
    sent = {"on": today.isoformat(), "result": "passed", "words": ""}
    assert intel.post(path, sent).status_code == 302
    assert now(radio).check_due_on == dates.add_months(today, 12)
    assert "of that day is recorded" in intel.post(path, sent).text
    failed = CheckInput(today - DAY, passed=False)
    with pytest.raises(ValidationError, match="what is wrong with it"):
        check_record(by=cast.intel, item=radio, data=failed)
    with pytest.raises(ValidationError, match="has had it from"):
        check_record(by=cast.intel, item=radio, data=CheckInput(dt.date(2019, 1, 1), passed=True))
    other = factories.equipment(cast.intel)
    check_record(by=cast.intel, item=other, data=CheckInput(today, passed=False, words="Dead"))
    assert (now(other).check_due_on, now(other).is_faulty) == (today, True)
    move(cast, other, "lost")
    with pytest.raises(ValidationError, match="It is lost"):
        check_record(by=cast.intel, item=other, data=CheckInput(today, passed=True))


# --- Lists and figures ----------------------------------------------------------------------


def test_the_list_says_what_is_due(cast: Cast, client_of) -> None:
    intel, today = cast.intel, dates.today()
    names = ("plain", "soon", "later", "overdue", "lapsed", "faulty", "repair", "lost", "check")
    items = {name: factories.equipment(intel, serial=f"S-{name}") for name in names}
    for name, item in items.items():
        if name != "check":
            check_record(by=intel, item=item, data=CheckInput(today, passed=True))
    lend(cast, items["soon"], due_on=today + 30 * DAY)
    lend(cast, items["later"], due_on=today + 31 * DAY, person="Ann Lee")
    lend(cast, items["overdue"], since=today - 9 * DAY, due_on=today - DAY)
    gone = factories.MemberFactory(name="Gone Shoes")
    lend(cast, items["lapsed"], gone)
    Member.objects.filter(pk=gone.pk).update(status="lapsed")
    fault_report(by=intel, item=items["faulty"], words="x")
    for name in ("repair", "lost"):
        move(cast, items[name], name)
    loans = {"soon", "later", "overdue", "lapsed"}
    wanted = {
        "loan": loans, "due": {"soon", "overdue", "lapsed"}, "faulty": {"faulty", "repair"},
        "check": {"check"}, "store": {"plain", "faulty", "check"}, "gone": {"lost"},
        "all": set(names) - {"lost"},
    }  # fmt: skip
    client = client_of("intel")
    for show, meant in wanted.items():
        page = client.get("/equipment/", {"show": show})
        assert {row.serial[2:] for row in page.context["page"]} == meant, show
        shown = {chip.url: chip.count for chip in page.context["chips"]}
        assert shown[f"?show={show}"] == len(meant)
    for text, meant in (
        ("gone sh", {"lapsed"}), ("s-SOON", {"soon"}), (items["later"].ref.lower(), {"later"}),
        ("radio", wanted["all"]), ("camera", set()), ("Ann", {"later"}),
    ):  # fmt: skip
        page = client.get("/equipment/", {"q": text})
        assert {row.serial[2:] for row in page.context["page"]} == meant, text
    board = client_of("board")
    assert "Ann Lee" not in board.get("/equipment/?show=loan").text
    assert not board.get("/equipment/", {"q": "Ann"}).context["page"].object_list
    store = client_of("store").get("/equipment/")
    assert {row.serial[2:] for row in store.context["page"]} == {"soon", "later", "overdue"}
    assert not client_of("otherstore").get("/equipment/").context["page"].object_list
    assert client_of("staff").get("/equipment/").status_code == 404
    assert items["later"].ref in client_of("store").get("/members/marlowe/").text


def test_coverage_counts_members_not_radios(cast: Cast, client_of) -> None:
    intel = cast.intel
    for _ in range(2):
        factories.lent(intel, cast.store.member)
    factories.lent(intel, cast.police.member)
    factories.lent(intel, cast.other.member, kind="BWV", person="Ann", is_lone_worker=True)
    move(cast, factories.equipment(intel), "lost")
    figures = cover()
    assert (figures.radios, figures.on_loan, figures.members, figures.covered) == (3, 3, 2, 1)
    assert (figures.cameras, figures.lone_workers, figures.percent) == (1, 1, 50)
    areas = {area.name: (area.members, area.covered, area.radios) for area in figures.areas}
    assert areas == {"Town Centre": (1, 1, 2), "Temple Hill": (1, 0, 0)}
    for who in ("intel", "board"):
        assert "of 2 members" in client_of(who).get("/equipment/coverage/").text


# --- Over generated histories ---------------------------------------------------------------

STEPS = st.lists(
    st.tuples(st.sampled_from(["loan", *(state.value for state in ItemState)]), st.integers(0, 9)),
    max_size=12,
)


class Histories(TestCase):
    @settings(max_examples=20, deadline=None)
    @given(STEPS)
    def test_an_item_is_in_exactly_one_state(self, steps: list[tuple[str, int]]) -> None:
        """Whatever is tried, in whatever order and on whatever days: one state, as last told."""
        cast = make_cast()
        item = factories.equipment(cast.intel)
        state, start = "store", dates.today() - 90 * DAY
        for place, (to, days) in enumerate(steps):
            on = start + (place * 4 + days) * DAY
            try:
                with transaction.atomic():
                    if to == "loan":
                        lend(cast, item, since=on)
                    else:
                        move(cast, item, to, on=on, condition="good", words="x")
                state = to
            except ValidationError:
                pass
            assert now(item).state == state
            parts = EquipmentItem.objects.as_they_are().counts()
            held = parts["store"] + parts["loan"] + parts["gone"]
            assert held + (state == "repair") == 1
            open_ones = item.holdings.filter(until=None)
            assert open_ones.count() == (state != "store")
        told = sorted(
            item.holdings.values_list("since", "until"),
            key=lambda row: (row[0], row[1] or dt.date.max),
        )
        for (_, until), (since, _) in itertools.pairwise(told):
            assert until is not None
            assert until <= since

    @settings(max_examples=20, deadline=None)
    @given(st.dates(dt.date(2020, 1, 1), dt.date(2032, 12, 31)))
    def test_the_next_check_is_twelve_calendar_months_on(self, day: dt.date) -> None:
        intel = User.objects.filter(role="intel").first() or make_cast().intel
        with time_machine.travel(dt.datetime(2033, 1, 1, 12, tzinfo=dt.UTC)):
            item = factories.equipment(intel)
            check_record(by=intel, item=item, data=CheckInput(day, passed=True))
            assert now(item).check_due_on == dates.add_months(day, 12)
