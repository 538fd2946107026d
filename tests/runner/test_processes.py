"""The supervisor, on real processes that stand in for the demo's."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from runner.console import RunError
from runner.processes import birth, stop_together, sweep
from runner.supervisor import Supervisor
from tests.runner.support import CLONE, PARENT, STUBBORN, eventually, family, python


def test_a_program_that_ends_by_itself_is_started_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    supervisor = Supervisor()
    process = python("worker", STUBBORN, tmp_path)
    supervisor.watch(process)
    try:
        assert process.popen
        first = process.popen.pid
        os.kill(first, signal.SIGKILL)
        assert supervisor.run(
            lambda: process.running and process.popen is not None and process.popen.pid != first, 5
        )
        assert (
            "worker ended by itself (killed by signal 9); starting it again"
            in capsys.readouterr().out
        )
    finally:
        supervisor.stop()
    assert not process.running


def test_a_program_that_keeps_ending_is_given_up_with_the_end_of_its_log(tmp_path: Path) -> None:
    supervisor = Supervisor()
    supervisor.PAUSES = (0.0,) * 5
    supervisor.watch(python("web", "print('no such table'); raise SystemExit(3)", tmp_path))
    with pytest.raises(
        RunError, match=r"(?s)web ended 5 times within a minute \(exit code 3\).*no such table"
    ):
        supervisor.run(lambda: False, 20)


def test_stopping_ends_the_whole_family_even_when_it_does_not_listen(tmp_path: Path) -> None:
    mark = f"mark-{os.getpid()}-{tmp_path.name}"
    process = python("worker", f"'{mark}'; {PARENT}", tmp_path)
    process.start()
    assert eventually(lambda: process.log.read_text().count("up") == 2)
    stop_together([process])
    assert not process.running
    assert eventually(lambda: not family(mark), 2)


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux ties a process to its parent's life"
)
def test_kill_9_of_the_launcher_leaves_no_process(tmp_path: Path) -> None:
    mark = f"mark-{os.getpid()}-{tmp_path.name}"
    code = (
        "import sys, time; from pathlib import Path; from tests.runner.support import python;"
        f"p = python('web', \"'{mark}'; import time; print('up', flush=True); time.sleep(60)\","
        "Path(sys.argv[1])); p.start(); time.sleep(60)"
    )
    launcher = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=CLONE)
    log = tmp_path / "web.log"
    assert eventually(lambda: log.exists() and "up" in log.read_text())
    launcher.kill()
    launcher.wait()
    assert eventually(lambda: not family(mark), 3)


def test_the_next_start_sweeps_up_what_a_killed_launcher_left(tmp_path: Path) -> None:
    left = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True
    )
    other = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True
    )
    try:
        (tmp_path / "web.pid").write_text(f"{left.pid} {int(signal.SIGTERM)} {birth(left.pid)}\n")
        # The same number, but born at another time: somebody else's by now.
        (tmp_path / "beat.pid").write_text(f"{other.pid} {int(signal.SIGTERM)} long ago\n")
        sweep(tmp_path)
        assert left.wait(5) == -signal.SIGTERM
        assert other.poll() is None
        assert not list(tmp_path.glob("*.pid"))
    finally:
        for each in (left, other):
            each.kill()
            each.wait()
