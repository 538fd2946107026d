"""Corrections and additions by the reporter, until the report is reviewed."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, InternalError
from django.db.models import ProtectedError
from django.test import Client
from django.utils import timezone

from common import dates
from incidents.models import Attachment, IncidentType, Report, ReportEdit
from incidents.services import ItemInput, PersonInput, involvement_link, report_accept
from offenders.services import profile_withdraw
from tests import factories
from tests.cast import Cast


def shown(client: Client, report: Report) -> dict[str, Any]:
    """Return what the correction form would send unchanged."""
    entry = client.get(f"/reports/{report.ref}/edit/").context["entry"]
    data: dict[str, Any] = {
        "people-TOTAL_FORMS": str(len(entry.people.forms)),
        "people-INITIAL_FORMS": str(entry.people.initial_form_count()),
        "items-TOTAL_FORMS": str(len(entry.items.forms)),
        "items-INITIAL_FORMS": str(entry.items.initial_form_count()),
    }
    for part in (entry.form, *entry.people, *entry.items):
        for bound in part:
            value = bound.value()
            if bound.name == "occurred_at" and value:
                value = value.strftime("%Y-%m-%dT%H:%M")
            if value not in (None, False, ""):
                data[bound.html_name] = value
    return data


@pytest.fixture
def report(cast: Cast) -> Report:
    return factories.report(
        cast.staff,
        cast.shop,
        type=factories.incident_type(),
        words="First words",
        to_finish=True,
        people=[PersonInput(description="grey hoodie"), PersonInput(named_as="Dave")],
        items=[ItemInput(category="alcohol", value_stolen=20)],
        files=[factories.upload()],
    )


def test_a_report_is_added_to_until_it_is_reviewed(cast: Cast, client_of, report: Report) -> None:
    staff = client_of("staff")
    data = shown(staff, report) | {
        "words": "Second words",
        "items-0-value_stolen": "25",
        "items-1-category": "meat",
        "items-1-value_stolen": "10",
        "people-1-named_as": "David",
        "uploads": [factories.upload("more.jpg", factories.image_bytes(colour="red"))],
    }
    answer = staff.post(f"/reports/{report.ref}/edit/", data)
    assert answer.status_code == 302, answer.context["entry"].problems()
    first, second = report.people.order_by("pk")
    report.refresh_from_db()
    assert (report.words, float(report.value_stolen)) == ("Second words", 35.0)
    assert not report.to_finish
    assert (first.description, second.named_as) == ("grey hoodie", "David")
    assert [row.number for row in report.attachments.all()] == [1, 2]
    edit = ReportEdit.objects.get()
    assert edit.before["words"] == "First words"
    assert edit.before["items"][0]["value_stolen"] == "20.00"
    assert set(edit.changed) == {"words", "items", "people", "files", "to_finish"}
    page = client_of("intel").get(f"/reports/{report.ref}/review/").content.decode()
    assert "First words" in page


def test_a_reviewed_report_stays_as_it_is(cast: Cast, client_of, report: Report) -> None:
    staff = client_of("staff")
    data = shown(staff, report) | {"words": "Too late"}
    report_accept(by=cast.intel, report=report, revision=report.revision)
    page = staff.get(f"/reports/{report.ref}/edit/", follow=True)
    assert page.redirect_chain == [(f"/reports/{report.ref}/", 302)]
    assert "This has been reviewed. Ask the Intelligence Manager" in page.content.decode()
    refused = staff.post(f"/reports/{report.ref}/edit/", data)  # typed before it was reviewed
    assert refused.status_code == 422
    assert "This has been reviewed. Ask the Intelligence Manager" in refused.content.decode()
    assert "Too late" in refused.content.decode()
    as_json = {"accept": "application/json"}
    told = staff.post(f"/reports/{report.ref}/edit/", data, headers=as_json)
    assert (told.status_code, told.json()["state"]) == (422, "refused")
    report.refresh_from_db()
    assert report.words == "First words"


def test_an_old_form_is_refused_and_keeps_its_words(cast: Cast, client_of, report: Report) -> None:
    staff, store = client_of("staff"), client_of("store")
    data = shown(staff, report)
    store.post(f"/reports/{report.ref}/edit/", shown(store, report) | {"words": "The manager's"})
    response = staff.post(f"/reports/{report.ref}/edit/", data | {"words": "Mine"})
    assert response.status_code == 422
    assert "Someone changed this" in response.content.decode()
    assert "Mine" in response.content.decode()


def test_people_whom_the_manager_has_linked_stay(cast: Cast, client_of, report: Report) -> None:
    subject = factories.subject(cast.intel, name="Hidden Person")
    person = report.people.first()
    involvement_link(by=cast.intel, report=report, revision=1, involvement=person, subject=subject)
    staff = client_of("staff")
    page = staff.get(f"/reports/{report.ref}/edit/").content.decode()
    assert "Hidden" not in page
    assert subject.ref not in page
    data = shown(staff, report)
    tampered = data | {"people-0-pk": str(person.pk), "people-0-named_as": "Nobody"}
    assert staff.post(f"/reports/{report.ref}/edit/", tampered).status_code == 302
    person.refresh_from_db()
    assert (person.subject, person.description) == (subject, "grey hoodie")


def test_somebody_no_longer_published_stays_on_the_report(cast: Cast, client_of) -> None:
    version = factories.published(cast.intel)
    sent = factories.report(cast.staff, cast.shop, people=[PersonInput(subject=version.subject)])
    profile_withdraw(by=cast.intel, subject=version.subject, reason="x")
    staff = client_of("staff")
    page = staff.get(f"/reports/{sent.ref}/edit/")
    assert version.subject.ref not in page.content.decode()
    data = shown(staff, sent) | {"words": "Left by the back"}
    assert staff.post(f"/reports/{sent.ref}/edit/", data).status_code == 302
    assert sent.people.get().subject == version.subject


def test_a_sighting_does_not_turn_into_an_incident(cast: Cast, client_of) -> None:
    sent = factories.report(cast.staff, cast.shop)
    factories.incident_type()
    staff = client_of("staff")
    data = shown(staff, sent) | {"what": "shop-theft"}
    response = staff.post(f"/reports/{sent.ref}/edit/", data)
    assert response.status_code == 422
    assert "Send a new report" in response.content.decode()


def test_evidence_cannot_be_altered_in_the_database(cast: Cast, report: Report, sql) -> None:
    attachment = Attachment.objects.get()
    with pytest.raises((IntegrityError, InternalError, ProtectedError)):
        sql(f"UPDATE incidents_attachment SET sha256 = 'x' WHERE id = {attachment.pk}")


def test_just_now_is_not_after_it_was_sent(cast: Cast, client_of, report: Report) -> None:
    Report.objects.update(
        occurred_at=timezone.now() - dt.timedelta(hours=3),
        sent_at=timezone.now() - dt.timedelta(hours=2),
    )
    staff = client_of("staff")
    answer = staff.post(f"/reports/{report.ref}/edit/", shown(staff, report) | {"when": "now"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "in the future" not in page
    assert "so it was before that" in page


def test_a_report_keeps_a_type_that_has_ended(cast: Cast, client_of, report: Report) -> None:
    yesterday = dates.today() - dt.timedelta(days=1)
    factories.incident_type("begging", label="Begging")
    IncidentType.objects.update(effective_to=yesterday)
    staff = client_of("staff")
    data = shown(staff, report) | {"words": "Second words"}
    assert data["what"] == "shop-theft"
    answer = staff.post(f"/reports/{report.ref}/edit/", data)
    assert answer.status_code == 302, answer.context["entry"].problems()
    report.refresh_from_db()
    assert (report.type.code, report.words) == ("shop-theft", "Second words")
    data = shown(staff, report) | {"what": "begging"}
    assert staff.post(f"/reports/{report.ref}/edit/", data).status_code == 422
    Report.objects.update(
        sent_at=timezone.now() - dt.timedelta(days=1),
        occurred_at=timezone.now() - dt.timedelta(days=1, hours=1),
    )
    data = shown(staff, report) | {"what": "begging"}  # it could be chosen when it was sent
    assert staff.post(f"/reports/{report.ref}/edit/", data).status_code == 302


def test_what_a_type_asks_no_more_stays_as_it_was_told(cast: Cast, client_of) -> None:
    kind = factories.incident_type()
    sent = factories.report(
        cast.staff,
        cast.shop,
        type=kind,
        weapon="used",
        weapon_words="bottle",
        vehicle_registration="AB12CDE",
        methods=["foil"],
        police_ref="46/1",
        items=[ItemInput(category="alcohol", value_stolen=20)],
    )
    IncidentType.objects.filter(pk=kind.pk).update(asks=[])
    staff = client_of("staff")
    data = shown(staff, sent) | {"words": "Second words"}
    assert staff.post(f"/reports/{sent.ref}/edit/", data).status_code == 302
    sent.refresh_from_db()
    assert sent.words == "Second words"
    assert (sent.weapon, sent.weapon_words, sent.methods) == ("used", "bottle", ["foil"])
    assert (sent.vehicle_registration, sent.police_ref) == ("AB12CDE", "46/1")
    assert (sent.items.get().category, float(sent.value_stolen)) == ("alcohol", 20.0)


def test_a_photo_that_came_before_is_description_enough(cast: Cast, client_of) -> None:
    for files, status in (([factories.upload()], 302), ([], 422)):
        sent = factories.report(cast.staff, cast.shop, people=[PersonInput()], files=files)
        staff = client_of("staff")
        data = shown(staff, sent) | {"words": "He left by the back door."}
        assert staff.post(f"/reports/{sent.ref}/edit/", data).status_code == status
