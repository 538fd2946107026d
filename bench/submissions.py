"""How long a report takes, on an idle machine and beside people who look at the gallery.

    ./run demo                                          (a throwaway one: it fills with reports)
    .venv/bin/python -m bench.submissions --seconds 20

The times are from the first byte sent to the last received, on the same machine, so whoever sends
and reads takes part of its processors too.
"""

import io
import itertools
import os
import threading
import time
from collections.abc import Callable
from multiprocessing import Event, Process, Queue
from typing import Any

from PIL import Image

from bench.timing import HEAD, line, run, times_of
from bench.visitor import Upload, Visitor, sighting

STAFF, READER = "staff@dtac.example", "store@dtac.example"
PAGES = ("/gallery/", "/gallery/?q=kevin", "/gallery/?show=excluded", "/gallery/?page=2")
PHOTO_BYTES = 3_000_000


def photo(size: tuple[int, int] = (4000, 3000)) -> bytes:
    """Return a JPEG of about three megabytes, as a phone's camera makes it."""
    grain = Image.frombytes(
        "RGB", (size[0] // 4, size[1] // 4), os.urandom(size[0] * size[1] // 16 * 3)
    )
    picture = grain.resize(size)
    for quality in range(95, 30, -5):
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=quality)
        if buffer.tell() <= PHOTO_BYTES * 1.1:
            break
    return buffer.getvalue()


def incident(premises: str) -> dict[str, str]:
    """Return what makes a sighting a theft with goods."""
    goods = {"category": "cosmetics", "quantity": "3", "value_stolen": "126.50"}
    return dict(sighting(premises, what="shop-theft", words="Left by the side door.")) | {
        f"items-0-{name}": value for name, value in goods.items()
    }


def senders(base: str) -> dict[str, Callable[[], None]]:
    """Return the two reports that are measured, each as a function that sends a new one."""
    staff = Visitor(base).sign_in(STAFF)
    site, owner, picture = staff.premises(), staff.owner(), photo()

    def send(fields: dict[str, str], uploads: list[Upload]) -> None:
        fresh = dict(sighting(site))["client_id"]
        told = fields | {"client_id": fresh, "owner": owner, "made_at": "0"}
        answer = staff.report(list(told.items()), uploads)
        if answer.status != 200:
            raise RuntimeError(f"refused: {answer.status} {answer.text[:300]}")

    picked = [("camera.jpg", picture, "image/jpeg")]
    return {
        "sighting, no photo": lambda: send(dict(sighting(site)), []),
        f"incident, {len(picture) / 1e6:.1f} MB photo": lambda: send(incident(site), picked),
    }


def read(base: str, connections: int, started: Any, stop: Any, counts: Any) -> None:
    """Open gallery pages on some connections until told to stop; report how many."""
    visitors = [Visitor(base).sign_in(READER) for _ in range(connections)]
    opened = itertools.count()

    def look(visitor: Visitor) -> None:
        for page in itertools.cycle(PAGES):
            if stop.is_set():
                return
            visitor.get(page)
            next(opened)

    threads = [threading.Thread(target=look, args=[visitor]) for visitor in visitors]
    for thread in threads:
        thread.start()
    started.set()
    for thread in threads:
        thread.join()
    counts.put(next(opened))


def measure(base: str, seconds: float, connections: int) -> None:
    """Print the table."""
    reports = senders(base)
    for send in reports.values():  # what is only slow the first time
        times_of(send, 1)
    print(HEAD)
    for name, send in reports.items():
        print(line(f"idle: {name}", times_of(send, seconds)), flush=True)
    started, stop = Event(), Event()
    counts: Queue[int] = Queue()
    beside = Process(target=read, args=(base, connections, started, stop, counts))
    beside.start()
    started.wait()
    began = time.perf_counter()
    try:
        for name, send in reports.items():
            print(line(f"loaded: {name}", times_of(send, seconds)), flush=True)
    finally:
        stop.set()
        took = time.perf_counter() - began
        opened = counts.get(timeout=60)
        beside.join()
    print(f"\nBeside: {connections} connections, {opened / took:.0f} gallery pages a second.")


if __name__ == "__main__":
    run(measure, __doc__, seconds=20)
