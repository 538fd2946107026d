"""The data of a scale: loaded once, kept, and copied for each run."""

import datetime as dt
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from runner.places import CLONE, PYTHON

STAMP = "loaded.json"


def loaded(scale: int, data: Path) -> dict[str, Any]:
    """Load what isn't there; return when it was loaded and how many seconds it took.

    Data that is kept from another day is used as it is: ends of notices have moved on a day.
    """
    stamp = data / STAMP
    _manage("migrate", "--verbosity", "0")
    if stamp.exists():
        told: dict[str, Any] = json.loads(stamp.read_text())
        return told
    print(f"Loading {scale} times the demo's data; it is kept for the next run ...", flush=True)
    began = time.monotonic()
    _manage("demo_data", "--scale", str(scale))
    took = round(time.monotonic() - began, 1)
    _manage("collectstatic", "--no-input", "--verbosity", "0")
    began = time.monotonic()
    _manage("shell", "-v", "0", "-c", "from django.db import connection as c; "
            "c.cursor().execute('VACUUM (ANALYZE)')")  # fmt: skip
    told = {
        "on": dt.datetime.now(dt.UTC).date().isoformat(),
        "seconds": took,
        "vacuum_seconds": round(time.monotonic() - began, 1),
    }
    stamp.write_text(json.dumps(told))
    return told


def _manage(*arguments: str) -> None:
    done = subprocess.run([PYTHON, CLONE / "manage.py", *arguments], cwd=CLONE, check=False)  # noqa: S603
    if done.returncode:
        sys.exit(f"manage.py {arguments[0]} failed ({done.returncode}).")
