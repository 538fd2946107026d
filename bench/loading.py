"""The data of a scale: loaded once, kept, and copied for each run."""

import datetime as dt
import hashlib
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

    Data that is kept from another day is used as it is: ends of notices have moved on a day. Exits
    where the data is of another scale, or is none that this put there.
    """
    stamp = data / STAMP
    told: dict[str, Any] = json.loads(stamp.read_text()) if stamp.exists() else {}
    if told and told.get("scale") != scale:
        sys.exit(f"{data} is not known to hold the data of scale {scale}. Delete the folder.")
    _manage("migrate", "--verbosity", "0")
    if told:
        if told["made_by"] != made_by():
            print(f"The demo is made otherwise by now. To measure today's, delete {data}.")
        return told
    print(f"Loading {scale} times the demo's data; it is kept for the next run ...", flush=True)
    began = time.monotonic()
    _manage("demo_data", "--scale", str(scale), "--empty-only")
    took = round(time.monotonic() - began, 1)
    _manage("collectstatic", "--no-input", "--verbosity", "0")
    began = time.monotonic()
    _manage("shell", "-v", "0", "-c", "from django.db import connection as c; "
            "c.cursor().execute('VACUUM (ANALYZE)')")  # fmt: skip
    told = {
        "scale": scale,
        "made_by": made_by(),
        "on": dt.datetime.now(dt.UTC).date().isoformat(),
        "seconds": took,
        "vacuum_seconds": round(time.monotonic() - began, 1),
    }
    stamp.write_text(json.dumps(told))
    return told


def made_by() -> str:
    """Return a short hash of the code that makes the demo's data."""
    told = hashlib.sha256()
    for path in sorted((CLONE / "dtac" / "demo").glob("*.py")):
        told.update(path.read_bytes())
    return told.hexdigest()[:12]


def _manage(*arguments: str) -> None:
    done = subprocess.run([PYTHON, CLONE / "manage.py", *arguments], cwd=CLONE, check=False)  # noqa: S603
    if done.returncode:
        sys.exit(f"manage.py {arguments[0]} failed ({done.returncode}).")
