"""What every test may use: the cast, a signed-in client, a quick flush of every table."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.core.management.commands import flush
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test import Client

from tests.cast import Cast, make_cast, signed_in

pytest_plugins = ["tests.browsers"]


# How long an example takes depends on what else the machine does.
hypothesis.settings.register_profile("dtac", deadline=None)
hypothesis.settings.load_profile("dtac")


# The longest files, to start with.
FIRST = (
    "tests/runner/test_demo.py",
    "tests/test_bench.py",
    "tests/test_bad_input.py",
    "tests/test_malformed_reports.py",
    "tests/test_rights.py",
    "imports/tests/test_ten_thousand.py",
    "tests/test_query_budgets.py",
    "tests/test_links.py",
)
# The browser's driver leaves an event loop running in its process, and while one runs Django keeps
# another connection to the database: nothing that needs the one of before comes after it.
LAST = ("tests/faults/", "tests/browser/test_pages.py", "tests/browser/")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first, and what has a browser last."""
    order = (*FIRST, "", *LAST)

    def place(item: pytest.Item) -> int:
        named = (n for n, name in enumerate(order) if name and item.location[0].startswith(name))
        return next(named, order.index(""))

    items.sort(key=place)


def pytest_configure() -> None:
    """Make the folder that the web server's static files would be in: none are collected here."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


# What each migrated database has and no test changes; to make it again takes as long as the rest.
NEVER_EMPTIED = {"django_content_type", "auth_permission"}
# What a migration puts into a table that tests add to: only what they added goes.
ADDED = {
    "records_retentionrule": "number > 1",
    "records_standardrequirement": "made_by_id IS NOT NULL",
}


def added(name: str) -> str:
    """Return the condition for what tests added to a table (quoted), none if that is everything."""
    rule = ADDED.get(name.strip('"'))
    return f" WHERE {rule}" if rule else ""


@pytest.fixture(scope="session", autouse=True)
def _flush_is_quick() -> Iterator[None]:
    """Let the test runner empty tables after transactional tests, the append-only ones too.

    Only those with rows in them: to truncate every table makes a thousand files anew.
    """

    def sql_flush(self: Any, style: Any, tables: Iterable[str], **kwargs: Any) -> list[str]:
        looks = [f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name in tables]  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(looks))
            filled = {row[0] for row in cursor.fetchall()} - NEVER_EMPTIED
        names = [f'"{name}"' for name in sorted(filled)]
        return [
            *(f"ALTER TABLE {name} DISABLE TRIGGER USER" for name in names),
            *(f"DELETE FROM {name}{added(name)}" for name in names),  # noqa: S608
            "SET CONSTRAINTS ALL IMMEDIATE",  # keys between them are looked at when all are gone
            *(f"ALTER TABLE {name} ENABLE TRIGGER USER" for name in names),
        ]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", sql_flush)
        patch.setattr(flush, "emit_post_migrate_signal", lambda *args, **kwargs: None)
        yield


@pytest.fixture
def cast(db: None) -> Cast:
    """The people, members and premises that tests speak of by name."""
    return make_cast()


@pytest.fixture
def client_of(cast: Cast) -> Callable[[str], Client]:
    """A signed-in client by the cast's name: client_of("staff")."""

    def sign_in(name: str) -> Client:
        client = Client(raise_request_exception=True)
        signed_in(client, cast.users[name])
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
