"""A real installation does not start with what is unsafe, and says all of it."""

import os
import secrets
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from dtac.refusals import SMTP, reasons, settings_refuse, start_refuse, unfinished_restore
from tests import factories

CLONE = Path(__file__).resolve().parents[1]
SOUND = {
    "DEBUG": False,
    "DTAC_DEMO": False,
    "SECRET_KEY": secrets.token_urlsafe(45),
    "SECRET_KEY_FALLBACKS": [],
    "ALLOWED_HOSTS": ["dtac.scheme.uk"],
    "CSRF_TRUSTED_ORIGINS": [],
    "DTAC_BASE_URL": "https://dtac.scheme.uk",
    "DEFAULT_FROM_EMAIL": "D-TAC <noreply@scheme.uk>",
    "DTAC_CONTACT_EMAIL": "manager@scheme.uk",
    "EMAIL_BACKEND": SMTP,
    "DATABASES": {"default": {"ENGINE": "django.db.backends.postgresql"}},
    "DTAC_SECOND_FACTOR_ROLES": ["intel", "board", "admin"],
    "STORAGES": {"default": {}},
    "DATA_DIR": Path("/srv/dtac"),
}
UNSAFE: list[tuple[str, Any, str]] = [
    ("DEBUG", True, "DEBUG is on"),
    ("DTAC_DEMO", True, "DTAC_DEMO is on"),
    ("SECRET_KEY", "django-insecure-" + "abcdefgh" * 8, "from an example"),
    ("SECRET_KEY", "change-me-" + "abcdefgh" * 8, "from an example"),
    ("SECRET_KEY", "only-for-tests-" + "abcdefgh" * 8, "from an example"),
    ("SECRET_KEY", "x" * 60, "too plain"),
    ("SECRET_KEY", "aB3dE6gH9j", "too short"),
    ("SECRET_KEY_FALLBACKS", ["x" * 60], "SECRET_KEY_FALLBACKS is too short"),
    ("ALLOWED_HOSTS", ["*"], "any host"),
    ("ALLOWED_HOSTS", [], "ALLOWED_HOSTS is empty"),
    ("ALLOWED_HOSTS", ["elsewhere.uk"], "not in ALLOWED_HOSTS"),
    ("DTAC_BASE_URL", "http://dtac.scheme.uk", "https://"),
    ("DTAC_BASE_URL", "dtac.scheme.uk", "https://"),
    ("CSRF_TRUSTED_ORIGINS", ["https://a.uk", "http://b.uk"], "CSRF_TRUSTED_ORIGINS"),
    ("DEFAULT_FROM_EMAIL", "D-TAC <noreply@dtac.example>", "DEFAULT_FROM_EMAIL"),
    ("DTAC_CONTACT_EMAIL", "manager@dtac.example", "DTAC_CONTACT_EMAIL"),
    ("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend", "EMAIL_URL"),
    ("DATABASES", {"default": {"ENGINE": "django.db.backends.sqlite3"}}, "DATABASE_URL"),
    ("DTAC_SECOND_FACTOR_ROLES", ["board"], "DTAC_SECOND_FACTOR_ROLES"),
    (
        "STORAGES",
        {"default": {"OPTIONS": {"endpoint_url": "http://store.uk"}}},
        "DTAC_S3_ENDPOINT",
    ),
    ("DATA_DIR", Path("data"), "DTAC_DATA_DIR"),
    (
        "DATABASES",
        {"default": {"ENGINE": "django.db.backends.postgresql", "HOST": "db.scheme.uk"}},
        "DATABASE_URL is on another machine",
    ),
]


def test_sound_settings_start() -> None:
    settings_refuse(SimpleNamespace(**SOUND))
    settings_refuse(SimpleNamespace(**SOUND | {"ALLOWED_HOSTS": [".scheme.uk"]}))


@pytest.mark.parametrize(("name", "value", "words"), UNSAFE)
def test_what_is_unsafe_is_refused(name: str, value: Any, words: str) -> None:
    found = list(reasons(SimpleNamespace(**SOUND | {name: value})))
    assert len(found) == 1
    assert words in found[0]
    if isinstance(value, str) and name.startswith("SECRET"):
        assert value not in found[0]


def test_all_of_it_is_said_at_once() -> None:
    with pytest.raises(ImproperlyConfigured) as told:
        settings_refuse(SimpleNamespace(**SOUND | {"DEBUG": True, "ALLOWED_HOSTS": ["*"]}))
    assert str(told.value).count("\n  - ") == 2


@pytest.mark.django_db
def test_the_demo_s_users_are_refused(settings) -> None:
    settings.DTAC_DEMO = False
    start_refuse()
    user = factories.UserFactory(email="Intel@DTAC.example")
    with pytest.raises(ImproperlyConfigured):
        start_refuse()
    type(user).objects.update(is_active=False)
    start_refuse()


@pytest.mark.django_db
def test_nothing_starts_on_a_restore_that_broke_off(settings, tmp_path) -> None:
    settings.DATA_DIR = tmp_path
    start_refuse()
    unfinished_restore().write_text("dtac.backup.age")
    with pytest.raises(ImproperlyConfigured, match="broke off"):
        start_refuse()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, ""),
        ({"DEBUG": "1"}, "DEBUG is on"),
        ({"DTAC_BASE_URL": "http://dtac.scheme.uk"}, "https://"),
        ({"EMAIL_URL": "consolemail://"}, "EMAIL_URL"),
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
    ],
)
def test_every_process_asks(tmp_path: Path, changed: dict[str, str], words: str) -> None:
    """The real program with a real environment; a module that builds on production asks as well."""
    (tmp_path / "theirs.py").write_text("from dtac.settings.production import *\n")
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "theirs",
        "DATABASE_URL": "postgres://app@/nowhere/dtac",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "DTAC_DATA_DIR": str(tmp_path),
        "SECRET_KEY": secrets.token_urlsafe(45),
        "ALLOWED_HOSTS": "dtac.scheme.uk",
        "DTAC_BASE_URL": "https://dtac.scheme.uk",
        "DEFAULT_FROM_EMAIL": "D-TAC <noreply@scheme.uk>",
        "DTAC_CONTACT_EMAIL": "manager@scheme.uk",
        "EMAIL_URL": "smtp+tls://user:secret@mail.scheme.uk:587",
    } | changed
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=CLONE, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode == 0) == (words == ""), done.stderr
    assert words in done.stderr
