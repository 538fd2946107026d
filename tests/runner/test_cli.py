"""What `./run` makes of its arguments, and what it says when it cannot go on."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from runner import bootstrap, places
from runner.cli import take_port
from runner.console import RunError
from runner.postgres import find_programs
from runner.testing import spread
from tests.runner.support import CLONE


def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **more}
    return subprocess.run(
        [CLONE / "run", *arguments], capture_output=True, text=True, check=False, env=env, cwd="/"
    )


def test_help_names_the_commands() -> None:
    done = run()
    assert done.returncode == 0
    assert all(
        f"./run {name}" in done.stdout for name in ("demo", "manage", "test", "check", "lock")
    )


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["dmeo"], 2, "there is no command 'dmeo'"),
        (["demo", "--prot", "1"], 1, "demo has no argument '--prot'"),
        (["demo", "--port", "many"], 1, "--port wants a number from 1 to 65535, not 'many'"),
        (["demo", "--port"], 1, "--port wants a number"),
    ],
)
def test_wrong_arguments_get_one_plain_sentence(arguments: list[str], code: int, said: str) -> None:
    done = run(*arguments)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unusable_data_folder_gets_one_plain_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = run("demo", DTAC_DATA_DIR=str(tmp_path / "file" / "data"))
    assert done.returncode == 1
    assert "cannot be used" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_python_it_says_what_to_install(tmp_path: Path) -> None:
    folder = tmp_path / "a clone"
    folder.mkdir()
    shutil.copy(CLONE / "run", folder / "run")
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "dirname").symlink_to(shutil.which("dirname") or "dirname")
    (tools / "python3").write_text("#!/bin/sh\nexit 1\n")
    (tools / "python3").chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", folder / "run", "demo"],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": str(tools)},
    )
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr


def test_the_port_may_stand_first_and_what_follows_is_left_alone() -> None:
    assert take_port(["--port", "8001", "shell", "--port", "9"]) == (8001, ["shell", "--port", "9"])
    assert take_port(["--port=8001"]) == (8001, [])
    assert take_port(["--verbose", "--port", "8001"], last=1) == (8001, ["--verbose"])
    assert take_port(["loaddata", "x.json"]) == (places.DEFAULT_PORT, ["loaddata", "x.json"])
    assert take_port([]) == (places.DEFAULT_PORT, [])


def test_tests_run_in_two_processes_unless_someone_wants_to_look_on() -> None:
    by_file = ["--dist", "loadfile", "--no-loadscope-reorder"]
    assert spread(["-k", "gallery"]) == ["-n", "2", *by_file]
    assert spread(["-n", "4"]) == spread(["-n0"]) == by_file
    assert spread(["--dist", "load"]) == ["-n", "2"]
    for chosen in (["--pdb"], ["-p", "no:xdist"], ["-s"]):
        assert spread(chosen) == []


def test_a_changed_lock_file_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "CLONE", tmp_path)
    monkeypatch.setattr(bootstrap, "stamp", lambda: tmp_path / "stamp.json")
    lock = tmp_path / bootstrap.RUNTIME
    lock.write_text("django==5.2\n")
    assert not bootstrap.is_current(bootstrap.RUNTIME)
    mark = bootstrap.fingerprint(bootstrap.RUNTIME)
    (tmp_path / "stamp.json").write_text(
        f'{{"python": "{bootstrap.python_version()}", "requirements.txt": "{mark}"}}'
    )
    assert bootstrap.is_current(bootstrap.RUNTIME)
    lock.write_text("django==5.3\n")
    assert not bootstrap.is_current(bootstrap.RUNTIME)


def test_a_python_without_venv_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "has_ensurepip", lambda base: False)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    with pytest.raises(RunError, match=r"as root: apt install python3\.\d+-venv"):
        bootstrap.ensure_ensurepip("python3")


def test_a_wrong_pg_bindir_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PG_BINDIR", "/nowhere/bin")
    with pytest.raises(RunError, match="PG_BINDIR is /nowhere/bin, but there is no initdb in it"):
        find_programs()
