"""An import whose program is killed in the middle: nothing is half written, another finishes it."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.runner.support import CLONE, eventually
from tests.stack import Demo, running_demo

ROWS = 4_000


@pytest.fixture(scope="module")
def demo():
    with running_demo(DTAC_IMPORT_SWEEP_SECONDS="2") as made:
        yield made


def state(demo: Demo) -> str:
    return demo.sql("SELECT state || '/' || step FROM imports_importrun ORDER BY id DESC LIMIT 1")


def made(demo: Demo) -> str:
    return demo.sql("SELECT count(*) FROM members_member WHERE name LIKE 'Killed shop %'")


def test_killed_while_it_writes_it_is_written_once(demo: Demo, tmp_path: Path) -> None:
    path = tmp_path / "members.csv"
    rows = [f"{n},Killed shop {n},Pub,Town Centre,Prospect\n" for n in range(ROWS)]
    path.write_text("No,Name,Sector,Area,Status\n" + "".join(rows))
    command = subprocess.Popen(
        [CLONE / "run", "manage", "import_data", "members", str(path)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=demo.env, cwd="/",
        start_new_session=True,
    )  # fmt: skip
    try:
        assert eventually(lambda: "writing/Writing" in state(demo), 120)
        time.sleep(0.2)
        demo.kill("worker")  # whichever of the two is at it
    finally:
        os.killpg(command.pid, signal.SIGKILL)
        command.wait()
    assert made(demo) in ("[(0,)]", f"[({ROWS},)]")  # nothing, or it was over already
    assert eventually(lambda: "done/" in state(demo), 180)
    assert made(demo) == f"[({ROWS},)]"
    once = "SELECT count(*), count(DISTINCT key) FROM imports_importedrow"
    assert demo.sql(f"{once} WHERE is_made AND number > 3 AND source = 'Spreadsheet'") == (
        f"[({ROWS - 2}, {ROWS - 2})]"
    )
