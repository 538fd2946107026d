"""What files of imports say of somebody who asks what is held about them."""

from collections.abc import Iterator

from django.core.exceptions import ValidationError

from common import dates
from records.sar.found import Found, Line, Terms
from records.sar.likeness import texts_like

from . import store
from .models import ImportRun


def rows_said(terms: Terms) -> Iterator[Found]:
    """Yield the rows of files that are still kept in which somebody of a name like it stands.

    A file goes 30 days after its last step; what was imported of it is told as what it became.
    """
    for run in ImportRun.objects.filter(files_deleted_at=None).order_by("pk"):
        try:
            table = store.table_of(run)
        except (OSError, ValidationError):
            yield _unread(run)
            continue
        texts = [" ".join(cell for cell in cells if cell) for _, cells in table.rows]
        for place in texts_like(texts, terms.names):
            number, cells = table.rows[place]
            pairs = zip(table.head, cells, strict=False)
            yield Found(
                f"{run.ref}-{number}",
                f"Row {number} of {run.ref}",
                dates.london_date(run.uploaded_at),
                [Line(head or "Column", cell) for head, cell in pairs],
                linked=False,
            )


def _unread(run: ImportRun) -> Found:
    lines = [Line("Not in this pack", "The file is held, and can’t be read just now")]
    on = dates.london_date(run.uploaded_at)
    return Found(run.ref, f"File of {run.ref}", on, lines, linked=False)
