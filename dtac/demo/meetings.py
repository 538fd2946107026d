"""The demo's meetings: of all members each month, of the Board each quarter, one general."""

import datetime as dt
import random
from itertools import groupby

from django.utils import timezone

from common import dates
from common.refs import yearly_ref
from members.models import Meeting, MeetingMinutes, MeetingPerson, SchemeCounter, User

# kind, days from today, place
SCHEME = [(-28 * n - 5, "scheme", "The Civic Centre, room 2") for n in range(12)]
BOARD = [(-91 * n - 20, "board", "The Civic Centre, committee room") for n in range(4)]
MEETINGS = [
    *SCHEME,
    *BOARD,
    (-160, "general", "The Orchards, management suite"),
    (23, "scheme", "The Civic Centre, room 2"),
    (51, "scheme", "By video: the link is sent on the day"),
    (70, "board", "The Civic Centre, committee room"),
]
AGENDA = {
    "scheme": "Welcome and apologies\nMinutes of the last meeting\nWhat the police report\n"
    "Radios and training\nAny other business",
    "board": "Apologies\nMinutes of the last meeting\nFigures of the quarter\nMembership\n"
    "Forward look",
    "general": "The year’s report\nThe accounts\nElection of the Board\nQuestions of members",
}
MINUTES = (
    "The minutes of the last meeting were agreed.",
    "The town centre had a quieter month. Members were thanked for reporting early: half of the"
    " reports came within an hour.",
    "Radio checks are on Mondays at 9:30. Three members asked for refresher training.",
    "The next meeting is in four weeks.",
)


def load_meetings(*, seed: int, users: dict[str, User]) -> None:
    """Hold meetings with their people and minutes; the last one has no minutes yet."""
    rng = random.Random(seed + 71)
    intel, board, today = users["intel@dtac.example"], users["board@dtac.example"], dates.today()
    speakers = [
        user
        for user in users.values()
        if user.member.has_access and user.role in ("manager", "agency")
    ]
    planned = sorted((today + dt.timedelta(days=away), kind, at) for away, kind, at in MEETINGS)
    people: list[MeetingPerson] = []
    last: dict[int, int] = {}
    for year, rows in groupby(planned, key=lambda row: row[0].year):
        for number, (on, kind, place) in enumerate(rows, start=1):
            last[year] = number
            meeting = _meeting(yearly_ref("MTG", year, number, digits=4), on, kind, place, intel)
            circle = [board] if kind == "board" else [board, *rng.sample(speakers, 14)]
            if meeting.told_at is not None:
                people += [_person(rng, meeting, user) for user in circle]
            if on < today - dt.timedelta(days=10):
                _minutes(meeting, intel)
    MeetingPerson.objects.bulk_create(people)
    SchemeCounter.objects.bulk_create(
        SchemeCounter(prefix="MTG", year=year, last=number) for year, number in last.items()
    )


def _meeting(ref: str, on: dt.date, kind: str, place: str, intel: User) -> Meeting:
    far = on > dates.today() + dt.timedelta(days=40)
    return Meeting.objects.create(
        ref=ref,
        kind=kind,
        on=on,
        starts=dt.time(18 if kind == "general" else 9, 30),
        place=place,
        agenda=AGENDA[kind],
        told_at=None if far else timezone.now(),
        made_by=intel,
        made_at=timezone.now(),
    )


def _person(rng: random.Random, meeting: Meeting, user: User) -> MeetingPerson:
    held = meeting.on < dates.today()
    answers = ("came", "apologies", "absent") if held else ("coming", "apologies", "coming")
    return MeetingPerson(
        meeting=meeting,
        member_id=user.member_id,
        user=user,
        name=user.name,
        answer=rng.choices(answers, (78, 15, 7))[0],
        told_by=user,
        told_at=timezone.now(),
    )


def _minutes(meeting: Meeting, intel: User) -> None:
    made_on = meeting.on + dt.timedelta(days=7)
    approved = meeting.on + dt.timedelta(days=35)
    MeetingMinutes.objects.create(
        meeting=meeting,
        number=1,
        body="\n\n".join(MINUTES),
        made_on=made_on,
        made_by=intel,
        approved_on=approved if approved <= dates.today() else None,
    )
