"""What the launcher's tests share."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from runner.processes import Process

CLONE = Path(__file__).resolve().parents[2]

# Both stay until they are killed: neither minds being asked.
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('up', flush=True); time.sleep(60)"
)
PARENT = (
    f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {STUBBORN!r}]); {STUBBORN}"
)


def eventually(true: Callable[[], bool], seconds: float = 10) -> bool:
    """Wait until something is true; False when it does not become so."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def python(name: str, code: str, folder: Path, patience: float = 0.3) -> Process:
    """Return a stand-in for one of the demo's programs."""
    argv = [sys.executable, "-c", code]
    return Process(name, argv, dict(os.environ), folder / f"{name}.log", patience=patience)


def family(mark: str) -> list[int]:
    """Return the living processes with a text in their command line."""
    shown = subprocess.run(
        ["ps", "-ww", "-eo", "pid=,stat=,args="], capture_output=True, text=True, check=True
    )
    rows = [line.split(None, 2) for line in shown.stdout.splitlines()]
    return [int(row[0]) for row in rows if len(row) == 3 and mark in row[2] and "Z" not in row[1]]
