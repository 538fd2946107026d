"""One row, or 404."""

import datetime as dt

from django.http import Http404

from members.models import SharingRecord, User

from .models import (
    AccessItem,
    AccessPack,
    AccessRequest,
    Complaint,
    DataBody,
    DataBreach,
    RecordKind,
    RetentionHold,
    RetentionRule,
    RetentionRun,
    RightsRequest,
)
from .retention.policy import rule_latest


def get_hold(user: User, pk: int) -> RetentionHold:
    """Return a hold, for the Intelligence Manager alone. Raises Http404."""
    rows = RetentionHold.objects.select_related("subject", "owner", "placed_by", "ended_by")
    found = rows.filter(pk=pk).first() if user.is_intel else None
    if found is None:
        raise Http404
    return found


def get_night(user: User, day: str) -> RetentionRun:
    """Return the run of a night (2026-03-14), for the Intelligence Manager. Raises Http404."""
    try:
        on = dt.date.fromisoformat(day)
    except ValueError as error:
        raise Http404 from error
    found = RetentionRun.objects.filter(on=on).first() if user.is_intel else None
    if found is None:
        raise Http404
    return found


def get_rule(user: User, kind: str) -> RetentionRule:
    """Return the newest rule for a kind of record, for the Intelligence Manager. Raises Http404."""
    if not user.is_intel or kind not in RecordKind.values:
        raise Http404
    return rule_latest(kind)


def get_share(user: User, ref: str) -> SharingRecord:
    """Return an entry of the sharing register, for the Intelligence Manager. Raises Http404."""
    rows = SharingRecord.objects.select_related("shared_by__member")
    found: SharingRecord | None = rows.filter(ref=ref.upper()).first() if user.is_intel else None
    if found is None:
        raise Http404
    return found


def get_request(user: User, ref: str) -> RightsRequest:
    """Return a request about a record, for the Intelligence Manager alone. Raises Http404."""
    rows = RightsRequest.objects.visible_to(user)
    found = rows.select_related("recorded_by", "decided_by").filter(ref=ref.upper()).first()
    if found is None:
        raise Http404
    return found


def get_complaint(user: User, ref: str) -> Complaint:
    """Return a complaint, for the Intelligence Manager alone. Raises Http404."""
    rows = Complaint.objects.visible_to(user).select_related("recorded_by", "decided_by")
    found = rows.filter(ref=ref.upper()).first()
    if found is None:
        raise Http404
    return found


def get_breach(user: User, ref: str) -> DataBreach:
    """Return a data breach, for the Intelligence Manager alone. Raises Http404."""
    rows = DataBreach.objects.visible_to(user).select_related("recorded_by", "closed_by")
    found = rows.filter(ref=ref.upper()).first()
    if found is None:
        raise Http404
    return found


def get_access(user: User, ref: str) -> AccessRequest:
    """Return a request for access, for the Intelligence Manager alone. Raises Http404."""
    rows = AccessRequest.objects.visible_to(user).select_related("recorded_by", "answered_by")
    found = rows.filter(ref=ref.upper()).first()
    if found is None:
        raise Http404
    return found


def get_access_item(user: User, ref: str, pk: int) -> AccessItem:
    """Return what was found for a request, for the Intelligence Manager alone. Raises Http404."""
    found = get_access(user, ref).items.select_related("request").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def get_access_pack(user: User, ref: str) -> AccessPack:
    """Return a pack made for a request, for the Intelligence Manager alone. Raises Http404."""
    rows = AccessPack.objects.select_related("request") if user.is_intel else None
    found = rows.filter(ref=ref.upper()).first() if rows is not None else None
    if found is None:
        raise Http404
    return found


def get_body(user: User, pk: int) -> DataBody:
    """Return a controller or processor, for the Intelligence Manager alone. Raises Http404."""
    found = DataBody.objects.visible_to(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
