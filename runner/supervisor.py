"""Keeps the demo's processes running, and shows their logs."""

import contextlib
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from runner.console import RunError, say
from runner.interrupts import interrupts
from runner.processes import Process, stop_together

LOG_LIMIT = 10_000_000


class Tail:
    """Shows on screen what is added to a log."""

    def __init__(self, log: Path, prefix: str = "") -> None:
        self.log = log
        self.prefix = prefix
        self.at = log.stat().st_size if log.exists() else 0

    def show(self) -> None:
        """Print the complete lines added since the last call."""
        with contextlib.suppress(OSError), self.log.open("rb") as log:
            log.seek(self.at)
            added = log.read()
            whole = added[: added.rfind(b"\n") + 1]
            self.at += len(whole)
            for line in whole.decode(errors="replace").splitlines():
                say(self.prefix + line)


def trim(log: Path) -> None:
    """Put a log that has grown long aside, keeping one old one."""
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))


class Supervisor:
    """Keeps processes running: one that ends by itself is started again, with growing pauses."""

    TIMES, WITHIN = 5, 60.0
    PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0)

    def __init__(self, *, verbose: bool = False) -> None:
        self.verbose = verbose
        self.processes: list[Process] = []
        self._ended: dict[str, deque[float]] = {}
        self._due: dict[str, float] = {}
        self._tails: list[Tail] = []

    def watch(self, process: Process) -> None:
        """Look after a process from now on; start it unless it runs."""
        if self.verbose:
            self._tails.append(Tail(process.log, f"{process.name:>9} | "))
        self.processes.append(process)
        self._ended[process.name] = deque()
        if not process.running:
            process.start()

    def turn(self) -> None:
        """Look once at every process; RunError when one keeps ending."""
        for tail in self._tails:
            tail.show()
        now = time.monotonic()
        for process in self.processes:
            if process.running:
                continue
            if process.name not in self._due:
                self._note_end(process, now)
            elif now >= self._due[process.name]:
                del self._due[process.name]
                process.start()

    def _note_end(self, process: Process, now: float) -> None:
        how = process.ending()
        process.kill()  # what it left of its group would hold ports and files
        ended = self._ended[process.name]
        while ended and now - ended[0] > self.WITHIN:
            ended.popleft()
        ended.append(now)
        if len(ended) >= self.TIMES:
            raise RunError(
                f"{process.name} ended {self.TIMES} times within a minute ({how}), "
                f"so everything is stopped. {process.end_of_log()}"
            )
        pause = self.PAUSES[len(ended) - 1]
        self._due[process.name] = now + pause
        say(f"{process.name} ended by itself ({how}); starting it again in {pause:g} s.")

    def run(
        self, until: Callable[[], bool], seconds: float | None = None, every: float = 0.05
    ) -> bool:
        """Look after the processes until `until` says so (True) or the time is over (False).

        Raises Interrupted on Ctrl-C, RunError when a process keeps ending.
        """
        deadline = None if seconds is None else time.monotonic() + seconds
        while not until():
            interrupts.check()
            self.turn()
            if deadline is not None and time.monotonic() > deadline:
                return False
            time.sleep(every)
        return True

    def stop(self, processes: Sequence[Process] | None = None) -> None:
        """Stop the given processes (all by default), the last started first."""
        chosen = self.processes if processes is None else processes
        stop_together(list(reversed(chosen)))
        self.processes = [each for each in self.processes if each not in chosen]
        for tail in self._tails:
            tail.show()
