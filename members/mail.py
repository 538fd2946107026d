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
from django.utils import timezone

from common.emails import render_email, send_email

from .models import OutboundEmail, User

logger = logging.getLogger(__name__)

FIRST_WAIT = dt.timedelta(minutes=1)
LONGEST_WAIT = dt.timedelta(hours=1)
GIVEN_UP_AFTER = dt.timedelta(days=5)  # as long as mail servers themselves try (RFC 5321, 4.5.4.1)
NAMESPACE = uuid.UUID("6f1a1f7e-9c53-4a0e-8b2b-0d0c7a1f5f10")


def email_queue(
    *,
    users: Iterable[User],
    key: str,
    template: str,
    context: dict[str, Any],
    for_readers: bool = False,
) -> list[OutboundEmail]:
    """Queue one e-mail to each user; a user who has one with this key gets no second.

    Call inside the transaction that decides it; the worker is woken once it commits. `context`
    is plain JSON without subjects' names (DESIGN section 4: e-mail is not a secure place).
    """
    from .tasks import mail_sweep  # tasks call this module

    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    now = timezone.now()
    rows = [
        OutboundEmail(
            user=user,
            key=key,
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
    ).update(state=OutboundEmail.State.QUEUED, claimed_at=None, claim_token=None)


def mail_send_due(*, seconds: float = 25) -> int:
    """Send what is due until there is none left or the time is up; return how many were accepted.

    Any number of workers may run this at once. Stops early when the mail server can't be reached,
    so that one outage doesn't use up every message's tries.
    """
    if connection.in_atomic_block:
        raise RuntimeError("mail is sent outside transactions")
    claims_release()
    sent = 0
    until = time.monotonic() + seconds
    pause = 60 / settings.DTAC_BULLETIN_PER_MINUTE if settings.DTAC_BULLETIN_PER_MINUTE else 0
    while time.monotonic() < until:
        email = _claim_one()
        if email is None:
            break
        outcome = _deliver(email)
        sent += outcome == "sent"
        if outcome == "unreachable":
            break
        time.sleep(pause)
    return sent


def _claim_one() -> OutboundEmail | None:
    token = uuid.uuid4()
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE members_outboundemail
                  SET state = 'claimed', claimed_at = clock_timestamp(), claim_token = %s,
                      attempts = attempts + 1
                WHERE id = (SELECT id FROM members_outboundemail
                             WHERE state = 'queued' AND due_at <= clock_timestamp()
                             ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING id""",
            [token],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    return OutboundEmail.objects.select_related("user__member").get(pk=row[0])


def _deliver(email: OutboundEmail) -> str:
    if not _may_have(email):
        _finish(email, state="failed", last_error="No longer has access")
        return "failed"
    if email.attempts > OutboundEmail.MAX_ATTEMPTS:  # it took its workers down with it
        _finish(email, state="failed", last_error="Tried too often")
        return "failed"
    try:
        rendered = render_email(
            email.template,
            {**email.context, "user": email.user, "base_url": settings.DTAC_BASE_URL},
        )
        send_email(to=email.user.email, email=rendered, message_id=email.message_id)
    except smtplib.SMTPRecipientsRefused as error:
        code, answer = next(iter(error.recipients.values()), (500, b""))
        _retry_or_give_up(email, f"{code} {_text(answer)}", permanent=code >= 500)
        return "refused"
    except smtplib.SMTPDataError as error:
        said = f"{error.smtp_code} {_text(error.smtp_error)}"
        _retry_or_give_up(email, said, permanent=error.smtp_code >= 500)
        return "refused"
    except (OSError, smtplib.SMTPException) as error:
        if isinstance(error, smtplib.SMTPNotSupportedError):  # this address, not the server
            _retry_or_give_up(email, f"{type(error).__name__}: {error}", permanent=True)
            return "refused"
        _wait_for_server(email, f"{type(error).__name__}: {error}")
        return "unreachable"
    except Exception as error:
        logger.exception("e-mail %s can't be made", email.pk)
        _retry_or_give_up(email, f"{type(error).__name__}", permanent=False)
        return "refused"
    _record_sent(email)
    return "sent"


def _may_have(email: OutboundEmail) -> bool:
    user = email.user
    if not (user.is_active and user.member.has_access):
        return False
    return not email.for_readers or (user.sees_profiles and user.receives_bulletins)


def _wait_for_server(email: OutboundEmail, error: str) -> None:
    # Not this letter's fault, so not one of its tries: an outage of days loses nobody.
    if timezone.now() - email.created_at > GIVEN_UP_AFTER:
        _finish(email, state="failed", last_error=error[:300])
        return
    _finish(
        email,
        state="queued",
        attempts=email.attempts - 1,
        due_at=timezone.now() + FIRST_WAIT,
        last_error=error[:300],
    )


def _text(answer: bytes | str) -> str:
    return answer.decode(errors="replace") if isinstance(answer, bytes) else answer


def _retry_or_give_up(email: OutboundEmail, error: str, *, permanent: bool) -> None:
    if permanent or email.attempts >= OutboundEmail.MAX_ATTEMPTS:
        logger.warning("e-mail %s given up after %s tries", email.pk, email.attempts)
        _finish(email, state="failed", last_error=error[:300])
        return
    wait = min(FIRST_WAIT * 2 ** (email.attempts - 1), LONGEST_WAIT)
    _finish(email, state="queued", due_at=timezone.now() + wait, last_error=error[:300])


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
