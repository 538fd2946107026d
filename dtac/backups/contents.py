"""What a backup holds, as the database says in one snapshot: rows of each table, names of files."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from common.db import stored_kinds
from exclusions.models import EvidencePack
from imports.models import ImportRun
from records.models import AccessPack


@dataclass
class Snapshot:
    """One moment of the database. `files`: names in the store, each with its hash where known."""

    name: str
    rows: dict[str, int] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    migrations: list[str] = field(default_factory=list)


@contextmanager
def snapshot() -> Iterator[Snapshot]:
    """Hold one moment of the database, which pg_dump can share by its name, and yield it."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        moment = Snapshot(name=cursor.fetchone()[0])
        moment.rows = table_rows()
        moment.files = dict(stored_files())
        moment.migrations = applied_migrations()
        yield moment


def table_rows() -> dict[str, int]:
    """Return how many rows each table has."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')"
            " AND relnamespace = 'public'::regnamespace ORDER BY relname"
        )
        tables = [name for (name,) in cursor.fetchall()]
        rows = {}
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608
            rows[table] = int(cursor.fetchone()[0])
    return rows


def stored_files() -> Iterator[tuple[str, str]]:
    """Yield the name of each file that a row owns, with the SHA-256 the row knows, or "".

    Sizes that are made again when needed count as files too: without them every face would be gone
    until they are.
    """
    for model in stored_kinds():
        rows = model._default_manager.order_by("pk")
        for row in rows.only("uuid", "original", "sha256", "variants_ready_at").iterator():
            yield str(row.original.name), row.sha256
            if row.variants_ready_at is not None:
                yield from ((row.variant_path(size), "") for size in row.VARIANT_SIZES)
    for pack in EvidencePack.objects.exclude(pdf="").filter(files_deleted_at=None):
        yield pack.pdf, pack.pdf_sha256
        yield pack.archive, pack.sha256
    for given in AccessPack.objects.filter(made_at__isnull=False, files_deleted_at=None):
        yield given.pdf, given.pdf_sha256
        yield given.archive, given.sha256
    for run in ImportRun.objects.exclude(file=""):
        yield run.file, run.sha256
        if run.photos:
            yield run.photos, run.photos_sha256


def is_still_owned(names: list[str]) -> list[str]:
    """Return those of the names that a row owns now: the others were deleted meanwhile."""
    wanted = set(names)
    return sorted(wanted & {name for name, _ in stored_files()}) if wanted else []


def applied_migrations() -> list[str]:
    """Return the migrations that the database has, as app.name."""
    return sorted(
        f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()
    )
