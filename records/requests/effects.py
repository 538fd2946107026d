"""What follows from a decision, in the same moment."""

from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction

from common import dates
from common.wake import wake
from members.models import User
from offenders.models import ProfileVersion, Subject
from offenders.services import profile_withdraw, subject_release, subject_shown_no_longer
from records.models import RightsRequest
from records.retention.clocks import clocks_of
from records.retention.deleting import KeptError, Why, locked_whole, subject_purge
from records.retention.policy import rules_on
from records.retention.wording import kept_because
from records.tasks import erased_finish

ERASE_BUSY: Final = "Somebody is working on a report or notice of theirs. Try again in a minute."


def decision_take(*, by: User, request: RightsRequest, subject: Subject) -> None:
    """Carry out a decision about a locked record.

    Refused or taken back: what members saw, they see again. Granted, or in part: the profile is
    withdrawn, and published anew, with the right words or to fewer people, if at all. An objection
    or a restriction that was granted goes on holding it until it is lifted. Erased: the record is
    deleted with everything that hangs on it. Raises ValidationError: something must keep it.
    """
    if not request.is_granted:
        subject_release(by=by, because=request.ref)
        return
    if request.kind == RightsRequest.Kind.ERASURE and request.decision == "granted":
        _erase(request, subject)
        return
    _withdraw(by, request, subject)
    if request.stands:
        subject_shown_no_longer(subject=subject)
    else:
        subject_release(by=by, because=request.ref)


def _withdraw(by: User, request: RightsRequest, subject: Subject) -> None:
    versions = ProfileVersion.objects.filter(subject=subject)
    if versions.filter(superseded_at=None, withdrawn_at=None).exists():
        words = f"{request.ref}: {request.get_kind_display().lower()} granted"
        profile_withdraw(by=by, subject=subject, reason=words)


def _erase(request: RightsRequest, subject: Subject) -> None:
    """Delete a record now. A notice in force, an appeal, a case or a hold must end first."""
    try:
        keys = locked_whole(subject.pk)
    except KeptError as kept:
        raise ValidationError(ERASE_BUSY, code="busy") from kept
    clock = clocks_of([subject.pk])[subject.pk]
    if found := kept_because(clock):
        todo = "It can’t be erased before that ends: revoke, decide, close or end it first."
        raise ValidationError([f"{words}. {todo}" for words in found])
    words = f"erased at the person’s own request, {request.ref}"
    today = dates.today()
    why = Why(rules_on()[clock.kind], words, today, clock.clock_on, clock.seen_until)
    subject_purge(keys, why)
    transaction.on_commit(lambda: wake(erased_finish), robust=True)  # the night would too
