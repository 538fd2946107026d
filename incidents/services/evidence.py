"""Evidence: files as they were sent, checked against their hash each time they leave."""

from typing import Any

from django.core.exceptions import ValidationError

from audit.services import record
from common.originals import is_unaltered
from incidents import actions
from incidents.models import Attachment
from members.models import User


def evidence_check(*, by: User, attachment: Attachment) -> bool:
    """Compare the stored bytes with the hash taken when they came; the result is recorded.

    Returns whether they are unaltered. Raises ValidationError if the file is gone or held back.
    """
    intact = is_unaltered(attachment)
    _record(actions.EVIDENCE_CHECKED, by, attachment, intact=intact)
    return intact


def evidence_release(*, by: User, attachment: Attachment) -> None:
    """Record that somebody takes a copy of an exhibit as it was sent.

    Raises ValidationError if it is gone, held back or no longer what was sent: nothing leaves then.
    """
    if not evidence_check(by=by, attachment=attachment):
        raise ValidationError(
            "This file is not what was sent any more. Tell the administrator before it is used.",
            code="altered",
        )
    _record(actions.EVIDENCE_DOWNLOADED, by, attachment, sha256=attachment.sha256)


def _record(action: actions.Action, by: User, attachment: Attachment, **detail: str | bool) -> None:
    exhibit: dict[str, Any] = {"exhibit": attachment.number, **detail}
    record(action, by=by, ref=attachment.report.ref, **exhibit)
