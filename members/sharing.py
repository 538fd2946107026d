"""Writing the register of onward sharing: who was given what, when, why, under which agreement."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import once
from common.refs import yearly_ref

from . import actions
from .models import Member, SharingCounter, SharingRecord, User


@dataclass(frozen=True)
class Sharing:
    """What is to be shared with whom, and why. `record` and `subjects` are references."""

    client_id: uuid.UUID
    record: str
    recipient: str
    purpose: str
    lawful_basis: str
    fields: Sequence[str]
    subjects: Sequence[str] = field(default_factory=tuple)
    agreement: str = ""
    recipient_ref: str = ""
    recipient_member: Member | None = None


Make = Callable[[str, dt.datetime], bytes]
"""Makes the file for a register's reference and moment; the same for the same two."""


def share_record(*, by: User, sharing: Sharing, make: Make) -> tuple[SharingRecord, bytes]:
    """Make a file and enter it in the register, both or neither; return the entry and the file.

    The file is handed over by the caller and kept nowhere; the register keeps its SHA-256. The
    same `client_id` again gives the same entry and the same bytes, made anew. Raises
    ValidationError (code "changed") if what would be made now is no longer what was registered,
    PermissionDenied if the entry is somebody else's, and whatever `make` raises.
    """
    made: list[bytes] = []

    def enter() -> SharingRecord:
        return _enter(by, sharing, make, made)

    row = once(SharingRecord, sharing.client_id, enter)
    _check_own(row, by)
    content = made[0] if made and hashed(made[0]) == row.sha256 else make(row.ref, row.shared_at)
    _check_same(row, (row.sha256, row.record), (hashed(content), sharing.record))
    return row, content


def share_kept_file(*, by: User, sharing: Sharing, sha256: str, byte_size: int) -> SharingRecord:
    """Enter in the register that a file which we keep is handed over; return the entry.

    The same `client_id` again returns the same entry. Raises ValidationError (code "changed") if
    that one is of another record or file, PermissionDenied if it is somebody else's.
    """
    row = once(SharingRecord, sharing.client_id, lambda: _entered(by, sharing, (sha256, byte_size)))
    _check_own(row, by)
    said = (sha256, sharing.record, *_said(sharing))
    _check_same(row, (row.sha256, row.record, *_said(row)), said)
    return row


def share_by_hand(*, by: User, sharing: Sharing, how: str, at: dt.datetime) -> SharingRecord:
    """Enter in the register what was told, shown, sent or handed over outside D-TAC, and when.

    The same `client_id` again returns the same entry. Raises ValidationError: in the future, or
    (code "changed") it was recorded with other words; PermissionDenied if it is somebody else's.
    """
    if at > timezone.now():
        raise ValidationError({"shared_on": "This is in the future."})
    row = once(
        SharingRecord,
        sharing.client_id,
        lambda: _entered(by, sharing, ("", 0), _number(at), how=how),
    )
    _check_own(row, by)
    # No file's hash stands for what was in it, so all that was typed is compared.
    held = (row.how, dates.london_date(row.shared_at), row.record, row.subjects, row.fields)
    said = (how, dates.london_date(at), sharing.record, sorted(set(sharing.subjects)),
            list(sharing.fields))  # fmt: skip
    _check_same(row, (*held, *_said(row)), (*said, *_said(sharing)))
    return row


def _check_own(row: SharingRecord, by: User) -> None:
    if row.shared_by_id != by.pk:
        raise PermissionDenied


def _check_same(row: SharingRecord, held: tuple[object, ...], said: tuple[object, ...]) -> None:
    """Raise ValidationError if a form that made an entry says something else by now."""
    if held != said:
        raise ValidationError(
            f"{row.ref} was recorded from this form already, with other words in it. "
            "Press again to share and record this one too.",
            code="changed",
        )


def _said(sharing: Sharing | SharingRecord) -> tuple[object, ...]:
    """Return with whom something is shared and why, of a form or an entry."""
    member = sharing.recipient_member.pk if sharing.recipient_member else None
    return (
        sharing.recipient, member, sharing.recipient_ref, sharing.purpose, sharing.lawful_basis,
        sharing.agreement,
    )  # fmt: skip


def hashed(content: bytes) -> str:
    """Return the SHA-256 of a file, hex, as the register keeps it."""
    return hashlib.sha256(content).hexdigest()


def _enter(by: User, sharing: Sharing, make: Make, made: list[bytes]) -> SharingRecord:
    """Inside once()'s transaction: take the number, make the file, write register and log."""
    number = _number()
    content = make(*number)
    made.append(content)
    return _entered(by, sharing, (hashed(content), len(content)), number)


def _number(at: dt.datetime | None = None) -> tuple[str, dt.datetime]:
    """Take the next number; a moment `at` that is past is the entry's, the number is of today."""
    now = timezone.now().replace(microsecond=0)
    year = dates.london_date(now).year
    return yearly_ref("SHR", year, SharingCounter.take("SHR", year), digits=4), at or now


def _entered(
    by: User,
    sharing: Sharing,
    file: tuple[str, int],
    number: tuple[str, dt.datetime] | None = None,
    *,
    how: str = SharingRecord.How.FILE,
) -> SharingRecord:
    """Write register and log, of a file known by its SHA-256 and size in bytes, or of none."""
    ref, now = number or _number()
    row = SharingRecord(
        ref=ref,
        client_id=sharing.client_id,
        how=how,
        shared_at=now,
        shared_by=by,
        recipient=sharing.recipient,
        recipient_member=sharing.recipient_member,
        recipient_ref=sharing.recipient_ref,
        record=sharing.record,
        subjects=sorted(set(sharing.subjects)),
        fields=list(sharing.fields),
        purpose=sharing.purpose,
        lawful_basis=sharing.lawful_basis,
        agreement=sharing.agreement,
        sha256=file[0],
        byte_size=file[1],
    )
    row.full_clean()
    row.save()
    record(
        actions.DATA_SHARED,
        by=by,
        ref=sharing.record,
        subjects=row.subjects,
        share=ref,
        sha256=row.sha256,
        bytes=row.byte_size,
    )
    return row
