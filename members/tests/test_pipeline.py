"""Businesses entered, followed up, joined, lapsed and left; who is spoken to there."""

import datetime as dt
from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.db import Error, IntegrityError, transaction

from audit.models import Event
from common import dates
from members.models import Lost, Member, MemberContact, MemberStep, Premises
from members.pipeline import (
    LEADS_TO,
    ContactInput,
    MemberInput,
    NextStep,
    Step,
    contact_end,
    contact_save,
    member_change,
    member_enter,
    member_step,
)
from tests import factories
from tests.cast import Cast, make_cast
from tests.races import at_once

NOTHING = NextStep()


@pytest.fixture
def prospect(cast: Cast) -> Member:
    return enter(cast)


def enter(cast: Cast, name: str = "Alder Shoes") -> Member:
    data = MemberInput(name, "full", "independent", cast.shop.area)
    return member_enter(by=cast.intel, data=data, plan=NOTHING)


def go(cast: Cast, member: Member, to: str, *, plan: NextStep = NOTHING, **fields) -> Member:
    member.refresh_from_db()
    values = {"on": dates.today(), "lost": "cost" if to in ("lapsed", "left") else ""} | fields
    step = Step(to=to, **values)
    member_step(by=cast.intel, member=member, revision=member.revision, step=step, plan=plan)
    member.refresh_from_db()
    return member


def site(member: Member) -> None:
    factories.PremisesFactory(member=member, name="High Street", area=member.area)


# --- From prospect to member and on ---------------------------------------------------------


def test_the_whole_way_with_its_history(cast: Cast, client_of, prospect: Member) -> None:
    intel, today = client_of("intel"), dates.today()
    path = f"/members/{prospect.slug}/step/"
    assert "Record a step" in intel.get(f"/members/{prospect.slug}/").text
    for number, to in enumerate(("contacted", "applied"), start=1):
        sent = {
            "revision": number, "to": to, "on": today.isoformat(), "words": f"Said {to}.",
            "next_step": "Ring again", "next_on": today.isoformat(), "next_by": cast.intel.pk,
        }  # fmt: skip
        done = intel.post(path, sent, follow=True)
        assert f"Said {to}." in done.text
    assert "Ring again" in intel.get("/members/pipeline/").text
    site(prospect)
    go(cast, prospect, "active")
    assert (prospect.joined_on, prospect.left_on, prospect.has_access) == (today, None, True)
    assert prospect.next_step == ""
    go(cast, prospect, "lapsed", lost="unpaid")
    assert (prospect.joined_on, prospect.left_on, prospect.has_access) == (today, today, False)
    go(cast, prospect, "active")
    assert prospect.left_on is None
    steps = prospect.steps.order_by("pk").values_list("before", "after")
    assert [after for _, after in steps] == [
        "prospect", "contacted", "applied", "active", "lapsed", "active"
    ]  # fmt: skip
    assert Event.objects.filter(action="members.member.step", record=prospect.slug).count() == 5


@pytest.mark.parametrize("start", list(LEADS_TO))
@pytest.mark.parametrize("to", list(Member.Status.values))
def test_a_step_follows_from_where_it_is(cast: Cast, start: str, to: str) -> None:
    joined = dates.today() if start in ("active", "lapsed") else None
    member = factories.MemberFactory(status=start, joined_on=joined)
    site(member)
    if to == start or to in LEADS_TO[start]:
        assert go(cast, member, to, words="Said so.", lost=lost(start, to)).status == to
    else:
        with pytest.raises(ValidationError, match="lead there"):
            go(cast, member, to)


def lost(start: str, to: str) -> str:
    return "no_answer" if to in ("lapsed", "left") and to != start else ""


def test_what_a_step_needs(cast: Cast, prospect: Member) -> None:
    today = dates.today()
    later, earlier = today + dt.timedelta(days=1), today - dt.timedelta(days=1)
    for to, fields, words in (
        ("contacted", {"on": later}, "in the future"),
        ("contacted", {"on": earlier}, "The last step was on"),
        ("left", {"lost": ""}, "why it is lost"),
        ("contacted", {"lost": "cost"}, "why it is lost"),
        ("contacted", {"plan": NextStep(next_step="Ring")}, "a day and who does it"),
        ("contacted", {"plan": NextStep(next_on=today)}, "a day and who does it"),
    ):
        with pytest.raises(ValidationError, match=words):
            go(cast, prospect, to, **fields)
    go(cast, prospect, "applied")
    with pytest.raises(ValidationError, match="Enter its premises first"):
        go(cast, prospect, "active")
    step = Step("left", today, "cost")
    with pytest.raises(ValidationError, match="changed this since"):
        member_step(by=cast.intel, member=prospect, revision=1, step=step, plan=NOTHING)
    assert prospect.steps.count() == 2


def test_lost_before_it_joined_is_called_that(cast: Cast, prospect: Member) -> None:
    assert go(cast, prospect, "left", lost="head_office").status_words == "Lost"
    assert prospect.left_on is None
    assert go(cast, prospect, "contacted").status_words == "Contacted"


def test_who_stays_where_it_is_may_be_planned_for(cast: Cast, prospect: Member) -> None:
    plan = NextStep("Visit", dates.today(), cast.board)
    go(cast, prospect, "prospect", plan=plan)
    assert (prospect.next_step, prospect.steps.count()) == ("Visit", 1)
    go(cast, prospect, "prospect", words="They are on holiday.", plan=plan)
    assert prospect.steps.first().words == "They are on holiday."


def test_when_it_lapses_its_people_are_out_at_once(cast: Cast, client_of) -> None:
    staff = client_of("staff")
    assert staff.get("/gallery/").status_code == 200
    go(cast, cast.staff.member, "lapsed", lost="unpaid")
    answer = staff.get("/gallery/")
    assert answer.status_code == 302
    assert "/sign-in/" in answer.url
    assert client_of("other").get("/gallery/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_step() -> None:
    cast = make_cast()
    member = enter(cast)
    step = Step("contacted", dates.today())
    work = partial(
        member_step, by=cast.intel, member=member, revision=1, step=step, plan=NOTHING
    )  # fmt: skip
    assert at_once(*[work] * 6).count(None) == 1
    assert member.steps.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_double_click_enters_one_business() -> None:
    cast = make_cast()
    refused = at_once(*[partial(enter, cast)] * 6)
    assert refused.count(None) == 1
    assert all("is there already" in str(each) for each in refused if each)
    assert Member.objects.filter(name="Alder Shoes").count() == 1


# --- What is held of it ---------------------------------------------------------------------


def test_a_name_is_there_once_and_an_address_is_free(cast: Cast, client_of) -> None:
    enter(cast, "Pipeline")
    assert Member.objects.get(name="Pipeline").slug == "pipeline-2"  # a page of ours has that one
    assert enter(cast, "pipe line").slug == "pipe-line"
    with pytest.raises(ValidationError, match="Pipeline is there already"):
        enter(cast, "PIPELINE ")
    assert enter(cast, "¿?").slug == "member"
    page = client_of("intel").post(
        "/members/new/",
        {"name": "Marlowe chemist", "kind": "full", "sector": "independent",
         "area": cast.shop.area.pk},
    )  # fmt: skip
    assert page.status_code == 422
    assert "is there already" in page.text


def test_a_change_is_logged_and_an_old_form_refused(cast: Cast, prospect: Member) -> None:
    data = MemberInput("Alder & Sons", "affiliate", "independent", prospect.area)
    change = partial(member_change, by=cast.intel, member=prospect, data=data)
    changed = change(revision=1)
    assert (changed.name, changed.slug, changed.revision) == ("Alder & Sons", "alder-shoes", 2)
    with pytest.raises(ValidationError, match="changed this since"):
        change(revision=1)
    with pytest.raises(ValidationError, match="Nothing was changed"):
        change(revision=2)
    event = Event.objects.get(action="members.member.changed")
    assert event.detail["fields"] == ["name", "kind"]
    agency = MemberInput("Police two", "full", "public", prospect.area)
    with pytest.raises(ValidationError, match="can't become an agency"):
        member_change(by=cast.intel, member=cast.police.member, revision=1, data=agency)


@pytest.mark.parametrize("change", [
    lambda m: MemberStep.objects.update(words="x"),
    lambda m: MemberStep.objects.all().delete(),
    lambda m: Member.objects.filter(pk=m.pk).update(next_step="x"),
    lambda m: MemberStep.objects.create(
        member=m, before="active", after="left", on=dates.today(), made_at=dates.london_midnight(
            dates.today()), made_by=m.steps.get().made_by),
    lambda m: MemberStep.objects.create(
        member=m, before="active", after="active", on=dates.today(), lost=Lost.COST,
        made_at=dates.london_midnight(dates.today()), made_by=m.steps.get().made_by),
])  # fmt: skip
def test_the_database_refuses_what_cannot_be(prospect: Member, change) -> None:
    with pytest.raises((Error, IntegrityError)), transaction.atomic():
        change(prospect)


# --- The list -------------------------------------------------------------------------------


def test_the_list_says_what_is_due_planned_and_forgotten(cast: Cast, client_of) -> None:
    today = dates.today()
    day = dt.timedelta(days=1)
    for name, on in (("Due Today", today), ("Due Before", today - day), ("Planned", today + day)):
        member = enter(cast, name)
        go(cast, member, "prospect", plan=NextStep("Ring", on, cast.intel))
    enter(cast, "Forgotten")
    for who in ("intel", "board"):
        client = client_of(who)
        for show, names in (
            ("due", ["Due Before", "Due Today"]), ("planned", ["Planned"]),
            ("no_step", ["Forgotten"]),
        ):  # fmt: skip
            page = client.get("/members/pipeline/", {"show": show})
            assert [row.name for row in page.context["page"]] == names
        assert "Overdue" in client.get("/members/pipeline/").text
        assert "Due Today" not in client.get("/members/pipeline/", {"q": "before"}).text
    assert "/members/new/" not in client_of("board").get("/members/pipeline/").text
    for who in ("staff", "store", "police", "admin"):
        assert client_of(who).get("/members/pipeline/").status_code == 404


# --- Contacts -------------------------------------------------------------------------------


def test_contacts_are_the_members_own_to_keep(cast: Cast, client_of) -> None:
    member, store = cast.store.member, client_of("store")
    path = f"/members/{member.slug}/contacts/"
    sent = {"name": "Ann Lee", "email": "ann@shop.example", "is_main": "on"}
    assert "Ann Lee" in store.post(f"{path}new/", sent, follow=True).text
    first = member.contacts.get()
    refused = store.post(f"{path}new/", {"name": "Bo Lee"})
    assert refused.status_code == 422
    assert "an e-mail address or a telephone number" in refused.text
    bo = ContactInput("Bo Lee", phone="01632 960001", is_main=True)
    second = contact_save(by=cast.intel, member=member, data=bo)
    first.refresh_from_db()
    assert (first.is_main, second.is_main) == (False, True)
    for who in ("otherstore", "police", "staff", "board"):
        client = client_of(who)
        for data in (sent, {"end": "1"}):
            assert client.post(f"{path}{first.uuid}/", data).status_code == 404
    assert (
        client_of("otherstore").get(f"/members/penfold/contacts/{first.uuid}/").status_code == 404
    )
    assert "Taken out" in store.post(f"{path}{second.uuid}/", {"end": "1"}, follow=True).text
    assert contact_end(by=cast.intel, contact=second) is False
    with pytest.raises(ValidationError, match="taken out"):
        contact_save(
            by=cast.intel, member=member, data=ContactInput("X", phone="1"), contact=second
        )
    assert list(MemberContact.objects.filter(ended_on=None)) == [first]


# --- Premises -------------------------------------------------------------------------------


def test_premises_are_entered_changed_and_closed(cast: Cast, client_of) -> None:
    member, store = cast.store.member, client_of("store")
    path = f"/members/{member.slug}/premises/"
    sent = {
        "name": "Marlowe, High Street", "address": "3 High Street", "postcode": "da11dn",
        "area": member.area.pk, "opening_hours": "Mon to Sat 9 to 18",
    }  # fmt: skip
    done = store.post(f"{path}new/", sent, follow=True)
    assert "DA1 1DN" in done.text
    assert "open Mon to Sat 9 to 18" in done.text
    assert "premises of that name" in store.post(f"{path}new/", sent).text
    for wrong in ("", "DA1", "Dartford", "DA1 1DNX"):
        refused = store.post(f"{path}new/", sent | {"name": "x", "postcode": wrong})
        assert refused.status_code == 422, wrong
    made = member.premises.get(name="Marlowe, High Street")
    for who in ("otherstore", "police", "staff", "board"):
        assert client_of(who).post(f"{path}{made.uuid}/", sent).status_code == 404
    covered = Premises.objects.covered()
    assert covered.get(pk=made.pk).since == dates.today()
    assert covered.get(pk=cast.shop.pk).since == dt.date(2020, 1, 1)
    assert "High Street" in client_of("staff").get("/log/where/?q=high").text
    assert "is closed" in store.post(f"{path}{made.uuid}/", {"close": "1"}, follow=True).text
    assert "High Street" not in client_of("staff").get("/log/where/?q=high").text
    assert store.post(f"{path}{made.uuid}/", sent).status_code == 404
    last = member.premises.get(closed_on=None)
    assert "last site" in store.post(f"{path}{last.uuid}/", {"close": "1"}, follow=True).text
    assert [event.action for event in Event.objects.filter(record=member.slug).order_by("pk")] == [
        "members.premises.saved", "members.premises.closed"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("51.4462, 0.2169", "51.44620, 0.21690"),
        (" 51.446213999 0.216912 ", "51.44621, 0.21691"),
        ("51.44;-0.1", "51.44000, -0.10000"),
        ("", ""),
    ],
)
def test_a_position_is_kept_as_maps_give_it(cast: Cast, client_of, typed: str, kept: str) -> None:
    path = f"/members/{cast.store.member.slug}/premises/{cast.shop.uuid}/"
    sent = {"name": "Marlowe", "address": "1 High Street", "postcode": "DA1 1DN",
            "area": cast.shop.area_id, "position": typed}  # fmt: skip
    assert client_of("store").post(path, sent).status_code == 302
    cast.shop.refresh_from_db()
    assert cast.shop.position == kept
    assert (kept or "Position on the map") in client_of("store").get(path).text


@pytest.mark.parametrize("typed", ["here", "51.4462", "0.2169, 51.4462", "51,4462, 0,2169"])
def test_a_position_that_is_none_or_far_away_is_refused(cast: Cast, client_of, typed: str) -> None:
    path = f"/members/{cast.store.member.slug}/premises/{cast.shop.uuid}/"
    sent = {"name": "Marlowe", "address": "1 High Street", "postcode": "DA1 1DN",
            "area": cast.shop.area_id, "position": typed}  # fmt: skip
    assert client_of("store").post(path, sent).status_code == 422
    cast.shop.refresh_from_db()
    assert cast.shop.position == ""
