"""`./run test`: real PostgreSQL and broker, a cheap hasher, a folder that is thrown away."""

import secrets
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from .base import *  # noqa: F403
from .base import CACHES, DATABASES, REDIS_URL, STORAGES, env

DEBUG = False
DTAC_DEMO = True
SECRET_KEY = "only-for-tests-" + "x" * 50
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# `./run test` names a folder that it throws away; a tool that only reads settings makes none.
DATA_DIR = Path(env.str("DTAC_DATA_DIR", default=str(Path(tempfile.gettempdir()) / "dtac-test")))
MEDIA_ROOT = DATA_DIR / "media"
STATIC_ROOT = DATA_DIR / "static"
DTAC_LEDGER = DATA_DIR / "deleted.jsonl"
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
ACCOUNT_RATE_LIMITS = False
DTAC_VAPID_PRIVATE_KEY = secrets.token_urlsafe(32)
if env.str("DTAC_TEST_MIGRATED", default=""):
    # `./run test` has migrated the database that it names, so each test process copies that.
    DATABASES["default"]["TEST"] = {"TEMPLATE": DATABASES["default"]["NAME"]}

# Each test process has a number of its own on the server, as it has a database: one that empties
# its cache would empty the other's in the middle of a test.
if worker := env.str("PYTEST_XDIST_WORKER", default=""):
    address = urlsplit(REDIS_URL)
    place = int(address.path.strip("/") or 0) + int(worker.removeprefix("gw"))
    REDIS_URL = address._replace(path=f"/{place}").geturl()
    CACHES["default"]["LOCATION"] = CELERY_BROKER_URL = REDIS_URL

# Tests run at night too: those of what is unusual at night say so themselves.
DTAC_VIEWING_NIGHT_PROFILES = 0
DTAC_RETENTION_FEW = 1000  # tests of nights are about other things; test_unusual sets it
