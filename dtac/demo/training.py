"""The demo's training: courses, sessions held and to come, who passed, what ends soon."""

import datetime as dt
import random

from django.utils import timezone

from common import dates
from common.refs import yearly_ref
from members.models import Course, TrainingCounter, TrainingPlace, TrainingSession, User
from members.training.services import valid_until

from . import words

# name, kind, months, what is taught, trainer, days from today of its sessions
COURSES = (
    ("Shop Safe radio", "radio", 24,
     "Calling in, radio discipline, describing somebody in ten seconds.",
     "Morgan Hart", (-690, -500, -330, -150, -40, 12)),
    ("Counter-terrorism awareness", "terrorism", 12,
     "What to notice, whom to tell, run, hide, tell.",
     "PC Nadia Wells", (-340, -190, -60, 26)),
    ("Conflict management", "conflict", 36,
     "Calming somebody down, keeping a distance, when to step back.",
     "Dana Whitlock", (-610, -280, -1, 47)),
    ("Body-worn video", "camera", None,
     "When to record, what to say first, how a file is handed over.",
     "Morgan Hart", (-420, -95)),
)  # fmt: skip
PLACES = ("The Civic Centre, room 2", "The Orchards, management suite", "Dartford Library")
DAY = dt.timedelta(days=1)


def load_training(*, seed: int, scale: int, users: dict[str, User]) -> None:
    """Hold sessions, each with a dozen people of members, and plan some."""
    rng = random.Random(seed + 47)
    intel, today = users["intel@dtac.example"], dates.today()
    known = [users[f"{name}@dtac.example"] for name in ("staff", "store", "other", "police")]
    people = [
        user
        for user in users.values()
        if user.member.has_access and user.member.kind != "scheme" and user not in known
    ]
    numbers: dict[tuple[str, int], int] = {}
    places: list[TrainingPlace] = []
    for name, kind, months, about, trainer, days in COURSES:
        course = Course.objects.create(
            name=name,
            slug=name.lower().replace(" ", "-"),
            kind=kind,
            holds_months=months,
            about=about,
        )
        for ago in days:
            for _ in range(scale):
                session = _session(rng, course, trainer, today + ago * DAY, numbers, intel)
                there = rng.sample(people, rng.randrange(8, 13))
                there += [user for user in known if rng.random() < 0.5]
                places += _places(rng, session, there, numbers, intel)
    TrainingPlace.objects.bulk_create(places, batch_size=2000)
    TrainingCounter.objects.bulk_create(
        TrainingCounter(prefix=prefix, year=year, last=last)
        for (prefix, year), last in numbers.items()
    )


def _next(numbers: dict[tuple[str, int], int], prefix: str, year: int) -> str:
    numbers[prefix, year] = numbers.get((prefix, year), 0) + 1
    return yearly_ref(prefix, year, numbers[prefix, year], digits=4)


def _session(
    rng: random.Random,
    course: Course,
    trainer: str,
    on: dt.date,
    numbers: dict[tuple[str, int], int],
    intel: User,
) -> TrainingSession:
    return TrainingSession.objects.create(
        ref=_next(numbers, "TRN", on.year),
        course=course,
        on=on,
        starts=dt.time(rng.choice((9, 10, 14)), rng.choice((0, 30))),
        place=rng.choice(PLACES),
        trainer=trainer,
        places=18,
        made_by=intel,
        made_at=timezone.now(),
    )


def _places(
    rng: random.Random,
    session: TrainingSession,
    people: list[User],
    numbers: dict[tuple[str, int], int],
    intel: User,
) -> list[TrainingPlace]:
    made = [_place(rng, session, user, user.name, numbers, intel) for user in people]
    no_account = next(user for user in people if user.role == "manager" or user is people[-1])
    made.append(_place(rng, session, None, rng.choice(words.STAFF), numbers, intel, no_account))
    return made


def _place(
    rng: random.Random,
    session: TrainingSession,
    user: User | None,
    name: str,
    numbers: dict[tuple[str, int], int],
    intel: User,
    colleague: User | None = None,
) -> TrainingPlace:
    to_mark = session.on >= dates.today() - DAY  # yesterday's is still to be marked
    whose = user or colleague
    assert whose is not None
    place = TrainingPlace(
        session=session,
        user=user,
        member_id=whose.member_id,
        name=name,
        booked_by=intel,
        booked_at=timezone.now(),
    )
    if not to_mark:
        place.outcome = rng.choices(("passed", "absent", "failed"), (88, 8, 4))[0]
    if place.outcome == "passed":
        place.certificate = _next(numbers, "CRT", session.on.year)
        place.valid_until = valid_until(session.on, session.course.holds_months)
    return place
