"""A lint of migrations: none may hold up a large table, or break the version that still runs.

An upgrade migrates first and then restarts the web servers one by one, so for a while the old
version works on the new tables. What can't be avoided is said in the migration itself, with the
reason: `reviewed = "..."` in its class. docs/operations.md says how each is done in two steps.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

FIRST_RELEASE: Final = {
    "audit": 5, "board": 9, "common": 9, "exclusions": 19, "imports": 9, "incidents": 19,
    "members": 29, "offenders": 19, "records": 19,
}  # fmt: skip
"""The last migration of each app that runs on empty tables: no installation is older.

Until the first release is cut they leave room for what is being made; then they become exact.
"""
LARGE: Final = frozenset(
    {
        "audit.event",
        "incidents.report",
        "incidents.involvement",
        "incidents.attachment",
        "incidents.stolenitem",
        "incidents.pushdelivery",
        "offenders.bulletindelivery",
        "members.outboundemail",
        "members.websession",
    }
)
"""Tables that grow to hundreds of thousands of rows, or millions."""
BUSY_SQL: Final = re.compile(
    r"\b(create\s+(unique\s+)?index(?!\s+concurrently)|alter\s+table|update|lock|cluster|reindex)\b",
    re.IGNORECASE,
)


def problems() -> Iterator[str]:
    """Yield what is wrong with migrations that are newer than the first release."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    for (app, name), migration in sorted((loader.disk_migrations or {}).items()):
        number = int(name.split("_")[0]) if name[:4].isdigit() else 0
        if app not in FIRST_RELEASE or number <= FIRST_RELEASE[app]:
            continue
        before = loader.project_state((app, name), at_end=False)
        for words in problems_of(migration, before):
            yield f"{app}.{name}: {words}"


def problems_of(migration: migrations.Migration, before: ProjectState) -> Iterator[str]:
    """Yield what is wrong with one migration, on the tables as they are before it."""
    if getattr(migration, "reviewed", ""):
        return
    app = migration.app_label
    fresh = {
        f"{app}.{each.name_lower}"
        for each in migration.operations
        if isinstance(each, migrations.CreateModel)
    }
    state = before.clone()
    for operation in migration.operations:
        for part in _parts_of(operation):
            called = getattr(part, "model_name", "") or getattr(part, "name", "")
            name = f"{app}.{str(called).lower()}"
            if name not in fresh:
                yield from _breaks_the_old(part, app)
                if name in LARGE:
                    yield from _holds_up(part, name, app, state)
            yield from _sql(part)
        operation.state_forwards(app, state)


def _parts_of(operation: Operation) -> Iterator[Operation]:
    """Yield what is done to the tables: of one that keeps state and tables apart, the latter."""
    if isinstance(operation, migrations.SeparateDatabaseAndState):
        for part in operation.database_operations:
            yield from _parts_of(part)
    else:
        yield operation


def _breaks_the_old(operation: Operation, app: str) -> Iterator[str]:
    """What the version that still runs stumbles over."""
    match operation:
        case migrations.AddField(field=field) if not (field.null or _is_filled(field)):
            yield (
                f"adds {operation.model_name}.{operation.name}, which the old version leaves out of"
                " its rows: give it db_default, or null=True"
            )
        case migrations.RemoveField() | migrations.RenameField():
            yield (
                f"takes a column of {operation.model_name} away from the old version: first a"
                " release that doesn't use it, then this"
            )
        case migrations.DeleteModel() | migrations.RenameModel() | migrations.AlterModelTable():
            yield (
                "takes a table away from the old version: first a release that doesn't use it,"
                " then this"
            )


def _is_filled(field: "models.Field[Any, Any]") -> bool:
    """Whether the database fills a column that an INSERT leaves out, or has none at all."""
    return field.has_db_default() or field.generated or field.many_to_many or False


def _holds_up(operation: Operation, name: str, app: str, state: ProjectState) -> Iterator[str]:
    """What locks a large table for longer than a moment."""
    match operation:
        case AddIndexConcurrently() | AddConstraintNotValid():
            return
        case migrations.AddIndex():
            yield f"builds an index while {name} is locked: AddIndexConcurrently, atomic = False"
        case migrations.AddConstraint():
            yield f"reads all of {name} while it is locked: AddConstraintNotValid, then validate"
        case migrations.AlterUniqueTogether() | migrations.AlterIndexTogether():
            yield f"builds an index while {name} is locked: a constraint of its own, in two steps"
        case migrations.AddField(field=field) if _is_costly(field):
            yield f"adds {operation.name} to {name} with an index, a foreign key or computed"
        case migrations.AlterField(field=field):
            old = state.models[app, operation.model_name_lower].fields[operation.name]
            if _is_rewritten(old, field):
                yield f"rewrites or reads all of {name} for {operation.name} while it is locked"


def _is_costly(field: "models.Field[Any, Any]") -> bool:
    return bool(_is_indexed(field) or field.generated or field.remote_field)


def _is_indexed(field: "models.Field[Any, Any]") -> bool:
    return bool(getattr(field, "db_index", False) or field.unique)


def _is_rewritten(old: "models.Field[Any, Any]", new: "models.Field[Any, Any]") -> bool:
    """Whether a change of a column costs a look at each row. A longer text, or none, is free."""
    if old.null and not new.null:
        return True
    if _is_indexed(new) and not _is_indexed(old):
        return True
    return not _is_widened(_type_of(old), _type_of(new))


def _type_of(field: "models.Field[Any, Any]") -> str:
    if field.remote_field:
        return "reference"
    return field.db_type(connection) or ""


def _is_widened(old: str, new: str) -> bool:
    if old == new:
        return True
    pattern = re.compile(r"varchar\((\d+)\)")
    before, after = pattern.fullmatch(old), pattern.fullmatch(new)
    if before and new == "text":
        return True
    return bool(before and after and int(after[1]) >= int(before[1]))


def _sql(operation: Operation) -> Iterator[str]:
    """Statements of our own that name a large table, and code, which may do anything to one."""
    if isinstance(operation, migrations.RunPython):
        yield (
            "runs code, of which a lint can’t tell what it locks and for how long: say in"
            " `reviewed` how many rows it touches at a hundred times the scheme, or have a job do"
            " it"
        )
    if not isinstance(operation, migrations.RunSQL):
        return
    text = operation.sql if isinstance(operation.sql, str) else " ".join(map(str, operation.sql))
    for name in sorted(LARGE):
        if name.replace(".", "_") in text and BUSY_SQL.search(text):
            yield f"changes {name} by a statement of its own: look at what it locks"
