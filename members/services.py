"""Writes of the members app."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import check_revision, constraint_messages

from . import actions
from .letters import WANTS
from .models import (
    Agreement,
    AgreementAcceptance,
    BouncedAddress,
    MailKind,
    OutboundEmail,
    SchemeSetting,
    User,
)


def agreement_current() -> Agreement | None:
    """Return the newest version that has begun, or None before the first."""
    return Agreement.objects.filter(effective_on__lte=dates.today()).order_by("-version").first()


@transaction.atomic
def agreement_accept(*, by: User, version: int) -> None:
    """Record that `by` accepts `version`; a second time changes nothing.

    Raises ValidationError if that version is no longer the current one.
    """
    current = agreement_current()
    if current is None or current.version != version:
        raise ValidationError("The agreement has changed. Read the new one below.", code="stale")
    _, created = AgreementAcceptance.objects.get_or_create(agreement=current, user=by)
    if created:
        record(actions.AGREEMENT_ACCEPTED, by=by, ref=f"v{version}")


@transaction.atomic
def scheme_setting_change(
    *, by: User, revision: int, email_shows_people: bool, printed_packs: bool, reason: str
) -> SchemeSetting:
    """Change what the scheme allows, with the reason; each change is a line of the log.

    Raises ValidationError: no reason, nothing to change, or (code "stale") somebody else changed
    it since the form was shown.
    """
    SchemeSetting.objects.bulk_create([SchemeSetting()], ignore_conflicts=True)
    row = SchemeSetting.objects.select_for_update().get(pk=1)
    check_revision(row, revision)
    if not reason.strip():
        raise ValidationError({"reason": "Write why."})
    new = {"email_shows_people": email_shows_people, "printed_packs": printed_packs}
    changed = {name: value for name, value in new.items() if getattr(row, name) != value}
    if not changed:
        raise ValidationError("Nothing was changed.")
    for name, value in changed.items():
        setattr(row, name, value)
    row.reason, row.changed_by, row.changed_at = reason.strip(), by, timezone.now()
    row.revision += 1
    row.full_clean()
    row.save()
    detail: dict[str, Any] = dict(changed)
    record(actions.SCHEME_SETTING_CHANGED, by=by, **detail)
    return row


@transaction.atomic
def mail_wanted_set(*, user_id: int, kind: MailKind, wanted: bool, by: User | None = None) -> None:
    """Turn a kind of mail on or off for a user; what it is already changes nothing.

    `by` None: by the link in a letter, which needs no sign-in.
    """
    user = User.objects.select_for_update(of=("self",)).filter(pk=user_id).first()
    field = WANTS[kind]
    if user is None or getattr(user, field) == wanted:
        return
    setattr(user, field, wanted)
    user.save(update_fields=[field])
    record(actions.MAIL_WANTED_SET, by=by or user, kind=str(kind), wanted=wanted, link=by is None)


@transaction.atomic
def bounce_mark(
    *, by: User, user: User, reason: str, email: OutboundEmail | None = None
) -> BouncedAddress:
    """Say that mail to a user's address came back: it gets no more until it is cleared.

    With the `email` that came back, its row says so too. Raises ValidationError: no reason, marked
    already, or an e-mail that the server has not taken or that isn't this user's.
    """
    if not reason.strip():
        raise ValidationError({"reason": "Write what the returned mail says."})
    if email is not None:
        _bounced(user, email, reason.strip())
    row = BouncedAddress(
        address=user.email.lower(),
        user=user,
        reason=reason.strip(),
        marked_at=timezone.now(),
        marked_by=by,
    )
    if BouncedAddress.objects.holds(row.address):
        raise ValidationError("This address is marked already.", code="stale")
    row.full_clean(validate_constraints=False)
    with constraint_messages(BouncedAddress), transaction.atomic():
        row.save()
    record(actions.ADDRESS_BOUNCED, by=by, user=user.pk)
    return row


def _bounced(user: User, email: OutboundEmail, reason: str) -> None:
    row = OutboundEmail.objects.select_for_update(of=("self",)).get(pk=email.pk)
    if row.user_id != user.pk or row.state != OutboundEmail.State.SENT:
        raise ValidationError("Only an e-mail that was sent can come back.", code="stale")
    row.state, row.ended_at = OutboundEmail.State.BOUNCED, timezone.now()
    row.last_error = f"Came back: {reason}"[:300]
    row.save(update_fields=["state", "ended_at", "last_error"])


@transaction.atomic
def bounce_clear(*, by: User, bounce: BouncedAddress) -> bool:
    """Let mail go to an address again; return whether it was stopped until now."""
    row = BouncedAddress.objects.select_for_update(of=("self",)).get(pk=bounce.pk)
    if row.cleared_at is not None:
        return False
    row.cleared_at, row.cleared_by = timezone.now(), by
    row.save(update_fields=["cleared_at", "cleared_by"])
    record(actions.ADDRESS_CLEARED, by=by, user=row.user_id)
    return True
