"""Browsers that are told of alerts: allowed, stopped, told once, dropped when they are no more."""

import datetime as dt
import logging
import time
from collections.abc import Sequence

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from audit.services import record
from incidents import actions, push
from incidents.models import Alert, PushDelivery, PushSubscription
from members.models import User, WebSession

from .alerts import alert_watchers

logger = logging.getLogger(__name__)

BROWSERS_EACH = 10
"""A user's browsers beyond that are dropped, the oldest first."""
FAILURES = 5
"""Alerts in a row that a browser couldn't be told of, while others were, before it is dropped."""
TRIED_FOR = dt.timedelta(minutes=5)
"""How long after an alert was raised those who couldn't be told are tried again."""
RUN_SECONDS = 20.0
"""One worker is at one alert that long at most; shorter than its lease."""
LOOK_SECONDS = 1.0
"""How often it looks whether the alert was withdrawn meanwhile."""
TRY_AGAIN = Q(status__in=[0, 429]) | Q(status__gte=500)
"""Answers that say nothing of the browser: none, too many requests, the service's own fault."""
KEPT = dt.timedelta(days=1)
"""How long after an alert's end it is kept which browsers took it."""


@transaction.atomic
def push_allow(
    *, by: User, session_key: str, endpoint: str, p256dh: str, auth: str
) -> PushSubscription:
    """Tell this browser of alerts from now on. It is whose it was last allowed by.

    Raises PermissionDenied for an address that is no push service's, and for a role that sees no
    alerts.
    """
    if not by.sees_profiles or not push.may_send_to(endpoint):
        raise PermissionDenied
    values = {"user": by, "p256dh": p256dh, "auth": auth, "session_key": session_key}
    row, _ = PushSubscription.objects.update_or_create(
        endpoint=endpoint, defaults={**values, "failures": 0}
    )
    mine = PushSubscription.objects.filter(user=by)
    newest = list(mine.order_by("-pk").values_list("pk", flat=True)[:BROWSERS_EACH])
    mine.exclude(pk__in=[*newest, row.pk]).delete()
    return row


def push_stop(*, by: User, endpoint: str) -> None:
    """Tell this browser nothing more."""
    PushSubscription.objects.filter(user=by, endpoint=endpoint).delete()


def push_here(*, by: User, session_key: str, endpoint: str) -> bool:
    """Return whether the browser that this user is at is told of alerts to them.

    It belongs to this session from then on. One that somebody else allowed is told nothing more:
    they are not the one who is at it.
    """
    PushSubscription.objects.filter(endpoint=endpoint).exclude(user=by).delete()
    mine = PushSubscription.objects.filter(user=by, endpoint=endpoint)
    return bool(mine.update(session_key=session_key))


def push_end(*, user: User, session_key: str) -> None:
    """End what a user allowed in a session that they sign out of, or in sessions long over."""
    alive = WebSession.objects.filter(expire_date__gt=timezone.now(), pk=OuterRef("session_key"))
    mine = PushSubscription.objects.filter(user=user)
    mine.filter(Q(session_key=session_key) | ~Q(Exists(alive))).delete()


def push_end_in(*, user: int, keys: Sequence[str]) -> None:
    """End what a user allowed in sessions that were ended from another device."""
    PushSubscription.objects.filter(user_id=user, session_key__in=keys).delete()


def alerts_to_push() -> "list[int]":
    """Return the keys of live alerts that nobody is telling the browsers of just now."""
    now = timezone.now()
    waiting = Alert.objects.live(at=now).filter(_free(now), push_done_at=None)
    return list(waiting.order_by("raised_at").values_list("pk", flat=True))


def push_alert(*, alert_id: int) -> int:
    """Tell every browser of an alert's audience, once; return how many took it.

    Run twice, late or half, it tells nobody again of whom it is recorded; what a killed worker
    had in hand is taken up after its lease. No transaction is open while it sends.
    """
    if connection.in_atomic_block:
        raise RuntimeError("browsers are told outside transactions")
    now = timezone.now()
    free = Alert.objects.live(at=now).filter(_free(now), pk=alert_id, push_done_at=None)
    if not push.is_on() or not free.update(push_claimed_at=now):
        return 0
    claim = Alert.objects.filter(pk=alert_id, push_claimed_at=now)
    alert = claim.select_related("area", "subject").get()
    browsers = list(subscriptions_for(alert))
    told, heard = _tell(alert, browsers)
    if not _is_live(alert):
        left = False
    elif heard < len(browsers):  # there was no time for all: go on at once
        left = True
        claim.update(push_claimed_at=None)
    else:  # the claim's lease is the pause before the next try
        left = now < alert.raised_at + TRIED_FOR and subscriptions_for(alert).exists()
    if not left:
        claim.update(push_claimed_at=None, push_done_at=timezone.now())
        _drop_those_that_always_fail(alert)
    if browsers:
        record(actions.ALERT_PUSHED, by=None, ref=alert.ref, browsers=len(browsers), told=told)
    return told


def subscriptions_for(alert: Alert) -> "QuerySet[PushSubscription]":
    """Return the browsers still to be told: of those who may see it, but who raised it."""
    settled = PushDelivery.objects.filter(alert=alert, subscription=OuterRef("pk"))
    settled = settled.exclude(TRY_AGAIN)
    watchers = alert_watchers(alert).exclude(pk=alert.raised_by_id)
    found = PushSubscription.objects.filter(user__in=watchers.values("pk"))
    return found.filter(~Q(Exists(settled))).order_by("pk")


def push_purge() -> int:
    """Forget which browsers took an alert a day after its end; return how many rows that were.

    An alert that ended before anybody was told of it waits no longer.
    """
    now = timezone.now()
    Alert.objects.filter(push_done_at=None, expires_at__lte=now).update(push_done_at=now)
    old = PushDelivery.objects.filter(alert__expires_at__lt=now - KEPT)
    return old.delete()[0]


def _free(now: dt.datetime) -> Q:
    lease = dt.timedelta(seconds=settings.DTAC_PUSH_LEASE_SECONDS)
    return Q(push_claimed_at=None) | Q(push_claimed_at__lt=now - lease)


def _tell(alert: Alert, rows: Sequence[PushSubscription]) -> tuple[int, int]:
    """Send to the browsers; return how many took it, and of how many it is known."""
    browsers = [push.Browser(row.pk, row.endpoint, row.p256dh, row.auth) for row in rows]
    left = (alert.expires_at - timezone.now()).total_seconds()
    message = push.Message(
        facts={
            "title": f"D-TAC alert in {alert.area.name}",
            "body": "Open to see it.",
            "ref": alert.ref,
            "url": reverse("alerts"),
        },
        topic=alert.ref,
        ttl=max(0, int(left)),
    )
    told = heard = 0
    look_at = time.monotonic() + LOOK_SECONDS
    for answers in push.deliver(browsers, message, seconds=RUN_SECONDS):
        _record(alert, answers)
        told += sum(answer.is_told for answer in answers)
        heard += len(answers)
        if time.monotonic() > look_at:
            if not _is_live(alert):
                break
            look_at = time.monotonic() + LOOK_SECONDS
    logger.info("%s: %s browsers, %s told", alert.ref, len(browsers), told)
    return told, heard


def _is_live(alert: Alert) -> bool:
    return Alert.objects.live().filter(pk=alert.pk).exists()


@transaction.atomic
def _record(alert: Alert, answers: Sequence[push.Answer]) -> None:
    """Write down what came back. A browser that was stopped meanwhile is left out."""
    keys = [answer.key for answer in answers]
    rows = PushSubscription.objects.select_for_update(no_key=True).filter(pk__in=keys)
    there = set(rows.order_by("pk").values_list("pk", flat=True))
    known = [answer for answer in answers if answer.key in there and not answer.is_gone]
    now = timezone.now()
    PushDelivery.objects.bulk_create(
        [
            PushDelivery(alert=alert, subscription_id=answer.key, at=now, status=answer.status)
            for answer in known
        ],
        update_conflicts=True,
        unique_fields=["alert", "subscription"],
        update_fields=["at", "status"],
    )
    told = [answer.key for answer in known if answer.is_told]
    gone = [answer.key for answer in answers if answer.is_gone]
    PushSubscription.objects.filter(pk__in=told, failures__gt=0).update(failures=0)
    PushSubscription.objects.filter(pk__in=gone).delete()


@transaction.atomic
def _drop_those_that_always_fail(alert: Alert) -> None:
    """Count an alert against the browsers that others were told of and they weren't."""
    taken = Q(status__gte=200, status__lt=300)
    rows = PushDelivery.objects.filter(alert=alert)
    if not rows.filter(taken).exists():
        return  # the fault is ours, or the network's
    missed = rows.exclude(taken).exclude(status=429).values("subscription")
    PushSubscription.objects.filter(pk__in=missed).update(failures=F("failures") + 1)
    PushSubscription.objects.filter(pk__in=missed, failures__gte=FAILURES).delete()
