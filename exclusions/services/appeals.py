"""Appeals: received, acknowledged, decided by others, told."""

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import constraint_messages
from common.refs import yearly_ref
from exclusions import actions
from exclusions.models import Appeal, AppealPanelMember, Notice, NoticeCounter
from exclusions.policy import policy_kept
from exclusions.querysets import breaches
from incidents.models import Report
from members.mail import email_queue
from members.models import Role, User

from .ending import locked_whole, notice_revoke

QUIET_MONTHS = 6
"""After so many months without an incident an early review may be asked for (behaviour 24)."""


@dataclass(frozen=True)
class AppealInput:
    """An appeal as it came in."""

    kind: str
    received_on: dt.date
    received_how: str
    words: str


@transaction.atomic
def appeal_receive(*, by: User, notice: Notice, data: AppealInput) -> Appeal:
    """Type in an appeal. The notice stays in force until it is decided.

    Raises ValidationError: the notice was not served or is over, one is open already, in the
    future or before service, or an early review that is asked for too soon.
    """
    policy = policy_kept()
    row: Notice = Notice.objects.select_for_update(of=["self"]).get(pk=notice.pk)
    if row.state != "in_force" or row.served_at is None:
        raise ValidationError("Only a notice in force can be appealed against.", code="stale")
    if data.received_on > dates.today():
        raise ValidationError({"received_on": "This is in the future."})
    if data.received_on < dates.london_date(row.served_at):
        raise ValidationError({"received_on": "This is before the notice was served."})
    if data.kind == Appeal.Kind.EARLY_REVIEW:
        _check_quiet(row)
    now = timezone.now()
    year = dates.london_date(now).year
    appeal = Appeal(
        ref=yearly_ref("APP", year, NoticeCounter.take("APP", year), digits=4),
        notice=row,
        kind=data.kind,
        received_on=data.received_on,
        received_how=data.received_how,
        words=data.words.strip(),
        recorded_at=now,
        recorded_by=by,
        authorised_by=row.authorised_by,
        confirmed_by=row.confirmed_by,
        acknowledge_by=data.received_on + dt.timedelta(days=policy.acknowledge_days),
        decide_by=data.received_on + dt.timedelta(days=policy.decide_days),
    )
    appeal.full_clean()
    with constraint_messages(Appeal), transaction.atomic():
        appeal.save()
    record(
        actions.APPEAL_RECEIVED,
        by=by,
        ref=appeal.ref,
        subjects=[row.subject.ref],
        notice=row.ref,
        kind=appeal.kind,
    )
    return appeal


def _check_quiet(notice: Notice) -> None:
    """Raise ValidationError unless the last six months brought no incident and no breach."""
    assert notice.served_at is not None
    since = dates.add_months(dates.today(), -QUIET_MONTHS)
    if dates.london_date(notice.served_at) > since:
        raise ValidationError(
            {"kind": f"An early review can be asked for {QUIET_MONTHS} months after service."}
        )
    about = Report.objects.accepted_incidents().filter(
        people__subject=notice.subject_id, occurred_on__gt=since
    )
    broken = breaches().filter(subject=notice.subject_id, report__occurred_on__gt=since)
    if about.exists() or broken.exists():
        raise ValidationError({"kind": "There were incidents or breaches in the last six months."})


def _locked(appeal: Appeal) -> Appeal:
    """Return the open appeal, locked. Raises ValidationError (code "stale") for one that is not."""
    row: Appeal = Appeal.objects.select_for_update(of=["self"]).get(pk=appeal.pk)
    if not row.is_open:
        raise ValidationError("This appeal was decided or taken back already.", code="stale")
    return row


def _subject(appeal: Appeal) -> list[str]:
    return [appeal.notice.subject.ref]


@transaction.atomic
def appeal_acknowledge(*, by: User, appeal: Appeal, on: dt.date) -> Appeal:
    """Record the day on which the person was told that their appeal came in."""
    row = _locked(appeal)
    if row.acknowledged_on is not None:
        raise ValidationError("This is recorded already.", code="stale")
    if on > dates.today():
        raise ValidationError({"on": "This is in the future."})
    if on < row.received_on:
        raise ValidationError({"on": "This is before the appeal came in."})
    row.acknowledged_on = on
    row.full_clean()
    row.save()
    record(actions.APPEAL_ACKNOWLEDGED, by=by, ref=row.ref, subjects=_subject(row))
    return row


@transaction.atomic
def appeal_panel_add(*, by: User, appeal: Appeal, user: User) -> AppealPanelMember:
    """Ask a member of the Board to decide an appeal; they see its case file from now on.

    Raises ValidationError: not of the Board, had a part in the notice, or was asked already.
    """
    row = _locked(appeal)
    if user.role != Role.BOARD or not user.is_active:
        raise ValidationError({"user": "Only members of the Board decide appeals."})
    if user.pk in (row.authorised_by_id, row.confirmed_by_id):
        raise ValidationError({"user": "They had a part in the notice. Choose somebody else."})
    member = AppealPanelMember(appeal=row, user=user, added_at=timezone.now(), added_by=by)
    member.full_clean()
    with constraint_messages(AppealPanelMember), transaction.atomic():
        member.save()
    record(actions.APPEAL_PANEL_ADDED, by=by, ref=row.ref, subjects=_subject(row), user=user.email)
    email_queue(
        users=[user],
        key=f"appeal:{row.ref}",
        template="appeal-to-decide",
        context={
            "ref": row.ref,
            "by": dates.short_date(row.decide_by),
            "path": reverse("appeal", args=[row.ref]),
        },
    )
    return member


def _place(by: User, appeal: Appeal) -> AppealPanelMember:
    """Return this user's place on the panel. Raises PermissionDenied where they have none."""
    place: AppealPanelMember | None = appeal.panel.filter(user=by, declined_at=None).first()
    if place is None or by.role != Role.BOARD:
        raise PermissionDenied
    return place


@transaction.atomic
def appeal_decline(*, by: User, appeal: Appeal, reason: str) -> AppealPanelMember:
    """Stand back from an appeal, such as for knowing the person; the case is out of sight then."""
    row = _locked(appeal)
    place = _place(by, row)
    if not reason.strip():
        raise ValidationError({"reason": "Say why you stand back."})
    place.declined_at, place.declined_reason = timezone.now(), reason.strip()
    place.full_clean()
    place.save()
    record(actions.APPEAL_DECLINED, by=by, ref=row.ref, subjects=_subject(row))
    return place


@transaction.atomic
def appeal_decide(*, by: User, appeal: Appeal, decision: str, reasons: str) -> Appeal:
    """Decide an appeal. Upheld, the notice ends at once, everywhere.

    Raises PermissionDenied for who is not on its panel, ValidationError: decided already (code
    "stale"), no reasons, or decided by who decided the notice.
    """
    # In the order of whoever revokes: the subject, the notice; then its appeal.
    locked_whole(appeal.notice.subject)
    notice: Notice = Notice.objects.select_for_update(of=["self"]).get(pk=appeal.notice_id)
    row = _locked(appeal)
    _place(by, row)
    if decision not in Appeal.Decision.values:
        raise ValidationError({"decision": "Choose what is decided."})
    if not reasons.strip():
        raise ValidationError({"reasons": "Write the reasons. The letter gives them."})
    row.decision, row.reasons = decision, reasons.strip()
    row.decided_at, row.decided_by = timezone.now(), by
    row.full_clean()
    with constraint_messages(Appeal), transaction.atomic():
        row.save()
    record(actions.APPEAL_DECIDED, by=by, ref=row.ref, subjects=_subject(row), decision=decision)
    if decision == Appeal.Decision.UPHELD and not notice.is_over:
        notice_revoke(by=by, notice=notice, reason=f"{row.get_kind_display()} {row.ref} upheld.")
    email_queue(
        users=User.objects.intel(),
        key=f"appeal-decided:{row.ref}",
        template="appeal-decided",
        context={"ref": row.ref, "path": reverse("appeal", args=[row.ref])},
    )
    return row


@transaction.atomic
def appeal_withdraw(*, by: User, appeal: Appeal, on: dt.date) -> Appeal:
    """Record that the person took their appeal back. Raises ValidationError: not open, the day."""
    row = _locked(appeal)
    if not row.received_on <= on <= dates.today():
        raise ValidationError({"on": "Enter a day from when it came in until today."})
    row.withdrawn_on = on
    row.full_clean()
    row.save()
    record(actions.APPEAL_WITHDRAWN, by=by, ref=row.ref, subjects=_subject(row))
    return row


@transaction.atomic
def appeal_tell(*, by: User, appeal: Appeal, on: dt.date) -> Appeal:
    """Record the day on which the outcome was sent. Raises ValidationError: none, told, the day."""
    row: Appeal = Appeal.objects.select_for_update(of=["self"]).get(pk=appeal.pk)
    if not row.decision or row.told_on is not None or row.decided_at is None:
        raise ValidationError("There is no outcome to send.", code="stale")
    if not dates.london_date(row.decided_at) <= on <= dates.today():
        raise ValidationError({"on": "Enter a day from the decision until today."})
    row.told_on = on
    row.full_clean()
    row.save()
    record(actions.APPEAL_TOLD, by=by, ref=row.ref, subjects=_subject(row))
    return row
