"""``./run test``: every test, against real servers in a throwaway folder."""

import contextlib
import shutil
import tempfile
from pathlib import Path

from runner import bootstrap
from runner.console import RunError, say
from runner.environment import base_env
from runner.migrated import start_migrated
from runner.places import CLONE, PYTHON, Lock
from runner.postgres import short_temporary_folder
from runner.processes import run_attached
from runner.servers import Servers

# With these a person wants to look on, which only one process allows.
BY_HAND = (
    "--pdb",
    "--trace",
    "-s",
    "--capture=no",
    "--collect-only",
    "--co",
    "--fixtures",
    "--markers",
    "--version",
)


def test(arguments: list[str]) -> int:
    """Run pytest on servers that nothing else uses and that need not survive a power cut."""
    bootstrap.ensure(bootstrap.DEVELOPMENT)
    folder, lock = throwaway_folder()
    servers = None
    try:
        servers = Servers(folder, durable=False)
        if servers.valkey:
            servers.valkey.start()
        temporary = folder / "tmp"
        temporary.mkdir()
        temporary.chmod(0o711)
        env = base_env("dtac.settings.test", folder, servers.database_url, servers.redis_url)
        env |= {"TMPDIR": str(temporary)}  # whatever tests and browsers drop goes with the folder
        kept = start_migrated(servers.postgres, env) if servers.postgres else None
        if kept:
            env |= {"DTAC_TEST_MIGRATED": str(kept)}
        argv = [str(PYTHON), "-m", "pytest", *spread(arguments), *arguments]
        code = run_attached(argv, env=env, cwd=CLONE)
        if code == 4 and arguments:
            say("(File names are taken from the clone's folder.)")
        return code
    finally:
        if servers is not None:
            servers.stop()
            if servers.postgres:
                servers.postgres.remove()
        shutil.rmtree(folder, ignore_errors=True)
        lock.release()


def throwaway_folder() -> tuple[Path, Lock]:
    """Make a folder for the servers, held by a lock; remove those whose holders were killed."""
    temporary = Path(short_temporary_folder(None))
    for old in temporary.glob("dtac-test-*/lock"):
        with contextlib.suppress(RunError):
            left = Lock(old)
            if left.take():
                shutil.rmtree(old.parent, ignore_errors=True)
            left.release()
    folder = Path(tempfile.mkdtemp(prefix="dtac-test-", dir=temporary))
    folder.chmod(0o711)  # root's PostgreSQL passes through it as `nobody`
    lock = Lock(folder / "lock")
    lock.take()
    return folder, lock


def spread(arguments: list[str]) -> list[str]:
    """Return the options that run tests in two processes, unless the caller chose otherwise."""
    if "no:xdist" in arguments or any(each in BY_HAND for each in arguments):
        return []
    chosen = any(each.startswith(("-n", "--numprocesses")) for each in arguments)
    # By file, because what shares a running system shares a file. Not by group: pytest 9.2 makes
    # xdist 3.8 ignore its groups without a word (pytest-dev/pytest-xdist#1386).
    # In the order of conftest.py: the long ones come first, and short ones fill up the end.
    by_file = ["--dist", "loadfile", "--no-loadscope-reorder"]
    if any(each.startswith("--dist") for each in arguments):
        by_file = []
    return [*([] if chosen else ["-n", "2"]), *by_file]
