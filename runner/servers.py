"""The database and the broker: the ones that DATABASE_URL and REDIS_URL name, else embedded
ones; always embedded where what is there is emptied."""

import os
from collections.abc import Callable
from pathlib import Path

from runner.console import say
from runner.postgres import PostgreSQL
from runner.processes import Process
from runner.valkey import Valkey


class Servers:
    """Both servers of one data folder. An embedded one exists only where the environment names
    none."""

    def __init__(self, data: Path, *, durable: bool = True, own: bool = False) -> None:
        """Choose the servers; with `own` they are embedded, whatever the environment names."""
        self._database_url = "" if own else os.environ.get("DATABASE_URL", "")
        self._redis_url = "" if own else os.environ.get("REDIS_URL", "")
        self.postgres = None if self._database_url else PostgreSQL(data, durable=durable)
        self.valkey = None if self._redis_url else Valkey(data, durable=durable)

    def start(self, tell: Callable[[str], None] = say) -> None:
        """Start what is embedded and wait until it answers."""
        if self.valkey:
            self.valkey.launch()
        if self.postgres:
            tell(
                f"Starting PostgreSQL {self.postgres.version} and Valkey ..."
                if self.valkey
                else "Starting PostgreSQL ..."
            )
            self.postgres.start(tell)
        if self.valkey:
            self.valkey.await_ready()

    def stop(self) -> None:
        """Stop what is embedded."""
        if self.valkey:
            self.valkey.stop()
        if self.postgres:
            self.postgres.stop()
        self.tidy()

    def tidy(self) -> None:
        """Remove what the stopped servers leave outside the data folder."""
        if self.postgres:
            self.postgres.tidy()

    @property
    def processes(self) -> list[Process]:
        """The embedded servers' processes, in starting order."""
        return [server.process for server in (self.postgres, self.valkey) if server]

    @property
    def database_url(self) -> str:
        """Where the database is."""
        return self.postgres.url if self.postgres else self._database_url

    @property
    def redis_url(self) -> str:
        """Where the broker is."""
        return self.valkey.url if self.valkey else self._redis_url
