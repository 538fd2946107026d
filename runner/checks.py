"""``./run check``: every static check, each one run whatever the others say."""

import secrets
import subprocess
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from runner import bootstrap
from runner.bootstrap import clean_env
from runner.console import say
from runner.places import CLONE, PYTHON


@dataclass(frozen=True)
class Check:
    """One tool."""

    name: str
    arguments: list[str]
    env: Mapping[str, str] = field(default_factory=dict)


def all_checks(folder: str) -> list[Check]:
    """Return the checks, the slowest first so that two at a time end together."""
    nowhere = {
        # Neither of the two Django commands needs a server, so there is none at these addresses.
        "DATABASE_URL": f"postgres://app@/{folder}/dtac",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "DTAC_DATA_DIR": folder,
        "SECRET_KEY": secrets.token_urlsafe(45),
        "TMPDIR": folder,
    }
    deploy = nowhere | {
        "DJANGO_SETTINGS_MODULE": "dtac.settings.production",
        "ALLOWED_HOSTS": "example.org",
        "DTAC_BASE_URL": "https://example.org",
        "DEFAULT_FROM_EMAIL": "D-TAC <noreply@example.org>",
        "DTAC_CONTACT_EMAIL": "manager@example.org",
        "EMAIL_URL": "smtp://127.0.0.1:25",
    }
    migrations = nowhere | {"DJANGO_SETTINGS_MODULE": "dtac.settings.test"}
    # makemigrations warns that it could not compare with a database, which is intended here.
    quiet = ["-W", "ignore:Got an error checking a consistent migration history:RuntimeWarning"]
    return [
        Check(
            "types (mypy)",
            ["-m", "mypy", "."],
            {"DJANGO_SETTINGS_MODULE": "dtac.settings.test"} | nowhere,
        ),
        Check("lint (ruff)", ["-m", "ruff", "check", "."]),
        Check("format (ruff)", ["-m", "ruff", "format", "--check", "."]),
        Check(
            "layers (import-linter)",
            ["-c", "from importlinter.cli import lint_imports_command as c; c()"],
        ),
        Check(
            "templates (djlint)",
            ["-m", "djlint", "templates", "common/jinja2", "--lint", "--quiet"],
        ),
        Check(
            "migrations",
            [*quiet, "manage.py", "makemigrations", "--check", "--dry-run"],
            migrations,
        ),
        Check("licences", ["-m", "runner.licences"]),
        Check("upgrades", ["manage.py", "migrations_lint"], migrations),
        Check("deployment", ["manage.py", "check", "--deploy", "--fail-level", "WARNING"], deploy),
    ]


def check() -> int:
    """Run every check, two at a time; 1 when any of them has something to say."""
    bootstrap.ensure(bootstrap.DEVELOPMENT)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="dtac-check-") as folder, ThreadPoolExecutor(2) as pool:
        failed = [name for name, passed in pool.map(run_one, all_checks(folder)) if not passed]
    say(f"\n{time.monotonic() - began:.0f} s in all.")
    if failed:
        say(f"Failed: {', '.join(failed)}.")
    return 1 if failed else 0


def run_one(check: Check) -> tuple[str, bool]:
    """Run one check and show its output if it fails."""
    began = time.monotonic()
    done = subprocess.run(
        [str(PYTHON), *check.arguments],
        cwd=CLONE,
        env={**clean_env(), **check.env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    passed = done.returncode == 0
    verdict = "ok" if passed else "FAILED"
    report = f"{check.name:<24} {verdict:<7} {time.monotonic() - began:5.1f} s"
    if not passed:
        report += "\n" + "\n".join("    " + line for line in done.stdout.rstrip().splitlines())
    say(report)
    return check.name, passed


def lock(arguments: list[str]) -> int:
    """Compile both lock files anew from the .in files; `--upgrade` among the arguments takes newer
    versions."""
    bootstrap.ensure_venv()
    if not bootstrap.ensure_uv():
        return 1
    for source, target in (
        ("requirements.in", bootstrap.RUNTIME),
        ("requirements-dev.in", bootstrap.DEVELOPMENT),
    ):
        say(f"Compiling {target} ...")
        options = [
            "--quiet",
            "--universal",
            "--generate-hashes",
            "--python-version",
            "3.11",
            *arguments,
        ]
        # What runs is tested: the development lock may not choose other versions than the runtime
        # one.
        same = ["-c", bootstrap.RUNTIME] if target == bootstrap.DEVELOPMENT else []
        command = ["-m", "uv", "pip", "compile", *options, source, *same, "-o", target]
        env = bootstrap.uv_env() | {"UV_CUSTOM_COMPILE_COMMAND": "./run lock"}
        if bootstrap.run([str(PYTHON), *command], env) != 0:
            return 1
    return 0
