"""Whom an unknown person may be, ruled out for ever, and the decisions taken back."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from audit.models import Event
from common.images import make_variants, perceptual_hash
from dtac.demo.portraits import draw_portrait
from incidents.matching import PICTURE_BITS, matches_for, same_event
from incidents.models import Involvement, Report, ReviewStep
from incidents.services import (
    PersonInput,
    involvement_link,
    involvement_rule_out,
    involvement_to_subject,
    report_accept,
    report_merge,
    report_reject,
    step_undo,
)
from incidents.services.match import match_waiting
from members.models import OutboundEmail
from offenders.models import Photo, Subject
from tests import factories
from tests.cast import Cast, make_cast


def unknown(cast: Cast, report: dict[str, Any] | None = None, **looks: Any) -> Report:
    """Return a report of somebody unknown."""
    return factories.report(cast.staff, cast.shop, people=[PersonInput(**looks)], **(report or {}))


def suggested(report: Report) -> dict[str, list[str]]:
    """Return the suggestions for its one person: references and reasons."""
    found = matches_for(report, report.people.get())
    return {match.subject.ref: match.reasons for match in found}


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("kevn mrash", "sounds alike"),
        ("kevin mrsh", "name"),
        ("Zelinsky", "sounds alike"),
        ("kezza", "name"),
        ("Zieliński", "name"),
    ],
)
def test_a_name_is_matched_misspelt_by_ear_and_by_alias(cast: Cast, typed: str, reason) -> None:
    kevin = factories.subject(cast.intel, name="Kevin Marsh", aliases=["Kezza"])
    marta = factories.subject(cast.intel, name="Marta Zielinski")
    factories.subject(cast.intel, name="Paul Tate")
    found = suggested(unknown(cast, named_as=typed))
    expected = kevin if typed.startswith("k") else marta
    assert list(found) == [expected.ref]
    assert any(words.startswith(reason) for words in found[expected.ref])


def test_a_vehicle_a_method_and_a_description_give_reasons(cast: Cast) -> None:
    driver = factories.subject(cast.intel, name="Driver", description="", mo="")
    marked = factories.subject(cast.intel, name="Marked", description="Swallow tattoo on the neck")
    factories.subject(cast.intel, name="Stranger", description="Tall", mo="")
    fields: dict[str, Any] = {
        "vehicle_registration": "AB12CDE",
        "methods": ["foil"],
        "occurred_at": timezone.now() - dt.timedelta(days=2),
    }
    factories.accepted_incident(cast.intel, cast.staff, cast.shop, driver, **fields)
    report = unknown(
        cast,
        {"vehicle_registration": "AB12CDE", "methods": ["foil", "team"]},
        description="swallow tattoo, neck",
    )
    found = suggested(report)
    assert list(found) == [driver.ref, marked.ref]
    assert "same vehicle AB12CDE" in found[driver.ref]
    assert any(reason.startswith("MO: ") for reason in found[driver.ref])
    assert "1 report in the area in 90 days" in found[driver.ref]
    assert found[marked.ref] == ["description: swallow, tattoo, neck"]


def test_the_same_photo_is_found_though_it_was_made_smaller(cast: Cast) -> None:
    from io import BytesIO

    from PIL import Image

    face = draw_portrait(11)
    subject = factories.subject(cast.intel, name="In the picture", photo=False)
    other = factories.subject(cast.intel, name="Somebody else", photo=False)
    for who, number in ((subject, 11), (other, 12)):
        _photo(cast, who, draw_portrait(number))
    small = BytesIO()
    with Image.open(BytesIO(face)) as picture:
        picture.resize((picture.width // 2, picture.height // 2)).save(small, "JPEG", quality=50)
    report = factories.report(
        cast.staff,
        cast.shop,
        people=[PersonInput(sex="male")],
        files=[factories.upload(content=small.getvalue())],
    )
    attachment = report.attachments.get()
    make_variants(attachment)
    attachment.save()
    found = suggested(report)
    assert found[subject.ref][0] == "same photo"
    assert other.ref not in found


def _photo(cast: Cast, subject: Subject, content: bytes) -> None:
    from offenders.services import PhotoFacts, photo_add

    upload = factories.upload(content=content)
    photo = photo_add(by=cast.intel, subject=subject, upload=upload, facts=PhotoFacts(source="x"))
    make_variants(photo)
    photo.save()


def test_two_pictures_differ_and_one_made_smaller_does_not() -> None:
    from io import BytesIO

    from PIL import Image

    hashes = []
    for number in range(1, 30):
        with Image.open(BytesIO(draw_portrait(number))) as picture:
            whole = perceptual_hash(picture)
            small = perceptual_hash(picture.resize((200, 240)))
        assert whole is not None
        assert small is not None
        assert ((whole ^ small) & (2**64 - 1)).bit_count() <= PICTURE_BITS
        hashes.append(whole)
    assert perceptual_hash(Image.new("RGB", (300, 300), "teal")) is None


def test_who_is_ruled_out_is_never_suggested_again(cast: Cast, client_of) -> None:
    subject = factories.subject(cast.intel, name="Kevin Marsh")
    report = unknown(cast, named_as="Kevin Marsh")
    intel = client_of("intel")
    url = f"/reports/{report.ref}/review/"
    assert "name 100%" in intel.get(url).content.decode()
    data = {"revision": 1, "person": report.people.get().pk, "subject": subject.ref}
    intel.post(f"/reports/{report.ref}/rule-out/", data)
    assert suggested(report) == {}
    assert "name 100%" not in intel.get(url).content.decode()
    step = report.steps.get()
    intel.post(f"/reports/{report.ref}/undo/", {"revision": 2, "step": step.pk})
    assert list(suggested(report)) == [subject.ref]


def test_the_worker_keeps_suggestions_for_the_queue(cast: Cast, client_of) -> None:
    subject = factories.subject(cast.intel, name="Kevin Marsh")
    report = unknown(cast, named_as="Kevn Marsh")
    assert match_waiting() == 1
    assert match_waiting() == 0
    page = client_of("intel").get("/queue/").content.decode()
    assert f"may be {subject.ref} Kevin Marsh (name" in page
    assert subject.ref in Event.objects.filter(detail__show="queue").latest("pk").subjects
    assert report.ref in page


# --- the same event ---------------------------------------------------------------------------


def test_two_reports_of_one_event_become_one(cast: Cast, client_of) -> None:
    kind = factories.incident_type()
    version = factories.published(cast.intel)
    at = timezone.now() - dt.timedelta(hours=1)
    first = factories.report(cast.staff, cast.shop, type=kind, occurred_at=at)
    second = factories.report(
        cast.store,
        cast.shop,
        type=kind,
        occurred_at=at + dt.timedelta(minutes=4),
        people=[PersonInput(subject=version.subject)],
    )
    (event,) = same_event(second)
    assert event.report == first
    assert event.reasons == ["4 minutes apart", "same premises"]
    intel = client_of("intel")
    intel.post(f"/reports/{second.ref}/merge/", {"revision": 1, "into": first.ref})
    second.refresh_from_db()
    assert (second.status, second.duplicate_of) == ("duplicate", first)
    assert version.subject in [person.subject for person in first.people.all()]
    assert Report.objects.about(version.subject.pk).get() == first
    page = client_of("store").get(f"/reports/{second.ref}/").content.decode()
    assert "The same event as" in page
    step = second.steps.get()
    intel.post(f"/reports/{second.ref}/undo/", {"revision": 2, "step": step.pk})
    second.refresh_from_db()
    assert second.is_open
    assert not first.people.filter(subject=version.subject).exists()


def test_a_report_is_not_merged_with_itself_or_into_a_double(cast: Cast) -> None:
    first, second, third = (factories.report(cast.staff, cast.shop) for _ in range(3))
    report_merge(by=cast.intel, report=second, revision=1, into=first)
    for into in (second, third):
        with pytest.raises(ValidationError, match="can’t stand for"):
            report_merge(by=cast.intel, report=third, revision=1, into=into)


@pytest.mark.django_db(transaction=True)
def test_two_reports_merged_into_each_other_at_once_leave_one() -> None:
    cast = make_cast()
    first, second = (factories.report(cast.staff, cast.shop) for _ in range(2))

    def merge(report: Report, into: Report) -> None:
        try:
            report_merge(by=cast.intel, report=report, revision=1, into=into)
        except ValidationError:
            pass
        finally:
            connection.close()

    threads = [
        threading.Thread(target=merge, args=pair) for pair in ((first, second), (second, first))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    states = sorted(Report.objects.values_list("status", flat=True))
    assert states == ["duplicate", "submitted"]


# --- taking back ------------------------------------------------------------------------------


@pytest.mark.parametrize("decide", ["accept", "reject"])
def test_a_decision_can_be_taken_back_for_an_hour(cast: Cast, client_of, decide: str) -> None:
    report = factories.report(cast.staff, cast.shop)
    intel = client_of("intel")
    data = {"revision": 1, "decision": decide, "note": "Because."}
    intel.post(f"/reports/{report.ref}/review/", data)
    page = intel.get("/queue/").content.decode()
    assert "Decided in the last hour" in page
    step = report.steps.get()
    assert "Take it back" in intel.get(f"/reports/{report.ref}/review/").content.decode()
    intel.post(f"/reports/{report.ref}/undo/", {"revision": 2, "step": step.pk})
    report.refresh_from_db()
    assert (report.status, report.review_note, report.reviewed_by) == ("submitted", "", None)
    late = ReviewStep.objects.get()
    assert late.undone_by == cast.intel
    assert Event.objects.filter(action="incidents.report.step_undone").count() == 1


def test_not_after_an_hour_nor_under_a_later_decision(cast: Cast) -> None:
    report = factories.report(cast.staff, cast.shop)
    accepted = report_accept(by=cast.intel, report=report, revision=1)
    step = report.steps.get()
    ReviewStep.objects.update(at=timezone.now() - dt.timedelta(minutes=61))
    with pytest.raises(ValidationError, match="an hour has passed"):
        step_undo(by=cast.intel, report=accepted, revision=2, step=step)
    ReviewStep.objects.update(at=timezone.now())
    subject = factories.subject(cast.intel)
    linked = involvement_link(
        by=cast.intel, report=accepted, revision=2, involvement=report.people.get(), subject=subject
    )
    with pytest.raises(ValidationError, match="something changed since"):
        step_undo(by=cast.intel, report=linked, revision=3, step=step)


def test_not_when_a_notice_stands_on_it(cast: Cast) -> None:
    subject = factories.subject(cast.intel)
    notice = factories.raised_notice(cast.intel, cast.staff, cast.shop, subject)
    report = notice.cited.get().report
    step = report.steps.first()
    assert step is not None
    with pytest.raises(ValidationError, match="A notice cites this report"):
        step_undo(by=cast.intel, report=report, revision=report.revision, step=step)


def test_a_subject_made_by_mistake_goes_with_its_photos(cast: Cast) -> None:
    report = factories.report(cast.staff, cast.shop, files=[factories.upload()])
    person = report.people.get()
    made = involvement_to_subject(by=cast.intel, report=report, revision=1, involvement=person)
    assert Photo.objects.filter(subject=made).exists()
    step = report.steps.get()
    step_undo(by=cast.intel, report=report, revision=2, step=step)
    assert not Subject.objects.exists()
    assert not Photo.objects.exists()
    assert report.people.get().subject is None


def test_a_subject_that_was_worked_on_stays(cast: Cast) -> None:
    from offenders.services import subject_update

    report = factories.report(cast.staff, cast.shop)
    person = report.people.get()
    made = involvement_to_subject(by=cast.intel, report=report, revision=1, involvement=person)
    subject_update(by=cast.intel, subject=made, revision=1, fields={"hair": "red"}, aliases=[])
    with pytest.raises(ValidationError, match="worked on since"):
        step_undo(by=cast.intel, report=report, revision=2, step=report.steps.get())
    assert report.people.get().subject == made


def test_a_link_taken_back_is_as_it_was(cast: Cast) -> None:
    version = factories.published(cast.intel)
    other = factories.subject(cast.intel, name="Other One")
    report = factories.report(cast.staff, cast.shop, people=[PersonInput(subject=version.subject)])
    person = report.people.get()
    involvement_link(
        by=cast.intel,
        report=report,
        revision=1,
        involvement=person,
        subject=other,
        confidence=Involvement.Confidence.PROBABLE,
    )
    assert report.people.get().confidence == "probable"
    step_undo(by=cast.intel, report=report, revision=2, step=report.steps.get())
    back = report.people.get()
    assert (back.subject, back.confidence, back.linked_by) == (version.subject, "reported", None)


@pytest.mark.django_db(transaction=True)
def test_two_managers_at_once_the_second_is_told() -> None:
    cast = make_cast()
    report = factories.report(cast.staff, cast.shop)
    subject = factories.subject(cast.intel)
    person = report.people.get()
    outcomes: list[str] = []
    start = threading.Barrier(3)

    def work(decide: Any) -> None:
        try:
            start.wait()
            decide()
            outcomes.append("done")
        except ValidationError as error:
            outcomes.append(str(error.code or error.messages[0]))
        finally:
            connection.close()

    jobs = [
        lambda: report_accept(by=cast.intel, report=report, revision=1),
        lambda: report_reject(by=cast.intel, report=report, revision=1, reason="x"),
        lambda: involvement_rule_out(
            by=cast.intel, report=report, revision=1, involvement=person, subject=subject
        ),
    ]
    threads = [threading.Thread(target=work, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "stale", "stale"]
    assert ReviewStep.objects.count() == 1


# --- questions ---------------------------------------------------------------------------------


def test_a_question_is_asked_and_answered_in_place(cast: Cast, client_of) -> None:
    report = factories.report(cast.staff, cast.shop)
    intel, staff = client_of("intel"), client_of("staff")
    for _ in range(2):  # pressed twice: asked once
        intel.post(f"/reports/{report.ref}/ask/", {"text": "Which door did he use?"})
    mail = OutboundEmail.objects.get()
    assert mail.user == cast.staff
    assert "door" not in str(mail.context)
    assert "Which door" in staff.get(f"/reports/{report.ref}/").content.decode()
    assert "Questions for you" in staff.get("/reports/").content.decode()
    assert report.ref in staff.get("/reports/?show=asked").content.decode()
    question = report.questions.get()
    data = {"question": question.pk, "answer": "The back one."}
    assert client_of("other").post(f"/reports/{report.ref}/answer/", data).status_code == 404
    assert client_of("intel").post(f"/reports/{report.ref}/answer/", data).status_code == 403
    staff.post(f"/reports/{report.ref}/answer/", data)
    staff.post(f"/reports/{report.ref}/answer/", data | {"answer": "Another"})
    question.refresh_from_db()
    assert (question.answer, question.answered_by) == ("The back one.", cast.staff)
    assert "The back one." in intel.get(f"/reports/{report.ref}/review/").content.decode()
    assert report.ref in intel.get("/queue/?show=answered").content.decode()
    refused = intel.post(f"/reports/{report.ref}/review/", {"revision": 1, "decision": "accept"})
    assert "Someone changed this" in refused.content.decode()  # the page had no answer on it
    report.refresh_from_db()
    report_accept(by=cast.intel, report=report, revision=report.revision)
    assert client_of("police").get(f"/reports/{report.ref}/").status_code == 404  # a sighting


def test_an_answer_after_the_decision_is_refused_in_true_words(cast: Cast, client_of) -> None:
    report = factories.report(cast.staff, cast.shop)
    staff = client_of("staff")
    client_of("intel").post(f"/reports/{report.ref}/ask/", {"text": "Which door did he use?"})
    report_accept(by=cast.intel, report=report, revision=1)
    page = staff.get(f"/reports/{report.ref}/").content.decode()
    assert "Your answer" not in page
    assert "Not answered before it was decided" in page
    data = {"question": report.questions.get().pk, "answer": "The back one."}
    answer = staff.post(f"/reports/{report.ref}/answer/", data, follow=True)
    assert "was decided meanwhile, so this was not sent" in answer.content.decode()
    assert report.questions.get().answered_at is None


def test_agencies_read_neither_the_answer_to_the_reporter_nor_whose_it_is(
    cast: Cast, client_of
) -> None:
    report = factories.report(cast.staff, cast.shop, type=factories.incident_type())
    report_accept(by=cast.intel, report=report, revision=1, note="We know him, thank you.")
    page = client_of("police").get(f"/reports/{report.ref}/").content.decode()
    assert "We know him" not in page
    assert cast.intel.name not in page
    assert "We know him" in client_of("staff").get(f"/reports/{report.ref}/").content.decode()


def test_agencies_do_not_read_questions(cast: Cast, client_of) -> None:
    report = factories.report(cast.staff, cast.shop, type=factories.incident_type())
    client_of("intel").post(f"/reports/{report.ref}/ask/", {"text": "Which door did he use?"})
    report_accept(by=cast.intel, report=report, revision=report.revision)
    page = client_of("police").get(f"/reports/{report.ref}/")
    assert page.status_code == 200
    assert "Which door" not in page.content.decode()


def test_the_reporter_reads_what_came_of_it(cast: Cast, client_of) -> None:
    version = factories.published(cast.intel)
    notice = factories.served_notice(cast.intel, cast.staff, cast.shop, version.subject)
    report = notice.cited.get().report
    page = client_of("staff").get(f"/reports/{report.ref}/").content.decode()
    assert "Your report led to an exclusion notice" in page
    assert notice.ref in page
    hidden = factories.subject(cast.intel, name="Hidden Person")
    raised = factories.raised_notice(cast.intel, cast.staff, cast.shop, hidden)
    page = client_of("staff").get(f"/reports/{raised.cited.get().report.ref}/").content.decode()
    assert raised.ref not in page
