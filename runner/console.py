"""What the launcher says on screen."""

import os
import sys
from pathlib import Path


class RunError(Exception):
    """Something foreseeable went wrong; the text is written for the person at the keyboard."""


def say(text: str = "") -> None:
    """Print a line at once: output may be a pipe, and progress that arrives late is none.

    A reader that went away (`./run demo | head`, a closed terminal) must not keep the launcher from
    stopping what it started.
    """
    try:
        print(text, flush=True)
    except OSError:
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - for the rest of the run


def complain(text: str) -> None:
    """Print an error."""
    try:
        print(f"run: {text}", file=sys.stderr, flush=True)
    except OSError:
        sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 - for the rest of the run
