"""One report, or 404."""

import uuid

from django.core.exceptions import PermissionDenied
from django.http import Http404

from members.models import Role, User

from .models import Alert, Attachment, IncidentType, IntelligenceReport, Report
from .services import may_withdraw


def get_report(user: User, ref: str) -> Report:
    """Return a report that this user may see, with what its page shows. Raises Http404."""
    report = (
        Report.objects.visible_to(user)
        .filter(ref=ref.upper())
        .select_related(
            "type", "premises", "member", "area", "reporter", "reviewed_by", "duplicate_of", "alert"
        )
        .first()
    )
    if report is None:
        raise Http404
    return report  # type: ignore[no-any-return]


def get_type(code: str) -> IncidentType:
    """Return a type of incident, ended or not, with what its page shows. Raises Http404."""
    kind: IncidentType | None = IncidentType.objects.for_list().filter(code=code).first()
    if kind is None:
        raise Http404
    return kind


def get_exhibit(user: User, name: uuid.UUID) -> Attachment:
    """Return a file as evidence: for the manager, and a business's manager for its own reports.

    Others who see the report see its photos, not the originals with what the camera wrote in them.
    Raises Http404.
    """
    found = Attachment.objects.visible_to(user).filter(uuid=name)
    if user.role == Role.MANAGER:
        found = found.filter(report__member_id=user.member_id)
    elif not user.is_intel:
        raise Http404
    exhibit = found.select_related("report__premises", "added_by__member").first()
    if exhibit is None:
        raise Http404
    return exhibit  # type: ignore[no-any-return]


def get_intelligence(user: User, ref: str) -> IntelligenceReport:
    """Return intelligence that is this user's to read, given or shared. Raises Http404."""
    row = (
        IntelligenceReport.objects.visible_to(user)
        .filter(ref=ref.upper())
        .select_related("area", "submitted_by", "member", "graded_by")
        .first()
    )
    if row is None:
        raise Http404
    return row  # type: ignore[no-any-return]


def get_alert_to_withdraw(user: User, ref: str) -> Alert:
    """Return an alert that is this user's to withdraw. Raises Http404, or PermissionDenied."""
    alert: Alert | None = Alert.objects.visible_to(user).filter(ref=ref.upper()).first()
    if alert is None:
        raise Http404
    if not may_withdraw(user, alert):
        raise PermissionDenied
    return alert
