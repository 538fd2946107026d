"""What is done with an access request, from the day it comes in until it is answered."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import check_revision, constraint_messages, once
from common.edits import edits_from
from common.refs import yearly_ref
from members.models import SharingRecord, User
from offenders.models import Subject
from offenders.querysets import parts_of
from records import actions
from records.models import AccessItem, AccessRequest, AccessSearch, RecordsCounter
from records.subjects import subjects_of

from .found import Found, Terms, text_of, to_remove
from .redaction import words_of
from .sources import SOURCES

MONTHS = 1
"""A request is answered within so many months of the day it came in (UK GDPR, article 12)."""
CANDIDATES = 12


@dataclass(frozen=True)
class AccessInput:
    """A request for access as it came in."""

    asker: str
    names: Sequence[str]
    received_on: dt.date
    received_how: str
    words: str = ""
    born: dt.date | None = None
    identified: str = ""


def access_record(*, by: User, client_id: uuid.UUID, data: AccessInput) -> AccessRequest:
    """Record a request for access. Sent twice it is the same. Raises ValidationError."""
    return once(AccessRequest, client_id, lambda: _recorded(by, client_id, data))


def _recorded(by: User, client_id: uuid.UUID, data: AccessInput) -> AccessRequest:
    if data.received_on > dates.today():
        raise ValidationError({"received_on": "This is in the future."})
    now = timezone.now()
    year = dates.london_date(now).year
    row = AccessRequest(
        ref=yearly_ref("SAR", year, RecordsCounter.take("SAR", year), digits=4),
        client_id=client_id,
        asker=data.asker.strip(),
        names=_tidy(data.names),
        born=data.born,
        identified=data.identified.strip(),
        received_on=data.received_on,
        received_how=data.received_how,
        words=data.words.strip(),
        due_on=dates.add_months(data.received_on, MONTHS),
        recorded_at=now,
        recorded_by=by,
    )
    row.full_clean()
    with constraint_messages(AccessRequest):
        row.save()
    record(actions.ACCESS_RECORDED, by=by, ref=row.ref)
    return row


def _tidy(names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(name for name in (" ".join(each.split()) for each in names) if name))


@transaction.atomic
def access_identify(*, by: User, access: AccessRequest, revision: int, how: str) -> AccessRequest:
    """Record how it is known that it is them. Raises ValidationError: answered, or no words."""
    row = _open(access, revision)
    if not how.strip():
        raise ValidationError({"how": "Say how you know who it is."})
    row.identified = how.strip()
    _changed(row)
    record(actions.ACCESS_IDENTIFIED, by=by, ref=row.ref, subjects=row.subject_refs)
    return row


@transaction.atomic
def access_extend(
    *, by: User, access: AccessRequest, revision: int, due_on: dt.date, told_on: dt.date, why: str
) -> AccessRequest:
    """Take up to two months more, once; they were told within the first month, and why.

    Raises ValidationError: extended already, told too late or in the future, or too long.
    """
    row = _open(access, revision)
    if row.extended_on is not None:
        raise ValidationError("It was extended already: once, and no more.", code="stale")
    if told_on > min(dates.today(), row.due_on):
        last = dates.short_date(min(dates.today(), row.due_on))
        raise ValidationError({"told_on": f"They must be told by {last}."})
    if not row.due_on < due_on <= row.longest:
        words = f"Choose a day up to {dates.short_date(row.longest)}: three months in all."
        raise ValidationError({"due_on": words})
    row.due_on, row.extended_on, row.extended_because = due_on, told_on, why.strip()
    _changed(row)
    record(actions.ACCESS_EXTENDED, by=by, ref=row.ref, subjects=row.subject_refs)
    return row


@transaction.atomic
def access_search(
    *,
    by: User,
    access: AccessRequest,
    revision: int,
    names: Sequence[str],
    born: dt.date | None,
    subject_refs: Sequence[str] = (),
) -> AccessSearch:
    """Search everything held, by names (misspelt too) and by the records that are theirs.

    The items are what this search finds. What was decided of one stays while it says the same of
    the same person; what is found no more, by other names or records, goes. The search is recorded:
    for what, when, by whom, what was found. Raises ValidationError: answered, no name, or a record
    that there isn't.
    """
    row = _open(access, revision)
    wanted = _tidy(names)
    if not wanted:
        raise ValidationError({"names": "Enter the names to search for."})
    subjects = subjects_of(subject_refs)
    terms = _terms(wanted, born, subjects)
    found = {code: _collect(row, code, terms) for code in SOURCES}
    row.names, row.born = wanted, born
    row.subjects.set(subjects)
    row.subject_refs = sorted(terms.refs)
    _changed(row)
    search = AccessSearch(
        request=row,
        names=wanted,
        born=born,
        subject_refs=row.subject_refs,
        candidates=_candidates(wanted, born),
        found={code: number for code, number in found.items() if number},
        made_at=timezone.now(),
        made_by=by,
    )
    search.full_clean()
    search.save()
    # For which names is said by the search itself, whose names go 90 days after the answer.
    record(
        actions.ACCESS_SEARCHED, by=by, ref=row.ref, subjects=row.subject_refs,
        found=sum(found.values()),
    )  # fmt: skip
    return search


def _terms(names: Sequence[str], born: dt.date | None, subjects: Sequence[Subject]) -> Terms:
    """With the records go those that became part of them, and every name on them."""
    whole = Subject.objects.none()
    for subject in subjects:
        whole = whole | Subject.objects.filter(pk__in=parts_of(subject.pk))
    parts = list(whole.distinct().prefetch_related("aliases"))
    held = [
        name for row in parts for name in (row.name, *(each.name for each in row.aliases.all()))
    ]
    return Terms(
        names=_tidy([*names, *held]),
        born=born,
        keys=sorted(row.pk for row in parts),
        refs=sorted(row.ref for row in parts),
    )


def _candidates(names: Sequence[str], born: dt.date | None) -> list[str]:
    """Return the records that may be theirs: by name and alias, misspelt too, or born that day."""
    found: dict[str, None] = {}
    rows = Subject.objects.filter(merged_into=None)
    if born:
        found |= dict.fromkeys(rows.filter(date_of_birth=born).values_list("ref", flat=True)[:5])
    for name in names:
        found |= dict.fromkeys(row.ref for row in rows.best(name, CANDIDATES))
    return list(found)[:CANDIDATES]


def _collect(row: AccessRequest, code: str, terms: Terms) -> int:
    """Make a source's items what it finds now; return how many."""
    held = {item.key: item for item in row.items.filter(source=code)}
    found = {each.key: each for each in SOURCES[code].find(terms)}
    now = [_item(row, code, each, terms) for each in found.values()]
    same = {item.key for item in now if item.key in held and _says_the_same(held[item.key], item)}
    row.items.filter(source=code).exclude(key__in=same).delete()
    AccessItem.objects.bulk_create([item for item in now if item.key not in same])
    return len(now)


def _item(row: AccessRequest, code: str, found: Found, terms: Terms) -> AccessItem:
    text, secret = text_of(found.lines)
    return AccessItem(
        request=row,
        source=code,
        key=found.key,
        title=found.title,
        on=found.on,
        text=text,
        image=found.image,
        linked=found.linked,
        about=sorted(set(found.about)),
        removed=to_remove(found, text, secret, terms.names),
    )


def _says_the_same(held: AccessItem, now: AccessItem) -> bool:
    """Whether an item stays as it is: what was removed of it was decided, or is proposed still."""
    before = (held.text, held.image, held.linked, held.about)
    if before != (now.text, now.image, now.linked, now.about):
        return False
    return held.given is not None or held.removed == now.removed


@transaction.atomic
def item_decide(
    *,
    by: User,
    item: AccessItem,
    given: bool,
    left_because: str = "",
    removed: Collection[int] = (),
    boxes: dict[str, Any] | None = None,
) -> AccessItem:
    """Decide about an item: given, without these words or parts; or left out, and why.

    Raises ValidationError: the request is answered, or no reason.
    """
    access = _locked(item.request)  # before its items, as everywhere
    row = AccessItem.objects.select_for_update(of=("self",)).filter(pk=item.pk).first()
    if row is None:
        raise ValidationError("Somebody searched again meanwhile. Go back and look.", code="stale")
    if not access.is_open:
        raise ValidationError("This request was answered already.", code="stale")
    last = len(words_of(row.text))
    row.given, row.left_because = given, "" if given else left_because
    row.removed = sorted({number for number in removed if 0 <= number < last})
    row.boxes = edits_from(boxes or {}).as_json() if row.image else {}
    row.looked_at = timezone.now()
    row.full_clean()
    with constraint_messages(AccessItem):
        row.save()
    _changed(access)
    record(
        actions.ACCESS_ITEM, by=by, ref=access.ref, subjects=access.subject_refs,
        source=row.source, given=given, removed=len(row.removed),
    )  # fmt: skip
    return row


@transaction.atomic
def items_give(*, by: User, access: AccessRequest, revision: int, items: Sequence[int]) -> int:
    """Give these items (keys) that were read together, without the words that are marked.

    Only texts of their own record that are still to be decided: a photo, and what may be about
    another, is decided by itself. Returns how many. Raises ValidationError: answered, or stale.
    """
    row = _open(access, revision)
    rows = row.items.filter(pk__in=items, given=None, linked=True, image="")
    done = rows.update(given=True, looked_at=timezone.now())
    _changed(row)
    record(
        actions.ACCESS_ITEM, by=by, ref=row.ref, subjects=row.subject_refs, given=True, items=done
    )
    return done


@transaction.atomic
def access_answer(
    *,
    by: User,
    access: AccessRequest,
    revision: int,
    outcome: str,
    on: dt.date,
    reasons: str = "",
) -> AccessRequest:
    """Close a request: given (a pack was handed out), nothing held, refused, or taken back.

    Raises ValidationError: answered, it isn't known who asks, given without a pack on the register,
    nothing held though something is given, or a refusal without reasons.
    """
    row = _open(access, revision)
    kinds = AccessRequest.Outcome
    if outcome in (kinds.GIVEN, kinds.NOTHING) and not row.identified:
        raise ValidationError("First record how you know that it is them.")
    if outcome == kinds.GIVEN and not _handed_out(row):
        raise ValidationError("First hand the pack out: it is entered in the register then.")
    if outcome == kinds.NOTHING and row.items.filter(Q(given=True) | Q(given=None)).exists():
        raise ValidationError("Something was found: give it, or say of each why not.")
    if outcome == kinds.NOTHING and not row.searches.exists():
        raise ValidationError("First search everything held.")
    if not row.received_on <= on <= dates.today():
        raise ValidationError({"on": "Choose a day since it came in."})
    row.outcome, row.reasons = outcome, reasons.strip()
    row.answered_on, row.answered_by = on, by
    _changed(row)
    record(actions.ACCESS_ANSWERED, by=by, ref=row.ref, subjects=row.subject_refs, outcome=outcome)
    return row


def _handed_out(row: AccessRequest) -> bool:
    packs = row.packs.values_list("ref", flat=True)
    return SharingRecord.objects.filter(record__in=list(packs)).exists()


def _locked(access: AccessRequest) -> AccessRequest:
    return AccessRequest.objects.select_for_update(of=("self",)).get(pk=access.pk)


def _open(access: AccessRequest, revision: int) -> AccessRequest:
    row = _locked(access)
    check_revision(row, revision)
    if not row.is_open:
        raise ValidationError("This request was answered already.", code="stale")
    return row


def _changed(row: AccessRequest) -> None:
    row.revision += 1
    row.full_clean()
    with constraint_messages(AccessRequest):
        row.save()
