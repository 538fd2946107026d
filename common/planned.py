"""Statements that PostgreSQL keeps a plan of: some of ours it plans for longer than it runs them.

Each connection prepares such a statement when it first sends it, and names it from then on. What
stands above, the ORM, its wrappers and logs, sees the statement as it was written. Not through a
pool that hands one connection to many in turn (DTAC_PGBOUNCER): there the cursor isn't used.
"""

import itertools
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakKeyDictionary

from psycopg2.errors import FeatureNotSupported, InvalidSqlStatementName  # type: ignore[import-untyped]
from psycopg2.extensions import (  # type: ignore[import-untyped]
    STATUS_READY,
    AsIs,
    connection,
    cursor,
)


@dataclass(frozen=True)
class Plan:
    """A statement's name, what stays in it, and the places of the values of each call."""

    name: str
    constants: tuple[Any, ...]
    places: tuple[int, ...]


PLANS: Final[dict[str, Plan]] = {}
_named: Final = itertools.count(1)
_prepared: Final["WeakKeyDictionary[connection, dict[str, str]]"] = WeakKeyDictionary()
"""Under which name each connection knows a plan."""


def keep_planned(sql: str, constants: Sequence[Any], places: Iterable[int]) -> str:
    """Return a statement as it is to be sent, so that each connection prepares it once.

    The parameters at `places` vary from call to call. For statements that are planned alike
    whatever is asked, as those that look rows up by keys. PostgreSQL plans the first five calls for
    their own values, and keeps the plan for all only where it expects no worse of it.
    """
    name = f"kept_{next(_named)}"
    marked = f"{sql} /* {name} */"  # one of its own: others may have the text, and other constants
    PLANS[marked] = Plan(name, tuple(constants), tuple(sorted(places)))
    return marked


class PlanningCursor(cursor):  # type: ignore[misc]
    """A cursor that sends the name of a planned statement in its place (OPTIONS of DATABASES)."""

    _asked: tuple[str, Any] | None = None

    @property
    def query(self) -> bytes | None:
        """The last statement as it was written, with its values: for logs and tests."""
        sent: bytes | None = self.mogrify(*self._asked) if self._asked else super().query
        return sent

    def execute(self, query: Any, vars: Any = None) -> None:
        """Send a statement."""
        plan = PLANS.get(query) if self.name is None and isinstance(query, str) else None
        self._asked = (query, vars) if plan else None
        if plan is None:
            super().execute(query, vars)
            return
        try:
            self._send(plan, query, vars)
        except (FeatureNotSupported, InvalidSqlStatementName):
            # A column that it gives back has another type since, or somebody took the plan away.
            _prepared[self.connection].pop(plan.name, None)
            if self.connection.status != STATUS_READY:
                raise  # the transaction is over; the next one has a new plan
            self._send(plan, query, vars)

    def _send(self, plan: Plan, sql: str, values: Sequence[Any]) -> None:
        names = _prepared.setdefault(self.connection, {})
        if plan.name not in names:
            name = f"{plan.name}_{next(_named)}_{secrets.token_hex(4)}"  # no other process's
            super().execute(f"PREPARE {name} AS {self._with_places(sql, plan)}")
            names[plan.name] = name
        marks = ", ".join(["%s"] * len(plan.places))
        call = f"EXECUTE {names[plan.name]}" + (f" ({marks})" if marks else "")
        super().execute(call, [values[place] for place in plan.places])

    def _with_places(self, sql: str, plan: Plan) -> str:
        stands: list[Any] = list(plan.constants)
        for number, place in enumerate(plan.places, start=1):
            stands[place] = AsIs(f"${number}")
        return str(self.mogrify(sql, stands).decode())
