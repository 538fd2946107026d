"""The result of a run: as numbers that a program reads, and as a table for people."""

import statistics
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from runner.places import CLONE

if TYPE_CHECKING:  # so that kept results are read without a database
    from .rounds import Measured
    from .wire import Sample

Json = dict[str, Any]
OUT = CLONE / "bench" / "out"
"""Where results are kept."""
OTHERS = ("admin", "floor", "before")


def figures(sample: "Sample") -> Json:
    """Return the figures of a sample: milliseconds at median, 95th and 99th percentile, rate."""
    return {
        **percentiles(sample.times),
        "at_server": percentiles(sample.at_server),
        "rate": round(len(sample.times) / sample.seconds, 1) if sample.seconds else 0.0,
        "times": len(sample.times),
        "refused": sample.refused,
    }


def percentiles(times: Sequence[float]) -> Json:
    """Return the milliseconds at median, 95th and 99th percentile of times in seconds."""
    if len(times) < 2:
        times = [*times, *times] or [0.0, 0.0]
    ranks = statistics.quantiles(times, n=100, method="inclusive")
    return {f"p{rank}": round(ranks[rank - 1] * 1000, 2) for rank in (50, 95, 99)}


def page_json(found: "Measured") -> Json:
    """Return what was found of a page."""
    counted = found.counted
    return {
        "name": found.page.name,
        "title": found.page.title,
        "queries": counted.statements,
        "sql_ms": round(counted.sql_ms, 1),
        "raw_ms": None if counted.raw_ms is None else round(counted.raw_ms, 1),
        "bytes": counted.size,
        "rows": counted.rows,
        "samples": {
            name: {str(many): figures(sample) for many, sample in by_many.items()}
            for name, by_many in found.samples.items()
        },
    }


HEAD = (
    f"{'':<28}{'queries':>8}{'SQL':>7}{'raw':>7}{'rows':>9}{'kB':>7}"
    f"{'1: med':>9}{'95 %':>7}{'99 %':>7}{'a sec.':>8}"
    f"{'8: med':>9}{'95 %':>7}{'99 %':>7}{'a sec.':>8}{'/admin':>8}{'/floor':>8}{'/before':>8}"
)


def line(page: Json) -> str:
    """Return a page's line under HEAD: times in ms; the last two are rates at 8 divided."""
    ours = page["samples"]["dtac"]
    raw = "" if page["raw_ms"] is None else f"{page['raw_ms']:.1f}"
    start = f"{page['title']:<28}{page['queries']:>8}{page['sql_ms']:>7.1f}{raw:>7}"
    start += f"{page['rows']:>9,}{page['bytes'] / 1000:>7.1f}"
    for many in ours.values():
        start += f"{many['p50']:>9.1f}{many['p95']:>7.1f}{many['p99']:>7.1f}{many['rate']:>8.1f}"
    start += "".join(f"{ratio_words(page, other):>8}" for other in OTHERS)
    return start + "".join(f"  {name}: {count} refused" for name, count in refused(page))


def refused(page: Json) -> list[tuple[str, int]]:
    """Return which ways of a page had answers that did not do what was asked, and how many."""
    counts = {
        name: sum(each["refused"] for each in by_many.values())
        for name, by_many in page["samples"].items()
    }
    return [(name, count) for name, count in counts.items() if count]


def ratio(page: Json, other: str, many: str = "8") -> float | None:
    """Return how many times the other's requests a second D-TAC answers; None without other."""
    if other not in page["samples"]:
        return None
    theirs = page["samples"][other][many]["rate"]
    return page["samples"]["dtac"][many]["rate"] / theirs if theirs else None


def ratio_words(page: Json, other: str) -> str:
    """Return the ratio as it stands in the table."""
    found = ratio(page, other)
    return "" if found is None else f"{found:.2f}"
