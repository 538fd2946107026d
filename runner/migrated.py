"""A database with every migration applied, kept from one `./run test` to the next.

Applying them takes most of a minute of one core, and each test process and each demo that a test
copies would do it again. The kept one is named by a hash of what it was made from.
"""

import contextlib
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from runner import bootstrap
from runner.console import say
from runner.interrupts import interrupts
from runner.places import CLONE, PYTHON
from runner.postgres import PostgreSQL
from runner.processes import run_attached

KEPT = CLONE / ".data" / "migrated"
# The migrations, and what they import from the applications.
MADE_FROM = ("*/migrations/*.py", "*/models.py", "*/models/*.py", "common/*.py")
MOST_KEPT = 3  # one for each of the branches that somebody goes to and fro between


def fingerprint(version: str) -> str:
    """Return the hash of all that decides what the database looks like."""
    mark = hashlib.sha256(f"{version} {bootstrap.python_version()}".encode())
    files = {path for pattern in MADE_FROM for path in CLONE.glob(pattern)}
    for path in [CLONE / bootstrap.DEVELOPMENT, *sorted(files)]:
        mark.update(f"\n{path.relative_to(CLONE)}\n".encode() + path.read_bytes())
    return mark.hexdigest()[:20]


def start_migrated(postgres: PostgreSQL, env: Mapping[str, str]) -> Path | None:
    """Start a throwaway server whose database `dtac` is migrated; return where its like is kept.

    `env` is for the command that migrates, the first time. None where it could not be kept, or
    that command failed: it has said why, and the tests will say it again.
    """
    kept = KEPT / fingerprint(postgres.version)
    if kept.exists() and os.access(kept, os.R_OK | os.W_OK):
        kept.touch()  # the last to be thrown away
        copy_cluster(kept, postgres.cluster)
        postgres.start(lambda text: None)
        return kept
    postgres.start(lambda text: None)
    argv = [str(PYTHON), "manage.py", "migrate", "--verbosity", "0"]
    failed = run_attached(argv, env=env, cwd=CLONE) != 0
    interrupts.check()
    if failed:
        return None
    postgres.stop()  # a server's folder is whole only while nobody works in it
    try:
        keep(postgres.cluster, kept)
    except OSError as error:
        say(f"The migrated database can't be kept: {error}.")
    postgres.start(lambda text: None)
    return kept if kept.exists() else None


def keep(cluster: Path, kept: Path) -> None:
    """Keep a copy of a stopped server's folder, whole or not at all."""
    KEPT.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=KEPT, prefix="draft-"))
    copy_cluster(cluster, draft / "cluster")
    (draft / "cluster").touch()
    with contextlib.suppress(OSError):  # another run was quicker: its copy is as good
        (draft / "cluster").rename(kept)
    shutil.rmtree(draft, ignore_errors=True)
    by_use = sorted(KEPT.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in by_use[MOST_KEPT:]:
        shutil.rmtree(old, ignore_errors=True)


def copy_cluster(source: Path, target: Path) -> None:
    """Copy a stopped server's folder, with its owner and its modes."""
    subprocess.run(["cp", "-Rp", str(source), str(target)], check=True)
