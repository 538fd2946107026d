"""Recording that a member signed the authorisation to exclude on its behalf, and that it ended."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import constraint_messages

from . import actions
from .models import ExclusionAuthority, Member, User


@transaction.atomic
def authority_record(
    *, by: User, member: Member, signed_on: dt.date, signed_by: str
) -> ExclusionAuthority:
    """Record a signed authorisation; its premises are covered from that day.

    Raises ValidationError: in the future, before the member joined, nobody named, or one is held
    for some of these days.
    """
    row = Member.objects.select_for_update().get(pk=member.pk)
    if signed_on > dates.today():
        raise ValidationError({"signed_on": "This is in the future."})
    if row.joined_on and signed_on < row.joined_on:
        joined = dates.short_date(row.joined_on)
        raise ValidationError({"signed_on": f"This is before the member joined, {joined}."})
    if not signed_by.strip():
        raise ValidationError({"signed_by": "Enter who signed it for the business."})
    made = ExclusionAuthority(
        member=row,
        signed_on=signed_on,
        signed_by=signed_by.strip(),
        recorded_at=timezone.now(),
        recorded_by=by,
    )
    made.full_clean()
    with constraint_messages(ExclusionAuthority):
        made.save()
    record(
        actions.AUTHORITY_RECORDED,
        by=by,
        ref=row.slug,
        signed_on=signed_on.isoformat(),
    )
    return made


@transaction.atomic
def authority_end(*, by: User, member: Member, reason: str) -> None:
    """End the authorisation that is held: from tomorrow nobody is excluded from its premises.

    Raises ValidationError: none is held (code "stale"), or no reason.
    """
    Member.objects.select_for_update().get(pk=member.pk)
    held = ExclusionAuthority.objects.held().filter(member=member, ended_on=None).first()
    if held is None:
        raise ValidationError("No authorisation is held.", code="stale")
    if not reason.strip():
        raise ValidationError({"reason": "Say why it ends."})
    held.ended_on, held.ended_by, held.ended_reason = dates.today(), by, reason.strip()
    held.full_clean()
    held.save()
    record(actions.AUTHORITY_ENDED, by=by, ref=member.slug, ended_on=held.ended_on.isoformat())
