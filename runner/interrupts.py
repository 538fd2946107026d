"""Ctrl-C and the other polite requests to stop.

The handlers only count. An exception raised out of a handler can land in the middle of starting a
process and lose track of it, so every loop of the launcher asks here instead.
"""

import signal
import time
from collections.abc import Callable
from types import FrameType

REQUESTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(Exception):  # noqa: N818 - being asked to stop is no error
    """Someone asked the launcher to stop."""


class Interrupts:
    """Counts the requests to stop."""

    def __init__(self) -> None:
        self.count = 0
        self.last = 0

    def install(self) -> None:
        """Take over SIGINT, SIGTERM and SIGHUP. A SIGHUP that is ignored already (nohup) stays
        ignored."""
        for number in REQUESTS:
            if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
                continue
            signal.signal(number, self._note)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if number == signal.SIGHUP and self.count:
            return  # a closing terminal sends it twice; that is not impatience
        self.count += 1
        self.last = number

    @property
    def impatient(self) -> bool:
        """Whether the request was repeated."""
        return self.count > 1

    def check(self) -> None:
        """Raise Interrupted once a stop was asked for."""
        if self.count:
            raise Interrupted

    def wait_for(self, done: Callable[[], bool], seconds: float, every: float = 0.03) -> bool:
        """Wait until `done` says so, at most `seconds`; raise Interrupted when a stop is asked for
        meanwhile."""
        deadline = time.monotonic() + seconds
        while not done():
            self.check()
            if time.monotonic() > deadline:
                return False
            time.sleep(every)
        return True


interrupts = Interrupts()
