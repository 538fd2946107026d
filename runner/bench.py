"""``./run bench``: measurements on servers and data of their own, kept per scale.

It empties the database before it loads. So nothing that the environment says of an installation
reaches it: neither its database, broker, folder and store, nor how its servers are set.
"""

import argparse
import os
from pathlib import Path

from runner import bootstrap
from runner.console import RunError
from runner.environment import base_env
from runner.places import CLONE, PYTHON, Lock, State, kept_secret, own_folder
from runner.processes import run_attached, sweep
from runner.servers import Servers


def bench(arguments: list[str]) -> int:
    """Start database and broker of the scale that is asked for, measure, stop them."""
    bootstrap.ensure(bootstrap.DEVELOPMENT)
    data = own_folder(f"bench-{scale_of(arguments)}")
    lock = Lock(data / "run.lock")
    if not lock.take():
        raise RunError(f"Another `./run bench` is using {data}.")
    servers = None
    try:
        sweep(data / "logs")
        State(os.getpid(), "bench", 0).write(data)
        servers = Servers(data, own=True)
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
    """Return the scale among the arguments, which chooses the data folder; 1 where none is.

    Read as bench.__main__ reads it: what is measured is what was loaded.
    """
    told = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    told.add_argument("--scale", type=int, default=1)
    try:
        scale: int = told.parse_known_args(arguments)[0].scale
    except argparse.ArgumentError:
        scale = 0
    if not 1 <= scale <= 1000:
        raise RunError("--scale wants a number from 1 to 1000.")
    return scale


PASSED_ON = frozenset(
    ("HOME", "LANG", "LANGUAGE", "LD_LIBRARY_PATH", "PATH", "PYTHONPYCACHEPREFIX", "TERM", "TMPDIR",
     "TZ", "USER")
)  # fmt: skip
"""What of the caller's environment reaches a measurement, and what begins with LC_."""


def bench_env(data: Path, servers: Servers) -> dict[str, str]:
    """Return the environment of a production server on this machine."""
    told = base_env("bench.settings", data, servers.database_url, servers.redis_url)
    ours = {"DJANGO_SETTINGS_MODULE", "DATABASE_URL", "REDIS_URL", "DTAC_DATA_DIR"}
    kept = ours | PASSED_ON | {"PYTHONUNBUFFERED"}
    env = {name: value for name, value in told.items() if name in kept or name.startswith("LC_")}
    return env | {
        "SECRET_KEY": kept_secret(data / "secret-key"),
        "DTAC_VAPID_PRIVATE_KEY": kept_secret(data / "push-key", 32),
        "ALLOWED_HOSTS": "127.0.0.1",
        "DTAC_BASE_URL": "https://127.0.0.1",
        "DEFAULT_FROM_EMAIL": "d-tac@dtac.example",
        "EMAIL_URL": "smtp://127.0.0.1:1",
        "DTAC_LOG_FORMAT": "json",
    }
