"""The row of an e-mail while a worker has it: claimed by one, and given back by that one alone."""

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import Coalesce, Lower
from django.utils import timezone

from common import dates
from common.prepared import Prepared

from .models import BouncedAddress, OutboundEmail
from .querysets import agreement_versions

# Both conditions of the state: the index `email_due` has the first.
CLAIM: Final = """
UPDATE members_outboundemail
   SET state = 'claimed', claimed_at = clock_timestamp(), claim_token = %s, attempts = attempts + 1
 WHERE id = (SELECT id FROM members_outboundemail
              WHERE state IN ('queued', 'claimed') AND state = 'queued'
                AND due_at <= clock_timestamp()
              ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id
"""
# As claim_end() would do it, without the ORM writing it anew: nearly each letter ends so.
SENT: Final = """
UPDATE members_outboundemail
   SET state = 'sent', sent_at = %s, subjects = %s, last_error = '', fault = '',
       failing_since = NULL, claim_token = NULL, claimed_at = NULL
 WHERE id = %s AND claim_token = %s
RETURNING EXISTS (SELECT FROM members_outboundemail WHERE failing_since IS NOT NULL)
"""


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


def _claimed(shape: None, *, pk: int, on: dt.date) -> "QuerySet[Any, Any]":
    current, accepted = agreement_versions("user", on=on)
    to = Coalesce(OuterRef("user__email"), OuterRef("address"))
    bounced = BouncedAddress.objects.stopped().order_by().filter(address=Lower(to))
    rows: QuerySet[Any, Any] = OutboundEmail.objects.filter(pk=pk).annotate(
        has_bounced=Exists(bounced), agreement_current=current, agreement_accepted=accepted
    )
    return rows.select_related("user__member", "user__premises")


CLAIMED: Final = Prepared(_claimed, planned=True)


def claim_one() -> OutboundEmail | None:
    """Claim the e-mail that has been due for longest; None where none is.

    It comes with its user, who knows whether they have accepted the agreement, and with
    `has_bounced`: mail to where it goes came back.
    """
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [uuid.uuid4()])
        row = cursor.fetchone()
    if row is None:
        return None
    email: Any = next(iter(CLAIMED.rows(pk=row[0], on=dates.today())), None)
    if email is None:  # deleted since, with whom it was to
        return claim_one()
    if email.user is not None:
        email.user.agreement_current = email.agreement_current
        email.user.agreement_accepted = email.agreement_accepted
    claimed: OutboundEmail = email
    return claimed


def claim_sent(email: OutboundEmail, *, shown: Iterable[str]) -> bool:
    """Record that the mail server has it; return whether some e-mail may have met with a fault.

    Only the claim's holder may: a worker that woke after its lease changes nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute(SENT, [timezone.now(), list(shown), email.pk, email.claim_token])
        row = cursor.fetchone()
    return row is None or bool(row[0])


def claim_end(email: OutboundEmail, **changes: Any) -> None:
    """Change an e-mail's row and end its claim, if it is still this one."""
    ended = {"fault": "", "failing_since": None, "claim_token": None, "claimed_at": None}
    OutboundEmail.objects.filter(pk=email.pk, claim_token=email.claim_token).update(
        **{**ended, **changes}
    )
