"""What stands on a decision: notices, people that a merge brought, alerts, suggestions."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dtac.demo.portraits import draw_portrait
from exclusions.models import Notice
from exclusions.services import notice_raise, notice_revoke
from incidents.models import Alert, Attachment, Involvement, Report, ReviewStep
from incidents.services import PersonInput, involvement_link, report_accept, report_merge, step_undo
from incidents.services.match import match_waiting
from incidents.tasks import attachment_variants_sweep
from offenders.models import ProfileVersion, Subject
from offenders.services import photos_copy
from tests import factories
from tests.cast import Cast, make_cast
from tests.races import at_once

from .test_change import shown
from .test_who_said_it import post, theft


@pytest.fixture
def marsh(cast: Cast) -> ProfileVersion:
    return factories.published(cast.intel)


def merged(cast: Cast, client: Any, marsh: ProfileVersion) -> tuple[Report, Report]:
    """Return a report of nobody known, and the double that named Marsh and was merged into it."""
    main = theft(cast, people=[PersonInput(description="grey hoodie")])
    double = theft(cast, "other", people=[PersonInput(subject=marsh.subject)])
    post(client, double, "merge", into=main.ref)
    double.refresh_from_db()
    main.refresh_from_db()
    return main, double


def take_back(client: Any, report: Report) -> str:
    return post(client, report, "undo", step=report.steps.first().pk)


# --- taking a merge back ------------------------------------------------------------------------


def test_a_merge_taken_back_takes_its_people_along(cast: Cast, client_of, marsh) -> None:
    intel = client_of("intel")
    main, double = merged(cast, intel, marsh)
    assert "Taken back" in take_back(intel, double)
    assert main.people.get().subject is None
    after = Report.objects.get(pk=main.pk)
    assert after.revision == main.revision + 1  # a page that still shows them is older
    double.refresh_from_db()
    assert double.is_open


def test_not_under_a_notice_that_rests_on_whom_it_brought(cast: Cast, client_of, marsh) -> None:
    intel = client_of("intel")
    main, double = merged(cast, intel, marsh)
    Report.objects.filter(pk=main.pk).update(outcome="arrested")
    main.refresh_from_db()
    report_accept(by=cast.intel, report=main, revision=main.revision)
    notice = notice_raise(by=cast.intel, subject=marsh.subject, reports=[main], reason="Arrested.")
    assert "Revoke the notice first" in take_back(intel, double)
    assert main.people.filter(subject=marsh.subject).exists()
    notice_revoke(by=cast.intel, notice=notice, reason="Raised in error.")
    assert "Taken back" in take_back(intel, double)
    assert not main.people.filter(subject=marsh.subject).exists()


def test_not_over_work_on_whom_it_brought(cast: Cast, client_of, marsh) -> None:
    intel = client_of("intel")
    main, double = merged(cast, intel, marsh)
    brought = main.people.get(subject=marsh.subject)
    other = factories.subject(cast.intel, name="Paul Tate")
    post(intel, main, "link", person=brought.pk, to=other.ref)
    page = take_back(intel, double)
    assert f"Take those decisions back on {main.ref} first" in page
    assert main.people.filter(subject=other).exists()
    assert ReviewStep.objects.filter(involvement=brought).count() == 1
    take_back(intel, main)
    assert "Taken back" in take_back(intel, double)
    step = main.steps.get()
    assert (step.kind, step.involvement) == ("linked", None)  # the decision stays on record


# --- notices ------------------------------------------------------------------------------------


def test_a_revoked_notice_holds_nothing(cast: Cast, client_of, marsh) -> None:
    intel = client_of("intel")
    notice = factories.raised_notice(cast.intel, cast.staff, cast.shop, marsh.subject)
    report = notice.grounds.get()
    assert "Revoke the notice first" in take_back(intel, report)
    notice_revoke(by=cast.intel, notice=notice, reason="Raised in error.")
    assert "Taken back" in take_back(intel, report)
    page = post(intel, report, "link", person=report.people.get().pk, to="none")
    assert "Link taken away" in page


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("undone", ["acceptance", "link"])
def test_a_notice_and_the_undoing_of_its_ground_at_once(undone: str) -> None:
    cast = make_cast()
    subject = factories.subject(cast.intel)
    for _ in range(4):
        report = factories.accepted_incident(cast.intel, cast.staff, cast.shop, subject)

        def raise_it(report: Report = report) -> None:
            notice_raise(by=cast.intel, subject=subject, reports=[report], reason="Arrested.")

        def undo(report: Report = report) -> None:
            given: Any = {"by": cast.intel, "report": report, "revision": report.revision}
            if undone == "acceptance":
                step_undo(**given, step=report.steps.first())
            else:
                involvement_link(**given, involvement=report.people.get(), subject=None)

        refused = at_once(raise_it, undo)
        assert refused.count(None) == 1, refused  # one of them, never both
        for notice in Notice.objects.filter(revoked_at=None):
            ground = notice.grounds.get()
            assert ground.status == "accepted"
            assert ground.people.filter(subject=subject).exists()
            notice_revoke(by=cast.intel, notice=notice, reason="Next round.")


# --- alerts -------------------------------------------------------------------------------------


def alerted(cast: Cast, subject: Subject | None = None, **person: Any) -> Report:
    who = PersonInput(subject=subject) if subject else PersonInput(**person)
    return theft(cast, people=[who], alert=True)


@pytest.mark.parametrize("how", ["unlink", "relink", "reject", "correct", "merge"])
def test_an_alert_of_somebody_whom_it_was_not_is_withdrawn(
    cast: Cast, client_of, marsh, how: str
) -> None:
    intel, staff = client_of("intel"), client_of("staff")
    report = alerted(cast, marsh.subject)
    alert = Alert.objects.live().get()
    person = report.people.get()
    other = factories.subject(cast.intel, name="Paul Tate")
    if how == "unlink":
        post(intel, report, "link", person=person.pk, to="none")
    elif how == "relink":
        post(intel, report, "link", person=person.pk, to=other.ref)
    elif how == "reject":
        post(intel, report, "review", decision="reject", note="It was not him.")
    elif how == "correct":
        data = shown(staff, report) | {
            "people-0-who": "unknown",
            "people-0-description": "grey hoodie",
        }
        assert staff.post(f"/reports/{report.ref}/edit/", data).status_code == 302
    else:
        main = theft(cast, "store", people=[PersonInput(description="grey hoodie")])
        post(intel, report, "merge", into=main.ref)
        assert Alert.objects.live().exists()  # the main report says so of it now
        brought = main.people.get(subject=marsh.subject)
        post(intel, main, "link", person=brought.pk, to="none")
    alert.refresh_from_db()
    assert alert.withdrawn_at
    assert alert.ref not in staff.get("/alerts/").content.decode()
    assert (
        "the alert raised with it, was withdrawn"
        in staff.get(f"/reports/{report.ref}/").content.decode()
    )
    log = intel.get("/me/log/?show=all").content.decode()
    assert "withdrew an alert" in log


def test_an_alert_follows_its_corrected_report(cast: Cast, client_of, marsh) -> None:
    staff = client_of("staff")
    report = alerted(cast, marsh.subject)
    data = shown(staff, report) | {"violence": "on"}
    assert staff.post(f"/reports/{report.ref}/edit/", data).status_code == 302
    alert = Alert.objects.live().get()
    assert "Violence." in alert.text
    earlier = timezone.localtime() - dt.timedelta(hours=20)
    data = shown(staff, report) | {"occurred_at": earlier.strftime("%Y-%m-%dT%H:%M")}
    assert staff.post(f"/reports/{report.ref}/edit/", data).status_code == 302
    assert not Alert.objects.live().exists()


def test_a_confirmed_link_keeps_the_alert(cast: Cast, client_of, marsh) -> None:
    report = alerted(cast, marsh.subject)
    intel = client_of("intel")
    post(intel, report, "link", person=report.people.get().pk, to=marsh.subject.ref)
    post(intel, report, "review", decision="accept")
    assert Alert.objects.live().exists()


def test_an_area_is_not_told_what_a_child_looks_like(cast: Cast) -> None:
    alerted(cast, sex="male", age_band="under 18", clothing="hoodie", description="braces")
    alert = Alert.objects.get()
    assert alert.text == "Shop theft at Marlowe, The Orchards."
    alerted(cast, sex="male", age_band="18-24", clothing="hoodie", description="braces")
    assert "18-24, hoodie" in Alert.objects.latest("pk").text


# --- suggestions --------------------------------------------------------------------------------


def test_the_queue_says_who_somebody_is_now(cast: Cast, client_of) -> None:
    intel = client_of("intel")
    kevin = factories.subject(cast.intel, name="Kevin Marsh")
    theft(cast, people=[PersonInput(named_as="Kevin Marsh")])
    match_waiting()
    assert "Kevin Marsh" not in str(Involvement.objects.get().likely)
    assert f"may be {kevin.ref} Kevin Marsh" in intel.get("/queue/").content.decode()
    Subject.objects.filter(pk=kevin.pk).update(name="Kelvin March")
    assert f"may be {kevin.ref} Kelvin March" in intel.get("/queue/").content.decode()
    into = factories.subject(cast.intel, name="Somebody Else")
    Subject.objects.filter(pk=kevin.pk).update(merged_into=into)
    assert "may be" not in intel.get("/queue/").content.decode()


def test_a_subject_that_is_unmade_is_looked_for_no_more(cast: Cast, client_of) -> None:
    intel = client_of("intel")
    made = theft(cast, people=[PersonInput(named_as="Zelinsky", sex="male")])
    waiting = theft(cast, people=[PersonInput(named_as="Zelinsky", sex="male")])
    post(intel, made, "link", person=made.people.get().pk, to="new")
    match_waiting()
    assert waiting.people.get().likely
    take_back(intel, made)
    assert waiting.people.get().matched_at is None


def test_a_picture_is_compared_though_it_was_made_ready_later(cast: Cast, client_of) -> None:
    subject = factories.subject(cast.intel, photo=False)
    same = draw_portrait(11)
    theft(cast, people=[PersonInput(sex="male")], files=[factories.upload(content=same)])
    match_waiting()  # the worker looked before the picture could be compared
    first = Involvement.objects.get()
    assert first.matched_at
    assert not first.likely
    Involvement.objects.update(matched_at=timezone.now() - dt.timedelta(minutes=2))
    report = Report.objects.get()
    photos_copy(by=cast.intel, subject=subject, images=report.attachments.all(), source="CCTV")
    attachment_variants_sweep()
    subject.photos.update(phash=report.attachments.get().phash)
    match_waiting()
    assert "same photo" in str(Involvement.objects.get().likely)


def test_a_new_picture_is_compared_twice_and_not_with_each_sweep(cast: Cast) -> None:
    theft(cast, people=[PersonInput(sex="male")], files=[factories.upload()])
    assert match_waiting() == 1
    attachment_variants_sweep()  # which may be committed after a look that comes after its hour
    assert [match_waiting() for _ in range(3)] == [1, 0, 0]

    def later() -> None:
        hour = dt.timedelta(seconds=31)
        Involvement.objects.update(matched_at=F("matched_at") - hour)
        Attachment.objects.update(variants_ready_at=F("variants_ready_at") - hour)

    later()
    assert [match_waiting() for _ in range(3)] == [1, 0, 0]
    later()
    assert match_waiting() == 0


def test_six_unknown_people_cost_no_more_than_one(cast: Cast, client_of) -> None:
    intel = client_of("intel")
    for name in ("Kevin Marsh", "Paul Tate", "Marta Zielinski"):
        factories.subject(cast.intel, name=name)

    def queries(many: int) -> int:
        looks = [
            PersonInput(named_as=f"Kevn Mrash {place}", description="limping badly, neck tattoo")
            for place in range(many)
        ]
        report = theft(cast, people=looks)
        with CaptureQueriesContext(
            connection,
        ) as caught:
            page = intel.get(f"/reports/{report.ref}/review/")
        assert page.content.decode().count("May be") == many
        return len(caught)

    queries(1)
    assert queries(6) == queries(1)


def test_a_merge_into_a_report_that_changed_is_still_whole(cast: Cast, marsh) -> None:
    main = theft(cast)
    double = theft(cast, "other", people=[PersonInput(subject=marsh.subject)])
    report_merge(by=cast.intel, report=double, revision=1, into=main)
    with pytest.raises(ValidationError, match="Someone changed this"):
        report_accept(by=cast.intel, report=main, revision=1)
