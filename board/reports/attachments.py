"""Files that come with a report: added to a draft, taken out of it, opened by who may read it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Max

from audit.services import record
from board import actions
from board.models import MOST_FILES, ReportAttachment, ReportVersion
from common.db import constraint_messages
from common.files import check_file
from common.originals import is_unaltered, with_originals
from members.models import User

from .nobody import check_names_nobody
from .services import lock_draft


def attachment_add(
    *, by: User, version: ReportVersion, revision: int, file: "File[Any]", name: str
) -> ReportAttachment:
    """Add a file to a draft under a name of the manager's; return it.

    Raises PermissionDenied; ValidationError: not a photo or PDF, it is there, too many, no name or
    somebody's, or as report_write does.
    """

    def make(file: "File[Any]") -> ReportAttachment:
        if (getattr(file, "checked", None) or check_file(file)).kind == "video":
            raise ValidationError({"file": "Send a photo or a PDF, not a video."})
        return ReportAttachment(added_by=by, name=name.strip(), pages=_pages(file))

    def save(rows: list[ReportAttachment]) -> ReportAttachment:
        draft = lock_draft(by, version, revision)
        check_names_nobody({"name": name})
        row = rows[0]
        if draft.attachments.count() >= MOST_FILES:
            raise ValidationError({"file": f"{MOST_FILES} files come with a report at most."})
        last = draft.attachments.aggregate(last=Max("number"))["last"] or 0
        row.version, row.number = draft, _free_number(draft, last)
        row.full_clean(exclude=["original"])
        with constraint_messages(ReportAttachment):
            row.save()
        _count_change(draft)
        record(
            actions.REPORT_FILED, by=by, ref=draft.report.ref, version=draft.number,
            file=row.number, sha256=row.sha256,
        )  # fmt: skip
        return row

    return with_originals([file], make, save)


def _free_number(draft: ReportVersion, last: int) -> int:
    taken = set(draft.attachments.values_list("number", flat=True))
    return next(number for number in range(1, last + 2) if number not in taken)


def _count_change(draft: ReportVersion) -> None:
    draft.revision += 1
    draft.save(update_fields=["revision"])


def _pages(file: "File[Any]") -> int | None:
    """Return how many pages a file has; None where that can't be told."""
    if getattr(file, "checked", None) and file.checked.kind != "document":  # type: ignore[attr-defined]
        return 1
    from pypdf import PdfReader  # large, and seldom needed

    try:
        file.seek(0)
        return min(len(PdfReader(file).pages), 32_767)
    except Exception:  # noqa: BLE001  (readers raise nearly anything on odd bytes)
        return None
    finally:
        file.seek(0)


@transaction.atomic
def attachment_remove(*, by: User, version: ReportVersion, revision: int, number: int) -> None:
    """Take a file out of a draft; the stored bytes go unless another version has them too.

    Raises as attachment_add does, or ValidationError (code "stale") if it is gone.
    """
    draft = lock_draft(by, version, revision)
    row = draft.attachments.filter(number=number).first()
    if row is None:
        raise ValidationError("This file was taken out already.", code="stale")
    stored = str(row.original.name)
    row.delete()
    _count_change(draft)
    record(
        actions.REPORT_UNFILED, by=by, ref=draft.report.ref, version=draft.number,
        file=number, sha256=row.sha256,
    )  # fmt: skip
    if not ReportAttachment.objects.filter(original=stored).exists():
        transaction.on_commit(lambda: default_storage.delete(stored), robust=True)


def attachment_release(*, by: User, file: ReportAttachment) -> None:
    """Record that somebody opens a file, compared with its hash just before.

    Raises ValidationError if it is gone or no longer what was sent: then nothing leaves.
    """
    intact = is_unaltered(file)
    record(
        actions.REPORT_FILE_OPENED, by=by, ref=file.version.report.ref,
        version=file.version.number, file=file.number, intact=intact,
    )  # fmt: skip
    if not intact:
        raise ValidationError(
            "This file is not what was sent any more. Tell the administrator before it is used.",
            code="altered",
        )
