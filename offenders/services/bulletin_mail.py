"""A bulletin's e-mails: one for each recipient, counted to the last, and what was not delivered."""

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from audit.services import record
from members.audience import users_of_audience
from members.mail import email_queue
from members.models import MailKind, OutboundEmail, User
from members.services import bounce_mark
from offenders import actions
from offenders.models import Bulletin, BulletinDelivery
from offenders.querysets import BULLETIN_MAIL


@transaction.atomic
def bulletin_queue(*, bulletin_id: int) -> int:
    """Make one delivery and e-mail for each recipient of a sent bulletin; return how many.

    Run twice, it changes nothing: the row says when it was done, and keys are unique.
    """
    row = Bulletin.objects.select_for_update(of=("self",)).get(pk=bulletin_id)
    if row.sent_at is None or row.queued_at is not None:
        return 0
    emails = email_queue(
        users=User.objects.bulletin_recipients().filter(users_of_audience(row)),
        key=f"{BULLETIN_MAIL}{row.ref}",
        template="bulletin",
        kind=MailKind.BULLETIN,
        for_readers=True,
        context={
            "ref": row.ref,
            "headline": row.headline,
            "path": reverse("bulletin", args=[row.ref]),
        },
    )
    BulletinDelivery.objects.bulk_create(
        [
            BulletinDelivery(bulletin=row, user_id=email.user_id, email=email)
            for email in emails
            if email.user_id
        ],
        batch_size=1000,
    )
    row.queued_at = timezone.now()
    row.save(update_fields=["queued_at"])
    record(actions.BULLETIN_QUEUED, by=None, ref=row.ref, recipients=len(emails))
    return len(emails)


@transaction.atomic
def bulletin_mail_end(*, bulletin_id: int) -> bool:
    """Note that a bulletin's last e-mail is over; return whether this call did.

    What was refused or given up is told to the manager then, in one e-mail for the whole bulletin.
    """
    row = Bulletin.objects.select_for_update(of=("self",)).get(pk=bulletin_id)
    if row.queued_at is None or row.mail_over_at is not None:
        return False
    if row.deliveries.filter(email__state__in=OutboundEmail.OPEN).exists():
        return False
    row.mail_over_at = timezone.now()
    row.save(update_fields=["mail_over_at"])
    counts = row.deliveries.counts()
    told = {name: counts[name] for name in ("all", "sent", "failed", "given_up", "left_out")}
    record(actions.BULLETIN_MAIL_OVER, by=None, ref=row.ref, **told)
    if counts["failed"] or counts["given_up"]:
        email_queue(
            users=User.objects.intel(),
            key=f"bulletin-problems:{row.ref}",
            template="bulletin-problems",
            context={
                "ref": row.ref,
                "path": reverse("bulletin_deliveries", args=[row.ref]),
                **told,
            },
        )
    return True


@transaction.atomic
def bulletin_problems_seen(*, by: User, bulletin: Bulletin) -> None:
    """Take what was not delivered, or was stopped, off the work queue until there is more."""
    row = Bulletin.objects.select_for_update(of=("self",)).get(pk=bulletin.pk)
    row.problems_seen_at = timezone.now()
    row.save(update_fields=["problems_seen_at"])
    record(actions.BULLETIN_PROBLEMS_SEEN, by=by, ref=row.ref)


@transaction.atomic
def delivery_bounced(*, by: User, delivery: BulletinDelivery, reason: str) -> None:
    """Say that a bulletin's e-mail came back: its address gets no more mail until it is cleared.

    Raises ValidationError as bounce_mark() does.
    """
    bounce_mark(by=by, user=delivery.user, reason=reason, email=delivery.email)
