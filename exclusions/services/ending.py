"""How notices end: revoked, by their last day, unconfirmed; and what the manager is told before."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from audit.services import record
from common import dates
from exclusions import actions
from exclusions.activity import shown_until
from exclusions.models import Notice
from members.mail import email_queue
from members.models import OutboundEmail, User
from offenders.models import Subject
from offenders.services import profile_until, subject_shown_no_longer


@transaction.atomic
def notice_revoke(*, by: User, notice: Notice, reason: str) -> Notice:
    """Revoke a notice, served or not: nobody sees it in force from this moment.

    Where nothing else holds the person in members' view, their profile goes too. Raises
    ValidationError: no reason, revoked already, or over.
    """
    subject = locked_whole(notice.subject)
    row: Notice = Notice.objects.select_for_update(of=["self"]).get(pk=notice.pk)
    if row.is_over:
        raise ValidationError("This notice is over already.", code="stale")
    row.revoked_at = timezone.now()
    row.revoked_by = by
    row.revoked_reason = reason.strip()
    row.full_clean()
    row.save()
    record(actions.NOTICE_REVOKED, by=by, ref=row.ref, subjects=[row.subject.ref])
    profile_until(
        by=by,
        subject=subject,
        until=shown_until(subject),
        reason=f"{row.ref} was revoked, and nothing else holds the person in view.",
    )
    subject_shown_no_longer(subject=subject)
    return row


def locked_whole(subject: Subject) -> Subject:
    """Return a subject's record, locked: before its notices, as by whoever serves one."""
    row: Subject = Subject.objects.select_for_update(no_key=True).get(pk=subject.pk)
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
    if notice.has_lapsed:
        _lapse_tell(notice)
        return
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


def _lapse_tell(notice: Notice) -> None:
    assert notice.confirm_by is not None
    record(
        actions.NOTICE_LAPSED,
        by=None,
        ref=notice.ref,
        subjects=[notice.subject.ref],
        at=notice.confirm_by.isoformat(),
    )
    email_queue(
        users=User.objects.intel(),
        key=f"lapsed:{notice.ref}",
        template="notice-lapsed",
        context={
            "ref": notice.ref,
            "subject": notice.subject.ref,
            "at": dates.in_full(notice.confirm_by),
            "path": reverse("notice", args=[notice.ref]),
        },
    )
    # Who served it told the person that they are banned, and no longer sees the notice itself.
    email_queue(
        users=User.objects.filter(pk=notice.authorised_by_id),
        key=f"lapsed-served:{notice.ref}",
        template="notice-lapsed",
        context={
            "ref": notice.ref,
            "subject": notice.subject.ref,
            "at": dates.in_full(notice.confirm_by),
            "path": reverse("spot_numbers"),
        },
    )


TOLD_BEFORE = (7, 30)
"""So many days before the last one the manager is told, each once."""


def endings_tell() -> int:
    """Tell the Intelligence Manager of notices that end within 30 and within 7 days.

    Returns of how many it was told now. Each is told once of each, whatever else runs and however
    often: the e-mail's key is unique. A job that is late tells of the nearer day only.
    """
    told = 0
    for notice in Notice.objects.end_undecided().in_force().select_related("subject"):
        assert notice.ends_on is not None
        left = (notice.ends_on - dates.today()).days
        days = next(days for days in TOLD_BEFORE if left <= days)
        key = f"ending:{notice.ref}:{days}"
        if not OutboundEmail.objects.filter(key=key).exists():
            with transaction.atomic():
                _ending_tell(notice, key)
            told += 1
    return told


def _ending_tell(notice: Notice, key: str) -> None:
    assert notice.ends_on is not None
    email_queue(
        users=User.objects.intel(),
        key=key,
        template="notice-ending",
        context={
            "ref": notice.ref,
            "subject": notice.subject.ref,
            "ends": dates.short_date(notice.ends_on),
            "path": reverse("notice", args=[notice.ref]),
        },
    )


@transaction.atomic
def notice_let_go(*, by: User, notice: Notice) -> Notice:
    """Decide that a notice ends by its day and is not renewed; it takes the line off the queue.

    It changes nothing of the notice: it is in force to its last day. Raises ValidationError (code
    "stale"): decided already, not served, or revoked.
    """
    row: Notice = Notice.objects.select_for_update(of=["self"]).get(pk=notice.pk)
    if row.let_go_at is not None or not row.is_served or row.is_revoked:
        raise ValidationError("There is nothing to decide about this notice.", code="stale")
    row.let_go_at = timezone.now()
    row.let_go_by = by
    row.save(update_fields=["let_go_at", "let_go_by"])
    record(actions.NOTICE_LET_GO, by=by, ref=row.ref, subjects=[row.subject.ref])
    return row
