"""The manager's review: link, accept, reject; and who sees a report before and after."""

import pytest
from django.core.exceptions import ValidationError

from audit.models import Event
from incidents.models import Report
from incidents.services import (
    PersonInput,
    involvement_link,
    involvement_to_subject,
    report_accept,
    report_reject,
)
from offenders.models import Photo, Subject
from tests import factories
from tests.cast import Cast


def link(client, report: Report, **data):
    person = report.people.get()
    values = {"revision": report.revision, "person": person.pk} | data
    return client.post(f"/reports/{report.ref}/link/", values)


def test_link_and_accept(cast: Cast, client_of) -> None:
    subject = factories.subject(cast.intel)
    report = factories.report(cast.staff, cast.shop, type=factories.incident_type())
    intel = client_of("intel")
    assert report.ref in intel.get("/queue/").content.decode()
    link(intel, report, to=subject.ref)
    report.refresh_from_db()
    response = intel.post(
        f"/reports/{report.ref}/review/",
        {"revision": report.revision, "decision": "accept", "note": "Thank you."},
    )
    assert response.url == "/queue/"
    report.refresh_from_db()
    assert (report.status, report.reviewed_by) == ("accepted", cast.intel)
    assert report.people.get().subject == subject
    assert "accepted" in intel.get("/queue/").content.decode()
    page = intel.get("/queue/")
    assert not page.context["review"].part.rows
    assert "Decided in the last hour" in page.content.decode()
    assert "Thank you." in client_of("staff").get(f"/reports/{report.ref}/").content.decode()
    done = set(Event.objects.filter(record=report.ref).values_list("action", flat=True))
    assert {"incidents.person.linked", "incidents.report.accepted"} <= done


def test_a_new_subject_takes_description_and_photos_along(cast: Cast, client_of) -> None:
    report = factories.report(
        cast.staff,
        cast.shop,
        type=factories.incident_type(),
        people=[PersonInput(sex="male", age_band="25-30", description="limps")],
        files=[factories.upload()],
    )
    link(client_of("intel"), report, to="new")
    subject = Subject.objects.get()
    assert (subject.status, subject.sex, subject.age_low, subject.description) == (
        "id_sought",
        "male",
        25,
        "limps",
    )
    photo = Photo.objects.get(subject=subject)
    assert photo.sha256 == report.attachments.get().sha256
    assert photo.source == f"Report {report.ref}"
    assert not photo.may_publish
    report.refresh_from_db()
    person = report.people.get()
    with pytest.raises(ValidationError, match="linked to a subject already"):
        involvement_to_subject(
            by=cast.intel, report=report, revision=report.revision, involvement=person
        )
    assert Subject.objects.count() == 1


def test_a_rejection_needs_a_reason_that_the_reporter_reads(cast: Cast, client_of) -> None:
    report = factories.report(cast.staff, cast.shop)
    intel = client_of("intel")
    url = f"/reports/{report.ref}/review/"
    response = intel.post(url, {"revision": 1, "decision": "reject"})
    assert response.status_code == 422
    assert "Say why" in " ".join(response.context["form"].errors["note"])
    intel.post(url, {"revision": 1, "decision": "reject", "note": "No description."})
    report.refresh_from_db()
    assert report.status == "rejected"
    assert "No description." in client_of("staff").get(f"/reports/{report.ref}/").content.decode()


def test_a_stale_page_overwrites_nothing(cast: Cast, client_of) -> None:
    report = factories.report(cast.staff, cast.shop)
    report_accept(by=cast.intel, report=report, revision=1)
    response = client_of("intel").post(
        f"/reports/{report.ref}/review/", {"revision": 1, "decision": "reject", "note": "late"}
    )
    assert response.status_code == 422
    assert "Someone changed this" in response.content.decode()
    report.refresh_from_db()
    assert (report.status, report.review_note) == ("accepted", "")


def test_a_decision_is_taken_once(cast: Cast) -> None:
    report = factories.report(cast.staff, cast.shop)
    decided = report_reject(by=cast.intel, report=report, revision=1, reason="x")
    with pytest.raises(ValidationError, match="decided already"):
        report_accept(by=cast.intel, report=report, revision=decided.revision)


def test_a_subject_stands_once_in_a_report(cast: Cast) -> None:
    subject = factories.subject(cast.intel)
    people = [PersonInput(description="one"), PersonInput(description="two")]
    report = factories.report(cast.staff, cast.shop, people=people)
    first, second = report.people.all()
    linked = involvement_link(
        by=cast.intel, report=report, revision=1, involvement=first, subject=subject
    )
    with pytest.raises(ValidationError, match="already on the report"):
        involvement_link(
            by=cast.intel,
            report=report,
            revision=linked.revision,
            involvement=second,
            subject=subject,
        )


@pytest.mark.parametrize("data", [{"to": ""}, {"to": "D-9999"}, {"to": "new", "person": 999999}])
def test_nonsense_links_nothing(cast: Cast, client_of, data) -> None:
    report = factories.report(cast.staff, cast.shop)
    assert link(client_of("intel"), report, **data).status_code in (302, 404)
    assert report.people.get().subject is None
    assert not Subject.objects.exists()


def test_who_sees_a_report(cast: Cast, client_of) -> None:
    report = factories.report(
        cast.staff, cast.shop, words="Aisle three", type=factories.incident_type()
    )
    url = f"/reports/{report.ref}/"
    for who, waiting, accepted in (
        ("staff", 200, 200),
        ("store", 200, 200),
        ("other", 404, 404),
        ("otherstore", 404, 404),
        ("police", 404, 200),
        ("intel", 200, 200),
        ("board", 404, 404),
        ("admin", 404, 404),
    ):
        report.refresh_from_db()
        if report.status == "accepted":
            Report.objects.update(status="submitted", reviewed_at=None, reviewed_by=None)
        client = client_of(who)
        assert client.get(url).status_code == waiting, who
        if who not in ("board", "admin"):
            assert (report.ref in client.get("/reports/").content.decode()) is (waiting == 200)
        report.refresh_from_db()
        report_accept(by=cast.intel, report=report, revision=report.revision)
        assert client.get(url).status_code == accepted, who
        if who not in ("board", "admin"):
            listed = client.get("/reports/")
            assert (report.ref in listed.content.decode()) is (accepted == 200), who
            assert listed.context["page"].paginator.count == (accepted == 200), who


def test_an_agency_sees_no_sighting_of_others(cast: Cast, client_of) -> None:
    report = factories.report(cast.staff, cast.shop)
    report_accept(by=cast.intel, report=report, revision=1)
    assert client_of("police").get(f"/reports/{report.ref}/").status_code == 404


def test_a_link_to_an_unpublished_subject_is_the_managers_alone(cast: Cast, client_of) -> None:
    report = factories.report(
        cast.staff,
        cast.shop,
        type=factories.incident_type(),
        people=[PersonInput(description="green parka")],
    )
    link(client_of("intel"), report, to="new")
    ref = Subject.objects.get().ref
    staff = client_of("staff")
    for path in (f"/reports/{report.ref}/", "/reports/", "/me/log/"):
        page = staff.get(path).content.decode()
        assert ref not in page, path
    assert "green parka" in staff.get(f"/reports/{report.ref}/").content.decode().lower()
    assert ref not in client_of("store").get("/me/log/?show=member").content.decode()
    assert staff.get("/reports/", {"q": ref}).context["page"].paginator.count == 0
    assert client_of("intel").get("/reports/", {"q": ref}).context["page"].paginator.count == 1


def test_a_cited_report_keeps_its_link(cast: Cast, client_of) -> None:
    subject = factories.subject(cast.intel)
    notice = factories.raised_notice(cast.intel, cast.staff, cast.shop, subject)
    report = notice.grounds.get()
    answer = client_of("intel").post(
        f"/reports/{report.ref}/link/",
        {"revision": report.revision, "person": report.people.get().pk, "to": "none"},
        follow=True,
    )
    assert "Revoke it first" in answer.content.decode()
    assert report.people.get().subject == subject


def test_a_reports_photo_is_its_readers_alone(cast: Cast, client_of) -> None:
    report = factories.report(cast.staff, cast.shop, files=[factories.upload()])
    url = f"/photos/{report.attachments.get().uuid}/large/"
    answers = {who: client_of(who).get(url).status_code for who in cast.users}
    assert {who for who, status in answers.items() if status == 200} == {"staff", "store", "intel"}
    assert set(answers.values()) == {200, 404}
