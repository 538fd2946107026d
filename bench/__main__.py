"""`./run bench`: how fast each page is, beside the plain admin, ready-made bytes and raw SQL; and
how fast each job of the worker."""

import argparse
import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import django

from runner.places import CLONE

from . import before, servers, work
from .loading import loaded
from .picture import picture
from .report import OUT


def options() -> argparse.Namespace:
    """Read the command line."""
    told = argparse.ArgumentParser(prog="./run bench", description=__doc__, allow_abbrev=False)
    told.add_argument("--scale", type=int, default=1, help="how many times the demo's data")
    what = told.add_mutually_exclusive_group()
    what.add_argument("--pages", default="", help="names of pages, with commas; all by default")
    told.add_argument("--seconds", type=float, default=8, help="for each page, way and number")
    told.add_argument("--against", default="", metavar="REV", help="an earlier commit beside it")
    what.add_argument("--jobs", default="", help="names of jobs, with commas, or all")
    what.add_argument("--soak", type=float, default=0, metavar="MINUTES", help="a crowd at work")
    what.add_argument("--list", action="store_true", help="only say what can be measured")
    asked = told.parse_args()
    if asked.against and (asked.jobs or asked.soak):
        told.error("--against is for pages")
    return asked


def main() -> None:
    """Load what isn't loaded, measure, write the results."""
    asked = options()
    told = loaded(asked.scale, Path(os.environ["DTAC_DATA_DIR"]))
    servers.copy_made()
    with ExitStack() as stack:
        # The mail server comes first: settings are read once, and the worker inherits them.
        post = stack.enter_context(work.postbox()) if asked.jobs or asked.soak else None
        django.setup()
        if asked.list:
            told_of()
            return
        from dtac.demo.alerts import alerts_anew

        alerts_anew()
        if post and asked.jobs:
            name, result = "jobs", jobs_measured(asked, post, stack)
        elif asked.soak:
            name, result = "soak", soak_measured(asked, stack)
        else:
            name, result = "pages", pages_measured(asked, stack)
    from .pages import kinds_there

    OUT.mkdir(exist_ok=True)
    kept = OUT / f"{name}-{asked.scale}.json"
    result = {"run": facts(asked, told) | {"rows": kinds_there()}} | result
    kept.write_text(json.dumps(result, indent=1))
    if name == "pages":
        kept.with_suffix(".svg").write_text(picture(result["pages"]))
    print(f"Kept in {kept}.")


def told_of() -> None:
    """Say which pages and jobs there are."""
    from . import chores, pages

    there: list[Any] = [*pages.pages(), *chores.jobs()]
    print("\n".join(f"{each.name:<20}{each.title}" for each in there))


def chosen(there: Sequence[Any], names: str) -> list[Any]:
    """Return those of these names, or all for none. Exits where there is no such."""
    wanted = [each for each in names.split(",") if each not in ("", "all")]
    if unknown := set(wanted) - {each.name for each in there}:
        sys.exit(f"There is no {', '.join(sorted(unknown))}. --list says what there is.")
    return [each for each in there if not wanted or each.name in wanted]


def pages_measured(asked: argparse.Namespace, stack: ExitStack) -> dict[str, Any]:
    """Drive the pages that are asked for; print the table."""
    from . import pages, report
    from .memory import memory_of, servers_memory
    from .rounds import Measurement, Ports

    shown = chosen(pages.pages(), asked.pages)
    ours = stack.enter_context(servers.web("bench.settings"))
    plain = stack.enter_context(servers.web("bench.plain.settings"))
    ports = Ports(ours.port, plain.port)
    if asked.against:
        home = before.code_of(asked.against)
        earlier = stack.enter_context(servers.web("bench.settings", home))
        ports = replace(ports, before=earlier.port)
    measurement = Measurement(ports, asked.seconds)
    print(report.HEAD)
    found = []
    for page in shown:
        found.append(report.page_json(measurement.measure(page)))
        print(report.line(found[-1]), flush=True)
    workers = {
        name: [vars(memory_of(pid)) for pid in web.pids()]
        for name, web in (("dtac", ours), ("plain", plain))
    }
    print(f"\nMemory of each web worker, MB: {workers}")
    beneath = servers_memory()
    print(f"Of database and broker, MB: {beneath}")
    return {"pages": found, "memory": workers, "servers": beneath}


def jobs_measured(asked: argparse.Namespace, post: work.Post, stack: ExitStack) -> dict[str, Any]:
    """Have a worker do the jobs that are asked for; print the table."""
    from . import chores, jobs

    shown = chosen(chores.jobs(), asked.jobs)
    worker = stack.enter_context(work.worker())
    print(jobs.HEAD)
    found = []
    for job in shown:
        found.append(jobs.measure(job, post, worker).as_json())
        print(jobs.line(found[-1]), flush=True)
    return {"jobs": found}


def soak_measured(asked: argparse.Namespace, stack: ExitStack) -> dict[str, Any]:
    """Have a crowd at work for so many minutes; print what became of memory and queues."""
    from . import pages, soak
    from .rounds import Measurement, Ports
    from .watch import Watched

    temporary = Path(os.environ["DTAC_DATA_DIR"]) / "tmp"
    temporary.mkdir()
    os.environ["TMPDIR"] = str(temporary)
    web = stack.enter_context(servers.web("bench.settings"))
    worker = stack.enter_context(work.worker())
    stack.enter_context(work.beat())
    soak.settle()
    there = {page.name: page for page in pages.pages()}
    measurement = Measurement(Ports(web.port, 0), asked.seconds)
    crowd = soak.Soak(web.port, there, measurement.ask)
    watched = Watched({"web": web.pids(), "worker": [worker]}, temporary)
    told = soak.soaked(crowd, watched, asked.soak)
    print("\n".join(soak.lines(told)))
    return told


def facts(asked: argparse.Namespace, data: dict[str, Any]) -> dict[str, Any]:
    """Return what a run was: of which commit, on what machine, over which data."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"],  # noqa: S607
        cwd=CLONE, capture_output=True, text=True, check=False,
    ).stdout.strip()  # fmt: skip
    return {
        "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "commit": commit,
        "cores": os.cpu_count(),
        "scale": asked.scale,
        "seconds": asked.seconds,
        "loaded": data,
    }


if __name__ == "__main__":
    main()
