"""`./run bench`: how fast each page is, beside the plain admin, ready-made bytes and raw SQL."""

import argparse
import datetime as dt
import json
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import django

from runner.places import CLONE

from . import servers
from .loading import loaded

OUT = CLONE / "bench" / "out"


def options() -> argparse.Namespace:
    """Read the command line."""
    told = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    told.add_argument("--scale", type=int, default=1, help="how many times the demo's data")
    told.add_argument("--pages", default="", help="names of pages, with commas; all by default")
    told.add_argument("--seconds", type=float, default=8, help="for each page, way and number")
    told.add_argument("--list", action="store_true", help="only say which pages there are")
    return told.parse_args()


def main() -> None:
    """Load what isn't loaded, measure, write the results."""
    asked = options()
    told = loaded(asked.scale, Path(os.environ["DTAC_DATA_DIR"]))
    servers.copy_made()
    django.setup()
    from . import pages, report
    from .memory import memory_of
    from .rounds import Measurement, Ports

    shown = pages.pages()
    names = [each for each in asked.pages.split(",") if each]
    if unknown := set(names) - {page.name for page in shown}:
        sys.exit(f"There is no page {', '.join(sorted(unknown))}. --list says which there are.")
    if asked.list:
        print("\n".join(f"{page.name:<20}{page.title}" for page in shown))
        return
    chosen = [page for page in shown if not names or page.name in names]
    with ExitStack() as stack:
        ours = stack.enter_context(servers.web("bench.settings"))
        plain = stack.enter_context(servers.web("bench.plain.settings"))
        measurement = Measurement(Ports(ours.port, plain.port), asked.seconds)
        print(report.HEAD)
        found = []
        for page in chosen:
            found.append(report.page_json(measurement.measure(page)))
            print(report.line(found[-1]), flush=True)
        workers = {
            name: [vars(memory_of(pid)) for pid in web.pids()]
            for name, web in (("dtac", ours), ("plain", plain))
        }
    result = {
        "run": facts(asked, told) | {"rows": pages.kinds_there()},
        "pages": found,
        "memory": workers,
    }
    print(f"\nMemory of each web worker, MB: {workers}")
    OUT.mkdir(exist_ok=True)
    kept = OUT / f"pages-{asked.scale}.json"
    kept.write_text(json.dumps(result, indent=1))
    print(f"Kept in {kept}.")


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
