"""Writes of the exclusions app."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import constraint_messages, once
from common.refs import yearly_ref
from incidents.models import Report
from members.mail import email_queue
from members.models import Premises, User
from offenders.models import Subject
from offenders.services import locked_subject, profiles_active

from . import actions
from .models import ExclusionPolicy, Notice, NoticeCounter, NoticeGround, ServiceAttempt
from .policy import policy_kept, threshold_met
from .premises import premises_list_current


def citable_reports(subject: Subject) -> list[Report]:
    """Return the accepted incidents of a subject that a notice may cite, newest first."""
    reports = Report.objects.accepted_incidents().filter(people__subject=subject)
    return list(reports.select_related("type", "premises").order_by("-occurred_at"))


def _check_grounds(
    subject: Subject,
    reports: Sequence[Report],
    below_threshold_reason: str,
    policy: ExclusionPolicy,
) -> None:
    citable = {report.pk for report in citable_reports(subject)}
    if not reports:
        raise ValidationError({"grounds": "Choose at least one incident."})
    if {report.pk for report in reports} - citable:
        raise ValidationError({"grounds": "Cite accepted incidents of this person only."})
    if not threshold_met(reports, policy) and not below_threshold_reason.strip():
        raise ValidationError(
            {
                "below_threshold_reason": (
                    "These incidents are below the scheme's threshold"
                    f" ({policy.threshold_words()}). Say why a notice is right all the same."
                )
            }
        )


@transaction.atomic
def notice_raise(
    *,
    by: User,
    subject: Subject,
    reports: Sequence[Report],
    reason: str,
    below_threshold_reason: str = "",
) -> Notice:
    """Raise and authorise a notice, ready to be served. It is not in force yet.

    What it says is frozen with it: reason, protocol, list of premises, the name on it.

    Raises ValidationError: a record that became part of another, nothing cited, an incident that
    isn't this subject's or not accepted, the threshold not met and no reason given, or a notice
    still to be served.
    """
    # What it rests on stands still while it is judged: reports first, the lowest key first, as
    # whoever takes a decision about them back.
    keys = [report.pk for report in reports]
    list(Report.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
    locked_subject(subject)
    policy = policy_kept()
    _check_grounds(subject, reports, below_threshold_reason, policy)
    now = timezone.now()
    year = dates.london_date(now).year
    notice = Notice(
        ref=yearly_ref("EXC", year, NoticeCounter.take("EXC", year), digits=4),
        subject=subject,
        reason=reason,
        below_threshold_reason=below_threshold_reason.strip(),
        raised_at=now,
        authorised_by=by,
        policy=policy,
        premises_list=premises_list_current(),
        printed_name=subject.shown_name,
    )
    notice.full_clean()
    with constraint_messages(Notice):
        notice.save()
    NoticeGround.objects.bulk_create(
        NoticeGround(notice=notice, report=report) for report in reports
    )
    record(
        actions.NOTICE_RAISED,
        by=by,
        ref=notice.ref,
        subjects=[subject.ref],
        grounds=[report.ref for report in reports],
    )
    return notice


@dataclass(frozen=True)
class Service:
    """How, when and by whom a notice was served."""

    served_at: dt.datetime
    method: str
    served_by: str
    premises: Premises | None = None


@transaction.atomic
def notice_record_service(*, by: User, notice: Notice, service: Service) -> Notice:
    """Record service. From that moment the notice is in force, for twelve calendar months.

    Raises ValidationError: in the future, before it was raised, served already (code "stale"), or
    another notice covers some of the days; PermissionDenied if it isn't this user's to serve.
    """
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


@transaction.atomic
def notice_revoke(*, by: User, notice: Notice, reason: str) -> Notice:
    """Revoke a notice, served or not: nobody sees it in force from this moment.

    Raises ValidationError: no reason, revoked already, or over.
    """
    row: Notice = Notice.objects.select_for_update(of=["self"]).get(pk=notice.pk)
    if row.is_revoked or row.state == "expired":
        raise ValidationError("This notice is over already.", code="stale")
    row.revoked_at = timezone.now()
    row.revoked_by = by
    row.revoked_reason = reason.strip()
    row.full_clean()
    row.save()
    record(actions.NOTICE_REVOKED, by=by, ref=row.ref, subjects=[row.subject.ref])
    return row


def expiries_record() -> int:
    """Note each notice that ended, once, and tell the Intelligence Manager; return how many.

    Nobody's view depends on it. Two workers at once, twice, or days late: the conditional update
    lets one of them win each row, and the e-mail's key is unique.
    """
    done = 0
    for pk in list(Notice.objects.to_record_expiry().values_list("pk", flat=True)):
        with transaction.atomic():
            won = (
                Notice.objects.to_record_expiry()
                .filter(pk=pk)
                .update(expiry_recorded_at=timezone.now())
            )
            if won:
                _expiry_tell(Notice.objects.select_related("subject").get(pk=pk))
                done += 1
    return done


def _expiry_tell(notice: Notice) -> None:
    assert notice.ends_on is not None
    record(
        actions.NOTICE_EXPIRED,
        by=None,
        ref=notice.ref,
        subjects=[notice.subject.ref],
        ended_on=notice.ends_on.isoformat(),
    )
    email_queue(
        users=User.objects.intel(),
        key=f"expired:{notice.ref}",
        template="notice-expired",
        context={
            "ref": notice.ref,
            "subject": notice.subject.ref,
            "ended": dates.short_date(notice.ends_on),
            "path": reverse("notice", args=[notice.ref]),
        },
    )
