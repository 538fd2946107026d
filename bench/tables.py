"""The kept results of a scale as the Markdown tables of docs/performance.md."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence

from .course import COUNTS, grown
from .report import OUT, Json, ratio_words, refused


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Return a Markdown table: the first column is words, the others are figures."""
    yield f"| {' | '.join(heads)} |"
    yield "|---|" + "--:|" * (len(heads) - 1)
    for row in rows:
        yield f"| {' | '.join(str(cell) for cell in row)} |"


FEW = 200
"""Answers below which the slowest of a hundred is a matter of one or two of them."""


def pages_table(told: Json) -> Iterator[str]:
    """Return the pages: what one costs, times in ms over 1 and 8 connections, rates at 8."""
    counts = ("queries", "SQL", "raw", "rows", "kB")
    heads = ("page", *counts, "1: median", "95 %", "8: answers", "median", "95 %", "99 %",
             "at server, 95 %")  # fmt: skip
    yield from table((*heads, "a second", "× admin", "× floor"), map(_page, told["pages"]))
    if failed := [(page["title"], *each) for page in told["pages"] for each in refused(page)]:
        yield f"\nNot answered as asked: {failed}."
    workers = "; ".join(f"{each['resident']:.0f} MB" for each in told["memory"]["dtac"])
    yield f"\nD-TAC's web workers afterwards: {workers}."


def _page(page: Json) -> list[str]:
    one, eight = (page["samples"]["dtac"][many] for many in ("1", "8"))
    raw = "" if page["raw_ms"] is None else f"{page['raw_ms']:.1f}"
    return [
        page["title"],
        str(page["queries"]),
        f"{page['sql_ms']:.1f}",
        raw,
        f"{page['rows']:,}",
        f"{page['bytes'] / 1000:.1f}",
        f"{one['p50']:.1f}",
        f"{one['p95']:.1f}",
        f"{eight['times']:,}",
        f"{eight['p50']:.0f}",
        f"{eight['p95']:.0f}",
        f"{eight['p99']:.0f}" if eight["times"] >= FEW else "",
        f"{eight['at_server']['p95']:.0f}",
        f"{eight['rate']:.0f}",
        ratio_words(page, "admin"),
        ratio_words(page, "floor"),
    ]


def jobs_table(told: Json) -> Iterator[str]:
    """Return the jobs: how many things, how long."""
    heads = ("job", "things", "seconds", "a second", "worker, MB")
    rows = (
        (job["title"], f"{job['count']:,}", f"{job['seconds']:.1f}", job["a_second"],
         f"{job['worker_mb']:.0f}")
        for job in told["jobs"]
    )  # fmt: skip
    yield from table(heads, rows)


def soak_table(told: Json) -> Iterator[str]:
    """Return a soak: times of each kind of work in ms, and what must not grow."""
    kinds = (
        (name, f"{kind['times']:,}", kind["p50"], kind["p95"], kind["p99"], kind["refused"])
        for name, kind in told["kinds"].items()
    )
    most = f"{told['capacity']} (afterwards {told['capacity_after']})"
    yield f"{told['rate']} a second of {most}, {told['minutes']:g} minutes.\n"
    yield from table(("work", "times", "median", "95 %", "99 %", "refused"), kinds)
    yield f"\n{told['sent']:,} reports sent, {told['lost']} of them lost.\n"
    seen = told["seen"]
    memory = [(name, [each["memory"].get(name, 0.0) for each in seen]) for name in _processes(told)]
    counts = [(name, [float(each[name]) for each in seen]) for name in COUNTS]
    rows = [(f"{name}, MB", values, f"{grown(values):+.1%}") for name, values in memory]
    rows += [(name.replace("_", " "), values, "") for name, values in counts]
    yield from table(
        ("", "at first", "at last", "at most", "since warm"),
        ((name, f"{v[0]:,.0f}", f"{v[-1]:,.0f}", f"{max(v):,.0f}", more) for name, v, more in rows),
    )


def _processes(told: Json) -> list[str]:
    return list(told["seen"][0]["memory"]) if told["seen"] else []


TABLES: dict[str, Callable[[Json], Iterator[str]]] = {
    "pages": pages_table,
    "jobs": jobs_table,
    "soak": soak_table,
}


def main() -> None:
    """Print what is kept of the scale that is asked for. Exits where nothing was measured."""
    scale = sys.argv[1] if len(sys.argv) > 1 else "100"
    kept = {name: OUT / f"{name}-{scale}.json" for name in TABLES}
    if not any(path.exists() for path in kept.values()):
        sys.exit(f"Not measured yet: ./run bench --scale {scale}")
    for name, path in kept.items():
        if path.exists():
            told = json.loads(path.read_text())
            run = told["run"]
            print(f"### {name}, {scale}x, commit {run['commit']}, {run['at']}\n")
            print("\n".join(TABLES[name](told)) + "\n")


if __name__ == "__main__":
    main()
