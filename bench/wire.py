"""Requests over connections, and how long each took: as little of it as can be.

Whoever asks takes part of the same machine's processors, so requests are made beforehand and
answers are only counted.
"""

import gzip
import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

ENOUGH = 64 * 1024
Ask = Callable[[], bytes]
"""Makes the next request, whole, as it goes over the wire."""


@dataclass(frozen=True)
class Reply:
    """An answer: its status, its head, its body as sent (compressed), the bytes of both."""

    status: int
    head: dict[str, str]
    body: bytes
    size: int

    @property
    def plain(self) -> bytes:
        """The body as the application made it."""
        packed = self.head.get("content-encoding") == "gzip"
        return gzip.decompress(self.body) if packed else self.body

    @property
    def at_server(self) -> float:
        """Milliseconds in the application, where the server says so; 0 where it doesn't."""
        return float(self.head.get("server-timing", "").partition("dur=")[2] or 0)

    @property
    def by(self) -> str:
        """Which of the server's processes answered, where it says so."""
        told = self.head.get("server-timing", "").partition("desc=")[2]
        return told.partition(",")[0]


class Line:
    """A connection, kept as long as the server keeps it. Not for several threads."""

    def __init__(self, port: int, *, timeout: float = 60) -> None:
        self.port, self.timeout = port, timeout
        self._hang_up: Callable[[], None] = lambda: None
        self._open = False

    def ask(self, request: bytes) -> Reply:
        """Send a request, return the answer.

        Once more on a new line where a kept one has ended; what goes wrong on a new one is raised.
        """
        was_open = self._open
        try:
            self._connect()
            self._socket.sendall(request)
            return self._read()
        except (ConnectionError, EOFError):
            self.close()
            if not was_open:
                raise
        return self.ask(request)

    def close(self) -> None:
        """Hang up."""
        if self._open:
            self._file.close()
            self._socket.close()
            self._open = False

    def _connect(self) -> None:
        if not self._open:
            self._socket = socket.create_connection(("127.0.0.1", self.port), self.timeout)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._file = self._socket.makefile("rb", ENOUGH)
            self._open = True

    def _read(self) -> Reply:
        first = self._file.readline()
        if not first:
            raise EOFError
        size = len(first)
        head: dict[str, str] = {}
        while (line := self._file.readline()) not in (b"\r\n", b""):
            size += len(line)
            name, _, value = line.decode("latin-1").partition(":")
            head[name.lower()] = value.strip()
        body = self._body(int(first.split(b" ", 2)[1]), head)
        if head.get("connection", "").lower() == "close":
            self.close()
        return Reply(int(first.split(b" ", 2)[1]), head, body, size + 2 + len(body))

    def _body(self, status: int, head: dict[str, str]) -> bytes:
        if status in (204, 304):
            return b""
        if head.get("transfer-encoding") == "chunked":
            return b"".join(self._chunks())
        if "content-length" in head:
            return bytes(self._file.read(int(head["content-length"])))
        return bytes(self._file.read())

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self._file.readline().split(b";")[0], 16):
            yield self._file.read(size)
            self._file.readline()
        self._file.readline()


@dataclass
class Sample:
    """What was measured: times in seconds, at the asker and in the server, over so many seconds."""

    times: list[float] = field(default_factory=list)
    at_server: list[float] = field(default_factory=list)
    seconds: float = 0.0
    refused: int = 0

    def add(self, other: "Sample") -> None:
        """Take another round of the same in."""
        self.times += other.times
        self.at_server += other.at_server
        self.seconds += other.seconds
        self.refused += other.refused


def together(works: Sequence[Callable[[], None]]) -> None:
    """Do it all at once, each in a thread; at the end raise what the first of them raised."""
    broken: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  (told to the thread that waits)
            broken.append(error)

    threads = [threading.Thread(target=guarded, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if broken:
        raise broken[0]


def drive(port: int, asks: list[Ask], statuses: tuple[int, ...], seconds: float) -> Sample:
    """Ask on one connection for each of `asks` until the seconds are over; return what it took.

    An answer with another status than those is counted as refused. Raises what a thread raised.
    """
    sample, lock = Sample(), threading.Lock()
    ready = threading.Barrier(len(asks))
    ends: list[float] = []

    def work(ask: Ask) -> None:
        line, mine = Line(port), Sample()
        try:
            ready.wait(30)
            began = time.perf_counter()
            for end in itertools.repeat(began + seconds):
                before = time.perf_counter()
                if before >= end:
                    break
                reply = line.ask(ask())
                mine.times.append(time.perf_counter() - before)
                mine.at_server.append(reply.at_server / 1000)
                mine.refused += reply.status not in statuses
            with lock:
                sample.add(mine)
                ends.append(time.perf_counter() - began)
        finally:
            line.close()

    together([partial(work, ask) for ask in asks])
    sample.seconds = max(ends)
    return sample
