"""How gunicorn serves D-TAC: `gunicorn --config python:dtac.server dtac.wsgi:application`.

Threads are many because a phone on one bar of signal holds one for as long as its photos take.
What only pretends to send is cut off, so that it can't hold them all. A proxy in front that takes
requests in whole (nginx) makes both a matter of course; here they hold without one too.
"""

import contextlib
import gc
import os
import shutil
import socket
import struct
import tempfile
import time
from pathlib import Path
from typing import Any

from gunicorn.glogging import Logger  # type: ignore[import-untyped]
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

from common.memory import give_back

workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "24"))
worker_connections = threads
"""A worker takes no connection that it has no thread for: another worker may have one."""
worker_class = "dtac.server.Worker"
logger_class = "dtac.server.Log"
timeout = 60  # seconds without a sign of life from a whole worker
graceful_timeout = 2
control_socket_disable = True

keepalive = 0
"""Seconds that a connection is kept for a next request: none. See Worker."""

AT_ONCE = max(1, int(os.environ.get("WEB_AT_ONCE", "2")))
"""Requests that a worker is at work on before it leaves new ones to others."""
SLOW = float(os.environ.get("WEB_SLOW", "0.1"))
"""Seconds for which a request counts among these."""
ARRIVING, LOOK = 0.005, 0.02
"""Seconds for which a connection counts whose request isn't here yet, and after which a worker
without room looks again."""

SILENCE = int(os.environ.get("WEB_SILENCE", "20"))
"""Seconds without a byte after which a sender or a reader is taken for gone."""
GRACE = int(os.environ.get("WEB_GRACE", "30"))
"""Seconds before a sender's speed is judged."""
SLOWEST = 1024
"""Bytes a second, over all, below which a request is cut off."""
LINGER, LINGER_BYTES = 2, 16 * 1024 * 1024
"""Seconds and bytes that are still taken, and thrown away, after an answer that ends it."""


OWN_FOLDER = "dtac-metrics-"


class Log(Logger):  # type: ignore[misc]
    """Says of a request that failed beneath the application where it went, not what it asked for.

    What follows a question mark may be somebody's name.
    """

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Write an error."""
        super().exception(msg, *(str(each).partition("?")[0] for each in args), **kwargs)


def on_starting(server: Any) -> None:
    """Make the folder in which the processes keep their counts for /metrics/, empty.

    Before anything that counts is loaded: it looks for the folder then.
    """
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR") or tempfile.mkdtemp(prefix=OWN_FOLDER)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
    Path(folder).mkdir(parents=True, exist_ok=True)
    for old in Path(folder).glob("*.db"):
        old.unlink()


def child_exit(server: Any, worker: Any) -> None:
    """Called by gunicorn when a worker is gone: its counts stay, what it was just doing doesn't."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(server: Any) -> None:
    """Called by gunicorn at its end."""
    folder = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
    if folder.name.startswith(OWN_FOLDER):  # one that a setting names is the operator's
        shutil.rmtree(folder, ignore_errors=True)


def post_fork(server: Any, worker: Any) -> None:
    """Called by gunicorn in a new worker: what it loads now stays, so nobody looks for garbage."""
    gc.disable()


def post_worker_init(worker: Any) -> None:
    """Called by gunicorn when a worker has loaded the application: load the rest of it, too.

    Pages and templates are loaded at the first request of each otherwise, and whoever is first
    after a start waits a second or more. What was loaded stays as long as the worker does. Looked
    through again and again by the collector of garbage, it makes some requests a tenth of a second
    longer.
    """
    from dtac.loading import load_all

    give_back()
    load_all()
    gc.collect()
    gc.freeze()
    gc.enable()


class PacedSocket:
    """A connection whose sender is taken for gone when it stops, or sends next to nothing.

    Then head or body just ends there; common.bodies answers that a body is not whole.
    """

    def __init__(self, plain: socket.socket) -> None:
        self.plain = plain
        self.began = time.monotonic()
        self.received = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.plain, name)

    def recv(self, size: int) -> bytes:
        """Return what came, or nothing at the end."""
        allowed = GRACE + self.received / SLOWEST - (time.monotonic() - self.began)
        earlier = self.plain.gettimeout()
        try:
            if allowed <= 0:
                raise TimeoutError
            self.plain.settimeout(min(SILENCE, allowed, earlier or SILENCE))
            data = self.plain.recv(size)
        except TimeoutError:
            self._end()
            return b""
        finally:
            self.plain.settimeout(earlier)
        self.received += len(data)
        return data

    def _end(self) -> None:
        """Take no more from the sender; an answer can still go out."""
        with contextlib.suppress(OSError):
            self.plain.shutdown(socket.SHUT_RD)


class Worker(ThreadWorker):  # type: ignore[misc]
    """Takes a request when it can work on it, and takes leave of it in the thread it had.

    While it is at work on AT_ONCE requests a worker leaves further connections with the system,
    for whichever worker is free first: taken, they would wait here while another has nothing to
    do. For the same reason no connection is kept: its next request could go nowhere else. What
    takes long counts for a moment only, so that a few slow requests can't lock everybody out.

    Head and body of a request come in at a pace, or it ends there. A polite end waits up to two
    seconds for the other side. In the worker's main loop, where gunicorn does it, twenty phones
    that have gone would stop everybody for forty seconds.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._occupied: dict[Any, float] = {}

    def accept(self, listener: Any) -> None:
        """Take a connection, and no further one if that is enough."""
        super().accept(listener)
        if not self._has_room():
            super().set_accept_enabled(False)

    def set_accept_enabled(self, enabled: bool) -> None:
        """Called in each turn of the main loop in which connections are to be taken and aren't."""
        super().set_accept_enabled(enabled and self._has_room())

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Wait for what happens next; not for long while slow requests keep others out."""
        super().wait_for_and_dispatch_events(timeout if self._accepting else min(timeout, LOOK))

    def enqueue_req(self, conn: Any) -> None:
        """Have a thread serve a connection."""
        self._occupied[conn] = time.monotonic() + ARRIVING
        super().enqueue_req(conn)

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Answer a request that is here."""
        self._occupied[conn] = time.monotonic() + SLOW
        try:
            return super().handle_request(req, conn)
        finally:
            self._occupied.pop(conn, None)

    def finish_request(self, conn: Any, fs: Any) -> None:
        """Called in the main loop when a thread is done with a connection."""
        self._occupied.pop(conn, None)
        super().finish_request(conn, fs)

    def handle(self, conn: Any) -> Any:
        """Serve one request; say goodbye here if the connection is to end."""
        if not isinstance(conn.sock, PacedSocket):
            conn.sock = PacedSocket(conn.sock)
        kept = super().handle(conn)
        if kept is False:
            say_goodbye(conn.sock.plain)
        return kept

    def _has_room(self) -> bool:
        now = time.monotonic()
        return sum(until > now for until in list(self._occupied.values())) < AT_ONCE


def say_goodbye(sock: socket.socket) -> None:
    """End a connection so that an answer is still read by a sender who is not done sending."""
    deadline = time.monotonic() + LINGER
    taken = 0
    try:
        sock.shutdown(socket.SHUT_WR)
        while taken < LINGER_BYTES:
            sock.settimeout(max(0.01, deadline - time.monotonic()))
            data = sock.recv(65536)
            if not data or time.monotonic() > deadline:
                break
            taken += len(data)
        sock.shutdown(socket.SHUT_RD)
    except OSError:  # gone already, or too slow for a goodbye
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)


def when_ready(server: Any) -> None:
    """Bound every read and write: connections take these limits over from their listener."""
    limit = struct.pack("ll", SILENCE, 0)
    for listener in server.LISTENERS:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
