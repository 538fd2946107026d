"""A walk through every text, JSON and list of the database, and through the store."""

from collections.abc import Iterable
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection

from common.db import StoredImage
from exclusions.evidence.make import pack_files
from exclusions.models import EvidencePack

REGISTERS = {
    "audit_event", "members_sharingrecord", "records_tombstone", "records_runitem",
    "offenders_printedpack", "exclusions_evidencepack",
}  # fmt: skip
"""Where the bare reference may stand, and nothing else of a person."""


def says(words: str, *, but: Iterable[str] = ()) -> list[str]:
    """Return the columns of tables in which these words stand."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.table_name, c.column_name FROM information_schema.columns c"
            " JOIN information_schema.tables t USING (table_schema, table_name)"
            " WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'"
            " AND c.data_type IN ('text', 'character varying', 'jsonb', 'ARRAY', 'json',"
            " 'tsvector')"
        )
        for table, column in cursor.fetchall():
            if table in set(but):
                continue
            cursor.execute(
                f'SELECT count(*) FROM "{table}" WHERE "{column}"::text ILIKE %s', [f"%{words}%"]
            )
            if cursor.fetchone()[0]:
                found.append(f"{table}.{column}")
    return found


def orphans() -> list[str]:
    """Return the files of the store that no row owns."""
    owned: set[str] = set()
    for model in apps.get_models():
        if issubclass(model, StoredImage):
            for row in model._default_manager.all():
                owned.add(str(row.original.name))
                owned.update(row.variant_path(size) for size in StoredImage.VARIANT_SIZES)
    for claim in EvidencePack.objects.exclude(claim=None).values_list("claim", flat=True):
        owned.update(pack_files(claim))
    root = Path(settings.MEDIA_ROOT)
    files = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    return sorted(files - owned)
