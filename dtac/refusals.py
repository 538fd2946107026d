"""What a real installation refuses to start with: each reason in words, all of them at once.

Asked by every process of it (web, worker, schedule, management commands), whatever settings module
it runs on, as long as that builds on `production`. The demo and the tests are not asked.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

SHORTEST_KEY: Final = 50
FEWEST_LETTERS: Final = 8
"""Different letters that a drawn key of that length has in any case."""
EXAMPLES: Final = ("django-insecure", "only-for-tests", "change", "example", "secret", "your-")
"""Beginnings of keys that stand in somebody's documentation."""
NEVER_DELIVERED: Final = (".example", ".invalid", ".test", ".localhost")
SMTP: Final = "django.core.mail.backends.smtp.EmailBackend"
THIS_MACHINE: Final = ("localhost", "127.0.0.1", "::1")
MUST_PROVE: Final = frozenset({"intel", "board"})


def settings_refuse(settings: Any) -> None:
    """Raise ImproperlyConfigured, with every reason, if these settings are not fit to start."""
    found = list(reasons(settings))
    if found:
        listed = "\n".join(f"  - {each}" for each in found)
        raise ImproperlyConfigured(f"D-TAC does not start with these settings:\n{listed}")


def reasons(settings: Any) -> Iterator[str]:
    """Yield why settings are unsafe, in words that hold no value; nothing if they are not."""
    if settings.DEBUG:
        yield "DEBUG is on. It shows strangers the program's insides; it is never on here."
    if settings.DTAC_DEMO:
        yield "DTAC_DEMO is on: it lets a public password in."
    yield from _of_the_keys([settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS])
    yield from _of_the_address(settings)
    yield from _of_the_mail(settings)
    if settings.DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
        yield "DATABASE_URL is not PostgreSQL's (postgres://...)."
    for name, place in settings.DATABASES.items():
        if _is_elsewhere(place.get("HOST", "")) and not place.get("OPTIONS", {}).get("sslmode"):
            called = "DATABASE_REPLICA_URL" if name == "replica" else "DATABASE_URL"
            yield (
                f"{called} is on another machine and doesn't say how it is reached. Add"
                " ?sslmode=verify-full to it; sslmode=disable only where the way there is yours."
            )
    if not set(settings.DTAC_SECOND_FACTOR_ROLES) >= MUST_PROVE:
        yield "DTAC_SECOND_FACTOR_ROLES leaves out intel or board: both need a second step."
    options = settings.STORAGES["default"].get("OPTIONS", {})
    if (options.get("endpoint_url") or "https:").startswith("http:"):
        yield "DTAC_S3_ENDPOINT does not begin with https://: faces would cross the network open."
    if not settings.DATA_DIR.is_absolute():
        yield "DTAC_DATA_DIR is not an absolute path: each process would keep data elsewhere."


def _is_elsewhere(host: str) -> bool:
    return bool(host) and not host.startswith("/") and host not in THIS_MACHINE


def _of_the_keys(keys: list[str]) -> Iterator[str]:
    for name, key in zip(["SECRET_KEY", *["SECRET_KEY_FALLBACKS"] * len(keys)], keys, strict=False):
        if key.lower().startswith(EXAMPLES):
            yield f"{name} is one from an example. Draw one: openssl rand -base64 60 | tr -d '\\n'"
        elif len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_LETTERS:
            yield f"{name} is too short or too plain: at least {SHORTEST_KEY} letters, drawn."


def _of_the_address(settings: Any) -> Iterator[str]:
    place = urlsplit(settings.DTAC_BASE_URL)
    if place.scheme != "https" or not place.hostname:
        yield "DTAC_BASE_URL does not begin with https://."
    hosts = settings.ALLOWED_HOSTS
    if not hosts or any(host in ("*", "") or host.startswith("*") for host in hosts):
        yield "ALLOWED_HOSTS is empty or takes any host. Name the scheme's own."
    elif place.hostname and not _is_among(place.hostname, hosts):
        yield "The host of DTAC_BASE_URL is not in ALLOWED_HOSTS: no link would work."
    for origin in settings.CSRF_TRUSTED_ORIGINS:
        if not origin.startswith("https://"):
            yield "CSRF_TRUSTED_ORIGINS has an address that does not begin with https://."


def _is_among(host: str, hosts: list[str]) -> bool:
    return any(host == each or (each.startswith(".") and host.endswith(each)) for each in hosts)


def _of_the_mail(settings: Any) -> Iterator[str]:
    if settings.EMAIL_BACKEND != SMTP:
        yield "EMAIL_URL is not a mail server's (smtp://, smtp+tls:// or smtp+ssl://)."
    for name in ("DEFAULT_FROM_EMAIL", "DTAC_CONTACT_EMAIL"):
        if getattr(settings, name).rstrip("> ").lower().endswith(NEVER_DELIVERED):
            yield f"{name} is an example's address: nobody gets what is sent to it."


def unfinished_restore() -> Path:
    """Return the file that lies there while a backup is being put back (dtac.backups)."""
    from django.conf import settings

    return Path(settings.DATA_DIR) / "restore-unfinished"


def unfinished_refuse() -> None:
    """Raise ImproperlyConfigured if a backup was put back by half: nothing works on that."""
    if unfinished_restore().exists():
        raise ImproperlyConfigured(
            "D-TAC does not start: a backup was being put back here and that broke off"
            f" ({unfinished_restore()} says which). Put it back again, into a new database."
        )


def start_refuse() -> None:
    """Raise ImproperlyConfigured if a backup was put back by half, if who was deleted is back in
    the database, or if it has users of the demo who may sign in.

    For what serves people; commands go on, so that they can be removed. A database that is away is
    no reason to refuse: the pages say that by themselves.
    """
    from django.conf import settings

    from members.models import User

    unfinished_refuse()
    _returned_refuse()
    if settings.DTAC_DEMO:
        return
    try:
        found = User.objects.filter(is_active=True, email__iendswith="@dtac.example").count()
    except DatabaseError:
        return
    if found:
        raise ImproperlyConfigured(
            f"D-TAC does not start: {found} users of the demo may sign in to this database."
            " It is the wrong one, or they must be deactivated."
        )


def _returned_refuse() -> None:
    """Raise ImproperlyConfigured if the ledger says deleted of whom the database still has."""
    from records.retention.ledger import ledger_ahead

    try:
        back = ledger_ahead()
    except (DatabaseError, OSError):
        return
    if back:
        raise ImproperlyConfigured(
            f"D-TAC does not start: {len(back)} records are back that were deleted since this"
            " database was copied. Run manage.py after_restore first; it deletes them again."
        )
