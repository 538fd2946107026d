"""Serving notices: from service on a notice is in force; attempts that failed change nothing."""

import datetime as dt
import uuid
from dataclasses import asdict, dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import constraint_messages, once
from exclusions import actions
from exclusions.models import Notice, ServiceAttempt, SignedCopy
from members.models import Premises, User
from offenders.models import Subject
from offenders.services import profiles_active

from .raising import check_still_citable
from .signed import Uploads, copies_save, with_copies


@dataclass(frozen=True)
class Service:
    """How, when and by whom a notice was served."""

    served_at: dt.datetime
    method: str
    served_by: str
    premises: Premises | None = None


def notice_record_service(
    *, by: User, notice: Notice, service: Service, signed: Uploads = ()
) -> Notice:
    """Record service. From that moment the notice is in force, for twelve calendar months.

    `signed` are pages of the copy that was signed: all are kept with it, or nothing is recorded.

    Raises ValidationError: in the future, before it was raised, served already (code "stale"), a
    page that can't be kept, or another notice covers some of the days; PermissionDenied if it isn't
    this user's to serve.
    """
    return with_copies(by, signed, lambda copies: _serve(by, notice, service, copies))


def _serve(by: User, notice: Notice, service: Service, copies: list[SignedCopy]) -> Notice:
    Subject.objects.select_for_update().get(pk=notice.subject_id)
    row: Notice = Notice.objects.select_for_update(of=["self"]).get(pk=notice.pk)
    if row.is_served or row.is_revoked:
        raise ValidationError("This notice was served or revoked already.", code="stale")
    if not Notice.objects.servable_by(by).filter(pk=row.pk).exists():
        raise PermissionDenied
    if service.served_at > timezone.now():
        raise ValidationError({"served_at": "This is in the future."})
    if service.served_at < row.raised_at.replace(second=0, microsecond=0):
        raise ValidationError({"served_at": "This is before the notice was raised."})
    check_still_citable(row.subject, row, what="Revoke this notice; raise another if it is right.")
    # The form knows minutes only: served in the minute it was raised is served after it.
    row.served_at = max(service.served_at, row.raised_at)
    row.ends_on = dates.last_day_of_year_from(dates.london_date(row.served_at))
    row.service_method = service.method
    row.served_by = service.served_by
    row.service_premises = service.premises
    row.service_recorded_at = timezone.now()
    row.service_recorded_by = by
    row.full_clean()
    with constraint_messages(Notice):
        row.save()
    record(
        actions.NOTICE_SERVED,
        by=by,
        ref=row.ref,
        subjects=[row.subject.ref],
        served_at=row.served_at.isoformat(),
        method=service.method,
        until=row.ends_on.isoformat(),
    )
    copies_save(by, row, copies)
    profiles_active(subjects=[row.subject_id], at=row.served_at)
    return row


@dataclass(frozen=True)
class Attempt:
    """An attempt to serve that failed: when, where, by whom, and why it did."""

    attempted_at: dt.datetime
    place: str
    attempted_by: str
    outcome: str


def attempt_record(
    *, by: User, notice: Notice, attempt: Attempt, client_id: uuid.UUID
) -> ServiceAttempt:
    """Record that a notice could not be served; the same `client_id` again is the same attempt.

    Raises ValidationError: served or revoked already (code "stale"), in the future, before the
    notice was raised; PermissionDenied if it isn't this user's to serve.
    """
    return once(ServiceAttempt, client_id, lambda: _note_attempt(by, notice, attempt, client_id))


def _note_attempt(
    by: User, notice: Notice, attempt: Attempt, client_id: uuid.UUID
) -> ServiceAttempt:
    row: Notice = Notice.objects.select_for_update(of=["self"]).get(pk=notice.pk)
    if row.is_served or row.is_revoked:
        raise ValidationError("This notice was served or revoked already.", code="stale")
    if not Notice.objects.servable_by(by).filter(pk=row.pk).exists():
        raise PermissionDenied
    if attempt.attempted_at > timezone.now():
        raise ValidationError({"attempted_at": "This is in the future."})
    if attempt.attempted_at < row.raised_at.replace(second=0, microsecond=0):
        raise ValidationError({"attempted_at": "This is before the notice was raised."})
    made = ServiceAttempt(
        notice=row,
        client_id=client_id,
        recorded_at=timezone.now(),
        recorded_by=by,
        **asdict(attempt),
    )
    made.full_clean()
    made.save()
    record(
        actions.ATTEMPT_RECORDED,
        by=by,
        ref=row.ref,
        subjects=[row.subject.ref],
        at=attempt.attempted_at.isoformat(),
    )
    return made
