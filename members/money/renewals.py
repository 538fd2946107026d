"""Renewals: told of before, once each; and members that lapse when money stays due too long."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from audit.services import record
from common import dates
from members import actions
from members.mail import email_queue, email_queue_to
from members.models import (
    Invoice,
    Member,
    OutboundEmail,
    RenewalReminder,
    Subscription,
    User,
)
from members.pipeline import member_lapse

from .accounts import overdue_since, since_of
from .invoices import billing_addresses

TOLD_BEFORE: Final = (60, 30, 7)
"""How many days before a subscription ends its member is told."""
LAPSE_WARNING: Final = -1
WARNED_FOR: Final = dt.timedelta(days=14)
"""How long before a member lapses by itself it is told so."""


def ending(*, within: int = max(TOLD_BEFORE)) -> QuerySet[Subscription]:
    """Return subscriptions of members that end within so many days and are the last there is."""
    today = dates.today()
    last = Subscription.objects.last_of_each().filter(member__status=Member.Status.ACTIVE)
    found = last.filter(ends_on__range=(today, today + dt.timedelta(days=within)))
    return found.select_related("member").order_by("ends_on", "pk")


def renewals_remind() -> int:
    """Tell members whose subscription ends in 60, 30 or 7 days, each once; return how many.

    A run that comes late tells what is still ahead, and never two on one day.
    """
    today = dates.today()
    told = 0
    for row in ending().iterator(chunk_size=500):
        left = (row.ends_on - today).days
        told += _tell(row, min(days for days in TOLD_BEFORE if days >= left), "renewal", {
            "ends": dates.short_date(row.ends_on)
        })  # fmt: skip
    return told


@transaction.atomic
def _tell(row: Subscription, days: int, template: str, context: dict[str, Any]) -> bool:
    """Queue a letter of a renewal, unless this one was told already."""
    addresses = billing_addresses(row.member)
    reminder, fresh = RenewalReminder.objects.get_or_create(
        subscription=row,
        days=days,
        defaults={"sent_at": timezone.now(), "recipients": len(addresses)},
    )
    if fresh:
        _queue(reminder, addresses, template, context)
    return fresh


def _queue(
    reminder: RenewalReminder, addresses: list[str], template: str, context: dict[str, Any]
) -> None:
    """Write to whom the member's invoices go; where nobody can be told, the manager is."""
    row = reminder.subscription
    said = {"business": row.member.name, **context}
    key = reminder_key(reminder)
    email_queue_to(addresses=addresses, key=key, template=template, context=said)
    if not addresses:
        users, there = User.objects.intel(), {**_nobody(row), **context}
        email_queue(users=users, key=key, template=f"{template}-nobody", context=there)
    record(actions.RENEWAL_REMINDED, by=None, ref=row.member.slug, days=reminder.days)


def reminder_key(reminder: RenewalReminder) -> str:
    """Return by which key the letters of a reminder are found."""
    return f"renewal:{reminder.pk}"


def _nobody(row: Subscription) -> dict[str, Any]:
    return {
        "business": row.member.name,
        "ends": dates.short_date(row.ends_on),
        "path": f"/members/{row.member.slug}/",
    }


def owing() -> QuerySet[Member]:
    """Return members of which money is overdue, or whose subscription is over without another.

    Each with `owed_since` and `paid_to`: the oldest unpaid invoice's day, the last day agreed.
    """
    today = dates.today()
    owed = Invoice.objects.owed().filter(member=OuterRef("pk")).order_by("due_on")
    last = Subscription.objects.filter(member=OuterRef("pk")).order_by("-ends_on")
    found = Member.objects.active().exclude(kind=Member.Kind.AGENCY)
    found = found.annotate(
        owed_since=Subquery(owed.values("due_on")[:1]), paid_to=Subquery(last.values("ends_on")[:1])
    )
    late: QuerySet[Member] = found.filter(Q(owed_since__lt=today) | Q(paid_to__lt=today)).order_by(
        "name", "pk"
    )
    return late


def lapses_on(member: Member) -> dt.date | None:
    """Return the day on which a member lapses by itself if nothing is paid; None: it doesn't.

    A configured grace after money became due (DTAC_LAPSE_GRACE_DAYS), not before what the
    Intelligence Manager has agreed to wait for. Agencies, and members with which nothing was
    agreed, don't.
    """
    if member.kind == Member.Kind.AGENCY or not member.subscriptions.exists():
        return None
    return _lapses(member, overdue_since(member))


def lapses_of(owed: Iterable[Member]) -> list[tuple[Member, dt.date | None]]:
    """Return rows of owing(), each with the day on which it lapses. No query of its own."""
    return [
        (row, _lapses(row, since_of(row.owed_since, row.paid_to)) if row.paid_to else None)
        for row in owed
    ]


def _lapses(member: Member, since: dt.date | None) -> dt.date | None:
    if since is None:
        return None
    day = since + dt.timedelta(days=settings.DTAC_LAPSE_GRACE_DAYS)
    held = member.lapse_hold_until
    return max(day, held + dt.timedelta(days=1)) if held else day


def lapse_unpaid() -> int:
    """Warn members that will lapse in two weeks; let lapse those that were warned and didn't pay.

    Nobody lapses unwarned, however late this runs. Returns how many lapsed.
    """
    count = 0
    for member in owing().iterator(chunk_size=500):
        count += _lapse_or_warn(member)
    return count


@transaction.atomic
def _lapse_or_warn(member: Member) -> bool:
    row: Member = Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    day, today = lapses_on(row), dates.today()
    last = row.subscriptions.order_by("-starts_on").first()
    if not row.has_access or day is None or last is None or day > today + WARNED_FOR:
        return False
    warned = _warning(row, last, day)
    if warned is None or (not warned.recipients and billing_addresses(row)):
        _warn(last, max(day, today + WARNED_FOR))
        return False
    in_time = dates.london_date(warned.sent_at) <= today - WARNED_FOR
    if day > today or not in_time or not _arrived(warned):
        return False
    _lapse(row)
    return True


def _warning(row: Member, last: Subscription, day: dt.date) -> RenewalReminder | None:
    """Return the newest warning that still counts for lapsing on a day.

    One of another year, or from before the member was put back to active, doesn't: it told of
    something else.
    """
    found = last.reminders.filter(
        days=LAPSE_WARNING, sent_at__gte=dates.london_midnight(day - 2 * WARNED_FOR)
    )
    back = row.steps.filter(after=Member.Status.ACTIVE).exclude(before=Member.Status.ACTIVE)
    since = back.order_by("-made_at").values_list("made_at", flat=True).first()
    if since:
        found = found.filter(sent_at__gte=since)
    return found.order_by("-sent_at").first()


def _warn(last: Subscription, due: dt.date) -> None:
    addresses = billing_addresses(last.member)
    reminder = RenewalReminder.objects.create(
        subscription=last,
        days=LAPSE_WARNING,
        sent_at=timezone.now(),
        recipients=len(addresses),
    )
    _queue(reminder, addresses, "lapse-warning", {"day": dates.short_date(due)})


def _arrived(warned: RenewalReminder) -> bool:
    """Whether the mail server took the warning for somebody: nobody lapses who couldn't know."""
    letters = OutboundEmail.objects.filter(key=reminder_key(warned), template="lapse-warning")
    return letters.filter(state=OutboundEmail.State.SENT).exists()


def _lapse(row: Member) -> None:
    since = overdue_since(row)
    assert since is not None
    step = member_lapse(member=row, words=f"Unpaid since {dates.short_date(since)}.")
    context = {"business": row.name, "path": f"/members/{row.slug}/"}
    key = f"lapsed:{step.pk}"
    email_queue(users=User.objects.intel(), key=key, template="member-lapsed", context=context)


@transaction.atomic
def lapse_hold(*, by: User, member: Member, until: dt.date | None, words: str) -> None:
    """Let a member not lapse by itself up to a day; None: let the rule hold again.

    Raises ValidationError: a day that is past or more than a year away, or no reason.
    """
    row = Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    today = dates.today()
    if until and not today <= until <= dates.add_months(today, 12):
        raise ValidationError({"until": "Enter a day from today to a year from now."})
    if until and not words.strip():
        raise ValidationError({"words": "Write why, and who promised what."})
    row.lapse_hold_until, row.lapse_hold_words = until, words.strip() if until else ""
    row.full_clean()
    row.save(update_fields=["lapse_hold_until", "lapse_hold_words"])
    record(actions.LAPSE_HELD, by=by, ref=row.slug, until=str(until or ""))
