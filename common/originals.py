"""Originals: kept with their rows or not at all, and compared with their hash before they leave."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import HttpResponse

from common.db import StoredImage
from common.images import store_original
from common.scanning import refuse_held
from common.stores import stored_response

PIECE = 1024 * 1024  # bytes read at a time
Row = TypeVar("Row", bound=StoredImage)
Done = TypeVar("Done")


def with_originals(
    files: "Sequence[File[Any]]",
    make: "Callable[[File[Any]], Row]",
    save: Callable[[list[Row]], Done],
) -> Done:
    """Store files, then call `save` with their rows in a transaction; return what it returns.

    `make` gives the row of a file. No row, so no file: neither where it all fails, nor of those
    that `save` leaves out.
    """
    rows: list[Row] = []
    try:
        for file in files:
            row = make(file)
            rows.append(row)
            store_original(file, into=row)
        with transaction.atomic():
            done = save(rows)
    except BaseException:
        _delete(rows)
        raise
    _delete([row for row in rows if row.pk is None])
    return done


def _delete(rows: Sequence[StoredImage]) -> None:
    for row in rows:
        if row.original:
            default_storage.delete(str(row.original.name))


def sha256_of(stream: Any) -> str:
    """Return the SHA-256 of an open file, hex; it is read from its beginning, in pieces."""
    stream.seek(0)
    digest = hashlib.sha256()
    while piece := stream.read(PIECE):
        digest.update(piece)
    return digest.hexdigest()


def is_unaltered(row: StoredImage) -> bool:
    """Whether the stored bytes have the hash that was taken when they came.

    Raises ValidationError: code "gone" if the file is not there, "held" if it may not leave.
    """
    refuse_held(row)
    try:
        with default_storage.open(str(row.original.name), "rb") as stream:
            return sha256_of(stream) == row.sha256
    except FileNotFoundError as error:
        raise ValidationError("This file is missing from the store.", code="gone") from error


def original_download(row: StoredImage, name: str) -> HttpResponse:
    """Return the bytes as they were sent, to be saved under `name` and the file's own ending.

    Never opened inside a page of ours, and kept by no browser or proxy. `name` is ours, not typed.
    """
    original = str(row.original.name)
    answer = stored_response(
        original,
        as_attachment=True,
        filename=f"{name}.{original.rpartition('.')[2]}",
        content_type=row.content_type,
    )
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["Cache-Control"] = "private, no-store"
    return answer
