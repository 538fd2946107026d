"""What the worker does, measured: a job is made ready, started, and timed until nothing is left."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .memory import memory_of
from .work import Post

Json = dict[str, Any]
LOOK = 0.1
"""Seconds between two looks at how much is left."""
AS_BEAT = 30
"""Seconds after which a sweep is started again, as the schedule does."""
LONGEST = 1800


@dataclass
class Work:
    """A job that is ready to be started.

    `left` says how many things are still to do. `again` starts the sweep as the schedule would.
    `check` raises RuntimeError if anything was lost or done twice.
    """

    count: int
    start: Callable[[], object]
    left: Callable[[], int]
    again: Callable[[], object] | None = None
    check: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Job:
    """A job by name; `ready` makes it ready, given where its letters arrive."""

    name: str
    title: str
    ready: Callable[[Post], Work]


@dataclass
class Done:
    """What was measured: seconds, and the worker's most memory in MB."""

    job: Job
    count: int
    seconds: float
    memory: float

    def as_json(self) -> Json:
        """Return the figures."""
        return {
            "name": self.job.name,
            "title": self.job.title,
            "count": self.count,
            "seconds": round(self.seconds, 2),
            "a_second": round(self.count / self.seconds, 1) if self.seconds else 0.0,
            "worker_mb": self.memory,
        }


HEAD = f"{'':<40}{'things':>9}{'seconds':>10}{'a second':>11}{'worker, MB':>12}"


def line(told: Json) -> str:
    """Return a job's line under HEAD."""
    return (
        f"{told['title']:<40}{told['count']:>9,}{told['seconds']:>10.1f}"
        f"{told['a_second']:>11.1f}{told['worker_mb']:>12.0f}"
    )


def measure(job: Job, post: Post, worker: int) -> Done:
    """Do a job with a worker that runs already (its process). Raises RuntimeError if it fails."""
    work = job.ready(post)
    began = time.monotonic()
    most, swept = 0.0, began
    work.start()
    while work.left():
        time.sleep(LOOK)
        now = time.monotonic()
        most = max(most, memory_of(worker).resident)
        if work.again and now - swept > AS_BEAT:
            work.again()
            swept = now
        if now - began > LONGEST:
            raise RuntimeError(
                f"{job.name}: {work.left()} of {work.count} are left after {LONGEST} s"
            )
    took = time.monotonic() - began
    work.check()
    return Done(job, work.count, took, max(most, memory_of(worker).resident))


def check_letters(post: Post, since: int, expected: list[str]) -> Callable[[], None]:
    """Return what looks whether each address had one letter since, and nobody else had any."""

    def check() -> None:
        had = Counter(post.letters()[since:])
        wanted = Counter(expected)
        if had != wanted:
            lost, more = wanted - had, had - wanted
            raise RuntimeError(f"{lost.total()} letters did not come, {more.total()} were too many")

    return check
