"""Writes of the members app."""

from django.core.exceptions import ValidationError
from django.db import transaction

from audit.services import record
from common import dates

from . import actions
from .models import Agreement, AgreementAcceptance, User


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
