"""Varying a notice: sooner at an end, or something allowed all the same. Never longer."""

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audit.services import record
from common import dates
from exclusions import actions
from exclusions.activity import shown_until
from exclusions.models import Notice, NoticeVariation
from members.models import User
from offenders.services import profile_until, subject_shown_no_longer

from .ending import locked_whole


@dataclass(frozen=True)
class Variation:
    """What is varied, why, and on whose authority. `ends_on` None: the last day stays."""

    authority: str
    reason: str
    ends_on: dt.date | None = None
    allowed: str = ""


@transaction.atomic
def notice_vary(*, by: User, notice: Notice, variation: Variation) -> NoticeVariation:
    """Ease a notice in force, from now on.

    Raises ValidationError: not in force (code "stale"), nothing varied, or a last day that is past
    or not sooner than the one it has: longer takes a new notice on new grounds.
    """
    subject = locked_whole(notice.subject)
    row: Notice = Notice.objects.select_for_update(of=["self"]).get(pk=notice.pk)
    if row.state != "in_force" or row.ends_on is None:
        raise ValidationError("Only a notice in force can be varied.", code="stale")
    sooner = variation.ends_on
    if sooner is not None and not dates.today() <= sooner < row.ends_on:
        raise ValidationError(
            {
                "ends_on": "Choose a day from today and before the last day it has now."
                " To end it at once, revoke it; to extend it, raise a new notice."
            }
        )
    if sooner is None and not variation.allowed.strip():
        raise ValidationError("Choose an earlier last day, or say what is allowed all the same.")
    made = NoticeVariation(
        notice=row,
        made_at=timezone.now(),
        made_by=by,
        authority=variation.authority.strip(),
        reason=variation.reason.strip(),
        ends_before=row.ends_on if sooner else None,
        ends_on=sooner,
        allowed=variation.allowed.strip(),
    )
    made.full_clean()
    made.save()
    if sooner is not None:
        row.ends_on = sooner
        row.full_clean()
        row.save(update_fields=["ends_on"])
        profile_until(
            by=by,
            subject=subject,
            until=max(shown_until(subject), sooner),
            reason=f"{row.ref} ends sooner, and nothing else holds the person in view.",
        )
        subject_shown_no_longer(subject=subject)
    record(
        actions.NOTICE_VARIED,
        by=by,
        ref=row.ref,
        subjects=[row.subject.ref],
        ends_on=sooner.isoformat() if sooner else "",
        allowed=bool(made.allowed),
    )
    return made
