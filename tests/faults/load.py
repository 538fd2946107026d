"""People at work while something dies: phones that report and keep at it, and a reader."""

import contextlib
import http.client
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from bench.visitor import Visitor, sighting
from tests.factories import image_bytes
from tests.stack import Demo

STAFF, READER = "staff@dtac.example", "store@dtac.example"
LONGEST = 120
"""Seconds that a phone keeps at one report before it is taken for lost."""


@dataclass
class Seen:
    """What the people saw: reports taken, tries that failed and how, the longest wait."""

    taken: list[str] = field(default_factory=list)
    again: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)
    pages: Counter[str] = field(default_factory=Counter)
    longest: float = 0.0

    def line(self) -> str:
        """Return it in a line, as docs/operations.md has it."""
        tries = ", ".join(f"{count} × {how}" for how, count in sorted(self.again.items())) or "none"
        pages = ", ".join(f"{count} × {how}" for how, count in sorted(self.pages.items()))
        return (
            f"{len(self.taken)} reports taken, sent again: {tries};"
            f" longest wait {self.longest:.1f} s; pages: {pages}"
        )


class People:
    """Some phones and a reader, each in a thread, until they are told to stop."""

    def __init__(self, demo: Demo, *, phones: int = 3, photos: bool = True) -> None:
        self.seen = Seen()
        self._photos = [("a.jpg", image_bytes(), "image/jpeg")] if photos else []
        self._stop = threading.Event()
        first = Visitor(demo.url, timeout=20).sign_in(STAFF)
        self._site, self._owner = first.premises(), first.owner()
        reader = Visitor(demo.url, timeout=20).sign_in(READER)
        self._threads = [
            threading.Thread(target=self._phone, args=(_twin(demo, first),), daemon=True)
            for _ in range(phones)
        ] + [threading.Thread(target=self._read, args=(reader,), daemon=True)]

    def __enter__(self) -> "People":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(LONGEST + 30)

    def wait_for_more(self, count: int = 5, seconds: float = LONGEST) -> None:
        """Wait until so many more reports were taken."""
        wanted, until = len(self.seen.taken) + count, time.monotonic() + seconds
        while len(self.seen.taken) < wanted:
            assert time.monotonic() < until, f"nothing is taken any more: {self.seen.line()}"
            time.sleep(0.05)

    def _phone(self, phone: Visitor) -> None:
        while not self._stop.is_set():
            self._send(phone, str(uuid.uuid4()))
            time.sleep(0.1)

    def _send(self, phone: Visitor, client_id: str) -> None:
        """Send one report until it is taken, as a phone's outbox does: the same one each time."""
        fields = [*sighting(self._site, client_id=client_id),
                  ("owner", self._owner), ("made_at", "0")]  # fmt: skip
        began = time.monotonic()
        while time.monotonic() - began < LONGEST:
            how = _tried(lambda: phone.report(fields, self._photos))
            if how == "200":
                self.seen.taken.append(client_id)
                self.seen.longest = max(self.seen.longest, time.monotonic() - began)
                return
            if how.startswith("4") and how not in ("408", "429"):
                self.seen.refused.append(how)  # a phone would give up: it must never come to that
                return
            self.seen.again[how] += 1
            phone.close()
            time.sleep(0.3)
        self.seen.refused.append("never taken")

    def _read(self, reader: Visitor) -> None:
        while not self._stop.is_set():
            how = _tried(lambda: reader.get("/gallery/"))
            self.seen.pages[how] += 1
            if how != "200":
                reader.close()
            time.sleep(0.2)


def _twin(demo: Demo, of: Visitor) -> Visitor:
    twin = Visitor(demo.url, timeout=20)
    twin.cookies, twin.token = dict(of.cookies), of.token
    return twin


def _tried(send: Any) -> str:
    """Return the status, or how there was none."""
    try:
        return str(send().status)
    except (OSError, http.client.HTTPException):
        return "no answer"


def counted_once(demo: Demo, taken: list[str]) -> None:
    """Every report that was taken is there, once."""
    listed = ", ".join(f"'{each}'" for each in taken)
    found = demo.sql(
        "SELECT count(*), count(DISTINCT client_id) FROM incidents_report"
        f" WHERE client_id IN ({listed})"
    )
    assert found == f"[({len(taken)}, {len(taken)})]"


def photos_shown(demo: Demo) -> bool:
    """Whether no photo waits for its sizes any more."""
    with contextlib.suppress(Exception):
        return demo.sql(
            "SELECT count(*) FROM incidents_attachment"
            " WHERE variants_ready_at IS NULL AND variants_error = ''"
        ) == "[(0,)]"  # fmt: skip
    return False
