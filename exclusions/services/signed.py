"""The signed copy of a notice: its pages as they were photographed or scanned."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files import File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction

from audit.services import record
from common.db import constraint_messages
from common.files import check_file
from common.originals import is_unaltered, with_originals
from exclusions import actions
from exclusions.models import MOST_COPIES, Notice, SignedCopy
from members.models import User

Done = TypeVar("Done")
Uploads: TypeAlias = "Sequence[UploadedFile[Any]]"


GONE = "This page was taken out already."


class Mistake(models.TextChoices):
    """Why a page is taken out."""

    NOT_OF_IT = "not_of_it", "It is not of this notice"
    UNREADABLE = "unreadable", "It can’t be read"
    SOMEBODY_ELSE = "somebody_else", "It shows somebody else or their data"


def signed_copies_add(*, by: User, notice: Notice, files: Uploads) -> list[SignedCopy]:
    """Add pages to what is kept of a notice as signed; return those that were not kept already.

    Raises ValidationError: no file, not served yet, a video, or more pages than are kept;
    PermissionDenied where the service isn't this user's to prove.
    """
    if not files:
        raise ValidationError({"uploads": "Choose a photo or a PDF."})

    def save(copies: list[SignedCopy]) -> list[SignedCopy]:
        row: Notice = Notice.objects.select_for_update(of=["self"]).get(pk=notice.pk)
        if not Notice.objects.visible_to(by).proven_by(by).filter(pk=row.pk).exists():
            raise PermissionDenied
        return copies_save(by, row, copies)

    return with_copies(by, files, save)


def with_copies(by: User, files: Uploads, save: Callable[[list[SignedCopy]], Done]) -> Done:
    """Store the pages, then call `save` with their rows in a transaction; no row, so no file."""

    def make(file: "File[Any]") -> SignedCopy:
        if (getattr(file, "checked", None) or check_file(file)).kind == "video":
            raise ValidationError({"uploads": "Send a photo or a PDF, not a video."})
        return SignedCopy(added_by=by)

    return with_originals(files, make, save)


def copies_save(by: User, notice: Notice, copies: Sequence[SignedCopy]) -> list[SignedCopy]:
    """Number the new pages of a notice (locked) after those it has, and add them.

    The same bytes again (a double click, a second try) are the page that is there. Raises
    ValidationError: not served, or too many.
    """
    if not notice.is_served:
        raise ValidationError("This notice is not served yet.", code="stale")
    if not copies:
        return []
    numbers = dict(notice.signed_copies.values_list("sha256", "number"))
    held = set(numbers)
    fresh = list({copy.sha256: copy for copy in copies if copy.sha256 not in held}.values())
    if len(held) + len(fresh) > MOST_COPIES:
        raise ValidationError(
            {"uploads": f"{MOST_COPIES} pages are kept at most, and there are {len(held)} already."}
        )
    free = [number for number in range(1, MOST_COPIES + 1) if number not in numbers.values()]
    for number, copy in zip(free, fresh, strict=False):
        copy.notice, copy.number = notice, number
    with constraint_messages(SignedCopy):
        SignedCopy.objects.bulk_create(fresh)
    if fresh:
        record(
            actions.SIGNED_ADDED,
            by=by,
            ref=notice.ref,
            subjects=[notice.subject.ref],
            pages=[copy.number for copy in fresh],
        )
    return fresh


@transaction.atomic
def signed_copy_remove(*, by: User, copy: SignedCopy, why: str) -> None:
    """Delete a page that was sent by mistake, file and row; the log keeps its hash, and why.

    `why` is one of Mistake. Raises PermissionDenied for anybody but the Intelligence Manager,
    ValidationError if it is gone or `why` is none of these.
    """
    if not by.is_intel:
        raise PermissionDenied
    if why not in Mistake.values:
        raise ValidationError({"why": "Choose why it is taken out."})
    row = SignedCopy.objects.select_for_update(of=("self",)).filter(pk=copy.pk).first()
    if row is None:
        raise ValidationError(GONE, code="stale")
    stored = str(row.original.name)
    record(
        actions.SIGNED_REMOVED,
        by=by,
        ref=copy.notice.ref,
        subjects=[copy.notice.subject.ref],
        page=row.number,
        sha256=row.sha256,
        why=why,
    )
    row.delete()
    transaction.on_commit(lambda: default_storage.delete(stored), robust=True)


def signed_copy_release(*, by: User, copy: SignedCopy) -> None:
    """Record that somebody opens a page of a signed copy, compared with its hash just before.

    Raises ValidationError if it is gone or no longer what was sent: then nothing leaves.
    """
    intact = is_unaltered(copy)
    notice = copy.notice
    record(
        actions.SIGNED_OPENED,
        by=by,
        ref=notice.ref,
        subjects=[notice.subject.ref],
        page=copy.number,
        intact=intact,
    )
    if not intact:
        raise ValidationError(
            "This file is not what was sent any more. Tell the administrator before it is used.",
            code="altered",
        )
