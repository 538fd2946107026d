"""How many rows a page's statements read, from the database's own account of it."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection, transaction

Plan = dict[str, Any]
LEFT_OUT = (
    "Rows Removed by Filter",
    "Rows Removed by Index Recheck",
)


def rows_read(statements: Sequence[str]) -> int:
    """Return the rows that a page's SELECTs touch in tables and indexes, those left out as well.

    Not those of what it writes: EXPLAIN ANALYZE would write again.
    """
    return sum(
        _rows(part)
        for statement in statements
        if statement.lstrip().upper().startswith(("SELECT", "WITH"))
        for part in _parts(_plan(statement))
    )


def _plan(statement: str) -> Plan:
    with transaction.atomic(), connection.cursor() as cursor:
        raw: Any = cursor.cursor  # parameters stand in it already: a % is no place of one
        raw.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}")
        (found,) = raw.fetchone()
        transaction.set_rollback(True)
    plan: Plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    return plan


def _parts(plan: Plan) -> Iterator[Plan]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _parts(part)


def _rows(part: Plan) -> int:
    """Return what a scan of a table touched; nothing for joins, sorts and sums above it."""
    if "Relation Name" not in part:
        return 0
    each = part["Actual Rows"] + sum(part.get(name, 0) for name in LEFT_OUT)
    rows: float = each * part["Actual Loops"]
    return round(rows)
