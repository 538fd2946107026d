"""The commands of ``./run``."""

import os
import sys

from runner.console import RunError, complain, say
from runner.interrupts import Interrupted, interrupts
from runner.places import DEFAULT_PORT

HELP = """\
D-TAC, run from a clone with nothing else set up but Python 3.11 or newer.

  ./run demo [--port N] [--verbose]
        The whole system in the foreground, with demo data: PostgreSQL, Valkey, web server, worker
        and schedule. Prints the address and the sign-ins; Ctrl-C stops everything. --verbose shows
        every log on screen.
  ./run manage [--port N] COMMAND ...
        A management command against the demo's database, whether the demo runs or not.
  ./run test [ARGUMENTS OF PYTEST]
        Every test, against a PostgreSQL and a Valkey of its own.
  ./run bench [--scale N] [--pages NAME,...] [--seconds S]
        How fast each page is beside the plain Django admin, ready-made bytes and raw SQL, over N
        times the demo's data, on servers of its own. --help says more.
  ./run check
        Every static check: types, lint, format, layers, templates, migrations, deployment settings.
  ./run licences
        Writes docs/licences.md: what is installed, and under which licence.
  ./run advisories
        Asks the public list of known faults (OSV) about each locked version. Wants the network.
  ./run lock [--upgrade]
        Compiles the lock files anew after a change of requirements.in or requirements-dev.in.

The demo keeps its data in .data/PORT; DTAC_DATA_DIR names another folder. With DATABASE_URL or
REDIS_URL set, that server is used and none is started for it. PG_BINDIR names the PostgreSQL
programs to use."""


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code."""
    interrupts.install()
    try:
        return command(arguments)
    except Interrupted:
        say("Stopped.")
        return 130
    except RunError as problem:
        complain(str(problem))
        return 1
    except OSError as error:
        if os.environ.get("DTAC_RUN_TRACEBACK"):
            raise
        complain(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}.")
        return 1


def command(arguments: list[str]) -> int:
    """Find the command and run it. Each is imported alone, which keeps the start short."""
    name, rest = (arguments[0], arguments[1:]) if arguments else ("--help", [])
    if name == "demo":
        from runner.demo import demo

        port, rest = take_port(rest, last=1)
        verbose = "--verbose" in rest
        rest = [each for each in rest if each != "--verbose"]
        if not rest:
            return demo(port, verbose=verbose)
        if rest[0] not in ("--help", "-h"):
            raise RunError(f"demo has no argument {rest[0]!r}. `./run --help` shows what there is.")
    elif name == "manage":
        from runner.manage import manage, the_running_port

        port, left = take_port(rest)
        return manage(port if left != rest else the_running_port(), left)
    elif name == "test":
        from runner.testing import test

        return test(rest)
    elif name == "bench":
        from runner.bench import bench

        return bench(rest)
    elif name == "check" and not rest:
        from runner.checks import check

        return check()
    elif name in ("licences", "advisories") and not rest:
        from runner import bootstrap, licences

        bootstrap.ensure(bootstrap.DEVELOPMENT)
        return licences.licences() if name == "licences" else licences.advisories()
    elif name == "lock":
        from runner.checks import lock

        return lock(rest)
    elif name not in ("--help", "-h", "help"):
        complain(f"there is no command {' '.join(arguments)!r}.\n")
        print(HELP, file=sys.stderr)
        return 2
    say(HELP)
    return 0


def take_port(arguments: list[str], *, last: int = 0) -> tuple[int, list[str]]:
    """Take `--port N` off the arguments, where it stands at one of the places up to `last`."""
    for place, given in enumerate(arguments[: last + 1]):
        if given == "--port":
            text, after = "".join(arguments[place + 1 : place + 2]), place + 2
        elif given.startswith("--port="):
            text, after = given.removeprefix("--port="), place + 1
        else:
            continue
        if not text.isdecimal() or not 1 <= int(text) <= 65535:
            raise RunError(f"--port wants a number from 1 to 65535, not {text!r}.")
        return int(text), arguments[:place] + arguments[after:]
    return DEFAULT_PORT, arguments
