"""The environment variables of what the launcher starts."""

import os
from pathlib import Path

from runner.bootstrap import clean_env
from runner.places import kept_secret


def base_env(settings: str, data: Path, database_url: str, redis_url: str) -> dict[str, str]:
    """Return the environment for a program of D-TAC against these servers."""
    env = clean_env()
    if not os.environ.get("DATABASE_URL"):
        # libpq reads these too; a PGPORT of the person's own would lead away from the embedded
        # database.
        env = {name: value for name, value in env.items() if not name.startswith("PG")}
    env |= {
        "DJANGO_SETTINGS_MODULE": settings,
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "DTAC_DATA_DIR": str(data),
        "PYTHONUNBUFFERED": "1",
    }
    return env


def demo_env(data: Path, port: int, database_url: str, redis_url: str) -> dict[str, str]:
    """Return the environment for the demo's programs."""
    env = base_env("dtac.settings.demo", data, database_url, redis_url)
    # 32 random bytes, base64url, are a key for Web Push (all but one of 2**32 are).
    env.setdefault("DTAC_VAPID_PRIVATE_KEY", kept_secret(data / "push-key", 32))
    return env | {"SECRET_KEY": kept_secret(data / "secret-key"), "PORT": str(port)}
