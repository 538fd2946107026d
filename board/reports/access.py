"""One report, one version, one file of it, or 404."""

from django.http import Http404

from board.models import BoardReport, ReportAttachment, ReportVersion
from members.models import User


def get_report(user: User, ref: str) -> BoardReport:
    """Return a report that this user may see. Raises Http404."""
    found: BoardReport | None = BoardReport.objects.visible_to(user).filter(ref=ref).first()
    if found is None:
        raise Http404
    return found


def get_version(user: User, ref: str, number: str = "") -> ReportVersion:
    """Return a version that this user may see: the newest, or the one of a number. Raises Http404.

    `number` is what was typed into the address.
    """
    rows = ReportVersion.objects.visible_to(user).filter(report=get_report(user, ref))
    if number:
        if not (number.isascii() and number.isdigit() and len(number) <= 4):
            raise Http404
        rows = rows.filter(number=int(number))
    found: ReportVersion | None = (
        rows.select_related("report", "frozen_by", "submitted_by", "approved_by")
        .order_by("-number")
        .first()
    )
    if found is None:
        raise Http404
    return found


def get_draft(user: User, ref: str) -> ReportVersion:
    """Return the newest version, for the manager to work on. Raises Http404."""
    if not user.is_intel:
        raise Http404
    return get_version(user, ref)


def get_file(version: ReportVersion, number: int) -> ReportAttachment:
    """Return a file of a version. Raises Http404."""
    rows = version.attachments.select_related("version__report")
    found: ReportAttachment | None = rows.filter(number=number).first()
    if found is None:
        raise Http404
    return found
