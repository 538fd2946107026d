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
from concurrent.futures import ThreadPoolExecutor
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from common.db import only_one
from common.emails import RenderedEmail, email_message
from common.wake import wake

from .claim import claim_end, claim_one, claim_sent, claims_release
from .letters import NothingToSay, address_letter_render, letter_render, wants
from .line import Line, UnreachableError
from .models import MailKind, OutboundEmail, User
from .pace import wait_for_turn

logger = logging.getLogger(__name__)

LONGEST_WAIT = dt.timedelta(hours=4)
LONGEST_OUTAGE_WAIT = dt.timedelta(minutes=15)  # once it is back, nobody waits for long
GIVEN_UP_AFTER = dt.timedelta(days=5)  # as long as mail servers themselves try (RFC 5321, 4.5.4.1)
MUCH = 50
"""So many letters wait before a second line is opened."""
LOCK = 0x0D7AC2
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
    now = timezone.now()
    rows = [
        OutboundEmail(
            user=user,
            key=key,
            kind=kind,
            template=template,
            context=context,
            for_readers=for_readers,
            message_id=_message_id(f"{key}/{user.pk}"),
            due_at=now,
        )
        for user in users
    ]
    _put_in(rows)
    return list(OutboundEmail.objects.filter(key=key, user__in=[row.user_id for row in rows]))


def email_queue_to(
    *, addresses: Iterable[str], key: str, template: str, context: dict[str, Any]
) -> None:
    """Queue one e-mail to each address of somebody who may have no account, as email_queue does.

    What is in it is what this person may know: an invitation to them, an invoice of their business.
    """
    now = timezone.now()
    rows = [
        OutboundEmail(
            address=address,
            key=key,
            template=template,
            context=context,
            message_id=_message_id(f"{key}/{address.lower()}"),
            due_at=now,
        )
        for address in addresses
    ]
    _put_in(rows)


def _put_in(rows: list[OutboundEmail]) -> None:
    from .tasks import mail_sweep  # tasks call this module

    OutboundEmail.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    transaction.on_commit(lambda: wake(mail_sweep), robust=True)


def _message_id(about: str) -> str:
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{uuid.uuid5(NAMESPACE, about)}@{host}>"


def mail_send_due(*, seconds: float = 25) -> int:
    """Send what is due until there is none left or the time is up; return how many were accepted.

    Any number of workers may run this at once; together they keep to the configured rate. Stops
    early when the mail server can't be reached, or hangs up on one letter after the other; until
    the next try, after a wait that grows with the outage, nothing is sent.
    """
    if connection.in_atomic_block:
        raise RuntimeError("mail is sent outside transactions")
    claims_release()
    sent = 0
    until = time.monotonic() + seconds
    with Line() as line:
        while (left := until - time.monotonic()) > 0:
            email = _claim_in_turn(left, line)
            if email is None:
                break
            outcome = _deliver(email, line)
            sent += outcome == "sent"
            if outcome == "unreachable":
                break
    return sent


def mail_send_due_side_by_side() -> int:
    """Send what is due as mail_send_due() does, on several lines at once where there is much.

    A line waits for the mail server and for the disk half of its time. Where a rate is configured
    one line is enough to keep to it. Sweeps beside this one have a single line each: mail servers
    count them.
    """
    with only_one(LOCK) as alone:
        return _send_on_lines(settings.DTAC_MAIL_LINES if alone and _has_much() else 1)


def _has_much() -> bool:
    if settings.DTAC_BULLETIN_PER_MINUTE:
        return False
    return bool(OutboundEmail.objects.due()[MUCH:].exists())


def _send_on_lines(number: int) -> int:
    if number == 1:
        return mail_send_due()
    with ThreadPoolExecutor(number) as pool:
        return sum(pool.map(lambda _: _send_on_a_line(), range(number)))


def _send_on_a_line() -> int:
    try:
        return mail_send_due()
    except Exception:
        logger.exception("a line to the mail server broke off")
        raise
    finally:
        connection.close()  # this thread's own


def _claim_in_turn(left: float, line: Line) -> OutboundEmail | None:
    # The turn comes first: a claim that waits for its turn would use up its lease.
    if settings.DTAC_BULLETIN_PER_MINUTE and not OutboundEmail.objects.due().exists():
        return None
    if not line.is_up and _is_waiting_for_server():
        return None
    return claim_one() if wait_for_turn(within=left) else None


def _is_waiting_for_server() -> bool:
    """Whether the mail server failed, and its next try is still to come."""
    outage = OutboundEmail.objects.outage()
    return bool(outage and outage.again_at and outage.again_at > timezone.now())


def _deliver(email: OutboundEmail, line: Line) -> str:
    why_not = _why_not(email)
    if why_not:
        return _over(email, "left_out", why_not)
    if email.lost_claims >= OutboundEmail.MAX_LOST_CLAIMS:  # it took its workers down with it
        return _over(email, "given_up", "Sending it failed too often")
    try:
        rendered = _render(email)
        line.send(email_message(to=email.to, email=rendered, message_id=email.message_id))
    except NothingToSay as nothing:
        why = str(nothing) or "Nothing in it is published to them any more"
        return _over(email, "left_out", why)
    except UnreachableError as error:
        return _unreachable(email, str(error))
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
        return _hung_up(email, f"{type(error).__name__}: {error}")
    except Exception as error:
        logger.exception("e-mail %s can't be made", email.pk)
        return _later(email, f"{type(error).__name__}")
    if _record_sent(email, shown=rendered.shown):
        _server_answered()
    return "sent"


def _render(email: OutboundEmail) -> RenderedEmail:
    if email.user is None:
        return address_letter_render(
            template=email.template, address=email.address, context=email.context
        )
    return letter_render(
        template=email.template, kind=email.kind, user=email.user, context=email.context
    )


def _why_not(email: Any) -> str:
    """Return why this user or address is not to get it after all, "" if they are.

    Of an e-mail as claim_one() gives it, with what decides.
    """
    if email.has_bounced:
        return "Mail to this address came back"
    user = email.user
    if user is None:
        return ""
    if not user.has_access:
        return "No longer has access"
    if email.for_readers and not user.sees_profiles:
        return "No longer reads profiles"
    if email.for_readers and user.must_accept_agreement:
        return "Has not accepted the agreement"
    return "" if wants(user, email.kind) else "Turned this kind of mail off"


def _refused(email: OutboundEmail, code: int, answer: bytes | str) -> str:
    words = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    said = f"{code} {words}"
    outcome = _over(email, "failed", said) if code >= 500 else _later(email, said)
    _server_answered()
    return outcome


def _server_answered() -> None:
    """End the outage, if there is one: what met with it goes at its time, the rest at once."""
    failing = OutboundEmail.objects.failing()
    if not failing.exists():
        return
    with transaction.atomic():  # other workers may say the same: who comes second has nothing to do
        mine = failing.select_for_update(skip_locked=True).values_list("pk", flat=True)
        OutboundEmail.objects.filter(pk__in=list(mine)).update(fault="", failing_since=None)


def _unreachable(email: OutboundEmail, error: str, **counted: int) -> str:
    """Let a letter wait that the mail server is to blame for: twice as long into an outage.

    It is not one of the letter's tries, unless that is `counted`.
    """
    if _is_too_old(email):
        return _over(email, "given_up", error)
    now = timezone.now()
    outage = OutboundEmail.objects.outage()
    since = outage.since if outage else now
    claim_end(
        email,
        state="queued",
        fault=OutboundEmail.Fault.UNREACHABLE,
        failing_since=since,
        due_at=now + min(max(now - since, _first_wait()), LONGEST_OUTAGE_WAIT),
        last_error=error[:300],
        **(counted or {"attempts": email.attempts - 1}),
    )
    return "unreachable"


def _hung_up(email: OutboundEmail, error: str) -> str:
    """Count a try at which the server broke off: the letter may be why, so the next one goes on.

    Where another letter met with the same, and none was answered since, it is the server's fault.
    """
    if OutboundEmail.objects.failing().exclude(pk=email.pk).exists():
        return _unreachable(email, error, attempts=email.attempts)
    since = email.failing_since or timezone.now()
    return _later(email, error, fault=OutboundEmail.Fault.HUNG_UP, failing_since=since)


def _first_wait() -> dt.timedelta:
    return dt.timedelta(seconds=settings.DTAC_MAIL_FIRST_WAIT_SECONDS)


def _is_too_old(email: OutboundEmail) -> bool:
    return timezone.now() - email.created_at > GIVEN_UP_AFTER


def _later(email: OutboundEmail, error: str, **fault: Any) -> str:
    """Try again after a wait that grows with each try, or give up after days."""
    if _is_too_old(email):
        return _over(email, "given_up", error)
    grown = _first_wait() * 2 ** min(email.attempts - 1, 12)
    claim_end(
        email,
        state="queued",
        due_at=timezone.now() + min(grown, LONGEST_WAIT),
        last_error=error[:300],
        **fault,
    )
    return "refused"


def _over(email: OutboundEmail, state: str, why: str) -> str:
    if state != "left_out":
        logger.warning("e-mail %s %s after %s tries", email.pk, state, email.attempts)
    claim_end(email, state=state, ended_at=timezone.now(), last_error=why[:300])
    return state


def _record_sent(email: OutboundEmail, *, shown: tuple[str, ...]) -> bool:
    # The server has it: not saying so would send it again. A database that restarts just now is
    # back in seconds, so it is worth waiting for.
    for patience in (0.2, 0.5, 1, 2, 4, 8):
        try:
            return claim_sent(email, shown=shown)
        except (OperationalError, InterfaceError):
            connection.close()
            time.sleep(patience)
    return claim_sent(email, shown=shown)
