"""The demo's bulletins: two that were sent, with what became of each e-mail, and a draft."""

import datetime as dt
import uuid
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from common import dates
from common.refs import yearly_ref
from dtac.bulletin_presets import preset_versions
from members.models import BouncedAddress, MailKind, OutboundEmail, User
from offenders import actions
from offenders.models import (
    Bulletin,
    BulletinDelivery,
    BulletinProfile,
    NumberSeries,
    ProfileVersion,
)

SPACE = uuid.UUID("0d7c2f6e-9f2b-4c5a-8f54-6a0c1f3b7e02")
REFUSED = "550 5.1.1 No such person at this address"
BOUNCE = "The mailbox is full."
OPENED = 40
"""How many of a bulletin's recipients opened it on the site."""


def load_bulletins(*, users: dict[str, User]) -> None:
    """Make the bulletins of people whom every member sees."""
    seen_by_all = ProfileVersion.objects.live().filter(audience="all").order_by("pk")
    sought = seen_by_all.filter(known=False)
    ending = preset_versions("ending").filter(audience="all")
    drafts = [
        ("Razors and cosmetics: look at the bags", "Please look before the weekend.", 9,
         seen_by_all.filter(known=True)[:5]),
        ("Bans that end this month", "Tell us if you see them: it may count for a new notice.", 2,
         ending[:6]),
        ("Do you know these people?", "", None, sought[:4]),
    ]  # fmt: skip
    by = users["intel@dtac.example"]
    for number, (headline, opening, days, versions) in enumerate(drafts, start=1):
        made = _bulletin(number, by, headline, opening, days)
        BulletinProfile.objects.bulk_create(
            BulletinProfile(
                bulletin=made, subject_id=version.subject_id, version=version, position=place
            )
            for place, version in enumerate(versions)
        )
        if made.sent_at is not None:
            emails = _send(made)
            some = emails[:: max(1, len(emails) // OPENED)]
            _open(made, [email.user_id for email in some if email.user_id])
    _trouble(Bulletin.objects.filter(sent_at__isnull=False).latest("sent_at"), by)


def _bulletin(number: int, by: User, headline: str, opening: str, days: int | None) -> Bulletin:
    year = dates.today().year
    NumberSeries.objects.update_or_create(prefix="BUL", year=year, defaults={"last": number})
    sent_at = timezone.now() - dt.timedelta(days=days) if days else None
    return Bulletin.objects.create(
        ref=yearly_ref("BUL", year, number, digits=4),
        client_id=uuid.uuid5(SPACE, str(number)),
        headline=headline,
        opening=opening,
        created_by=by,
        sent_at=sent_at,
        sent_by=by if sent_at else None,
        queued_at=sent_at,
        mail_over_at=sent_at,
    )


def _send(made: Bulletin) -> list[OutboundEmail]:
    """Make a delivery for each recipient, long since accepted by the mail server."""
    assert made.sent_at is not None
    about = {
        "ref": made.ref,
        "headline": made.headline,
        "path": reverse("bulletin", args=[made.ref]),
    }
    recipients: QuerySet[User] = User.objects.bulletin_recipients().order_by("pk")
    emails = OutboundEmail.objects.bulk_create(
        [
            OutboundEmail(
                user=user,
                key=f"bulletin:{made.ref}",
                kind=MailKind.BULLETIN,
                template="bulletin",
                context=about,
                for_readers=True,
                message_id=f"<{uuid.uuid5(SPACE, f'{made.ref}/{user.pk}')}@dtac.example>",
                state=OutboundEmail.State.SENT,
                due_at=made.sent_at,
                sent_at=made.sent_at,
                attempts=1,
            )
            for user in recipients
        ],
        batch_size=2000,
    )
    OutboundEmail.objects.filter(key=f"bulletin:{made.ref}").update(created_at=F("due_at"))
    BulletinDelivery.objects.bulk_create(
        [
            BulletinDelivery(bulletin=made, user_id=email.user_id, email=email)
            for email in emails
            if email.user_id
        ],
        batch_size=2000,
    )
    return emails


def _open(made: Bulletin, readers: list[int]) -> None:
    """Log that some opened it, a few minutes apart."""
    assert made.sent_at is not None
    refs = list(made.entries.values_list("subject__ref", flat=True))
    people = User.objects.filter(pk__in=readers).select_related("member")
    Event.objects.bulk_create(
        Event(
            at=made.sent_at + dt.timedelta(minutes=7 * place),
            action=actions.BULLETIN_VIEWED.code,
            is_read=True,
            actor_id=user.pk,
            actor_name=user.audit_name,
            actor_role=user.role,
            member_id=user.member_id,
            member_name=user.audit_member_name,
            record=made.ref,
            subjects=sorted(refs),
        )
        for place, user in enumerate(people.order_by("pk"), start=1)
    )


def _trouble(made: Bulletin, by: User) -> None:
    """Let one address refuse the last bulletin, and another have sent it back."""
    assert made.sent_at is not None
    deliveries: Any = made.deliveries.select_related("email", "user").order_by("-pk")
    refused, bounced = deliveries[:2]
    ended = made.sent_at + dt.timedelta(minutes=3)
    OutboundEmail.objects.filter(pk=refused.email_id).update(
        state=OutboundEmail.State.FAILED, sent_at=None, ended_at=ended, last_error=REFUSED
    )
    OutboundEmail.objects.filter(pk=bounced.email_id).update(
        state=OutboundEmail.State.BOUNCED, ended_at=ended, last_error=BOUNCE
    )
    BouncedAddress.objects.create(
        address=bounced.user.email.lower(),
        user=bounced.user,
        reason=BOUNCE,
        marked_at=ended,
        marked_by=by,
    )
