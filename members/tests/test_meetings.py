"""Meetings: whose, told once, answered, attended, minuted; published minutes stay as they are."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import InternalError, connection, transaction
from django.test import Client

from common import dates
from members.letters import letter_render
from members.meetings.services import (
    MeetingInput,
    attendance_record,
    list_seen,
    meeting_answer,
    meeting_cancel,
    meeting_change,
    meeting_tell,
    minutes_approve,
    minutes_draft,
    minutes_publish,
    person_list,
)
from members.models import Meeting, MeetingMinutes, MeetingPerson, OutboundEmail
from members.somebody import PersonInput
from tests import factories
from tests.cast import Cast, make_cast
from tests.races import at_once

DAY = dt.timedelta(days=1)


def later(cast: Cast, **fields: Any) -> Meeting:
    return factories.meeting(cast.intel, on=dates.today() + 9 * DAY, **fields)


def as_it_is(row: Meeting, **fields: Any) -> MeetingInput:
    names = ("kind", "on", "starts", "place", "agenda")
    return MeetingInput(**({name: getattr(row, name) for name in names} | fields))


def test_a_member_answers_and_the_manager_records_who_came(cast: Cast, client_of: Any) -> None:
    row = factories.meeting(cast.intel)
    path = f"/meetings/{row.ref}/"
    staff: Client = client_of("staff")
    assert "You have not said yet" in staff.get(path).text
    staff.post(path, {"answer": "coming"})
    assert "You said that you are coming" in staff.get(path).text
    person = row.people.get()
    intel: Client = client_of("intel")
    seen = intel.get(f"{path}people/").context["form"]["seen"].value()
    sent = {"seen": seen, f"person_{person.pk}": "came"}
    assert intel.post(f"{path}people/", sent).status_code == 302
    added = {"name": "Ann Lee", "member": cast.pub.member.slug, "answer": "came"}
    assert intel.post(f"{path}people/add/", added).status_code == 302
    assert intel.post(f"{path}people/add/", added).status_code == 422
    told = Meeting.objects.for_list().get()
    assert (told.came, told.businesses) == (2, 2)
    page = staff.get(path).text
    assert cast.staff.name in page
    assert "Ann Lee" not in page
    assert "Ann Lee" in client_of("board").get(path).text


def test_a_meeting_of_the_board_is_the_boards_alone(cast: Cast, client_of: Any) -> None:
    row = factories.minuted(cast.intel, kind="board", place="A room")
    for who in ("staff", "store", "police"):
        assert row.place not in client_of(who).get("/meetings/?show=held").text
        assert client_of(who).get(f"/meetings/{row.ref}/").status_code == 404
        assert client_of(who).post(f"/meetings/{row.ref}/", {"answer": "coming"}).status_code == 404
    assert row.people.count() == 0
    assert "All agreed." in client_of("board").get(f"/meetings/{row.ref}/").text


def test_people_are_told_once_and_again_only_of_another_time(cast: Cast) -> None:
    row = later(cast)
    first = meeting_tell(by=cast.intel, meeting=row)
    told = set(
        OutboundEmail.objects.filter(template="meeting").values_list("user__role", flat=True)
    )
    assert first == OutboundEmail.objects.filter(template="meeting").count() > 0
    assert told == {"board", "manager", "agency"}
    assert meeting_tell(by=cast.intel, meeting=row) == 0
    row.refresh_from_db()
    row = meeting_change(
        by=cast.intel, meeting=row, revision=row.revision, data=as_it_is(row, agenda="More")
    )
    assert OutboundEmail.objects.count() == first
    row = meeting_change(
        by=cast.intel, meeting=row, revision=row.revision, data=as_it_is(row, place="Elsewhere")
    )
    assert OutboundEmail.objects.count() == 2 * first
    assert OutboundEmail.objects.filter(context__news="changed").count() == first
    with pytest.raises(ValidationError, match="People were told"):
        meeting_change(
            by=cast.intel, meeting=row, revision=row.revision, data=as_it_is(row, kind="board")
        )
    assert meeting_cancel(by=cast.intel, meeting=row)
    assert not meeting_cancel(by=cast.intel, meeting=row)
    assert OutboundEmail.objects.filter(context__news="off").count() == first


def test_of_a_board_meeting_only_the_board_is_told(cast: Cast) -> None:
    meeting_tell(by=cast.intel, meeting=later(cast, kind="board"))
    assert {mail.user.role for mail in OutboundEmail.objects.all() if mail.user} == {"board"}


@pytest.mark.django_db(transaction=True)
def test_two_who_tell_at_once_tell_once() -> None:
    cast = make_cast()
    row = later(cast)
    tell = lambda: meeting_tell(by=cast.intel, meeting=row)  # noqa: E731
    assert at_once(tell, tell) == [None, None]
    assert OutboundEmail.objects.values("user").distinct().count() == OutboundEmail.objects.count()


def test_the_letter_holds_no_agenda_and_leads_to_the_page(cast: Cast) -> None:
    row = later(cast, agenda="A matter of money")
    meeting_tell(by=cast.intel, meeting=row)
    mail = OutboundEmail.objects.get(user=cast.store)
    letter = letter_render(
        template=mail.template, kind=mail.kind, user=cast.store, context=mail.context
    )
    assert "scheme meeting on" in letter.subject
    for body in (letter.text, letter.html):
        assert f"/meetings/{row.ref}/" in body
        assert "A matter of money" not in body


REFUSED = (
    (lambda c, m: meeting_answer(by=c.staff, meeting=m, answer="came"), "whether you are coming"),
    (lambda c, m: person_list(by=c.intel, meeting=m, data=PersonInput(user=c.other),
                              answer="came"), "from that day on"),
    (lambda c, m: minutes_publish(by=c.intel, meeting=m, revision=1, body="x"), "come after it"),
    (lambda c, m: minutes_draft(by=c.intel, meeting=m, revision=1, body="Of D-0042."), "D-0042"),
    (lambda c, m: meeting_change(by=c.intel, meeting=m, revision=9, data=as_it_is(m)), "Someone"),
    (lambda c, m: attendance_record(by=c.intel, meeting=m, seen=list_seen([]),
                                    answers={0: "came"}), "as it is now"),
)  # fmt: skip


@pytest.mark.parametrize(("change", "words"), REFUSED)
def test_what_is_too_early_or_names_a_subject_is_refused(
    cast: Cast, change: Any, words: str
) -> None:
    row = later(cast)
    with pytest.raises(ValidationError, match=words):
        change(cast, row)
    assert (MeetingPerson.objects.count(), MeetingMinutes.objects.count()) == (0, 0)


def test_a_meeting_called_off_takes_nothing_more(cast: Cast, client_of: Any) -> None:
    row = later(cast)
    intel: Client = client_of("intel")
    intel.post(f"/meetings/{row.ref}/edit/", {"cancel": "1"})
    assert "was called off" in intel.get(f"/meetings/{row.ref}/").text
    staff: Client = client_of("staff")
    staff.post(f"/meetings/{row.ref}/", {"answer": "coming"})
    assert row.people.count() == 0
    assert "Are you coming" not in staff.get(f"/meetings/{row.ref}/").text


def test_a_meeting_that_was_held_is_not_called_off_or_moved(cast: Cast) -> None:
    row = factories.minuted(cast.intel)
    with pytest.raises(ValidationError, match="It was held"):
        meeting_cancel(by=cast.intel, meeting=row)
    moved = as_it_is(row, on=row.on - DAY)
    with pytest.raises(ValidationError, match="kind and day stay"):
        meeting_change(by=cast.intel, meeting=row, revision=row.revision, data=moved)


def test_a_draft_is_the_managers_and_published_minutes_are_everybodys(
    cast: Cast, client_of: Any
) -> None:
    row = factories.meeting(cast.intel)
    path, intel = f"/meetings/{row.ref}/", client_of("intel")
    intel.post(f"{path}minutes/", {"revision": 1, "body": "Not yet said."})
    assert "Not yet said." in intel.get(f"{path}minutes/").text
    for who in ("staff", "board"):
        assert "Not yet said." not in client_of(who).get(path).text
    intel.post(f"{path}minutes/", {"revision": 2, "body": "Now said.", "publish": "1"})
    assert "Now said." in client_of("staff").get(path).text
    again = {"revision": 3, "body": "Now said rightly.", "publish": "1"}
    assert intel.post(f"{path}minutes/", again).status_code == 422
    assert intel.post(f"{path}minutes/", again | {"change": "A word."}).status_code == 302
    page = client_of("staff").get(path).text
    assert "Now said rightly." in page
    assert "A word." in page
    older = client_of("staff").get(f"{path}?version=1").text
    assert "These are not the newest minutes" in older
    assert client_of("staff").get(f"{path}?version=x").status_code == 200


def test_minutes_are_approved_once_and_a_correction_is_not_approved(cast: Cast) -> None:
    row = factories.minuted(cast.intel, on=dates.today() - 30 * DAY)
    for day, words in ((dates.today() + DAY, "future"), (dates.today() - DAY, "after they were")):
        with pytest.raises(ValidationError, match=words):
            minutes_approve(by=cast.intel, meeting=row, number=1, on=day)
    assert minutes_approve(by=cast.intel, meeting=row, number=1, on=dates.today())
    assert not minutes_approve(by=cast.intel, meeting=row, number=1, on=dates.today())
    minutes_publish(by=cast.intel, meeting=row, revision=row.revision, body="B", change="One word.")
    assert [each.approved_on for each in row.minutes.all()] == [None, dates.today()]
    with pytest.raises(ValidationError, match="newer minutes"):
        minutes_approve(by=cast.intel, meeting=row, number=1, on=dates.today())


def test_the_database_keeps_published_minutes_as_they_are(cast: Cast) -> None:
    row = factories.minuted(cast.intel)
    minutes_approve(by=cast.intel, meeting=row, number=1, on=dates.today())
    statements = (
        "UPDATE members_meetingminutes SET body = 'x'",
        "UPDATE members_meetingminutes SET approved_on = NULL",
        "DELETE FROM members_meetingminutes",
    )
    with connection.cursor() as cursor:
        for sql in statements:
            with pytest.raises(InternalError, match="Cannot"), transaction.atomic():
                cursor.execute(sql)


def test_late_minutes_and_the_use_of_the_scheme_are_told(cast: Cast, client_of: Any) -> None:
    row = factories.meeting(cast.intel, on=dates.today() - 20 * DAY)
    person_list(by=cast.intel, meeting=row, data=PersonInput(user=cast.staff), answer="came")
    queue = client_of("intel").get("/queue/").text
    assert "1 meeting without minutes" in queue
    assert "/meetings/?show=minutes" in queue
    rows = {
        each.member.pk: each
        for each in client_of("board").get("/members/engagement/?show=all").context["rows"]
    }
    assert rows[cast.staff.member_id].meetings == 1
    assert rows[cast.other.member_id].meetings == 0


def test_a_name_can_be_covered_in_what_was_published_and_nothing_else(
    cast: Cast, client_of: Any
) -> None:
    row = factories.meeting(cast.intel)
    minutes_publish(by=cast.intel, meeting=row, revision=1, body="Jamie Smith was seen by all.")
    minutes_approve(by=cast.intel, meeting=row, number=1, on=dates.today())
    again = {"body": "jamie smith was seen by some.", "change": "Not Jamie Smith by all."}
    minutes_publish(by=cast.intel, meeting=row, revision=2, **again)
    path = f"/meetings/{row.ref}/minutes/take-out/"
    intel: Client = client_of("intel")
    assert intel.post(path, {"words": "Nobody Here", "why": "x"}).status_code == 422
    assert intel.post(path, {"words": "Jamie Smith", "why": ""}).status_code == 422
    sent = {"words": "JAMIE smith", "why": "A person was named."}
    assert intel.post(path, sent).status_code == 302
    for version in (1, 2):
        page = client_of("staff").get(f"/meetings/{row.ref}/?version={version}").text
        assert "jamie smith" not in page.lower()
        assert "█" * 11 in page
        assert "A person was named." in page
    with connection.cursor() as cursor:
        for sql in (
            "UPDATE members_meetingminutes SET body = 'x', blanked_at = now()",
            "UPDATE members_meetingminutes SET body = overlay(body placing 'x' from 1 for 1)",
        ):
            with pytest.raises(InternalError, match="Cannot"), transaction.atomic():
                cursor.execute(sql)


def test_apologies_sent_meanwhile_are_not_recorded_over(cast: Cast) -> None:
    row = factories.meeting(cast.intel)
    meeting_answer(by=cast.staff, meeting=row, answer="coming")
    seen = list_seen(row.people.all())
    meeting_answer(by=cast.staff, meeting=row, answer="apologies")
    with pytest.raises(ValidationError, match="Somebody answered"):
        attendance_record(by=cast.intel, meeting=row, seen=seen, answers={})


def test_who_came_to_the_day_before_is_asked_again_and_nobody_is_told_of_the_past(
    cast: Cast,
) -> None:
    row = later(cast)
    meeting_answer(by=cast.staff, meeting=row, answer="coming")
    meeting_answer(by=cast.store, meeting=row, answer="apologies")
    meeting_tell(by=cast.intel, meeting=row)
    row.refresh_from_db()
    moved = as_it_is(row, on=row.on + DAY)
    row = meeting_change(by=cast.intel, meeting=row, revision=row.revision, data=moved)
    assert [person.answer for person in row.people.all()] == ["apologies"]
    past = as_it_is(row, on=dates.today() - DAY)
    row = meeting_change(by=cast.intel, meeting=row, revision=row.revision, data=past)
    letters = OutboundEmail.objects.count()
    place = as_it_is(row, place="Elsewhere")
    meeting_change(by=cast.intel, meeting=row, revision=row.revision, data=place)
    assert OutboundEmail.objects.count() == letters


@pytest.mark.parametrize(
    "cited", ["D-0042", "D 0042", "d42", "D\u20110042", "EXC-2026-0009", "inc 2026 17"]
)
def test_no_record_is_cited_in_minutes_however_it_is_written(cast: Cast, cited: str) -> None:
    row = factories.meeting(cast.intel)
    with pytest.raises(ValidationError, match="Take out"):
        minutes_publish(by=cast.intel, meeting=row, revision=1, body=f"Of {cited}.")
