"""How quickly faces are found: a search, a page of the gallery, a profile, and how many a second.

    ./run demo, then ./run manage demo_data --scale 100      (14,000 subjects)
    .venv/bin/python -m bench.reading --seconds 10

Whoever reads takes part of the same machine's processors too.
"""

import itertools
import re
import threading
import time
from collections.abc import Callable

from bench.timing import HEAD, line, run, times_of
from bench.visitor import Visitor

READER = "store@dtac.example"
CARD = re.compile(r"/gallery/(D-\d+)/")
FACE = re.compile(r'src="(/photos/[^"]+)"')
WORDS = (
    "kevin", "kevn", "D-0042", "tall neck tattoo grey hoodie limp", "scar left cheek", "smith j",
    "mrash", "leane", "red rucksack", "foil bag", "o'brien", "ste",
)  # fmt: skip


def opened(visitor: Visitor, path: str) -> str:
    """Open a page; raise RuntimeError for anything but 200."""
    answer = visitor.get(path)
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status}")
    return answer.text


def typed(visitor: Visitor, text: str) -> None:
    """Ask for what the search box asks for after a key: the faces alone."""
    path = "/gallery/?q=" + text.replace(" ", "+")
    answer = visitor.ask("GET", path, None, {"HX-Request": "true", "HX-Target": "found"})
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status}")


def acts(base: str) -> dict[str, Callable[[], object]]:
    """Return what is measured, each as a function that does it once."""
    visitor = Visitor(base).sign_in(READER)
    first = opened(visitor, "/gallery/")
    pages = int(max(re.findall(r"page=(\d+)", first), default="1", key=int))
    refs = sorted(set(CARD.findall(first)))
    faces = sorted(set(FACE.findall(first)))
    words, numbers = itertools.cycle(WORDS), itertools.cycle(range(1, pages + 1, 7))
    keys = itertools.cycle(word[:end] for word in WORDS for end in range(2, len(word) + 1))

    def open_each(paths: list[str]) -> Callable[[], object]:
        turn = itertools.cycle(paths)
        return lambda: opened(visitor, next(turn))

    return {
        "gallery, first page": lambda: opened(visitor, "/gallery/"),
        "gallery, any page": lambda: opened(visitor, f"/gallery/?page={next(numbers)}"),
        "gallery, excluded": lambda: opened(visitor, "/gallery/?show=excluded"),
        "search, the whole page": lambda: opened(
            visitor, "/gallery/?q=" + next(words).replace(" ", "+")
        ),
        "search, as one types": lambda: typed(visitor, next(keys)),
        "profile": open_each([f"/gallery/{ref}/" for ref in refs]),
        "face, card size": open_each(faces),
    }


def throughput(base: str, path: str, connections: int, seconds: float) -> float:
    """Return how many of a page come in a second over some connections."""
    visitors = [Visitor(base).sign_in(READER) for _ in range(connections)]
    counts: list[int] = []
    end = time.perf_counter() + seconds

    def look(visitor: Visitor) -> None:
        count = 0
        while time.perf_counter() < end:
            opened(visitor, path)
            count += 1
        counts.append(count)

    threads = [threading.Thread(target=look, args=[visitor]) for visitor in visitors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


def measure(base: str, seconds: float, connections: int) -> None:
    """Print the table."""
    print(HEAD)
    for name, act in acts(base).items():
        times_of(act, 0.5)  # what is only slow the first time
        print(line(name, times_of(act, seconds)), flush=True)
    for path in ("/gallery/", "/gallery/?q=kevin"):
        rate = throughput(base, path, connections, seconds)
        print(f"{path} over {connections} connections: {rate:.1f} a second", flush=True)


if __name__ == "__main__":
    run(measure, __doc__, seconds=10)
