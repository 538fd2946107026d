"""What the launcher says on screen."""

import sys


class RunError(Exception):
    """Something foreseeable went wrong; the text is written for the person at the keyboard."""


def say(text: str = "") -> None:
    """Print a line at once: output may be a pipe, and progress that arrives late is none.

    A reader that went away (`./run demo | head`) must not take the servers down with it.
    """
    try:
        print(text, flush=True)
    except BrokenPipeError:
        sys.stdout = sys.stderr


def complain(text: str) -> None:
    """Print an error."""
    print(f"run: {text}", file=sys.stderr, flush=True)
