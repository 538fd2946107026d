"""Tables whose rows are only added, until they are old: then a job may delete them, nothing else.

The database holds it: a row that is younger than a year is deleted by nobody, an older one only by
whoever says so in its transaction.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import pgtrigger
from django.db import connection, models, transaction
from django.db.models import Func

FLOOR_MONTHS: Final = 12
SETTING: Final = "dtac.ageing"


class LongAgo(Func):
    """The moment, by the database's clock, before which a row may be deleted for its age."""

    template = f"(now() - interval '{FLOOR_MONTHS} months')"
    output_field = models.DateTimeField()


def append_only(column: str, called: str) -> list[pgtrigger.Trigger]:
    """Return the triggers of a table whose rows are only added, and deleted when they are old.

    `column` says when a row was made; `called` is the table's name in the error.
    """
    refuse = f"RAISE EXCEPTION '{called} is append-only';"
    return [
        pgtrigger.Protect(name="append_only", operation=pgtrigger.Update),
        pgtrigger.Trigger(
            name="deleted_when_old",
            when=pgtrigger.Before,
            operation=pgtrigger.Delete,
            func=f"""
                IF OLD.{column} < now() - interval '{FLOOR_MONTHS} months'
                    AND current_setting('{SETTING}', true) = 'on'
                THEN
                    RETURN OLD;
                END IF;
                {refuse}
            """,
        ),
        pgtrigger.Trigger(
            name="no_truncate",
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            level=pgtrigger.Statement,
            func=refuse,
        ),
    ]


@contextmanager
def old_rows_may_go() -> Iterator[None]:
    """Open a transaction in which rows may be deleted for their age."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, 'on', true)", [SETTING])
        yield
        # Inside another transaction the setting would outlast this block.
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, '', true)", [SETTING])


def old_rows_delete(
    rows: "models.QuerySet[Any]", *, then: Callable[[int], None], size: int = 2000
) -> None:
    """Delete rows for their age, so many in a transaction; `then` is told in it how many went.

    A row that another transaction has in hand is left to the next run.
    """
    while True:
        with old_rows_may_go():
            batch = rows.order_by("pk").select_for_update(skip_locked=True, of=("self",))
            keys = list(batch.values_list("pk", flat=True)[:size])
            rows.model._base_manager.filter(pk__in=keys).delete()
            then(len(keys))
        if len(keys) < size:
            return
