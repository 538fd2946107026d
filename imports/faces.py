"""The stored photos of tries that came to nothing: no row, so no file, whenever a worker died.

Each try stores photos under names of its own, which begin with the first half of its claim. So one
that lives on after another took over can't reach the other's photos, and what a dead one left is
found by the claims that the run keeps.
"""

import logging
import uuid
from typing import Final

from django.core.files.storage import default_storage
from django.db import transaction

from offenders.models import Photo
from offenders.services.photos import files_delete

from .models import ImportRun

logger = logging.getLogger(__name__)
HALF: Final = 8
"""So many bytes of a photo's name are its claim's, the others say which photo it is."""
FOLDER: Final = "originals"


def photo_name(claim: uuid.UUID, row: int, place: int) -> uuid.UUID:
    """Return the name of a photo of a row: another in each try."""
    return uuid.UUID(bytes=claim.bytes[:HALF] + uuid.uuid5(claim, f"{row}/{place}").bytes[HALF:])


def faces_clear(run_id: int, *, claim: uuid.UUID | None = None) -> None:
    """Delete the photos that tries of an import stored and that no row owns.

    Those of one claim, by the try itself; else of all but the one that is at it now. The run is
    locked: a try whose COMMIT is on its way has it until its photos have rows.
    """
    with transaction.atomic():
        run = ImportRun.objects.select_for_update(of=("self",)).get(pk=run_id)
        tried = [uuid.UUID(each) for each in run.claims]
        claims = [claim] if claim else [each for each in tried if each != run.claim]
        names = [name for each in claims for name in _stored(each)]
        held = Photo.objects.filter(original__in=names).values_list("original", flat=True)
        files_delete(sorted(set(names) - set(held)))


def own_faces_clear(run: ImportRun) -> None:
    """Delete what a try itself stored, as it fails; the reason for that is not hidden by this."""
    try:
        faces_clear(run.pk, claim=run.claim)
    except Exception:  # e.g. no connection: they are looked for again when the run is over
        logger.exception("import %s: photos of a try are left for now", run.ref)


def _stored(claim: uuid.UUID) -> list[str]:
    folder, begin = f"{FOLDER}/{claim.hex[:2]}", str(claim)[:18]
    try:
        found = default_storage.listdir(folder)[1]
    except FileNotFoundError:
        return []
    return [f"{folder}/{name}" for name in found if name.startswith(begin)]
