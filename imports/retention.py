"""What an import knows of rows that retention deletes: forgotten, as if the row were undone."""

from collections.abc import Sequence

from django.utils import timezone

from .models import ImportedRow

KINDS = {
    "offenders.subject": "subjects",
    "offenders.association": "associations",
    "incidents.report": "incidents",
    "exclusions.notice": "notices",
}


def forget(table: str, keys: Sequence[int]) -> None:
    """Forget what rows of a file became, of these rows (keys) of a table that are deleted.

    Their numbers in the old system and the digests of their cells go; the entry stays.
    """
    if table not in KINDS or not keys:
        return
    rows = ImportedRow.objects.filter(kind=KINDS[table], object_id__in=keys, undone_at=None)
    rows.update(key="", cells={}, made=[], undone_at=timezone.now())
