"""What is done with a request, from the day it comes in until everybody is told."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import check_revision, constraint_messages, once
from common.refs import yearly_ref
from exclusions.models import Notice
from members.models import User
from offenders.access import merged_on
from offenders.models import Subject
from offenders.querysets import parts_of
from offenders.services import subject_release, subject_restrict, subject_show_meanwhile
from records import actions
from records.models import RecipientTold, RecordsCounter, RightsRequest

from .effects import decision_take
from .forgetting import forget
from .places import live_places
from .recipients import recipients_of

MONTHS = 1
"""A request is answered within so many months of the day it came in (UK GDPR, article 12)."""


@dataclass(frozen=True)
class RequestInput:
    """A request as it came in."""

    kind: str
    asker: str
    received_on: dt.date
    received_how: str
    words: str
    identified: str = ""
    wrong_words: str = ""
    right_words: str = ""


def request_record(
    *, by: User, subject: Subject, client_id: uuid.UUID, data: RequestInput
) -> RightsRequest:
    """Record a request; from this moment members see nothing of the subject.

    Sent twice it is the same request. Raises ValidationError: in the future, one of this kind is
    open, the record became part of another, or what is wrong and right is not said.
    """
    return once(RightsRequest, client_id, lambda: _recorded(by, subject, client_id, data))


def _recorded(
    by: User, subject: Subject, client_id: uuid.UUID, data: RequestInput
) -> RightsRequest:
    row = locked(subject.pk)
    if data.received_on > dates.today():
        raise ValidationError({"received_on": "This is in the future."})
    rectifies = data.kind == RightsRequest.Kind.RECTIFICATION
    now = timezone.now()
    year = dates.london_date(now).year
    made = RightsRequest(
        ref=yearly_ref("RGT", year, RecordsCounter.take("RGT", year), digits=4),
        client_id=client_id,
        kind=data.kind,
        subject=row,
        subject_refs=refs_of(row),
        asker=data.asker.strip(),
        identified=data.identified.strip(),
        received_on=data.received_on,
        received_how=data.received_how,
        words=data.words.strip(),
        wrong_words=data.wrong_words.strip() if rectifies else "",
        right_words=data.right_words.strip() if rectifies else "",
        due_on=dates.add_months(data.received_on, MONTHS),
        recorded_at=now,
        recorded_by=by,
    )
    made.full_clean()
    with constraint_messages(RightsRequest):
        made.save()
    record(
        actions.REQUEST_RECORDED, by=by, ref=made.ref, subjects=made.subject_refs, kind=made.kind
    )
    subject_restrict(by=by, subject=row, because=made.ref)
    return made


@transaction.atomic
def request_identify(*, by: User, request: RightsRequest, revision: int, how: str) -> RightsRequest:
    """Record how it is known that who asks is the person, or may ask for them."""
    row = _open(request, revision)
    if not how.strip():
        raise ValidationError({"how": "Say how you know who it is."})
    row.identified = how.strip()
    _saved(row)
    record(actions.REQUEST_IDENTIFIED, by=by, ref=row.ref, subjects=row.subject_refs)
    return row


@transaction.atomic
def request_extend(
    *, by: User, request: RightsRequest, revision: int, due_on: dt.date, told_on: dt.date, why: str
) -> RightsRequest:
    """Take up to two months more, once; the person was told within the first month, and why.

    Raises ValidationError: extended already, told too late or in the future, or too long.
    """
    row = _open(request, revision)
    if row.extended_on is not None:
        raise ValidationError("It was extended already: once, and no more.", code="stale")
    if told_on > min(dates.today(), row.due_on):
        last = dates.short_date(min(dates.today(), row.due_on))
        raise ValidationError({"told_on": f"They must be told by {last}."})
    if not row.due_on < due_on <= row.longest:
        words = f"Choose a day up to {dates.short_date(row.longest)}: three months in all."
        raise ValidationError({"due_on": words})
    row.due_on, row.extended_on, row.extended_because = due_on, told_on, why.strip()
    _saved(row)
    record(
        actions.REQUEST_EXTENDED, by=by, ref=row.ref, subjects=row.subject_refs,
        due_on=due_on.isoformat(),
    )  # fmt: skip
    return row


@transaction.atomic
def request_show(*, by: User, request: RightsRequest, revision: int, why: str) -> RightsRequest:
    """Let members recognise the person meanwhile, while a notice is in force (article 18(2)).

    Until the notice's last day, and no longer than it holds. Raises ValidationError: no notice is
    in force, or one still to be confirmed; decided already; or no reason.
    """
    subject = whole_of(request)
    row = _open(request, revision)
    notice = Notice.objects.in_force().filter(subject=subject).first()
    if notice is None or notice.ends_on is None or notice.is_to_confirm:
        raise ValidationError("Only while a notice is in force may members see them meanwhile.")
    if not why.strip():
        raise ValidationError({"why": "Say why members must recognise them now."})
    subject_show_meanwhile(by=by, subject=subject, because=row.ref, until=notice.ends_on, why=why)
    _saved(row)
    return row


@transaction.atomic
def request_decide(
    *, by: User, request: RightsRequest, revision: int, decision: str, reasons: str
) -> RightsRequest:
    """Decide a request; what follows from it is done in the same moment (effects.py).

    Raises ValidationError: decided already, it isn't known who asks, no reasons, or an erasure
    while something must keep the record.
    """
    subject = whole_of(request)  # locked before the request, as by the night
    row = _open(request, revision)
    takes_back = decision == RightsRequest.Decision.WITHDRAWN
    if not row.identified and not takes_back and decision != RightsRequest.Decision.REFUSED:
        raise ValidationError("First record how you know that it is them.")
    if not reasons.strip():
        raise ValidationError({"reasons": "Write the reasons. They are told."})
    row.subject_refs = sorted({*row.subject_refs, *refs_of(subject)})
    row.decision, row.reasons = decision, reasons.strip()
    row.decided_at, row.decided_by = timezone.now(), by
    row.stands = _stands(row)
    _saved(row)
    decision_take(by=by, request=row, subject=subject)
    record(
        actions.REQUEST_DECIDED, by=by, ref=row.ref, subjects=row.subject_refs, kind=row.kind,
        decision=decision,
    )  # fmt: skip
    row.refresh_from_db()
    return row


def _stands(row: RightsRequest) -> bool:
    """Whether members go on seeing nothing: an objection or restriction that was granted."""
    kinds = (RightsRequest.Kind.OBJECTION, RightsRequest.Kind.RESTRICTION)
    return row.decision == RightsRequest.Decision.GRANTED and row.kind in kinds


@transaction.atomic
def request_tell(
    *,
    by: User,
    request: RightsRequest,
    revision: int,
    on: dt.date,
    how: str,
    left_because: str = "",
) -> RightsRequest:
    """Record that the person was told, with the reasons and where to complain.

    Of a rectification, what is shown or worked with must say the right words first; what stays as
    it was said (a notice as served, a witness's account) needs a reason. An erased person's name is
    taken out of the entry now. Raises ValidationError.
    """
    row = _locked(request, revision)
    if row.is_open or row.told_on is not None:
        raise ValidationError("There is nothing to tell, or it is recorded already.", code="stale")
    if not dates.london_date(_decided(row)) <= on <= dates.today():
        raise ValidationError({"on": "Choose a day since it was decided."})
    if row.kind == RightsRequest.Kind.RECTIFICATION and row.is_granted:
        _check_put_right(row, left_because)
    row.told_on, row.told_how, row.left_because = on, how, left_because.strip()
    if row.subject_id is None:
        forget(row)
    _saved(row)
    record(actions.REQUEST_TOLD, by=by, ref=row.ref, subjects=row.subject_refs)
    return row


def _check_put_right(row: RightsRequest, left_because: str) -> None:
    found = live_places(row)
    if any(place.must for place in found):
        raise ValidationError("The record, or what members see, still says it. Put it right first.")
    if found and not left_because.strip():
        words = "Say why the places that still say it stay as they are."
        raise ValidationError({"left_because": words})


@transaction.atomic
def request_lift(
    *, by: User, request: RightsRequest, revision: int, told_on: dt.date, why: str
) -> RightsRequest:
    """Lift a restriction that was granted, or an objection: the person was told before.

    What was published before stays withdrawn: it is published anew. Raises ValidationError: it
    doesn't stand, they are told later than today, or no reason.
    """
    row = _locked(request, revision)
    if not row.is_standing:
        raise ValidationError("Nothing stands any more.", code="stale")
    if not dates.london_date(_decided(row)) <= told_on <= dates.today():
        raise ValidationError({"told_on": "They must be told before it is lifted."})
    if not why.strip():
        raise ValidationError({"why": "Say why it is lifted."})
    row.lifted_at, row.lifted_because, row.lifted_told_on = timezone.now(), why.strip(), told_on
    _saved(row)
    subject_release(by=by, because=row.ref)
    record(actions.REQUEST_LIFTED, by=by, ref=row.ref, subjects=row.subject_refs)
    return row


@transaction.atomic
def recipient_told(
    *, by: User, request: RightsRequest, share: str, told_on: dt.date | None, words: str
) -> RecipientTold:
    """Record that somebody who was given the data was told, or why they are not (article 19).

    Raises ValidationError: not one of its recipients, recorded already, in the future, or nothing
    said.
    """
    row = _locked(request, request.revision)
    if not row.is_granted or share not in {each.share for each in recipients_of(row)}:
        raise ValidationError("Choose who was told.", code="stale")
    if told_on is not None and told_on > dates.today():
        raise ValidationError({"told_on": "This is in the future."})
    made = RecipientTold(
        request=row, share=share, told_on=told_on, words=words.strip(),
        recorded_at=timezone.now(), recorded_by=by,
    )  # fmt: skip
    made.full_clean()
    with constraint_messages(RecipientTold):
        made.save()
    record(actions.RECIPIENT_TOLD, by=by, ref=row.ref, subjects=row.subject_refs, share=share)
    return made


def whole_of(row: RightsRequest) -> Subject:
    """Return the locked record that a request is about, or the one it is part of by now.

    Raises ValidationError (code "stale"): it was deleted.
    """
    if row.subject_id is None:
        raise ValidationError("The record is deleted by now.", code="stale")
    key = row.subject_id
    return locked(merged_on([key]).get(key, key))


def locked(key: int) -> Subject:
    """Return a record, locked. Raises ValidationError: gone, or part of another by now."""
    rows = Subject.objects.select_for_update(no_key=True).filter(pk=key)
    row: Subject | None = rows.first()
    if row is None or row.merged_into_id is not None:
        raise ValidationError("This record is gone, or part of another by now.", code="stale")
    return row


def refs_of(subject: Subject) -> list[str]:
    """Return the references of a record and of those that became part of it."""
    parts = Subject.objects.filter(pk__in=parts_of(subject.pk))
    return sorted(parts.values_list("ref", flat=True))


def _decided(row: RightsRequest) -> dt.datetime:
    assert row.decided_at is not None
    return row.decided_at


def _locked(request: RightsRequest, revision: int) -> RightsRequest:
    row = RightsRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    check_revision(row, revision)
    return row


def _open(request: RightsRequest, revision: int) -> RightsRequest:
    row = _locked(request, revision)
    if not row.is_open:
        raise ValidationError("This request was decided already.", code="stale")
    return row


def _saved(row: RightsRequest) -> None:
    row.revision += 1
    row.full_clean()
    with constraint_messages(RightsRequest):
        row.save()
