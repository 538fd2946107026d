"""Drives each page of D-TAC, the admin and the floor in turn, so that a slow minute hits all."""

import datetime as dt
import itertools
import json
import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from board.tallies import tallies_refresh
from members.models import Role
from offenders.models import GalleryVisit

from .middleware import HEADER
from .pages import Page
from .people import Who, people_of
from .plain import floor
from .reading import rows_read
from .wire import Ask, Line, Reply, Sample, drive

CONNECTIONS = (1, 8)
ROUNDS = 4
WARM = 0.3
"""Seconds before a measurement that don't count: what is only slow the first time."""
OURS, ADMIN, FLOOR, BEFORE = "dtac", "admin", "floor", "before"
AWAY = dt.timedelta(days=14)
"""How long ago readers were in the gallery last, for what is new to them."""


@dataclass(frozen=True)
class Contender:
    """One way to get the same thing: a port, and what each connection asks it."""

    port: int
    asks: list[Ask]
    taken: tuple[int, ...] = (200,)
    """The statuses of an answer that did what was asked."""


@dataclass
class Counted:
    """What one request of a page is: statements, their milliseconds, bytes on the wire.

    `rows`: those that its SELECTs read.
    """

    statements: int
    sql_ms: float
    size: int
    rows: int
    raw_ms: float | None


@dataclass
class Measured:
    """A page with what was found: by contender and number of connections."""

    page: Page
    counted: Counted
    samples: dict[str, dict[int, Sample]] = field(default_factory=dict)


@dataclass(frozen=True)
class Ports:
    """Where the contenders listen; `before` is 0 where no earlier commit does."""

    ours: int
    plain: int
    before: int = 0


class Measurement:
    """The people who ask, and the servers that they ask."""

    def __init__(self, ports: Ports, seconds: float) -> None:
        self.ports, self.seconds = ports, seconds
        self._people: dict[str, list[Who]] = {}

    def people(self, role: str) -> list[Who]:
        """Return signed-in users of a role, one for each connection."""
        if role not in self._people:
            self._people[role] = people_of(role, max(CONNECTIONS))
        return self._people[role]

    def measure(self, page: Page) -> Measured:
        """Count a page once, then drive it in interleaved rounds."""
        if page.role == Role.REPORTER:
            _were_away([who.user.pk for who in self.people(page.role)])
        _as_the_worker_does(page)
        found = Measured(page, self.count(page))
        contenders = self.contenders(page)
        for each in contenders.values():
            drive(each.port, each.asks[:1], each.taken, WARM)
        each_time = self.seconds / ROUNDS
        for turn in range(ROUNDS):
            _as_the_worker_does(page)
            names = list(contenders)
            for name in names[turn % len(names) :] + names[: turn % len(names)]:
                for many in CONNECTIONS:
                    there = found.samples.setdefault(name, {}).setdefault(many, Sample())
                    way = contenders[name]
                    there.add(drive(way.port, way.asks[:many], way.taken, each_time))
        return found

    def contenders(self, page: Page) -> dict[str, Contender]:
        """Return D-TAC and what it is compared with, as far as there is."""
        people, admins = self.people(page.role), self.people("admin")
        ways = {
            name: Contender(port, [self.ask(page, who, port) for who in people], page.taken)
            for name, port in ((OURS, self.ports.ours), (BEFORE, self.ports.before))
            if port
        }
        if page.admin:
            asks = [self._ask_admin(page, who) for who in admins]
            ways[ADMIN] = Contender(self.ports.plain, asks, (302,) if page.admin_body else (200,))
        if page.body is None:
            asks = [self._ask_floor(page, who) for who in people]
            ways[FLOOR] = Contender(self.ports.plain, asks)
        return ways

    def ask(self, page: Page, who: Who, port: int = 0) -> Ask:
        """Return what asks D-TAC, or an earlier one at a port, for a page as a user."""
        port = port or self.ports.ours
        paths = list(page.paths_of(who))
        if page.body is None:
            return _in_turn([who.request(port, "GET", path, page.head) for path in paths], who)
        make = page.body

        def ask() -> bytes:
            kind, body = make(who)
            return who.request(port, "POST", paths[0], page.head | {"Content-Type": kind}, body)

        return ask

    def _ask_admin(self, page: Page, who: Who) -> Ask:
        port = self.ports.plain
        if page.admin_body is None:
            return _in_turn([who.request(port, "GET", path, {}) for path in page.admin], who)
        make = page.admin_body

        def ask() -> bytes:
            kind, body = make(who)
            return who.request(port, "POST", page.admin[0], {"Content-Type": kind}, body)

        return ask

    def _ask_floor(self, page: Page, who: Who) -> Ask:
        ready = who.request(self.ports.plain, "GET", f"/floor/{page.name}/", {})
        return lambda: ready

    def count(self, page: Page) -> Counted:
        """Ask for a page once warm; return its statements and bytes, and keep it for the floor."""
        who = self.people(page.role)[0]
        line = Line(self.ports.ours)
        head = page.head | {HEADER: page.name}
        counted = replace(page, head=head)
        ask = self.ask(counted, who)
        if page.body is None:
            ready = ask()  # one and the same: of another the count would differ
            ask = lambda: ready  # noqa: E731
        reply = _taken(page, _warm_reply(line, ask))
        line.close()
        folder = Path(os.environ["DTAC_DATA_DIR"]) / "statements"
        told = json.loads((folder / f"{page.name}.json").read_text())
        if page.body is None:
            floor.keep(page.name, reply.head, reply.body)
        raw = None if page.body else raw_ms(told["statements"])
        rows = rows_read(told["statements"])
        return Counted(len(told["statements"]), told["ms"], reply.size, rows, raw)


def _warm_reply(line: Line, ask: Ask) -> Reply:
    """Return the third answer of whichever process is the first to give one."""
    answered: Counter[str] = Counter()
    while True:
        reply = line.ask(ask())
        answered[reply.by] += 1
        if answered[reply.by] == 3:
            return reply


def _as_the_worker_does(page: Page) -> None:
    """Have the Board's figures counted of late: no worker runs beside the pages."""
    if page.role == Role.BOARD:
        tallies_refresh()


def _were_away(users: list[int]) -> None:
    """Let these users come back to the gallery now, AWAY after their last visit."""
    now = timezone.now()
    rows = [GalleryVisit(user_id=key, began_at=now, last_at=now, before_at=now - AWAY)
            for key in set(users)]  # fmt: skip
    GalleryVisit.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["user"],
        update_fields=["began_at", "last_at", "before_at"],
    )  # fmt: skip


def _taken(page: Page, reply: Reply) -> Reply:
    if reply.status not in page.taken or page.shows not in reply.plain:
        raise RuntimeError(f"{page.name}: {reply.status} {reply.body[:300]!r}")
    return reply


def _in_turn(requests: Sequence[bytes], who: Who) -> Ask:
    """Return what asks for one after another, each user beginning elsewhere."""
    start = who.user.pk % len(requests)
    turn: Iterator[bytes] = itertools.cycle([*requests[start:], *requests[:start]])
    return lambda: next(turn)


def raw_ms(statements: list[str], times: int = 15) -> float | None:
    """Return the median milliseconds of a page's statements sent as they are, undone each time.

    None where they can't be sent again.
    """
    took = []
    for _ in range(times):
        sent = _sent(statements)
        if sent is None:
            return None
        took.append(sent)
    return sorted(took)[times // 2] * 1000


def _sent(statements: list[str]) -> float | None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            raw: Any = cursor.cursor
            began = time.perf_counter()
            for statement in statements:
                raw.execute(statement)
                if raw.description is not None:
                    raw.fetchall()
            took = time.perf_counter() - began
            transaction.set_rollback(True)
    except DatabaseError:
        return None
    return took
