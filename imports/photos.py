"""A ZIP of photos that a table names. Read by name from the archive, never unpacked to disk."""

import io
import zipfile
from collections import defaultdict
from typing import IO, Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File

from common.images import check_photo

from .reading import MOST_BYTES, TABLE_NAME, check_archive

MOST_PHOTOS: Final = 5_000
MOST_PHOTO_BYTES: Final = 2 * 1024**3
DOCUMENTS: Final = {"xl/workbook.xml", "xl/workbook.bin", "content.xml", "word/document.xml",
                    "ppt/presentation.xml"}  # fmt: skip
"""Parts of files that are ZIPs themselves: an XLSX, a text, a table of another program."""
IGNORED: Final = ("__macosx/", "thumbs.db", ".ds_store")


class PhotoArchive:
    """The photos of a ZIP, by the last part of their names, whatever its case."""

    def __init__(self, stream: "IO[bytes] | File[Any]") -> None:
        """Open it. Raises ValidationError: damaged, a password, too many, too large."""
        source: Any = stream
        check_archive(source, unpacked=MOST_PHOTO_BYTES, parts=MOST_PHOTOS)
        source.seek(0)
        self._archive = zipfile.ZipFile(source)
        self._entries: dict[str, list[zipfile.ZipInfo]] = defaultdict(list)
        for entry in self._archive.infolist():
            name = entry.filename.replace("\\", "/")
            if not entry.is_dir() and not name.lower().startswith(IGNORED):
                self._entries[last_part(name)].append(entry)

    def tables(self) -> list[str]:
        """Return the names of the tables in it: a ZIP may hold its own."""
        return [name for name in self._entries if TABLE_NAME.search(name)]

    def table(self) -> bytes:
        """Return the one table in it. Raises ValidationError where there is none, or several."""
        found = [entry for name in self.tables() for entry in self._entries[name]]
        if len(found) != 1:
            raise ValidationError("Put one table (CSV or XLSX) in the ZIP, beside the photos.")
        return self._read(found[0], MOST_BYTES)

    def has(self, name: str) -> bool:
        """Whether a file of that name is in it."""
        return last_part(name) in self._entries

    def photo(self, name: str) -> "File[Any]":
        """Return a photo, judged by its bytes as an upload is. Raises ValidationError."""
        entries = self._entries.get(last_part(name), [])
        if not entries:
            raise ValidationError("is not in the ZIP. Add it, or empty the cell")
        if len(entries) > 1:
            raise ValidationError("is in the ZIP more than once. Give each photo its own name")
        file = ContentFile(self._read(entries[0], settings.DTAC_PHOTO_MAX_BYTES), name="photo")
        try:
            check_photo(file)
        except ValidationError as error:
            raise ValidationError(f"can’t be taken: {error.messages[0]}") from error
        return file

    def _read(self, entry: zipfile.ZipInfo, most: int) -> bytes:
        if entry.file_size > most:
            raise ValidationError(f"is over {most // 1024**2} MB")
        try:
            with self._archive.open(entry) as stream:
                content = stream.read(most + 1)
        except Exception as error:  # damaged, or packed in a way that is not known
            raise ValidationError("is damaged in the ZIP") from error
        if len(content) > most:
            raise ValidationError(f"is over {most // 1024**2} MB")
        return content


def last_part(name: str) -> str:
    """Return a file's name without its folders, in small."""
    return name.replace("\\", "/").rpartition("/")[2].strip().casefold()


def is_zip_with_table(content: Any) -> bool:
    """Whether a file is a ZIP of photos with a table; an XLSX and other documents are ZIPs too."""
    content.seek(0)
    head = content.read(4)
    content.seek(0)
    if head[:2] != b"PK":
        return False
    try:
        with zipfile.ZipFile(content) as archive:
            names = {entry.filename for entry in archive.infolist()[:10_000]}
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False
    finally:
        content.seek(0)
    return not names & DOCUMENTS


def as_stream(content: bytes) -> io.BytesIO:
    """Return bytes as an open file."""
    return io.BytesIO(content)
