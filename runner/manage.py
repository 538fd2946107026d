"""``./run manage``: a management command against the demo's database."""

import os
from pathlib import Path

from runner import bootstrap
from runner.console import RunError, say
from runner.environment import demo_env
from runner.interrupts import interrupts
from runner.places import CLONE, DEFAULT_PORT, PYTHON, Lock, State, data_folder
from runner.processes import run_attached, sweep
from runner.servers import Servers


def manage(port: int, arguments: list[str]) -> int:
    """Run the command with the running demo's servers, or with servers started for it alone."""
    bootstrap.ensure(bootstrap.RUNTIME)
    data = data_folder(port)
    lock = Lock(data / "run.lock")
    try:
        state = None if lock.take() else await_demo(data, lock)
        if state is not None:
            return call(data, state, arguments)
        sweep(data / "logs")
        servers = Servers(data)
        try:
            State(os.getpid(), "manage", port).write(data)
            servers.start(tell=lambda text: None)
            return call(
                data, State(0, "", port, servers.database_url, servers.redis_url), arguments
            )
        finally:
            servers.stop()
            State.remove(data)
    finally:
        lock.release()


def the_running_port() -> int:
    """Return the port of the demo that is meant when none is named: the only one that runs.

    The default port where none runs. Raises RunError where several do and none is the default's:
    which of them is meant can't be told, and a command may replace its data.
    """
    if os.environ.get("DTAC_DATA_DIR", "").strip():
        return DEFAULT_PORT  # the folder says which demo is meant
    running = []
    for folder in sorted((CLONE / ".data").glob("*")):
        state = State.read(folder)
        lock = Lock(folder / "run.lock") if (folder / "run.lock").exists() else None
        if state and state.command == "demo" and lock and not lock.take():
            running.append(state.port)
        if lock:
            lock.release()
    if not running or DEFAULT_PORT in running:
        return DEFAULT_PORT
    if len(running) > 1:
        ports = ", ".join(map(str, running))
        raise RunError(f"Demos run on {ports}: say which with --port, right after `manage`.")
    say(f"Using the demo that runs on port {running[0]}.")
    return running[0]


def await_demo(data: Path, lock: Lock) -> State | None:
    """Return the running demo's state once its servers are up; None when the lock came free
    instead."""
    found: list[State] = []
    waiting = False

    def settled() -> bool:
        nonlocal waiting
        if lock.take():
            return True
        state = State.read(data)
        if state is not None and state.command == "demo" and state.database_url:
            found.append(state)
            return True
        if not waiting and state is not None and state.command == "manage":
            waiting = True
            say("Another `./run manage` is using the database; waiting for it to end ...")
        return False

    if not interrupts.wait_for(settled, 600, every=0.1):
        raise RunError(f"Another command has been using {data} for ten minutes.")
    return found[0] if found else None


def call(data: Path, state: State, arguments: list[str]) -> int:
    """Run manage.py in the caller's own folder, so that file names given to it mean what they
    should."""
    env = demo_env(data, state.port, state.database_url, state.redis_url)
    return run_attached(
        [str(PYTHON), str(CLONE / "manage.py"), *arguments], env=env, cwd=Path.cwd()
    )
