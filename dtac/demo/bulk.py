"""Loading many rows: as a stream, and what looks at each as it comes looks away meanwhile."""

import contextlib
import datetime as dt
import io
import uuid
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

from django.apps import apps
from django.db import connection, models
from psycopg2.extras import Json  # type: ignore[import-untyped]

ESCAPED: Final = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


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
    with connection.cursor() as cursor:
        # Its trigger notes that the gallery changed: what a running server kept is of other people.
        cursor.execute("UPDATE offenders_subject SET ref = ref WHERE false")


@contextlib.contextmanager
def without_triggers(tables: Iterable[str]) -> Iterator[None]:
    """Leave the triggers of these tables out. Raises RuntimeError outside a transaction.

    There they would stay out if something went wrong.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("triggers are left out within a transaction alone")
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


def rows_copied(model: type[models.Model], rows: Sequence[Any], batch: int) -> None:
    """Store new rows, so many at a time, and give them their keys: bulk_create() by COPY.

    Columns that the database works out are left to it, and stay unknown here. Raises TypeError for
    a value that it can't write.
    """
    fields = [field for field in model._meta.local_concrete_fields if not field.generated]
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    for start in range(0, len(rows), batch):
        some = rows[start : start + batch]
        _give_keys(model, some)
        lines = io.StringIO("".join(_line(fields, row) for row in some))
        with connection.cursor() as cursor:
            cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN", lines)


def _give_keys(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, len(rows)],
        )
        for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = key
            row._state.adding, row._state.db = False, "default"


def _line(fields: Sequence[Any], row: models.Model) -> str:
    values = (field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields)
    return "\t".join(_text(value) for value in values) + "\n"


def _text(value: Any) -> str:
    """Return a value as COPY reads it."""
    match value:
        case None:
            return r"\N"
        case Json():
            value = value.dumps(value.adapted)
        case list():
            value = "{" + ",".join(_element(each) for each in value) + "}"
        case bool() | int() | str() | Decimal() | dt.date() | uuid.UUID():
            pass
        case _:
            raise TypeError(f"{type(value).__name__} can't be copied")
    return str(value).translate(ESCAPED)


def _element(value: Any) -> str:
    if not isinstance(value, int | str):
        raise TypeError(f"an array of {type(value).__name__} can't be copied")
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
