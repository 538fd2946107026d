"""Queries that are written with the ORM once, and sent many times as the statement they became.

To build and compile a query with rights in it takes the ORM several milliseconds, more than
PostgreSQL needs to answer it, and what comes out is the same statement each time but for its
values. So the rule stays where it is written (`visible_to`, `live`), and its statement is kept.

Nothing that was found is kept: each call asks the database.
"""

import datetime as dt
import itertools
import uuid
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet

from common.planned import keep_planned

Row = tuple[Any, ...]
MOST = 100
"""Shapes of a query whose statements are kept: of a search there may be any number."""
_number = itertools.count(1)


@dataclass(frozen=True)
class Statement:
    """A statement, and where the values of each call go among its parameters."""

    sql: str
    constants: tuple[Any, ...]
    places: dict[int, str]
    queryset: QuerySet[Any, Any]
    compiler: Any

    def params(self, values: dict[str, Any]) -> list[Any]:
        """Return the parameters of a call."""
        return [
            values[self.places[place]] if place in self.places else constant
            for place, constant in enumerate(self.constants)
        ]


class Prepared:
    """A query that differs from call to call by values alone.

    `build(shape, **values)` makes it. `shape` is whatever else it depends on, such as a role: there
    is a statement for each. It is called with values that stand for those of later calls, so it
    may not look into them, nor ask the clock: a moment or a day that is no value of the call would
    stay what it was for ever, and is refused (RuntimeError). So is a value that the statement does
    not have, unless some shapes `may_ignore` it. A slice is [start : start + most]. What the query
    prefetches isn't fetched. `planned`: the database keeps its plan, too
    (common.planned): for queries of few shapes.
    """

    def __init__(
        self,
        build: Callable[..., QuerySet[Any, Any]],
        *,
        may_ignore: Iterable[str] = (),
        planned: bool = False,
    ) -> None:
        self._build = build
        self._may_ignore = frozenset(may_ignore)
        self._planned = planned
        self._kept: dict[Hashable, Statement | None] = {}

    def rows(self, shape: Hashable = None, **values: Any) -> list[Any]:
        """Return what the query finds for these values: objects, or tuples of a values_list."""
        statement = self._kept_for(shape, values)
        if statement is None:
            return []
        with connections["default"].cursor() as cursor:
            cursor.execute(statement.sql, statement.params(values))
            found = cursor.fetchall()
        return list(Fetched(statement, found)) if found else []

    def used(self, shape: Hashable = None, **values: Any) -> dict[str, Any]:
        """Return those of the values that the statement has.

        What it finds depends on these, the shape and the rows there are; on nothing else.
        """
        statement = self._kept_for(shape, values)
        names = sorted(set(statement.places.values())) if statement else []
        return {name: values[name] for name in names}

    def _kept_for(self, shape: Hashable, values: dict[str, Any]) -> Statement | None:
        key = (shape, tuple((name, type(value)) for name, value in values.items()))
        kept = self._kept
        if key not in kept:
            made = self._compiled(shape, values)
            if len(kept) >= MOST:  # odd searches can't fill a process's memory
                kept = self._kept = {}
            kept[key] = made
        return kept[key]

    def _compiled(self, shape: Hashable, values: dict[str, Any]) -> Statement | None:
        """Return the statement of a shape; None where nothing can be found, whatever is asked."""
        stands = {name: stand_in(value) for name, value in values.items()}
        queryset = self._build(shape, **stands)
        compiler = queryset.query.get_compiler(using="default")
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:
            return None
        sql, params = _with_limits(sql, list(params), stands)
        places: dict[int, str] = {}
        for place, param in enumerate(params):
            found = [name for name, stand in stands.items() if _is_same(param, stand)]
            if found:
                places[place] = found[0]
            elif isinstance(param, dt.date):
                raise RuntimeError(f"{param} would stay in the statement for ever")
            elif any(_is_made_from(param, stand) for stand in stands.values()):
                raise RuntimeError(f"{param} is made of a value, which others would not be")
        if missing := values.keys() - set(places.values()) - self._may_ignore:
            raise RuntimeError(f"not in the statement: {', '.join(sorted(missing))}")
        if self._planned:
            sql = keep_planned(sql, params, places)
        return Statement(sql, tuple(params), places, queryset, compiler)


@dataclass
class Fetched:
    """Rows that were fetched, read as the ORM reads its own.

    Stands for a queryset, its query and its compiler, as far as the ORM's iterables ask them.
    """

    statement: Statement
    found: list[Row]
    db: str = "default"
    _known_related_objects: dict[Any, Any] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Any]:
        kind: Any = self.statement.queryset._iterable_class
        return iter(kind(self))

    @property
    def query(self) -> "Fetched":
        """Return itself, as the query."""
        return self

    def get_compiler(self, using: str) -> "Fetched":
        """Return itself, as the compiler."""
        return self

    def execute_sql(self, **kwargs: Any) -> list[list[Row]]:
        """Return what was fetched, as one chunk."""
        return [self.found]

    def results_iter(self, results: Any = None, **kwargs: Any) -> Iterator[Row]:
        """Return the rows with their columns converted."""
        kwargs.pop("chunked_fetch", None)
        kwargs.pop("chunk_size", None)
        rows: Iterator[Row] = self.statement.compiler.results_iter([self.found], **kwargs)
        return rows

    def __getattr__(self, name: str) -> Any:
        """Return what else is asked of the compiler, the query or the queryset."""
        for asked in (self.statement.compiler, self.statement.queryset.query):
            if hasattr(asked, name):
                return getattr(asked, name)
        return getattr(self.statement.queryset, name)


def stand_in(value: Any) -> Any:
    """Return a value of the same type that no other parameter of a statement has."""
    number = next(_number)
    match value:
        case bool():
            raise TypeError("a bool is a shape, not a value")
        case int():
            return 7_000_000_000_000_000 + number
        case dt.datetime():
            return dt.datetime(1, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=number)
        case dt.date():
            return dt.date(1, 1, 1) + dt.timedelta(days=number)
        case str():
            return f"\N{REPLACEMENT CHARACTER}{number}"
        case uuid.UUID():
            return uuid.UUID(int=number)
        case list():
            return [stand_in(value[0])]  # an empty one doesn't tell of what it is a list
    raise TypeError(f"{type(value).__name__} can't be a value")


def _with_limits(sql: str, params: list[Any], stands: dict[str, Any]) -> tuple[str, list[Any]]:
    """Make parameters of a slice's bounds, which the ORM writes into the statement as they are."""
    for stand in stands.values():
        while isinstance(stand, int) and str(stand) in sql:
            before, _, after = sql.partition(str(stand))
            params.insert(before.count("%s"), stand)
            sql = f"{before}%s{after}"
    return sql, params


def _is_same(param: Any, stand: Any) -> bool:
    return type(param) is type(stand) and bool(param == stand)


def _is_made_from(param: Any, stand: Any) -> bool:
    """Whether a parameter is one of a list, or holds a text: then others would change its form."""
    if isinstance(stand, list):
        return any(param == each or _is_made_from(param, each) for each in stand)
    return isinstance(stand, str) and isinstance(param, str) and stand in param
