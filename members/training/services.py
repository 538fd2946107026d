"""Writes of training: courses, sessions, people booked in, who came, certificates."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import check_revision, constraint_messages, free_slug
from common.refs import yearly_ref
from members import actions
from members.models import Course, TrainingCounter, TrainingPlace, TrainingSession, User
from members.somebody import PersonInput, somebody

RESERVED: Final = {"new"}  # addresses beside those of courses
Outcome = TrainingPlace.Outcome


@dataclass(frozen=True)
class CourseInput:
    """What is taught; `holds_months` None: a certificate holds for ever."""

    name: str
    kind: str
    holds_months: int | None = None
    about: str = ""


@dataclass(frozen=True)
class SessionInput:
    """A course on a day: where, with whom, for how many."""

    course: Course
    on: dt.date
    starts: dt.time
    place: str
    trainer: str
    places: int


@transaction.atomic
def course_save(
    *, by: User, data: CourseInput, course: Course | None = None, revision: int = 1
) -> Course:
    """Enter a course, or change one. Certificates that were given keep their last day.

    Raises ValidationError: changed meanwhile (code "stale"), ended, another one of that name.
    """
    if course is None:
        row = Course(slug=free_slug(Course, data.name, reserved=RESERVED))
    else:
        row = Course.objects.select_for_update().get(pk=course.pk)
        check_revision(row, revision)
        row.revision += 1
    for name, value in vars(data).items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    row.full_clean()
    with constraint_messages(Course):
        row.save()
    record(actions.COURSE_SAVED, by=by, ref=row.slug)
    return row


@transaction.atomic
def course_end(*, by: User, course: Course) -> bool:
    """Cease to give a course from today; return whether it was given until now."""
    row = Course.objects.select_for_update().get(pk=course.pk)
    if row.ended_on is not None:
        return False
    row.ended_on = dates.today()
    row.revision += 1
    row.save(update_fields=["ended_on", "revision"])
    record(actions.COURSE_ENDED, by=by, ref=row.slug)
    return True


@transaction.atomic
def session_enter(*, by: User, data: SessionInput) -> TrainingSession:
    """Enter a session, to come or held already; it gets the next number of its year.

    Raises ValidationError: the course is not given any more, no places.
    """
    if data.course.ended_on is not None and data.on >= data.course.ended_on:
        raise ValidationError({"course": "This course is not given any more."})
    number = TrainingCounter.take("TRN", data.on.year)
    ref = yearly_ref("TRN", data.on.year, number, digits=4)
    row = TrainingSession(ref=ref, made_by=by, made_at=timezone.now())
    _fill(row, data)
    record(actions.SESSION_ENTERED, by=by, ref=row.ref)
    return row


@transaction.atomic
def session_change(
    *, by: User, session: TrainingSession, revision: int, data: SessionInput
) -> TrainingSession:
    """Change a session that nobody's attendance is recorded of; later only trainer and place.

    Raises ValidationError: changed meanwhile (code "stale"), called off, fewer places than people,
    another course or day once it is recorded who came.
    """
    row = _locked(session, revision)
    people = row.people.exclude(outcome=Outcome.CANCELLED)
    if data.places < people.count():
        raise ValidationError({"places": f"Too few: {people.count()} booked in already."})
    moved = (data.course.pk, data.on) != (row.course_id, row.on)
    if moved and people.exclude(outcome=Outcome.BOOKED).exists():
        raise ValidationError("Its course and day stay: it is recorded who came.")
    row.revision += 1
    _fill(row, data)
    record(actions.SESSION_CHANGED, by=by, ref=row.ref)
    return row


@transaction.atomic
def session_cancel(*, by: User, session: TrainingSession) -> bool:
    """Call a session off; return whether it was on until now.

    Raises ValidationError: it is recorded who came.
    """
    row = TrainingSession.objects.select_for_update().get(pk=session.pk)
    if row.cancelled_on is not None:
        return False
    if row.people.filter(outcome__in=[Outcome.PASSED, Outcome.FAILED, Outcome.ABSENT]).exists():
        raise ValidationError("It was held: it is recorded who came.")
    row.cancelled_on = dates.today()
    row.revision += 1
    row.save(update_fields=["cancelled_on", "revision"])
    record(actions.SESSION_CANCELLED, by=by, ref=row.ref)
    return True


@transaction.atomic
def person_book(*, by: User, session: TrainingSession, data: PersonInput) -> TrainingPlace:
    """Book somebody in; who had cancelled is in again.

    Raises ValidationError: called off, full, in it already, an account that can't sign in,
    neither a user nor the name of somebody of a member, or a name that has an account there.
    """
    row = _locked(session)
    place = _place_of(row, data)
    taken = row.people.exclude(outcome=Outcome.CANCELLED)
    if place.pk is not None and place.outcome != Outcome.CANCELLED:
        raise ValidationError("They are in this session already.")
    if taken.count() >= row.places:
        raise ValidationError(f"It is full: room for {row.places}.")
    place.outcome, place.booked_by, place.booked_at = Outcome.BOOKED, by, timezone.now()
    place.full_clean()
    with constraint_messages(TrainingPlace):
        place.save()
    _touch(row)
    record(actions.PERSON_BOOKED, by=by, ref=row.ref, member=place.member.slug)
    return place


@transaction.atomic
def attendance_mark(
    *, by: User, session: TrainingSession, revision: int, outcomes: Mapping[int, str]
) -> int:
    """Record what came of people's places, by key; return how many changed.

    Who passes gets a certificate that holds as long as the course says now; a pass taken back
    takes its certificate back. Raises ValidationError: changed meanwhile (code "stale"), called
    off, somebody came before the day, too many people, somebody of another session.
    """
    row = _locked(session, revision)
    places = {place.pk: place for place in row.people.select_for_update(of=("self",))}
    if set(outcomes) - set(places):
        raise ValidationError("Somebody is not in this session.", code="stale")
    changed = [places[key] for key, told in outcomes.items() if places[key].outcome != told]
    for place in changed:
        _judge(row, place, outcomes[place.pk])
    if row.people.exclude(outcome=Outcome.CANCELLED).count() > row.places:
        raise ValidationError(f"There is room for {row.places}.")
    if changed:
        _touch(row)
        record(actions.ATTENDANCE_MARKED, by=by, ref=row.ref, people=len(changed))
    return len(changed)


def _judge(session: TrainingSession, place: TrainingPlace, outcome: str) -> None:
    if outcome not in (Outcome.BOOKED, Outcome.CANCELLED) and session.on > dates.today():
        on = dates.short_date(session.on)
        raise ValidationError(f"It is on {on}: who came is recorded from that day on.")
    place.outcome, place.certificate, place.valid_until = outcome, "", None
    if outcome == Outcome.PASSED:
        number = TrainingCounter.take("CRT", session.on.year)
        place.certificate = yearly_ref("CRT", session.on.year, number, digits=4)
        place.valid_until = valid_until(session.on, session.course.holds_months)
    place.full_clean()
    with constraint_messages(TrainingPlace):
        place.save()


def valid_until(day: dt.date, months: int | None) -> dt.date | None:
    """Return the last day of a certificate of a course on a day; None: it holds for ever."""
    return None if months is None else dates.last_day_of_months_from(day, months)


def _place_of(session: TrainingSession, data: PersonInput) -> TrainingPlace:
    """Return the place somebody has in a session, or a new one."""
    who = somebody(data)
    if who.user is not None:
        found = session.people.filter(user=who.user).first()
    else:
        found = session.people.filter(user=None, member=who.member, name__iexact=who.name).first()
    return found or TrainingPlace(session=session, **vars(who))


def _locked(session: TrainingSession, revision: int | None = None) -> TrainingSession:
    row: TrainingSession = (
        TrainingSession.objects.select_related("course")
        .select_for_update(of=("self",))
        .get(pk=session.pk)
    )
    if revision is not None:
        check_revision(row, revision)
    if row.cancelled_on is not None:
        raise ValidationError("This session was called off.", code="stale")
    return row


def _fill(row: TrainingSession, data: SessionInput) -> None:
    for name, value in vars(data).items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    row.full_clean()
    with constraint_messages(TrainingSession):
        row.save()


def _touch(row: TrainingSession) -> None:
    row.revision += 1
    row.save(update_fields=["revision"])
