"""The files of imports: kept in the private store under names of ours, deleted after a while."""

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.storage import default_storage

from common.images import to_disk
from common.originals import sha256_of

from .kinds import KINDS
from .mapping import columns_key
from .models import ImportRun
from .photos import PhotoArchive, is_zip_with_table
from .reading import MOST_BYTES, Table, read_table

FOLDER: Final = "imports"
MOST_ZIP_BYTES: Final = 300 * 1024 * 1024


def keep(run: ImportRun, *, table: "File[Any]", photos: "File[Any] | None") -> None:
    """Store an import's files and fill in what is known of them; the row is not saved.

    A ZIP with a table and photos in it is both. Raises ValidationError.
    """
    if is_zip_with_table(table):
        if run.kind != "subjects":
            raise ValidationError(
                {"file": "A ZIP is read for subjects only. Send the table in it."}
            )
        if photos is not None:
            raise ValidationError({"photos": "This ZIP holds its own photos: send one of the two."})
        photos = table
    if photos is not None and (photos.size or 0) > MOST_ZIP_BYTES:
        raise ValidationError({"photos": f"This ZIP is over {MOST_ZIP_BYTES // 1024**2} MB."})
    with _said_at("file"):
        content = PhotoArchive(photos).table() if photos is table else _bytes(table)
        found = read_table(content, known=known_names(run.kind), only_head=True)
    run.head, run.examples = found.head, found.examples()
    run.columns_key = columns_key(found.head)
    run.total = len(found.rows) if found.is_whole else 0  # counted when it is checked
    run.sha256, run.byte_size = hashlib.sha256(content).hexdigest(), len(content)
    run.file = _save(f"{FOLDER}/{run.uuid}.table", io.BytesIO(content))
    if photos is not None:
        with _said_at("photos"):
            PhotoArchive(photos)
        run.photos_sha256 = sha256_of(photos)
        photos.seek(0)
        run.photos = _save(f"{FOLDER}/{run.uuid}.zip", photos)


@contextmanager
def _said_at(name: str) -> Iterator[None]:
    """Put what is wrong with a file beside the field that it came by."""
    try:
        yield
    except ValidationError as error:
        raise ValidationError({name: error.messages}) from error


def sha256_of_both(table: "File[Any]", photos: "File[Any] | None") -> tuple[str, str]:
    """Return the SHA-256 of the table that was sent, by itself or in a ZIP of photos, and of the
    photos; empty where there are none."""
    is_zip = is_zip_with_table(table)
    content = PhotoArchive(table).table() if is_zip else _bytes(table)
    zipped = table if is_zip else photos
    return hashlib.sha256(content).hexdigest(), sha256_of(zipped) if zipped else ""


def _bytes(upload: "File[Any]") -> bytes:
    if (upload.size or 0) > MOST_BYTES:
        raise ValidationError(f"This file is over {MOST_BYTES // 1024**2} MB. Split it in two.")
    upload.seek(0)
    return bytes(upload.read())


def _save(name: str, content: Any) -> str:
    stored = default_storage.save(name, File(content))
    to_disk(default_storage, stored)
    return stored


def known_names(kind: str) -> set[str]:
    """Return all that columns of a kind of file may be called."""
    return {name for field in KINDS[kind].fields for name in field.names()}


def table_of(run: ImportRun) -> Table:
    """Return an import's table. Raises ValidationError: deleted, or not what was sent any more."""
    try:
        with default_storage.open(run.file, "rb") as stream:
            content = stream.read()
    except FileNotFoundError as error:
        raise ValidationError("The file is gone. Send it again.", code="gone") from error
    if hashlib.sha256(content).hexdigest() != run.sha256:
        raise ValidationError("The stored file is not what was sent. Send it again.", code="gone")
    return read_table(content, known=known_names(run.kind))


def photos_of(run: ImportRun) -> PhotoArchive | None:
    """Return an import's photos, if some were sent. Raises ValidationError."""
    if not run.photos:
        return None
    try:
        stream = default_storage.open(run.photos, "rb")
    except FileNotFoundError as error:
        raise ValidationError("The photos are gone. Send them again.", code="gone") from error
    return PhotoArchive(stream)


def drop(run: ImportRun) -> None:
    """Delete an import's files; what is gone already is no matter."""
    for name in (run.file, run.photos):
        if name:
            default_storage.delete(name)
