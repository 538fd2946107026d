"""Evidence: files as they were sent, checked against their hash each time they leave."""

import hashlib
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage

from audit.services import record
from incidents import actions
from incidents.models import Attachment
from members.models import User

PIECE = 1024 * 1024  # bytes read at a time


def evidence_check(*, by: User, attachment: Attachment) -> bool:
    """Compare the stored bytes with the hash taken when they came; the result is recorded.

    Returns whether they are unaltered. Raises ValidationError if the file is gone.
    """
    intact = _digest(attachment) == attachment.sha256
    _record(actions.EVIDENCE_CHECKED, by, attachment, intact=intact)
    return intact


def evidence_release(*, by: User, attachment: Attachment) -> None:
    """Record that somebody takes a copy of an exhibit as it was sent.

    Raises ValidationError if it is gone or no longer what was sent: then nothing may leave.
    """
    if not evidence_check(by=by, attachment=attachment):
        raise ValidationError(
            "This file is not what was sent any more. Tell the administrator before it is used.",
            code="altered",
        )
    _record(actions.EVIDENCE_DOWNLOADED, by, attachment, sha256=attachment.sha256)


def _digest(attachment: Attachment) -> str:
    digest = hashlib.sha256()
    try:
        with default_storage.open(str(attachment.original.name), "rb") as stream:
            while piece := stream.read(PIECE):
                digest.update(piece)
    except FileNotFoundError as error:
        raise ValidationError("This file is missing from the store.", code="gone") from error
    return digest.hexdigest()


def _record(action: actions.Action, by: User, attachment: Attachment, **detail: str | bool) -> None:
    exhibit: dict[str, Any] = {"exhibit": attachment.number, **detail}
    record(action, by=by, ref=attachment.report.ref, **exhibit)
