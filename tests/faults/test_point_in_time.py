"""Back to a point in time, as docs/operations.md says: a base backup, its WAL, a moment.

With PostgreSQL's own programs, the ones that `./run` has.
"""

import datetime as dt
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2  # type: ignore[import-untyped]
import pytest

from runner.postgres import PostgreSQL
from tests.runner.support import eventually


@pytest.fixture
def place() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="dtac-pitr-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


def server(folder: Path) -> PostgreSQL:
    folder.mkdir(mode=0o711)
    return PostgreSQL(folder)


def ask(at: PostgreSQL, *statements: str, user: str = "postgres") -> list[Any]:
    line = psycopg2.connect(host=str(at.socket), user=user, dbname="dtac")
    line.autocommit = True
    try:
        with line.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []
    finally:
        line.close()


def own(at: PostgreSQL, folder: Path) -> Path:
    """Make a folder that the server's user may write to."""
    folder.mkdir(mode=0o700)
    if at.identity:
        shutil.chown(folder, at.identity.uid, at.identity.gid)
    return folder


def run(at: PostgreSQL, *argv: str) -> None:
    who = at.identity
    subprocess.run(
        argv, check=True, cwd="/", capture_output=True,
        user=who.uid if who else None, group=who.gid if who else None,
        extra_groups=[] if who else None,
    )  # fmt: skip


def test_back_to_the_moment_before_the_mistake(place: Path) -> None:
    first = server(place / "first")
    first.start(tell=lambda text: None)
    archive = own(first, place / "archive")
    ask(
        first,
        "ALTER SYSTEM SET archive_mode = 'on'",
        f"ALTER SYSTEM SET archive_command = 'test ! -f {archive}/%f && cp %p {archive}/%f'",
    )
    first.stop()
    first.start(tell=lambda text: None)
    ask(first, "CREATE TABLE notes (n int, at timestamptz DEFAULT clock_timestamp())")
    ask(first, "INSERT INTO notes SELECT generate_series(1, 1000)")
    base = place / "base"
    own(first, base)
    run(first, str(first.bin / "pg_basebackup"), "--host", str(first.socket), "--username",
        "postgres", "--pgdata", str(base), "--checkpoint", "fast",
        "--wal-method", "none")  # fmt: skip
    ask(first, "INSERT INTO notes SELECT generate_series(1001, 2000)")
    time.sleep(1.1)
    moment = dt.datetime.now(dt.UTC)
    time.sleep(1.1)
    ask(first, "DELETE FROM notes WHERE n > 10")
    ((last,),) = ask(first, "SELECT pg_walfile_name(pg_switch_wal())")
    archived = "SELECT coalesce(last_archived_wal, '') FROM pg_stat_archiver"
    assert eventually(lambda: ask(first, archived)[0][0] >= last, 20)
    first.process.kill()
    # Elsewhere: the base, told where the WAL is and when to stop.
    second = server(place / "second")
    subprocess.run(["cp", "-Rp", str(base), str(second.cluster)], check=True)
    settings = second.cluster / "postgresql.auto.conf"
    settings.write_text(
        f"restore_command = 'cp {archive}/%f %p'\n"
        f"recovery_target_time = '{moment.isoformat()}'\n"
        "recovery_target_action = 'promote'\n"
    )
    (second.cluster / "recovery.signal").touch()
    began = time.monotonic()
    second.start(tell=lambda text: None)
    assert eventually(lambda: ask(second, "SELECT pg_is_in_recovery()") == [(False,)], 30)
    assert ask(second, "SELECT count(*), max(n) FROM notes") == [(2000, 2000)]
    print(f"\npoint in time: {time.monotonic() - began:.1f} s")
    first.stop()
    second.stop()
    for each in (first, second):
        each.remove()
