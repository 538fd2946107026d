"""How often and how long: what the measurements share."""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence

HEAD = f"{'':<36}{'median':>11}{'95 %':>11}{'longest':>11}{'a second':>10}{'times':>8}"


def times_of(act: Callable[[], object], seconds: float) -> list[float]:
    """Do something again and again; return how long each took, in seconds."""
    times = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        began = time.perf_counter()
        act()
        times.append(time.perf_counter() - began)
    return times


def line(name: str, times: Sequence[float]) -> str:
    """Return a line of the table under HEAD."""
    rank = statistics.quantiles(times, n=100, method="inclusive")
    return (
        f"{name:<36}{statistics.median(times) * 1000:>8.0f} ms{rank[94] * 1000:>8.0f} ms"
        f"{max(times) * 1000:>8.0f} ms{len(times) / sum(times):>10.1f}{len(times):>8}"
    )


def run(measure: Callable[[str, float, int], None], doc: str | None, *, seconds: float) -> None:
    """Read the command line and measure (address, seconds for each measurement, connections)."""
    options = argparse.ArgumentParser(description=(doc or "").splitlines()[0])
    options.add_argument(
        "--base", default="http://127.0.0.1:8000", help="address of a running demo"
    )
    options.add_argument("--seconds", type=float, default=seconds, help="for each measurement")
    options.add_argument("--connections", type=int, default=8, help="that read at once")
    chosen = options.parse_args()
    try:
        measure(chosen.base, chosen.seconds, chosen.connections)
    except (OSError, RuntimeError) as error:
        sys.exit(f"{chosen.base}: {error}")
