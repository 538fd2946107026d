"""``./run bench``: measurements on servers and data of their own, kept per scale."""

import os
from pathlib import Path

from runner import bootstrap
from runner.console import RunError
from runner.environment import base_env
from runner.places import CLONE, PYTHON, Lock, State, data_folder, kept_secret
from runner.processes import run_attached, sweep
from runner.servers import Servers


def bench(arguments: list[str]) -> int:
    """Start database and broker of the scale that is asked for, measure, stop them."""
    bootstrap.ensure(bootstrap.DEVELOPMENT)
    data = data_folder(f"bench-{scale_of(arguments)}")
    lock = Lock(data / "run.lock")
    if not lock.take():
        raise RunError(f"Another `./run bench` is using {data}.")
    servers = None
    try:
        sweep(data / "logs")
        State(os.getpid(), "bench", 0).write(data)
        servers = Servers(data)
        servers.start()
        env = bench_env(data, servers)
        argv = [str(PYTHON), "-m", "bench", *arguments]
        return run_attached(argv, env=env, cwd=CLONE)
    finally:
        if servers is not None:
            servers.stop()
        State.remove(data)
        lock.release()


def scale_of(arguments: list[str]) -> int:
    """Return the scale among the arguments, which choose the data folder; 1 where none is."""
    for place, given in enumerate(arguments):
        name, _, value = given.partition("=")
        if name == "--scale":
            text = value or "".join(arguments[place + 1 : place + 2])
            if not text.isdecimal() or not 1 <= int(text) <= 1000:
                raise RunError(f"--scale wants a number from 1 to 1000, not {text!r}.")
            return int(text)
    return 1


def bench_env(data: Path, servers: Servers) -> dict[str, str]:
    """Return the environment of a production server on this machine."""
    env = base_env("bench.settings", data, servers.database_url, servers.redis_url)
    return env | {
        "SECRET_KEY": kept_secret(data / "secret-key"),
        "DTAC_VAPID_PRIVATE_KEY": kept_secret(data / "push-key", 32),
        "ALLOWED_HOSTS": "127.0.0.1",
        "DTAC_BASE_URL": "https://127.0.0.1",
        "DEFAULT_FROM_EMAIL": "d-tac@dtac.example",
        "EMAIL_URL": "smtp://127.0.0.1:1",
        "DTAC_LOG_FORMAT": "json",
    }
