"""The files of a pack: the originals copied and checked, a manifest, one ZIP."""

import hashlib
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import IO, Final

from django.core.files.storage import default_storage

from common.dates import LONDON
from common.originals import PIECE

from .contents import Exhibit

MANIFEST: Final = "MANIFEST.sha256"
README: Final = """{ref}

pack.pdf      the pack
exhibits/     the photos and files as they were sent, unaltered
{manifest}

To check that nothing was altered, in this folder:

    sha256sum -c {manifest}

Confidential: personal data. Keep it safe, use it only for what it was given for.
"""


class AlteredError(Exception):
    """An exhibit is gone, or no longer what was sent: nothing of it may leave."""


def write_archive(
    target: IO[bytes],
    *,
    ref: str,
    at: datetime,
    exhibits: Sequence[Exhibit],
    make_pdf: Callable[[], bytes],
    tell: Callable[[int], None],
) -> bytes:
    """Write the ZIP of a pack into `target`; return the PDF, which is in it too.

    Each exhibit is compared with the hash taken when it came while it is copied; `tell` is told
    how many are done. The PDF is made last. Raises AlteredError.
    """
    lines: list[str] = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for exhibit in exhibits:
            _copy(archive, f"{ref}/{exhibit.name}", exhibit)
            lines.append(f"{exhibit.sha256}  {exhibit.name}")
            tell(exhibit.number)
        pdf = make_pdf()
        lines.append(f"{hashlib.sha256(pdf).hexdigest()}  pack.pdf")
        readme = README.format(ref=ref, manifest=MANIFEST).encode()
        lines.append(f"{hashlib.sha256(readme).hexdigest()}  README.txt")
        manifest = "".join(f"{line}\n" for line in lines).encode()
        for name, content in (("pack.pdf", pdf), ("README.txt", readme), (MANIFEST, manifest)):
            archive.writestr(_entry(f"{ref}/{name}", at), content)
    return pdf


def _entry(name: str, at: datetime) -> zipfile.ZipInfo:
    shown = at.astimezone(LONDON)
    entry = zipfile.ZipInfo(name, shown.timetuple()[:6])
    entry.external_attr = 0o644 << 16
    return entry


def _copy(archive: zipfile.ZipFile, name: str, exhibit: Exhibit) -> None:
    digest = hashlib.sha256()
    try:
        with (
            default_storage.open(exhibit.stored, "rb") as source,
            archive.open(_entry(name, exhibit.added_at), "w", force_zip64=True) as copy,
        ):
            while piece := source.read(PIECE):
                digest.update(piece)
                copy.write(piece)
    except FileNotFoundError as error:
        raise AlteredError(f"{exhibit.ref} is missing from the store.") from error
    if digest.hexdigest() != exhibit.sha256:
        raise AlteredError(f"{exhibit.ref} is not what was sent any more.")
