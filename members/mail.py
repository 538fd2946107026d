"""The outgoing queue: put in, claimed by one worker, sent outside any transaction, recorded once.

SMTP can't promise exactly once: a worker that dies after the server accepted a message and
before the row says so will send it again after the claim's lease, under the same Message-ID.
Nothing recorded as sent is ever sent again, and nothing queued is ever forgotten.
"""

import datetime as dt
import logging
import smtplib
import time
import uuid
from collections.abc import Iterable
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from common.emails import email_message

from .letters import NothingToSay, letter_render, wants
from .line import Line
from .models import BouncedAddress, MailKind, OutboundEmail, User
from .pace import wait_for_turn

logger = logging.getLogger(__name__)

LONGEST_WAIT = dt.timedelta(hours=4)
GIVEN_UP_AFTER = dt.timedelta(days=5)  # as long as mail servers themselves try (RFC 5321, 4.5.4.1)
TOO_LARGE = 552  # said of this letter (RFC 1870), though before its recipient is named
NAMESPACE = uuid.UUID("6f1a1f7e-9c53-4a0e-8b2b-0d0c7a1f5f10")


def email_queue(
    *,
    users: Iterable[User],
    key: str,
    template: str,
    context: dict[str, Any],
    kind: MailKind = MailKind.SERVICE,
    for_readers: bool = False,
) -> list[OutboundEmail]:
    """Queue one e-mail to each user; a user who has one with this key gets no second.

    Call inside the transaction that decides it; the worker is woken once it commits. `context`
    is plain JSON without subjects' names (DESIGN section 4: e-mail is not a secure place).
    `for_readers`: it is sent only if the user's role reads profiles then.
    """
    from .tasks import mail_sweep  # tasks call this module

    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    now = timezone.now()
    rows = [
        OutboundEmail(
            user=user,
            key=key,
            kind=kind,
            template=template,
            context=context,
            for_readers=for_readers,
            message_id=f"<{uuid.uuid5(NAMESPACE, f'{key}/{user.pk}')}@{host}>",
            due_at=now,
        )
        for user in users
    ]
    OutboundEmail.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    transaction.on_commit(mail_sweep.delay, robust=True)
    return list(OutboundEmail.objects.filter(key=key, user__in=[row.user_id for row in rows]))


def claims_release() -> int:
    """Put back what a worker claimed and never finished, once its lease is over."""
    lease = dt.timedelta(seconds=settings.DTAC_MAIL_LEASE_SECONDS)
    return OutboundEmail.objects.filter(
        state=OutboundEmail.State.CLAIMED, claimed_at__lt=timezone.now() - lease
    ).update(
        state=OutboundEmail.State.QUEUED,
        claimed_at=None,
        claim_token=None,
        lost_claims=F("lost_claims") + 1,
    )


def mail_send_due(*, seconds: float = 25) -> int:
    """Send what is due until there is none left or the time is up; return how many were accepted.

    Any number of workers may run this at once; together they keep to the configured rate. Stops
    early when the mail server can't be reached, so that one outage doesn't use up every letter's
    tries.
    """
    if connection.in_atomic_block:
        raise RuntimeError("mail is sent outside transactions")
    claims_release()
    sent = 0
    until = time.monotonic() + seconds
    with Line() as line:
        while (left := until - time.monotonic()) > 0:
            email = _claim_in_turn(left)
            if email is None:
                break
            outcome = _deliver(email, line)
            sent += outcome == "sent"
            if outcome == "unreachable":
                break
    return sent


def _claim_in_turn(left: float) -> OutboundEmail | None:
    # The turn comes first: a claim that waits for its turn would use up its lease.
    if not OutboundEmail.objects.filter(DUE, due_at__lte=timezone.now()).exists():
        return None
    return _claim_one() if wait_for_turn(within=left) else None


DUE = Q(state__in=OutboundEmail.OPEN) & Q(state=OutboundEmail.State.QUEUED)
"""Waiting. Said twice, so that the index of what is not over yet is used."""


def _claim_one() -> OutboundEmail | None:
    token = uuid.uuid4()
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE members_outboundemail
                  SET state = 'claimed', claimed_at = clock_timestamp(), claim_token = %s,
                      attempts = attempts + 1
                WHERE id = (SELECT id FROM members_outboundemail
                             WHERE state IN ('queued', 'claimed') AND state = 'queued'
                               AND due_at <= clock_timestamp()
                             ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING id""",
            [token],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    return OutboundEmail.objects.select_related("user__member").get(pk=row[0])


def _deliver(email: OutboundEmail, line: Line) -> str:
    why_not = _why_not(email)
    if why_not:
        return _over(email, "left_out", why_not)
    if email.lost_claims >= OutboundEmail.MAX_LOST_CLAIMS:  # it took its workers down with it
        return _over(email, "given_up", "Sending it failed too often")
    try:
        rendered = letter_render(
            template=email.template, kind=email.kind, user=email.user, context=email.context
        )
        line.send(email_message(to=email.user.email, email=rendered, message_id=email.message_id))
    except NothingToSay:
        return _over(email, "left_out", "Nothing in it is published to them any more")
    except smtplib.SMTPRecipientsRefused as error:
        code, answer = next(iter(error.recipients.values()), (500, b""))
        return _refused(email, code, answer)
    except smtplib.SMTPDataError as error:
        return _refused(email, error.smtp_code, error.smtp_error)
    except smtplib.SMTPNotSupportedError as error:  # this address, not the server
        return _over(email, "failed", f"{type(error).__name__}: {error}")
    except (OSError, smtplib.SMTPException) as error:
        if getattr(error, "smtp_code", 0) == TOO_LARGE:
            return _over(email, "failed", f"{type(error).__name__}: {error}")
        _later(email, f"{type(error).__name__}: {error}", wait=_first_wait())
        return "unreachable"
    except Exception as error:
        logger.exception("e-mail %s can't be made", email.pk)
        return _later(email, f"{type(error).__name__}")
    _record_sent(email)
    return "sent"


def _why_not(email: OutboundEmail) -> str:
    """Return why this user is not to get it after all, "" if they are."""
    user = email.user
    if not (user.is_active and user.member.has_access):
        return "No longer has access"
    if email.for_readers and not user.sees_profiles:
        return "No longer reads profiles"
    if not wants(user, email.kind):
        return "Turned this kind of mail off"
    if BouncedAddress.objects.holds(user.email):
        return "Mail to this address came back"
    return ""


def _refused(email: OutboundEmail, code: int, answer: bytes | str) -> str:
    words = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    said = f"{code} {words}"
    return _over(email, "failed", said) if code >= 500 else _later(email, said)


def _first_wait() -> dt.timedelta:
    return dt.timedelta(seconds=settings.DTAC_MAIL_FIRST_WAIT_SECONDS)


def _later(email: OutboundEmail, error: str, *, wait: dt.timedelta | None = None) -> str:
    """Try again after a wait that grows, or give up after days.

    With a `wait` of its own it is the server's fault, not one of this letter's tries.
    """
    if timezone.now() - email.created_at > GIVEN_UP_AFTER:
        return _over(email, "given_up", error)
    grown = _first_wait() * 2 ** min(email.attempts - 1, 12)
    _finish(
        email,
        state="queued",
        attempts=email.attempts - (wait is not None),
        due_at=timezone.now() + (wait or min(grown, LONGEST_WAIT)),
        last_error=error[:300],
    )
    return "refused"


def _over(email: OutboundEmail, state: str, why: str) -> str:
    if state != "left_out":
        logger.warning("e-mail %s %s after %s tries", email.pk, state, email.attempts)
    _finish(email, state=state, ended_at=timezone.now(), last_error=why[:300])
    return state


def _record_sent(email: OutboundEmail) -> None:
    # The server has it: not saying so would send it again. A database that restarts just now is
    # back in seconds, so it is worth waiting for.
    for patience in (0.2, 0.5, 1, 2, 4, 8):
        try:
            _finish(email, state="sent", sent_at=timezone.now(), last_error="")
        except (OperationalError, InterfaceError):
            connection.close()
            time.sleep(patience)
        else:
            return
    _finish(email, state="sent", sent_at=timezone.now(), last_error="")


def _finish(email: OutboundEmail, **changes: Any) -> None:
    # Only the claim's holder may finish it: a worker that woke after its lease changes nothing.
    OutboundEmail.objects.filter(pk=email.pk, claim_token=email.claim_token).update(
        claim_token=None, claimed_at=None, **changes
    )
