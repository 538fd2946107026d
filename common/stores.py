"""Where files lie: a folder, or an S3-compatible store; and how one is sent.

Either way nobody gets an address of the store: each file is asked for at an address of ours, which
looks at rights first, and is sent by the application or, from a folder, by the web server before it
(`X-Accel-Redirect`).
"""

from pathlib import Path
from typing import cast
from urllib.parse import quote

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage, default_storage
from django.http import FileResponse, HttpResponse
from django.utils.functional import LazyObject
from django.utils.http import content_disposition_header


def folder_of(storage: Storage) -> FileSystemStorage | None:
    """Return the store if it is a folder, else None."""
    plain = getattr(storage, "_wrapped", storage) if isinstance(storage, LazyObject) else storage
    return plain if isinstance(plain, FileSystemStorage) else None


def replace_whole(storage: Storage, name: str, content: bytes) -> None:
    """Write a file over what was there, in a store that takes it whole or not at all."""
    storage._save(name, ContentFile(content))  # type: ignore[attr-defined]  # save() would rename it


def stored_response(
    name: str, *, content_type: str, filename: str = "", as_attachment: bool = False
) -> HttpResponse:
    """Return the answer that sends a stored file. Call it once rights are clear.

    Raises FileNotFoundError. Where DTAC_ACCEL_PREFIX is set and the store is a folder, the web
    server in front sends it, which costs no thread of ours.
    """
    folder = folder_of(default_storage)
    if not settings.DTAC_ACCEL_PREFIX or folder is None:
        stream = default_storage.open(name, "rb")
        answer = FileResponse(
            stream, as_attachment=as_attachment, filename=filename, content_type=content_type
        )
        return cast(HttpResponse, answer)  # Django takes either for a page's answer
    if not Path(folder.path(name)).is_file():
        raise FileNotFoundError(name)
    handed = HttpResponse(content_type=content_type)
    handed["X-Accel-Redirect"] = settings.DTAC_ACCEL_PREFIX + quote(name)
    if disposition := content_disposition_header(as_attachment, filename):
        handed["Content-Disposition"] = disposition
    return handed
