"""Notices that a member manager serves at the arrest itself, and the manager confirms."""

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import constraint_messages
from common.refs import yearly_ref
from exclusions import actions
from exclusions.models import (
    ExclusionPolicy,
    Notice,
    NoticeCounter,
    NoticeGround,
    SignedCopy,
    SpotNumber,
)
from exclusions.policy import policy_kept
from exclusions.premises import premises_list_current
from incidents.models import Involvement, Report
from members.mail import email_queue
from members.models import Member, Role, User
from members.querysets import authorities_of
from offenders.models import Subject
from offenders.publication import ADULT, needs_override
from offenders.services import locked_subject, profiles_active, subject_create

from .raising import Asked, asked_of, check_asked, check_grounds
from .serving import Service
from .signed import Uploads, copies_save, with_copies

MOST_NUMBERS = 20
"""Free numbers that one member may hold."""
TOO_YOUNG = "Somebody under 18 is not excluded on the spot. Ask the manager."


@transaction.atomic
def numbers_issue(*, by: User, member: Member, count: int) -> list[SpotNumber]:
    """Give out numbers for notices on the spot, and return them.

    Raises ValidationError: the protocol has no such notices, the member has not signed the
    authorisation, or it would hold too many.
    """
    if not policy_kept().confirm_hours:
        raise ValidationError("The protocol allows no notices on the spot.")
    Member.objects.select_for_update().get(pk=member.pk)
    if not authorities_of(member.pk).exists():
        raise ValidationError({"member": "This business has not signed the authorisation."})
    held = SpotNumber.objects.filter(member=member, notice=None, voided_at=None).count()
    if count < 1 or held + count > MOST_NUMBERS:
        raise ValidationError(
            {"count": f"It has {held} already. A business can hold {MOST_NUMBERS} at most."}
        )
    now = timezone.now()
    year = dates.london_date(now).year
    first = NoticeCounter.take("EXC", year, count=count)
    rows = SpotNumber.objects.bulk_create(
        SpotNumber(
            ref=yearly_ref("EXC", year, number, digits=4),
            member=member,
            issued_at=now,
            issued_by=by,
        )
        for number in range(first, first + count)
    )
    record(actions.NUMBERS_ISSUED, by=by, ref=rows[0].ref, member=member.slug, count=count)
    return rows


@transaction.atomic
def number_void(*, by: User, number: SpotNumber, reason: str) -> SpotNumber:
    """Take a number back that was not used. Raises ValidationError: no reason, or not free."""
    row = SpotNumber.objects.select_for_update().get(pk=number.pk)
    if not row.is_free:
        raise ValidationError("This number was used or taken back already.", code="stale")
    if not reason.strip():
        raise ValidationError({"reason": "Say why it is taken back."})
    row.voided_at, row.voided_by, row.voided_reason = timezone.now(), by, reason.strip()
    row.full_clean()
    row.save()
    record(actions.NUMBER_VOIDED, by=by, ref=row.ref)
    return row


@dataclass(frozen=True)
class Spot:
    """What a member manager wrote on the paper: who, born when, and why."""

    name: str
    date_of_birth: dt.date
    reason: str


def arrests_of(member_id: int, *, hours: int = 72) -> "QuerySet[Report]":
    """Return a member's own incidents with an arrest, of the last hours, newest first."""
    since = timezone.now() - dt.timedelta(hours=hours)
    rows = Report.objects.filter(
        member=member_id,
        kind=Report.Kind.INCIDENT,
        outcome=Report.Outcome.ARRESTED,
        occurred_at__gte=since,
    ).exclude(status__in=[Report.Status.REJECTED, Report.Status.DUPLICATE])
    found: QuerySet[Report] = rows.select_related("type", "premises").order_by("-occurred_at")
    return found


def notice_serve_on_the_spot(
    *,
    by: User,
    number: SpotNumber,
    person: Involvement,
    spot: Spot,
    service: Service,
    signed: Uploads = (),
) -> Notice:
    """Serve a numbered notice at an arrest. It is in force from service and to be confirmed.

    Unconfirmed it lapses after the protocol's hours. Somebody in the report whom no record is
    linked to gets a working record from what is on the paper; the manager sees to the rest.
    `signed` are pages of the copy that was signed.

    Raises PermissionDenied if the number or the report isn't this user's; ValidationError: the
    number used (code "stale"), no arrest of the last three days, under 18, in the future or before
    the arrest, no authorisation held, a page that can't be kept, or another notice covers some of
    the days.
    """

    def save(copies: list[SignedCopy]) -> Notice:
        notice = _serve_on_the_spot(by, number, person, spot, service)
        copies_save(by, notice, copies)
        return notice

    return with_copies(by, signed, save)


def _serve_on_the_spot(
    by: User, number: SpotNumber, person: Involvement, spot: Spot, service: Service
) -> Notice:
    policy = policy_kept()
    row = SpotNumber.objects.select_for_update().get(pk=number.pk)
    report = Report.objects.select_for_update().get(pk=person.report_id)
    if by.role != Role.MANAGER or by.member_id != row.member_id:
        raise PermissionDenied
    if report.member_id != by.member_id:
        raise PermissionDenied
    if not row.is_free:
        raise ValidationError({"number": "This number was used already."}, code="stale")
    _check_spot(policy.confirm_hours, by, report, spot, service)
    subject = _subject_of(by, person, spot)
    if needs_override(subject):  # whatever day of birth was written on the paper
        raise ValidationError({"date_of_birth": TOO_YOUNG})
    notice = Notice(
        ref=row.ref,
        subject=subject,
        reason=spot.reason.strip(),
        raised_at=service.served_at,
        authorised_by=by,
        policy=policy,
        premises_list=premises_list_current(),
        printed_name=spot.name.strip(),
        served_at=service.served_at,
        ends_on=dates.last_day_of_year_from(dates.london_date(service.served_at)),
        service_method=service.method,
        served_by=service.served_by,
        service_premises=service.premises,
        service_recorded_at=timezone.now(),
        service_recorded_by=by,
        confirm_by=service.served_at + dt.timedelta(hours=policy.confirm_hours),
        matters="",  # the manager asks, to confirm it
    )
    notice.full_clean()
    with constraint_messages(Notice):
        notice.save()
    NoticeGround.objects.create(notice=notice, report=report)
    row.notice = notice
    row.save(update_fields=["notice"])
    assert notice.confirm_by is not None
    record(
        actions.NOTICE_ON_THE_SPOT,
        by=by,
        ref=notice.ref,
        subjects=[subject.ref],
        grounds=[report.ref],
        confirm_by=notice.confirm_by.isoformat(),
    )
    profiles_active(subjects=[subject.pk], at=service.served_at)
    return notice


def _check_spot(hours: int, by: User, report: Report, spot: Spot, service: Service) -> None:
    now = timezone.now()
    if not hours:
        raise ValidationError("The protocol allows no notices on the spot. Ask the manager.")
    if not authorities_of(by.member_id).exists():
        raise ValidationError("Your business has not signed the authorisation to exclude.")
    if not any(report.pk == row.pk for row in arrests_of(by.member_id)):
        raise ValidationError({"person": "Choose an arrest of the last three days."})
    if spot.date_of_birth > dates.today() or _age(spot.date_of_birth) < ADULT:
        raise ValidationError({"date_of_birth": TOO_YOUNG})
    if service.served_at > now:
        raise ValidationError({"served_at": "This is in the future."})
    if service.served_at < report.occurred_at.replace(second=0, microsecond=0):
        raise ValidationError({"served_at": "This is before the arrest."})
    if service.served_at <= now - dt.timedelta(hours=hours):
        raise ValidationError({"served_at": "This is too long ago: it would have lapsed."})


def _age(born: dt.date) -> int:
    today = dates.today()
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _subject_of(by: User, person: Involvement, spot: Spot) -> Subject:
    """Return the record of somebody in a report; made from the paper where there is none."""
    # Its report is locked, so nobody links this person at the same moment.
    held = Involvement.objects.select_related("subject").get(pk=person.pk)
    if held.subject is not None:
        locked: Subject = locked_subject(held.subject)
        return locked
    fields = {
        "status": Subject.Status.KNOWN,
        "name": spot.name.strip(),
        "date_of_birth": spot.date_of_birth,
        "sex": held.sex,
        "height": held.height,
        "build": held.build,
        "hair": held.hair,
        "marks": held.marks,
        "description": held.description,
    }
    subject = subject_create(by=by, fields=fields)
    held.subject = subject
    held.confidence = Involvement.Confidence.CONFIRMED
    held.save(update_fields=["subject", "confidence"])
    return subject


@transaction.atomic
def notice_confirm(*, by: User, notice: Notice, asked: Asked) -> Notice:
    """Confirm a notice that was served on the spot: it holds for its twelve months.

    The incident it rests on must be accepted, as that of any notice; what has to be asked is
    answered now. Raises ValidationError: lapsed, revoked or confirmed already (code "stale"), or
    the grounds don't hold.
    """
    grounds = list(Report.objects.select_for_update().filter(notices=notice).order_by("pk"))
    subject = locked_subject(notice.subject)
    row: Notice = Notice.objects.select_for_update(of=["self"]).get(pk=notice.pk)
    if not row.is_to_confirm:
        raise ValidationError("There is nothing to confirm any more.", code="stale")
    assert row.policy is not None
    try:
        check_grounds(subject, grounds, row.below_threshold_reason, row.policy)
    except ValidationError as error:
        raise ValidationError(_why_not(error, row.policy)) from error
    if needs_override(subject):  # found out since; what it says of them is frozen
        raise ValidationError(
            "This person is under 18 or may be. Revoke this notice; raise another if one is right."
        )
    check_asked(subject, asked)
    kept = asked_of(subject, asked)
    row.confirmed_at = timezone.now()
    row.confirmed_by = by
    row.matters, row.matters_words = kept["matters"], kept["matters_words"]
    row.conflict = kept["conflict"]
    row.full_clean()
    with constraint_messages(Notice):
        row.save()
    # Whoever confirms it has a part in it, also where the appeal came in before.
    row.appeals.open().filter(confirmed_by=None).update(confirmed_by=by)
    record(actions.NOTICE_CONFIRMED, by=by, ref=row.ref, subjects=[subject.ref])
    email_queue(
        users=User.objects.filter(pk=row.authorised_by_id),
        key=f"confirmed:{row.ref}",
        template="notice-confirmed",
        context={"ref": row.ref, "path": reverse("notice", args=[row.ref])},
    )
    return row


def _why_not(error: ValidationError, policy: ExclusionPolicy) -> str:
    if "below_threshold_reason" in error.error_dict:
        return (
            "As it was reviewed, the incident it rests on is below the scheme’s threshold"
            f" ({policy.threshold_words()}). Revoke this notice; raise another if one is right."
        )
    return "The incident it rests on is not accepted for this person. Review it first."
