"""What every test may use: the cast, a signed-in client, a flush that may truncate."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test import Client

from tests.cast import Cast, make_cast

pytest_plugins = ["tests.browsers"]


# How long an example takes depends on what else the machine does.
hypothesis.settings.register_profile("dtac", deadline=None)
hypothesis.settings.load_profile("dtac")


def pytest_configure() -> None:
    """Make the folder that the web server's static files would be in: none are collected here."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture(scope="session", autouse=True)
def _flush_may_truncate() -> Iterator[None]:
    """Let the test runner empty tables between transactional tests, the append-only ones too."""
    flush = DatabaseOperations.execute_sql_flush

    def unguarded(self: Any, sql_list: list[str]) -> None:
        guarded = ("audit_event", "members_sharingrecord")
        off, on = (
            [f"ALTER TABLE {table} {change} TRIGGER USER" for table in guarded]
            for change in ("DISABLE", "ENABLE")
        )
        flush(self, [*off, *sql_list, *on])

    DatabaseOperations.execute_sql_flush = unguarded  # type: ignore[method-assign]
    yield
    DatabaseOperations.execute_sql_flush = flush  # type: ignore[method-assign]


@pytest.fixture
def cast(db: None) -> Cast:
    """The people, members and premises that tests speak of by name."""
    return make_cast()


@pytest.fixture
def client_of(cast: Cast) -> Callable[[str], Client]:
    """A signed-in client by the cast's name: client_of("staff")."""

    def sign_in(name: str) -> Client:
        client = Client(raise_request_exception=True)
        client.force_login(cast.users[name])
        return client

    return sign_in


@pytest.fixture
def service(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A push service as browsers have one, on this machine, and known to D-TAC."""
    from tests.push_service import push_service  # needs models, which aren't there yet

    with push_service(tmp_path) as running:
        monkeypatch.setenv("SSL_CERT_FILE", str(running.certificate))
        settings.DTAC_PUSH_HOSTS = [f"127.0.0.1:{running.port}"]
        yield running


@pytest.fixture
def sql(db: None) -> Callable[[str], None]:
    """Run a statement as somebody with the database's password could."""

    def run(statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    return run
