"""Which demo `./run manage` means when no port is named."""

import json
from pathlib import Path

import pytest

from runner import manage
from runner.console import RunError
from runner.places import DEFAULT_PORT, Lock


def running(clone: Path, port: int) -> Lock:
    """Leave what a running demo leaves: its state, and its lock held."""
    folder = clone / ".data" / str(port)
    folder.mkdir(parents=True)
    state = {"pid": 1, "command": "demo", "port": port, "database_url": "x", "redis_url": "y"}
    (folder / "state.json").write_text(json.dumps(state))
    lock = Lock(folder / "run.lock")
    assert lock.take()
    return lock


def test_the_one_that_runs_is_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manage, "CLONE", tmp_path)
    monkeypatch.delenv("DTAC_DATA_DIR", raising=False)
    assert manage.the_running_port() == DEFAULT_PORT
    first = running(tmp_path, 8301)
    assert manage.the_running_port() == 8301
    second = running(tmp_path, 8302)
    with pytest.raises(RunError, match="8301, 8302"):
        manage.the_running_port()
    first.release()  # it ended, and left its state behind
    assert manage.the_running_port() == 8302
    default = running(tmp_path, DEFAULT_PORT)
    assert manage.the_running_port() == DEFAULT_PORT
    for lock in (second, default):
        lock.release()


def test_a_folder_that_is_named_is_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manage, "CLONE", tmp_path)
    monkeypatch.setenv("DTAC_DATA_DIR", str(tmp_path / "elsewhere"))
    lock = running(tmp_path, 8301)
    assert manage.the_running_port() == DEFAULT_PORT
    lock.release()
