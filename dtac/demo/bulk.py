"""Loading many rows: what looks at each as it comes is asked to look away meanwhile."""

import contextlib
from collections.abc import Iterable, Iterator

from django.apps import apps
from django.db import connection


@contextlib.contextmanager
def many_rows(scale: int) -> Iterator[None]:
    """Leave the triggers of our tables out within a transaction, for more than the demo itself.

    The demo is loaded with them: that proves its rows. A hundred times as many of the same kind
    would be looked at one by one for minutes. What they note is counted at the end (load_board).
    """
    if scale == 1:
        yield
        return
    tables = [model._meta.db_table for model in apps.get_models() if model._meta.managed]
    with without_triggers(tables):
        yield


@contextlib.contextmanager
def without_triggers(tables: Iterable[str]) -> Iterator[None]:
    """Leave the triggers of these tables out within a transaction."""
    names = list(tables)
    _switch(names, "DISABLE")
    yield
    with connection.cursor() as cursor:
        # Keys between rows are looked at by now: a table with looks to come can't be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    _switch(names, "ENABLE")


def _switch(tables: list[str], to: str) -> None:
    with connection.cursor() as cursor:
        for table in tables:
            name = connection.ops.quote_name(table)
            cursor.execute(f"ALTER TABLE {name} {to} TRIGGER USER")
