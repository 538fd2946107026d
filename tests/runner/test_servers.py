"""The embedded servers, in a folder whose name has a space."""

import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import environ
import psycopg2  # type: ignore[import-untyped]
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from runner.servers import Servers
from tests.runner.support import eventually


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    with tempfile.TemporaryDirectory(prefix="dtac servers ") as name:
        path = Path(name)
        path.chmod(0o711)
        yield path


def ask(url: str, sql: str) -> object:
    config = environ.Env.db_url_config(url)
    connection = psycopg2.connect(host=config["HOST"], user=config["USER"], dbname=config["NAME"])
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            row = cursor.fetchone()
            return row[0] if row else None
    finally:
        connection.close()


def test_both_start_answer_survive_kill_9_and_stop(folder: Path) -> None:
    servers = Servers(folder, durable=False)
    try:
        servers.start()
        assert servers.postgres is not None
        assert servers.valkey is not None
        assert (
            ask(servers.database_url, "SELECT usesuper FROM pg_user WHERE usename = current_user")
            is False
        )
        assert ask(servers.database_url, "SELECT lower('ÄÉ')") == "äé"
        assert ask(servers.database_url, "SHOW listen_addresses") == ""
        assert redis.from_url(servers.redis_url).ping()
        with pytest.raises(redis.exceptions.AuthenticationError):
            redis.Redis(
                host="127.0.0.1", port=servers.valkey.port, retry=Retry(NoBackoff(), 0)
            ).ping()

        address = servers.redis_url
        for process in servers.processes:
            assert process.popen
            os.kill(process.popen.pid, signal.SIGKILL)
        servers = Servers(folder, durable=False)
        servers.start()
        assert ask(servers.database_url, "SELECT 1") == 1
        assert servers.redis_url == address
    finally:
        servers.stop()
    assert not any(process.running for process in servers.processes)
    assert servers.postgres
    assert not (servers.postgres.cluster / "postmaster.pid").exists()
    servers.postgres.remove()


def test_servers_named_by_the_environment_are_used_and_none_is_started(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://someone@example.org/dtac")
    monkeypatch.setenv("REDIS_URL", "redis://example.org/0")
    servers = Servers(folder)
    servers.start()
    assert servers.processes == []
    assert servers.database_url == "postgres://someone@example.org/dtac"
    assert servers.redis_url == "redis://example.org/0"


def test_a_postgres_that_takes_a_moment_to_die_is_waited_for(folder: Path) -> None:
    first = Servers(folder, durable=False)
    first.start()
    second = Servers(folder, durable=False)
    try:
        assert first.postgres is not None
        assert second.postgres is not None
        assert first.postgres.process.popen is not None
        # What the kernel does to it when the launcher is killed; the next start comes at once.
        os.kill(first.postgres.process.popen.pid, signal.SIGINT)
        second.postgres.start()
        assert ask(second.database_url, "SELECT 1") == 1
        assert eventually(
            lambda: (
                not any(
                    process.running for process in first.processes if process.name == "postgres"
                )
            )
        )
    finally:
        first.stop()
        second.stop()
        if second.postgres:
            second.postgres.remove()
