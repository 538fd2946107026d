"""Types of incident: added, changed, ended, brought back; never lost to reports of theirs."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from audit.models import Event
from common import dates
from incidents.models import IncidentType
from incidents.services.types import TypeInput, type_add, type_change, type_end, type_remove
from incidents.starting_types import starting_types
from tests import factories
from tests.cast import Cast

FIELDS = {"label": "Cuckooing", "family": "crime", "harm": "60", "asks": ["police", "outcome"]}


@pytest.fixture
def intel(client_of) -> Client:
    return client_of("intel")


def codes() -> list[str]:
    return list(IncidentType.objects.order_by("position").values_list("code", flat=True))


def test_a_new_type_is_on_the_log_form_at_once(intel: Client, client_of) -> None:
    answer = intel.post("/types/new/", FIELDS | {"is_serious": "on"}, follow=True)
    assert "Cuckooing added." in answer.content.decode()
    made = IncidentType.objects.get(code="cuckooing")
    assert (made.harm, made.is_serious, made.is_common) == (60, True, False)
    assert made.asks == ["outcome", "police"]
    assert made.effective_from == dates.today()
    assert 'value="cuckooing"' in client_of("staff").get("/log/").content.decode()
    event = Event.objects.get(action="incidents.type.added")
    assert (event.record, event.detail) == ("cuckooing", {"family": "crime", "harm": 60})


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("harm", "0", "Enter a number from 1 to 100."),
        ("harm", "101", "Enter a number from 1 to 100."),
        ("harm", "much", "Enter a number from 1 to 100."),
        ("label", "", "Enter the words that staff see."),
        ("label", "shop  THEFT", "There is a type “Shop theft” already. Choose other words."),
        ("family", "", "Choose what it counts as."),
        ("place", "0", "Enter a number, 1 for the first."),
        ("starts_on", "soon", "Enter a day, such as"),
        ("asks", "religion", "not one of the available choices"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    intel: Client, field: str, typed: str, words: str
) -> None:
    factories.incident_type()
    answer = intel.post("/types/new/", FIELDS | {field: typed})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert answer.context["form"]["harm"].value() == (typed if field == "harm" else "60")
    assert codes() == ["shop-theft"]


def test_a_code_is_free_stable_and_never_a_word_of_the_system(cast: Cast) -> None:
    made = [
        type_add(by=cast.intel, data=TypeInput(label, 5), family="other")
        for label in ("Seen", "New", "Drugs", "Drugs!", "Наркотики", "x" * 60)
    ]
    assert [kind.code for kind in made] == [
        "seen-2", "new-2", "drugs", "drugs-2", "type", "x" * 36,
    ]  # fmt: skip
    changed = type_change(by=cast.intel, kind=made[2], data=TypeInput("Drug dealing", 30))
    assert (changed.code, changed.label, changed.family) == ("drugs", "Drug dealing", "other")


def test_reports_keep_their_type_and_read_its_new_words(
    cast: Cast, intel: Client, client_of
) -> None:
    sent = factories.report(cast.staff, cast.shop, type=factories.incident_type())
    fields = {"label": "Theft from a shop", "harm": "25", "place": "1", "code": "other"}
    assert intel.post("/types/shop-theft/", fields).status_code == 302
    assert "Theft from a shop" in client_of("staff").get(f"/reports/{sent.ref}/").content.decode()
    event = Event.objects.get(action="incidents.type.changed")
    assert event.detail["changed"] == ["asks", "harm", "is_common", "label"]
    assert codes() == ["shop-theft"]


def test_places_are_numbered_without_gaps(cast: Cast, intel: Client) -> None:
    for label in ("Aa", "Bb", "Cc", "Dd"):
        type_add(by=cast.intel, data=TypeInput(label, 5), family="other")
    assert codes() == ["aa", "bb", "cc", "dd"]
    intel.post("/types/dd/", {"label": "Dd", "harm": "5", "place": "2"})
    assert codes() == ["aa", "dd", "bb", "cc"]
    intel.post("/types/aa/", {"label": "Aa", "harm": "5", "place": "99999999999"})
    assert codes() == ["dd", "bb", "cc", "aa"]
    assert sorted(IncidentType.objects.values_list("position", flat=True)) == [0, 1, 2, 3]


def test_ended_and_brought_back(cast: Cast, intel: Client, client_of) -> None:
    kind = factories.incident_type()
    sent = factories.report(cast.staff, cast.shop, type=kind)
    yesterday = dates.today() - dt.timedelta(days=1)
    page = intel.post("/types/shop-theft/end/", {"last_day": yesterday.isoformat()}, follow=True)
    assert "Ended, or still to begin" in page.content.decode()
    staff = client_of("staff")
    assert 'value="shop-theft"' not in staff.get("/log/").content.decode()
    assert "Shop theft" in staff.get(f"/reports/{sent.ref}/").content.decode()
    refused = intel.post("/types/new/", FIELDS | {"label": "Shop theft"}).content.decode()
    assert "Bring it back instead." in refused
    intel.post("/types/shop-theft/back/")
    assert 'value="shop-theft"' in staff.get("/log/").content.decode()
    done = Event.objects.filter(record="shop-theft", is_read=False).values_list("action", flat=True)
    assert {"incidents.type.ended", "incidents.type.returned"} <= set(done)
    again = intel.post("/types/shop-theft/back/", follow=True).content.decode()
    assert "has no end" in again


def test_it_can_be_chosen_up_to_its_last_day(cast: Cast, intel: Client, client_of) -> None:
    factories.incident_type()
    intel.post("/types/shop-theft/end/", {"last_day": dates.today().isoformat()})
    assert 'value="shop-theft"' in client_of("staff").get("/log/").content.decode()
    assert "until" in intel.get("/types/").content.decode()


@pytest.mark.parametrize(
    ("last_day", "words"),
    [
        ("", "Enter the last day it can be chosen."),
        ("2001-01-01", "Choose yesterday, to end it now, or a later day."),
        ("never", "Enter a day, such as 14/03/2026."),
    ],
)
def test_a_last_day_that_is_refused(intel: Client, last_day: str, words: str) -> None:
    factories.incident_type()
    answer = intel.post("/types/shop-theft/end/", {"last_day": last_day})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert IncidentType.objects.get().effective_to is None


def test_it_does_not_end_before_it_begins(cast: Cast) -> None:
    later = dates.today() + dt.timedelta(days=9)
    kind = type_add(by=cast.intel, data=TypeInput("Later", 5), family="other", starts_on=later)
    with pytest.raises(ValidationError, match="end it later"):
        type_end(by=cast.intel, kind=kind, last_day=dates.today())


def test_one_in_use_is_not_removed(cast: Cast, intel: Client) -> None:
    kind = factories.incident_type()
    factories.report(cast.staff, cast.shop, type=kind)
    assert "Remove the type" not in intel.get("/types/shop-theft/").content.decode()
    page = intel.post("/types/shop-theft/remove/", follow=True).content.decode()
    assert "Reports have the type Shop theft. End it instead." in page
    assert codes() == ["shop-theft"]


def test_an_unused_one_goes(cast: Cast, intel: Client) -> None:
    factories.incident_type()
    assert "Remove the type" in intel.get("/types/shop-theft/").content.decode()
    intel.post("/types/shop-theft/remove/")
    assert codes() == []
    assert Event.objects.get(action="incidents.type.removed").record == "shop-theft"
    assert "No types that can be chosen" in intel.get("/types/").content.decode()


def test_a_removal_that_a_report_overtakes_is_refused(cast: Cast) -> None:
    """The page was opened while it was unused; a report came meanwhile."""
    kind = factories.incident_type()
    factories.report(cast.staff, cast.shop, type=kind)
    with pytest.raises(ValidationError, match="End it instead"):
        type_remove(by=cast.intel, kind=kind)
    assert not Event.objects.filter(action="incidents.type.removed").exists()


def test_a_new_scheme_starts_with_the_usual_types(intel: Client, client_of) -> None:
    assert "Start with the usual types" in intel.get("/types/").content.decode()
    for _ in range(2):  # pressed twice
        answer = intel.post("/types/start/", follow=True)
    assert IncidentType.objects.count() == len(starting_types())
    assert "Start with the usual types" not in answer.content.decode()
    assert 'value="shop-theft"' in client_of("staff").get("/log/").content.decode()
