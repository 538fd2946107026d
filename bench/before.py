"""An earlier commit beside today's, over the same rows: its code, with today's measurement."""

import io
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from runner.places import CLONE, PYTHON

from .servers import environment


def code_of(revision: str) -> Path:
    """Lay out an earlier commit with its static files; return where. Exits if there is no such.

    It works on today's database: what was added to that since is no matter to it, and where it asks
    for what is gone its answers are counted as refused. Its libraries are today's.
    """
    found = _git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if found.returncode:
        sys.exit(f"There is no commit {revision}.")
    data = Path(os.environ["DTAC_DATA_DIR"])
    home = data / "before"
    packed = io.BytesIO(_git("archive", found.stdout.decode().strip()).stdout)
    with tarfile.open(fileobj=packed) as files:
        files.extractall(home, filter="data")
    shutil.rmtree(home / "bench", ignore_errors=True)
    shutil.copytree(CLONE / "bench", home / "bench", ignore=shutil.ignore_patterns("out"))
    copy = home / ".data" / "copy"
    copy.mkdir(parents=True)
    (copy / "media").symlink_to(data / "media")
    collect = [str(PYTHON), "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(collect, cwd=home, env=environment(home), check=True)  # noqa: S603
    return home


def _git(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", *arguments], cwd=CLONE, capture_output=True, check=False)  # noqa: S603, S607
