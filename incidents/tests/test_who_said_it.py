"""Who named somebody is kept apart: the reporter, a correction, another report, the manager."""

from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client

from incidents.models import Involvement, NotSamePerson, Report, ReviewStep
from incidents.services import (
    PersonInput,
    involvement_rule_out,
    report_accept,
    report_merge,
)
from offenders.models import ProfileVersion
from tests import factories
from tests.cast import Cast

from .test_change import shown


@pytest.fixture
def marsh(cast: Cast) -> ProfileVersion:
    return factories.published(cast.intel)


def theft(cast: Cast, who: str = "staff", **fields: Any) -> Report:
    site = cast.pub if who.startswith("other") else cast.shop
    kind = factories.incident_type()
    return factories.report(cast.users[who], site, type=kind, words="He ran.", **fields)


def post(client: Client, report: Report, what: str, **data: Any) -> str:
    """Press a button of the review, on the report as it is now; return the page that follows."""
    report.refresh_from_db()
    sent = {"revision": report.revision} | data
    return client.post(f"/reports/{report.ref}/{what}/", sent, follow=True).content.decode()


def statement(client: Client, report: Report) -> str:
    form = client.get(f"/reports/{report.ref}/police-pack/").context["form"]
    return str(form.initial["statement"])


def merged(cast: Cast, client: Client, marsh: ProfileVersion, who: str = "other") -> Report:
    """Return a report of somebody unknown that a double, which names Marsh, was merged into."""
    main = theft(cast, people=[PersonInput(description="grey hoodie")])
    double = theft(cast, who, people=[PersonInput(subject=marsh.subject)])
    post(client, double, "merge", into=main.ref)
    assert main.people.count() == 2
    return main


def test_a_witness_has_not_recognised_whom_another_report_names(
    cast: Cast, client_of, marsh: ProfileVersion
) -> None:
    intel = client_of("intel")
    main = merged(cast, intel, marsh)
    words = statement(intel, main)
    assert "recognised" not in words
    assert marsh.subject.ref not in words
    assert words.count("I saw a person") == 1
    brought = main.people.get(subject=marsh.subject)
    assert (brought.confidence, brought.named_by) == ("possible", cast.other)
    page = intel.get(f"/reports/{main.ref}/review/").content.decode()
    assert "the same event" in page  # suggested for the unknown person


def test_somebody_who_was_described_and_named_elsewhere_counts_once(
    cast: Cast, client_of, marsh: ProfileVersion
) -> None:
    intel = client_of("intel")
    main = merged(cast, intel, marsh)
    unknown = main.people.get(subject=None)
    post(intel, main, "link", person=unknown.pk, to=marsh.subject.ref)
    only = main.people.get()
    assert (only.pk, only.subject, only.confidence) == (unknown.pk, marsh.subject, "confirmed")
    assert "recognised" not in statement(intel, main)
    step = main.steps.get(kind="linked")
    post(intel, main, "undo", step=step.pk)
    assert main.people.filter(subject=None).count() == 1
    back = main.people.get(subject=marsh.subject)
    assert (back.confidence, back.named_by) == ("possible", cast.other)


def test_who_corrects_a_report_is_not_its_witness(
    cast: Cast, client_of, marsh: ProfileVersion
) -> None:
    report = theft(cast, people=[PersonInput(description="grey hoodie")])
    store = client_of("store")
    data = shown(store, report) | {"people-0-who": marsh.subject.ref}
    answer = store.post(f"/reports/{report.ref}/edit/", data)
    assert answer.status_code == 302, answer.context["entry"].problems()
    assert report.people.get().named_by == cast.store
    assert "recognised" not in statement(store, report)
    assert "named in the report" in store.get(f"/reports/{report.ref}/").content.decode()


def test_what_the_reporter_recognised_stays_theirs_whoever_corrects_the_rest(
    cast: Cast, client_of, marsh: ProfileVersion
) -> None:
    report = theft(cast, people=[PersonInput(subject=marsh.subject)])
    store, intel = client_of("store"), client_of("intel")
    data = shown(store, report) | {"words": "He walked out."}
    assert store.post(f"/reports/{report.ref}/edit/", data).status_code == 302
    assert report.people.get().named_by == cast.staff
    post(intel, report, "link", person=report.people.get().pk, to=marsh.subject.ref)
    assert "I recognised them" in statement(intel, report)


def test_nobody_else_signs_that_they_recognised_somebody(
    cast: Cast, client_of, marsh: ProfileVersion
) -> None:
    report = theft(cast, people=[PersonInput(subject=marsh.subject)])
    store = client_of("store")
    form = store.get(f"/reports/{report.ref}/police-pack/").context["form"]
    data = {
        "client_id": form.initial["client_id"],
        "recipient": "PC 1",
        "body": "Kent Police",
        "purpose": "Prevention and detection of crime",
        "lawful_basis": "DPA 2018",
        "parts": ["statement"],
        "witness_name": "Somebody Else",
        "statement": form.initial["statement"],
    }
    answer = store.post(f"/reports/{report.ref}/police-pack/", data)
    assert answer.status_code == 422
    assert "It was Staff Person who recognised them" in answer.content.decode()


def test_the_database_holds_no_name_without_who_said_it(
    cast: Cast, marsh: ProfileVersion, sql
) -> None:
    report = theft(cast, people=[PersonInput(subject=marsh.subject)])
    with pytest.raises(IntegrityError):
        sql(f"UPDATE incidents_involvement SET named_by_id = NULL WHERE report_id = {report.pk}")


def test_a_business_is_not_told_whom_another_business_named(
    cast: Cast, client_of, marsh: ProfileVersion
) -> None:
    main = merged(cast, client_of("intel"), marsh)
    ref = marsh.subject.ref
    staff, store = client_of("staff"), client_of("store")
    for client, path in (
        (staff, f"/reports/{main.ref}/"),
        (staff, f"/reports/{main.ref}/edit/"),
        (staff, "/reports/"),
        (store, f"/reports/{main.ref}/police-pack/"),
    ):
        assert ref not in client.get(path).content.decode(), path
    assert staff.get("/reports/", {"q": ref}).context["page"].paginator.count == 0
    assert main.ref not in staff.get(f"/gallery/{ref}/").content.decode()
    own = merged(cast, client_of("intel"), marsh, who="store")
    assert ref in staff.get(f"/reports/{own.ref}/").content.decode()


# --- corrections and what the manager decided ---------------------------------------------------


def ruled_out(cast: Cast, client_of) -> tuple[Report, Client, dict[str, Any]]:
    other = factories.subject(cast.intel, name="Paul Tate")
    report = theft(cast, people=[PersonInput(description="grey hoodie")])
    staff = client_of("staff")
    involvement_rule_out(
        by=cast.intel, report=report, revision=1, involvement=report.people.get(), subject=other
    )
    return report, staff, shown(staff, report)


def test_a_correction_keeps_what_the_manager_ruled_out(cast: Cast, client_of) -> None:
    report, staff, data = ruled_out(cast, client_of)
    data.pop("people-0-pk")  # typed anew, in the same words
    assert staff.post(f"/reports/{report.ref}/edit/", data).status_code == 302
    assert NotSamePerson.objects.get().involvement == report.people.get()
    assert ReviewStep.objects.get().involvement == report.people.get()


def test_another_description_is_another_question(cast: Cast, client_of) -> None:
    report, staff, data = ruled_out(cast, client_of)
    data["people-0-description"] = "red coat, limps"
    assert staff.post(f"/reports/{report.ref}/edit/", data).status_code == 302
    assert not NotSamePerson.objects.exists()
    assert ReviewStep.objects.get().kind == "not_same"  # that it was decided is kept
    event = client_of("intel").get("/me/log/?show=all").content.decode()
    assert "added to or corrected a report" in event


def test_a_person_taken_out_leaves_the_decision_about_them(cast: Cast, client_of) -> None:
    report, staff, data = ruled_out(cast, client_of)
    data |= {"people-0-pk": "", "people-0-description": "a woman in a dress"}
    assert staff.post(f"/reports/{report.ref}/edit/", data).status_code == 302
    step = ReviewStep.objects.get()
    assert (step.kind, step.involvement) == ("not_same", None)
    page = client_of("intel").get(f"/reports/{report.ref}/review/").content.decode()
    assert "Not the same person" in page


# --- chains -------------------------------------------------------------------------------------


def test_a_double_follows_its_main_report(cast: Cast, client_of) -> None:
    intel = client_of("intel")
    first, second, third = (theft(cast, who) for who in ("staff", "other", "store"))
    post(intel, first, "merge", into=second.ref)
    post(intel, second, "merge", into=third.ref)
    first.refresh_from_db()
    assert first.duplicate_of == third
    post(intel, second, "undo", step=second.steps.get().pk)
    first.refresh_from_db()
    assert first.duplicate_of == second


def test_doubles_wait_again_when_their_main_report_is_not_taken_up(cast: Cast, client_of) -> None:
    intel = client_of("intel")
    double, main = theft(cast), theft(cast, "other")
    post(intel, double, "merge", into=main.ref)
    post(intel, main, "review", decision="reject", note="Not enough.")
    double.refresh_from_db()
    assert (double.status, double.duplicate_of) == ("submitted", None)
    assert double.ref in intel.get("/queue/").content.decode()
    assert "Waits again" in intel.get(f"/reports/{double.ref}/review/").content.decode()
    post(intel, main, "undo", step=main.steps.get().pk)
    double.refresh_from_db()
    assert (double.status, double.duplicate_of) == ("duplicate", main)


def test_nothing_is_merged_into_what_does_not_count(cast: Cast, client_of) -> None:
    intel = client_of("intel")
    double, main = theft(cast), theft(cast, "other")
    post(intel, double, "merge", into=main.ref)
    page = post(intel, theft(cast, "store"), "merge", into=double.ref)
    assert "can’t stand for this report" in page


def test_a_merged_copy_never_says_reported(cast: Cast, marsh: ProfileVersion) -> None:
    main, double = theft(cast), theft(cast, "other", people=[PersonInput(subject=marsh.subject)])
    report_accept(by=cast.intel, report=main, revision=1)
    report_merge(by=cast.intel, report=double, revision=1, into=main)
    assert not Involvement.objects.filter(report=main, confidence="reported").exists()
