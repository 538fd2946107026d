"""Many people for half an hour: pages asked for when they are due, and whether anything grows.

A request's time counts from when it was due, not from when a connection was free for it: who waits
in a queue waits too.
"""

import hashlib
import heapq
import itertools
import json
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import Any

from incidents.models import Attachment, Involvement, Report
from offenders.models import ViewingWatch

from .course import COUNTS, Seen, grown
from .pages import Page
from .people import Who, people_of
from .report import percentiles
from .watch import Watched
from .wire import Ask, Line, Sample, drive, together

Json = dict[str, Any]
SETTLING = 600.0
"""Seconds at most until the worker has done what the data left to be done."""
LINES = 24
"""Requests that are on their way at once, at most."""
CALIBRATE = 60
"""Seconds in which the most is measured: of fewer, one quick or slow moment decides."""
SHARE = 0.7
EACH = 10.0
"""Seconds between two looks at what might grow."""


def settle() -> None:
    """Wait until the worker has done what the loaded data left it: an installation has no such day.

    Raises RuntimeError where it doesn't come to an end.
    """
    deadline = time.monotonic() + SETTLING
    while _left():
        if time.monotonic() > deadline:
            raise RuntimeError(f"The worker does not come to an end with {_left()}.")
        time.sleep(1)


def _left() -> str:
    """Return what is left to be done that takes long; empty for nothing."""
    if number := Involvement.objects.to_look_for().count():
        return f"{number} unknown people to look for"
    looked = ViewingWatch.objects.filter(checked_until__isnull=False)
    return "" if looked.exists() else "the log's last day"


@dataclass(frozen=True)
class Crowd:
    """So many people who do one kind of thing, each every so many seconds or somewhat sooner."""

    name: str
    people: int
    every: float
    pages: tuple[str, ...]


CROWDS = (
    Crowd("polls alerts", 400, 6, ("poll",)),
    Crowd("reads", 50, 10, ("gallery", "gallery-50", "profile", "search", "photo-card", "log")),
    Crowd("writes", 10, 60, ("submit", "submit", "submit-photo")),
)


@dataclass
class Told:
    """What came of one kind of request."""

    times: list[float] = field(default_factory=list)
    refused: int = 0


@dataclass(frozen=True)
class Person:
    """Somebody in a crowd, with what they ask for in turn."""

    crowd: Crowd
    place: float
    """Of a crowd's first turn, how much is over when theirs comes: the first one begins at once."""
    asks: Iterator[tuple[Ask, Page]]


class Soak:
    """The crowd at work."""

    def __init__(self, port: int, pages: dict[str, Page], asks: Callable[[Page, Who], Ask]) -> None:
        self.port = port
        self.rng = random.Random(7)
        self.people = [
            Person(
                crowd,
                number / crowd.people,
                self._turns([pages[name] for name in crowd.pages], who, asks),
            )
            for crowd in CROWDS
            for number, who in enumerate(people_of("reporter", crowd.people))
        ]
        self.told: dict[str, Told] = {crowd.name: Told() for crowd in CROWDS}
        self.sent: list[tuple[str, int]] = []
        """Reports (references) that the server said it had taken, with how many photos each."""
        self._lately: list[float] = []
        self._lock = threading.Lock()

    def _turns(
        self, pages: Sequence[Page], who: Who, asks: Callable[[Page, Who], Ask]
    ) -> Iterator[tuple[Ask, Page]]:
        turns = [(asks(page, who), page) for page in pages]
        first = self.rng.randrange(len(turns))
        return itertools.cycle([*turns[first:], *turns[:first]])

    def capacity(self, seconds: float) -> float:
        """Return how many requests of this mixture the server answers in a second."""
        weights = [1 / person.crowd.every for person in self.people]

        def ask() -> bytes:
            with self._lock:
                (person,) = self.rng.choices(self.people, weights)
                made, _ = next(person.asks)
            return made()

        found: Sample = drive(self.port, [ask] * 8, (200, 204), seconds)
        return len(found.times) / found.seconds

    def run(self, seconds: float, rate: float) -> None:
        """Have everybody ask for so many seconds, together so many times a second."""
        natural = sum(1 / person.crowd.every for person in self.people)
        pace = natural / rate
        began = time.perf_counter()
        due = [
            (began + person.place * person.crowd.every * pace, number)
            for number, person in enumerate(self.people)
        ]
        heapq.heapify(due)
        end = began + seconds

        def work() -> None:
            line = Line(self.port)
            try:
                while (turn := self._next(due, pace, end)) is not None:
                    at, person = turn
                    time.sleep(max(0.0, at - time.perf_counter()))
                    self._ask(line, person, at)
            finally:
                line.close()

        together([work] * LINES)

    def _next(
        self, due: list[tuple[float, int]], pace: float, end: float
    ) -> tuple[float, Person] | None:
        """Return who is next and when, and put down when they are due again; None at the end."""
        with self._lock:
            at, number = due[0]
            if at >= end:
                return None
            person = self.people[number]
            again = person.crowd.every * pace * self.rng.uniform(0.5, 1.5)
            heapq.heapreplace(due, (at + again, number))
            return at, person

    def _ask(self, line: Line, person: Person, at: float) -> None:
        with self._lock:
            ask, page = next(person.asks)
        reply = line.ask(ask())
        took = time.perf_counter() - at
        with self._lock:
            told = self.told[person.crowd.name]
            told.times.append(took)
            self._lately.append(took)
            told.refused += reply.status not in page.taken
            if page.body is not None and reply.status in page.taken:
                self.sent.append((json.loads(reply.plain)["ref"], page.photos))

    def lately(self) -> list[float]:
        """Return the seconds of each request since this was last asked."""
        with self._lock:
            found, self._lately = self._lately, []
        return found

    def lost(self) -> int:
        """Return how many reports the server took and hasn't got with all their photos.

        Or has for another one: then two answers have one reference.
        """
        wanted = dict(self.sent)
        kept = Report.objects.filter(ref__in=wanted).prefetch_related("attachments")
        there = {report.ref: sum(map(_is_there, report.attachments.all())) for report in kept}
        whole = [ref for ref, number in wanted.items() if there.get(ref, -1) >= number]
        return len(self.sent) - len(whole)


def _is_there(sent: Attachment) -> bool:
    """Whether the file of a photo is there, with the bytes that the server took."""
    if not sent.original.storage.exists(sent.original.name or ""):
        return False
    with sent.original.open() as file:
        return hashlib.sha256(file.read()).hexdigest() == sent.sha256


def soaked(soak: Soak, watched: Watched, minutes: float) -> Json:
    """Measure what the server can do, then work at SHARE of it; return what was seen.

    What it can do is measured again afterwards: another figure means another machine meanwhile.
    """
    trial = min(CALIBRATE, minutes * 60)
    most = soak.capacity(trial)
    rate = most * SHARE
    print(f"{most:.0f} requests a second at most; {rate:.0f} for {minutes:g} minutes.", flush=True)
    seen: list[Seen] = []
    stop = threading.Event()

    def watch() -> None:
        began = time.perf_counter()
        while not stop.wait(min(EACH, minutes * 6)):
            seen.append(watched.look(time.perf_counter() - began, soak.lately()))
        watched.close()

    with ThreadPoolExecutor(1) as beside:
        watching = beside.submit(watch)
        try:
            soak.run(minutes * 60, rate)
        finally:
            stop.set()
        watching.result()  # raises what went wrong there
    return {
        "capacity": round(most, 1),
        "capacity_after": round(soak.capacity(trial), 1),
        "rate": round(rate, 1),
        "minutes": minutes,
        "kinds": {
            name: {**percentiles(told.times), "times": len(told.times), "refused": told.refused}
            for name, told in soak.told.items()
        },
        "sent": len(soak.sent),
        "lost": soak.lost(),
        "seen": [asdict(each) for each in seen],
    }


def lines(told: Json) -> Iterator[str]:
    """Return what a soak found, as lines for people."""
    yield f"{'':<16}{'times':>9}{'median':>9}{'95 %':>9}{'99 %':>9}{'refused':>9}   (ms)"
    for name, kind in told["kinds"].items():
        figures = "".join(f"{kind[each]:>9.1f}" for each in ("p50", "p95", "p99"))
        yield f"{name:<16}{kind['times']:>9,}{figures}{kind['refused']:>9}"
    yield f"{told['capacity_after']:.0f} requests a second at most, afterwards."
    yield f"{told['sent']} reports sent, {told['lost']} of them lost."
    seen = told["seen"]
    if not seen:
        return
    for name in seen[0]["memory"]:
        values = [each["memory"].get(name, 0.0) for each in seen]
        yield f"{name:<18}{_course(values, 1)} MB, {grown(values):+.1%} since it was warm"
    for name in COUNTS:
        yield f"{name:<18}{_course([float(each[name]) for each in seen], 0)}"


def _course(values: Sequence[float], digits: int) -> str:
    first, last, most = (f"{v:>12,.{digits}f}" for v in (values[0], values[-1], max(values)))
    return f"{first} at first{last} at last{most} at most"
