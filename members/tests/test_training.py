"""Courses, sessions, who is booked in and came, certificates and until when they hold."""

import calendar
import datetime as dt
from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from audit.models import Event
from common import dates
from members.models import Course, Member, TrainingPlace, TrainingSession
from members.somebody import PersonInput
from members.training.figures import trained
from members.training.services import (
    CourseInput,
    SessionInput,
    attendance_mark,
    course_end,
    course_save,
    person_book,
    session_cancel,
    session_change,
    valid_until,
)
from tests import factories
from tests.cast import Cast, make_cast
from tests.pdfs import HARD_NAMES, shows_name, text_of
from tests.races import at_once

DAY = dt.timedelta(days=1)


@pytest.fixture
def session(cast: Cast) -> TrainingSession:
    return factories.training(cast.intel, places=2)


def book(cast: Cast, session: TrainingSession, **person) -> TrainingPlace:
    return person_book(by=cast.intel, session=session, data=PersonInput(**person))


def mark(cast: Cast, place: TrainingPlace, outcome: str) -> TrainingPlace:
    place.session.refresh_from_db()
    attendance_mark(
        by=cast.intel,
        session=place.session,
        revision=place.session.revision,
        outcomes={place.pk: outcome},
    )
    place.refresh_from_db()
    return place


def values(session: TrainingSession, **fields) -> SessionInput:
    names = ("course", "on", "starts", "place", "trainer", "places")
    return SessionInput(**{name: getattr(session, name) for name in names} | fields)


# --- Courses and sessions -------------------------------------------------------------------


def test_from_a_course_to_a_certificate_by_its_pages(cast: Cast, client_of) -> None:
    intel, today = client_of("intel"), dates.today()
    sent = {"name": "New", "kind": "radio", "holds_months": "12", "revision": "1"}
    assert intel.post("/training/courses/new/", sent).status_code == 302
    course = Course.objects.get()
    assert course.slug == "new-2"  # a page of ours has that one
    told = {
        "course": course.slug, "on": today.isoformat(), "starts": "09:30", "place": "Civic Centre",
        "trainer": "Dana", "places": "5", "revision": "1",
    }  # fmt: skip
    refused = intel.post("/training/sessions/new/", told | {"starts": "half nine"})
    assert "Enter a time, such as 09:30" in refused.text
    page = intel.post("/training/sessions/new/", told, follow=True)
    path = page.request["PATH_INFO"]
    assert path == f"/training/sessions/TRN-{today.year}-0001/"
    for person, words in (
        ({"email": "nobody@test.example"}, "Nobody signs in with this e-mail"),
        ({"email": ""}, "Enter an e-mail, or a name and a business below"),
        ({"name": "Bo Lee"}, "Choose their business"),
        ({"email": cast.staff.email, "name": "Bo"}, "Enter an e-mail, or a name"),
        ({"name": cast.staff.name.upper(), "member": "marlowe"}, "has an account"),
    ):
        refused = intel.post(f"{path}book/", person)
        assert refused.status_code == 422
        assert words in refused.text
    assert "is booked in" in intel.post(
        f"{path}book/", {"email": cast.staff.email.upper()}, follow=True
    ).text  # fmt: skip
    intel.post(f"{path}book/", {"name": "Bo Lee", "member": "marlowe"})
    staff, bo = TrainingPlace.objects.order_by("pk")
    sent = {"revision": "3", f"person_{staff.pk}": "passed", f"person_{bo.pk}": "absent"}
    page = intel.post(path, sent, follow=True)
    assert f"CRT-{today.year}-0001" in page.text
    stale = intel.post(path, sent)
    assert stale.status_code == 422
    assert "changed this since" in stale.text
    staff.refresh_from_db()
    assert staff.valid_until == dates.last_day_of_months_from(today, 12)
    assert [event.action.rpartition(".")[2] for event in Event.objects.order_by("pk")] == [
        "saved", "entered", "booked", "booked", "marked"
    ]  # fmt: skip


def test_a_course_is_changed_and_ended(cast: Cast, client_of) -> None:
    course = factories.course(cast.intel)
    place = factories.certified(cast.intel, cast.staff)
    data = CourseInput("Radio", "radio", 6)
    course_save(by=cast.intel, data=data, course=course, revision=1)
    place.refresh_from_db()
    assert place.valid_until == dates.last_day_of_months_from(dates.today(), 12)  # as it was given
    with pytest.raises(ValidationError, match="changed this since"):
        course_save(by=cast.intel, data=data, course=course, revision=1)
    with pytest.raises(ValidationError, match="course of that name"):
        course_save(by=cast.intel, data=CourseInput("RADIO", "radio"))
    with pytest.raises(ValidationError, match="1 to 120 months"):
        course_save(by=cast.intel, data=CourseInput("X", "radio", 121))
    path = f"/training/courses/{course.slug}/"
    assert "not given any more" in client_of("intel").post(path, {"end": "1"}, follow=True).text
    assert course_end(by=cast.intel, course=course) is False
    course.refresh_from_db()
    with pytest.raises(ValidationError, match="not given any more"):
        factories.training(cast.intel, course=course)
    factories.training(cast.intel, dates.today() - DAY, course=course)  # typed in late


def test_a_session_is_changed_until_it_was_held(cast: Cast, session) -> None:
    change = partial(session_change, by=cast.intel, session=session)
    other = factories.course(cast.intel, name="Other")
    changed = change(revision=1, data=values(session, course=other, on=dates.today() + DAY))
    assert (changed.course, changed.revision) == (other, 2)
    change(revision=2, data=values(session))
    with pytest.raises(ValidationError, match="room for 1 to 500"):
        change(revision=3, data=values(session, places=0))
    place = book(cast, session, user=cast.staff)
    book(cast, session, user=cast.other)
    with pytest.raises(ValidationError, match="2 booked in already"):
        change(revision=5, data=values(session, places=1))
    mark(cast, place, "passed")
    with pytest.raises(ValidationError, match="course and day stay"):
        change(revision=6, data=values(session, on=dates.today() - DAY))
    assert change(revision=6, data=values(session, trainer="Ann")).trainer == "Ann"
    with pytest.raises(ValidationError, match="It was held"):
        session_cancel(by=cast.intel, session=session)


def test_a_session_is_called_off(cast: Cast, client_of, session) -> None:
    place = book(cast, session, user=cast.staff)
    path = f"/training/sessions/{session.ref}/"
    page = client_of("intel").post(f"{path}edit/", {"cancel": "1"}, follow=True)
    assert "This session was called off" in page.text
    assert session_cancel(by=cast.intel, session=session) is False
    with pytest.raises(ValidationError, match="called off"):
        book(cast, session, user=cast.other)
    with pytest.raises(ValidationError, match="called off"):
        mark(cast, place, "passed")


# --- People ---------------------------------------------------------------------------------


def test_nobody_is_in_a_session_twice(cast: Cast, session) -> None:
    member = cast.store.member
    first = book(cast, session, user=cast.staff)
    bo = book(cast, session, member=member, name="Bo Lee")
    for person in ({"user": cast.staff}, {"member": member, "name": " bo LEE"}):
        with pytest.raises(ValidationError, match="in this session already"):
            book(cast, session, **person)
    told = {"session": session, "member": member, "booked_by": cast.intel}
    told["booked_at"] = first.booked_at
    for person in ({"user": cast.staff, "name": "x"}, {"name": "BO LEE"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            TrainingPlace.objects.create(**told, **person)
    mark(cast, first, "cancelled")
    assert book(cast, session, user=cast.staff).pk == first.pk
    mark(cast, bo, "cancelled")
    book(cast, session, member=cast.other.member, name="Bo Lee")  # another Bo Lee


def test_no_more_people_than_places(cast: Cast, client_of, session) -> None:
    first = book(cast, session, user=cast.staff)
    book(cast, session, user=cast.other)
    with pytest.raises(ValidationError, match="It is full"):
        book(cast, session, user=cast.police)
    assert "Book somebody in" not in client_of("intel").get(
        f"/training/sessions/{session.ref}/"
    ).text  # fmt: skip
    mark(cast, first, "cancelled")
    book(cast, session, user=cast.police)
    with pytest.raises(ValidationError, match="There is room for 2"):
        mark(cast, first, "passed")


@pytest.mark.django_db(transaction=True)
def test_the_last_place_goes_to_one() -> None:
    cast = make_cast()
    session = factories.training(cast.intel, places=1)
    people = (cast.staff, cast.store, cast.other, cast.police)
    works = [partial(book, cast, session, user=user) for user in people]
    assert at_once(*works).count(None) == 1
    assert session.people.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_double_click_gives_one_certificate() -> None:
    cast = make_cast()
    session = factories.training(cast.intel)
    place = book(cast, session, user=cast.staff)
    work = partial(
        attendance_mark,
        by=cast.intel, session=session, revision=2, outcomes={place.pk: "passed"},
    )  # fmt: skip
    assert at_once(*[work] * 4).count(None) == 1
    place.refresh_from_db()
    assert place.certificate.endswith("-0001")


def test_who_can_be_booked(cast: Cast, session) -> None:
    lapsed = factories.MemberFactory(status="lapsed", joined_on=dates.today())
    gone = factories.UserFactory(member=cast.store.member, is_active=False)
    for person, words in (
        ({"user": gone}, "can’t sign in"),
        ({"user": factories.UserFactory(member=lapsed)}, "can’t sign in"),
        ({"member": lapsed, "name": "Bo"}, "active members"),
        ({"member": cast.store.member, "name": " "}, "enter a name"),
        ({"name": "Bo"}, "enter a name"),
    ):
        with pytest.raises(ValidationError, match=words):
            book(cast, session, **person)


def test_who_came_is_recorded_from_the_day_on(cast: Cast, client_of) -> None:
    session = factories.training(cast.intel, dates.today() + DAY)
    place = book(cast, session, user=cast.staff)
    for outcome in ("passed", "failed", "absent"):
        with pytest.raises(ValidationError, match="from that day on"):
            mark(cast, place, outcome)
    path = f"/training/sessions/{session.ref}/"
    page = client_of("intel").post(path, {"revision": 2, f"person_{place.pk}": "passed"})
    assert page.status_code == 422
    other = factories.training(cast.intel)
    with pytest.raises(ValidationError, match="not in this session"):
        attendance_mark(by=cast.intel, session=other, revision=1, outcomes={place.pk: "booked"})
    assert mark(cast, place, "cancelled").outcome == "cancelled"


def test_a_pass_taken_back_takes_its_certificate_back(cast: Cast, client_of) -> None:
    place = factories.certified(cast.intel, cast.staff)
    path = f"/training/certificates/{place.certificate}.pdf"
    assert client_of("staff").get(path).status_code == 200
    taken = mark(cast, place, "failed")
    assert (taken.certificate, taken.valid_until) == ("", None)
    assert client_of("staff").get(path).status_code == 404
    assert mark(cast, place, "passed").certificate.endswith("-0002")
    with pytest.raises(IntegrityError), transaction.atomic():
        TrainingPlace.objects.update(outcome="absent")
    with pytest.raises(IntegrityError), transaction.atomic():
        TrainingPlace.objects.update(certificate="")


# --- Certificates ---------------------------------------------------------------------------


def test_a_certificate_says_who_what_and_until_when(cast: Cast, client_of) -> None:
    on = dates.today() - DAY
    place = factories.certified(cast.intel, cast.staff, on)
    for_ever = factories.certified(
        cast.intel, cast.staff, course=factories.course(cast.intel, name="Law", holds_months=None)
    )
    answer = client_of("staff").get(f"/training/certificates/{place.certificate}.pdf")
    assert answer["Content-Type"] == "application/pdf"
    said = text_of(answer.content)
    end = dates.last_day_of_months_from(on, 12)
    for words in (
        cast.staff.name, "Marlowe Chemist", "Shop Safe radio", place.certificate,
        f"{on.day} {on:%B %Y}", f"up to and including {end.day} {end:%B %Y}", "Dana Whitlock",
    ):  # fmt: skip
        assert words in said
    path = f"/training/certificates/{for_ever.certificate}.pdf"
    assert "without end" in text_of(client_of("store").get(path).content)
    assert place.certificate in client_of("staff").get("/me/").text
    assert place.certificate not in client_of("other").get("/me/").text


@pytest.mark.parametrize("name", HARD_NAMES)
def test_a_certificate_prints_hard_names(cast: Cast, client_of, name: str) -> None:
    cast.staff.name = name
    cast.staff.save()
    place = factories.certified(cast.intel, cast.staff)
    answer = client_of("intel").get(f"/training/certificates/{place.certificate}.pdf")
    assert shows_name(text_of(answer.content), name)


@given(st.dates(dt.date(2020, 1, 1), dt.date(2060, 12, 31)), st.integers(1, 120))
def test_it_holds_so_many_calendar_months(day: dt.date, months: int) -> None:
    """The day before the same day so many months on, or the last one of a shorter month."""
    end = valid_until(day, months)
    assert end is not None
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    longest = calendar.monthrange(year, month + 1)[1]
    if day.day <= longest:
        assert end + DAY == dt.date(year, month + 1, day.day)
    else:
        assert end == dt.date(year, month + 1, longest)


def test_leap_years() -> None:
    assert valid_until(dt.date(2028, 2, 29), 12) == dt.date(2029, 2, 28)
    assert valid_until(dt.date(2028, 2, 29), 48) == dt.date(2032, 2, 28)
    assert valid_until(dt.date(2027, 2, 28), 12) == dt.date(2028, 2, 27)
    assert valid_until(dt.date(2026, 8, 31), 6) == dt.date(2027, 2, 28)
    assert valid_until(dt.date(2026, 8, 31), None) is None


# --- Lists and figures ----------------------------------------------------------------------


def test_what_ends_soon_and_has_ended_unless_renewed(cast: Cast, client_of) -> None:
    intel, today = cast.intel, dates.today()

    def ends(user, days: int, **fields) -> None:
        """Certify somebody so that it ends so many days from today, whatever the months are."""
        place = factories.certified(intel, user, today - 300 * DAY, **fields)
        TrainingPlace.objects.filter(pk=place.pk).update(valid_until=today + days * DAY)

    law = factories.course(intel, name="Law", holds_months=None)
    ends(cast.staff, 60)
    ends(cast.store, 61)
    ends(cast.other, 0)
    ends(cast.otherstore, -1)
    ends(cast.police, -1)
    factories.certified(intel, cast.police)  # did it again
    factories.certified(intel, cast.staff, course=law)
    book(cast, factories.training(intel, today + DAY), user=cast.store)
    wanted = {
        "holds": ["staff", "staff", "store", "other", "police"], "soon": ["other", "staff"],
        "over": ["otherstore"], "booked": ["store"],
    }  # fmt: skip
    client = client_of("intel")
    for show, names in wanted.items():
        page = client.get("/training/people/", {"show": show})
        found = [place.user.email.partition("@")[0] for place in page.context["page"]]
        assert sorted(found) == sorted(names), show
        counts = {chip.url: chip.count for chip in page.context["chips"]}
        assert counts[f"?show={show}"] == len(names)
    soon = client.get("/training/people/?show=soon").context["page"]
    assert [place.user for place in soon] == [cast.other, cast.staff]
    found = client.get("/training/people/?show=holds&q=penfold").context["page"]
    assert [place.user for place in found] == [cast.other]
    own = client_of("otherstore")
    assert [p.user for p in own.get("/training/people/").context["page"]] == [cast.other]
    over = own.get("/training/people/?show=over")
    assert [p.user for p in over.context["page"]] == [cast.otherstore]
    assert "Ended" in own.get("/members/penfold/").text
    for who in ("staff", "board", "admin"):
        assert client_of(who).get("/training/people/").status_code == 404


def test_sessions_are_listed_by_what_is_to_do(cast: Cast, client_of) -> None:
    intel, today = cast.intel, dates.today()
    coming = factories.training(intel, today + DAY)
    to_mark = factories.training(intel, today - DAY)
    book(cast, to_mark, user=cast.staff)
    held = factories.certified(intel, cast.store, today - 2 * DAY).session
    off = factories.training(intel, today + DAY)
    session_cancel(by=intel, session=off)
    for who in ("intel", "board"):
        client = client_of(who)
        for show, meant in (
            ("coming", [coming]), ("mark", [to_mark]), ("held", [to_mark, held]), ("off", [off]),
        ):  # fmt: skip
            page = client.get("/training/", {"show": show})
            assert list(page.context["page"]) == meant, show
    assert "Staff Person" not in client_of("board").get("/training/?show=held").text
    assert list(client_of("store").get("/training/?show=held").context["page"]) == [coming]


def test_figures_count_people_once_and_members_with_one(cast: Cast, client_of) -> None:
    intel, today = cast.intel, dates.today()
    law = factories.course(intel, name="Law", kind="law", holds_months=None)
    factories.certified(intel, cast.staff, today - 10 * DAY)
    factories.certified(intel, cast.staff, today, course=law)
    named = book(cast, factories.training(intel), member=cast.store.member, name="Bo Lee")
    mark(cast, named, "failed")
    factories.certified(intel, cast.police)
    factories.certified(intel, cast.other, today - 400 * DAY)  # has ended, and before the period
    session_cancel(by=intel, session=factories.training(intel))
    figures = trained(today - 30 * DAY, today)
    assert (figures.sessions, figures.came, figures.people) == (4, 4, 3)
    assert (figures.members, figures.covered, figures.percent) == (2, 1, 50)
    told = [(kind.label, kind.sessions, kind.passed) for kind in figures.kinds]
    assert told == [("Radio", 3, 2), ("Law and evidence", 1, 1)]
    assert trained(today - 410 * DAY, today - 300 * DAY).covered == 1
    assert "of 2 members" in client_of("board").get("/training/").text
    Member.objects.filter(pk=cast.store.member_id).update(status="lapsed")
    assert trained(today - 30 * DAY, today).members == 1
