"""The Top 10: by harm score, with the manager's word over it, and a history of every change."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Min, Q
from django.utils import timezone

from audit.services import record
from common.db import constraint_messages
from members.models import User
from offenders import actions
from offenders.models import Subject, TopTenChoice, TopTenPlace

from .harm import NOTHING, harm_scores

LOCK = 20021201  # the list is set by one at a time; the number stands for it alone


@transaction.atomic
def top_ten_refresh(*, by: User | None = None) -> bool:
    """Set the list anew; return whether it changed. Run twice, it changes nothing the second time.

    The pinned come first, by score; then the highest scores above nothing. Nobody who is kept off,
    and no record that became part of another.
    """
    _one_at_a_time()
    wanted = _wanted()
    held = list(TopTenPlace.objects.filter(until=None).order_by("rank"))
    if [(row.subject_id, row.pinned) for row in held] == [
        (row["subject"], row["pinned"]) for row in wanted
    ]:
        return False
    now = timezone.now()
    same = {
        row.rank
        for row in held
        if row.rank <= len(wanted)
        and (row.subject_id, row.pinned)
        == (wanted[row.rank - 1]["subject"], wanted[row.rank - 1]["pinned"])
    }
    TopTenPlace.objects.filter(until=None).exclude(rank__in=same).update(until=now)
    taken = [
        TopTenPlace(
            subject_id=row["subject"],
            rank=rank,
            score=row["parts"]["score"],
            parts=row["parts"],
            pinned=row["pinned"],
            since=now,
        )
        for rank, row in enumerate(wanted, start=1)
        if rank not in same
    ]
    # Each row locks its subject as this commits, in this order: the lowest first, as everybody.
    TopTenPlace.objects.bulk_create(sorted(taken, key=lambda place: place.subject_id))
    refs = Subject.objects.filter(pk__in=[row["subject"] for row in wanted])
    record(actions.TOP_TEN_CHANGED, by=by, subjects=refs.values_list("ref", flat=True))
    return True


def _one_at_a_time() -> None:
    """Wait until nobody else is at the list. Asked for before any record is locked, never after."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _wanted() -> list[dict[str, Any]]:
    scores = harm_scores()
    choices = dict(TopTenChoice.objects.filter(ended_at=None).values_list("subject_id", "kind"))
    merged = set(Subject.objects.filter(merged_into__isnull=False).values_list("pk", flat=True))
    pinned = [pk for pk, kind in choices.items() if kind == TopTenChoice.Kind.PINNED]
    others = [pk for pk in scores if scores[pk]["score"] and pk not in choices]
    rows: list[dict[str, Any]] = [
        {"subject": pk, "pinned": pk in choices, "parts": scores.get(pk, NOTHING)}
        for pk in (*pinned, *others)
        if pk not in merged
    ]
    rows.sort(key=lambda row: (not row["pinned"], -row["parts"]["score"], row["subject"]))
    return rows[: TopTenPlace.SIZE]


@dataclass(frozen=True)
class Change:
    """What one setting of the list did: who came on, who went off, how many only moved."""

    at: dt.datetime
    came: list[TopTenPlace]
    went: list[TopTenPlace]
    moved: int


def top_ten_changes(*, most: int) -> list[Change]:
    """Return the latest changes of the list, the newest first; each with the subjects loaded."""
    places = TopTenPlace.objects.order_by()
    first = places.aggregate(at=Min("since"))["at"]  # when there was a list at all: no change
    ended = places.filter(until__isnull=False).values_list("until")
    begun = places.filter(since__gt=first).values_list("since") if first else places.none()
    moments = [at for (at,) in ended.union(begun).order_by("-until")[:most]]
    rows = list(
        TopTenPlace.objects.filter(Q(since__in=moments) | Q(until__in=moments))
        .select_related("subject")
        .order_by("rank")
    )
    return [_change(at, rows) for at in moments if at]


def _change(at: dt.datetime, rows: list[TopTenPlace]) -> Change:
    begun = {row.subject_id: row for row in rows if row.since == at}
    over = {row.subject_id: row for row in rows if row.until == at}
    return Change(
        at=at,
        came=[row for key, row in begun.items() if key not in over],
        went=[row for key, row in over.items() if key not in begun],
        moved=len(begun.keys() & over.keys()),
    )


def top_ten_choose(*, by: User, subject: Subject, kind: str, reason: str) -> TopTenChoice:
    """Pin a subject to the list or keep it off, in place of an earlier choice; the list follows.

    The choice stands once it is made: the list is set after that, with no record locked. Raises
    ValidationError: no reason, a record that became part of another, or more pinned than the list
    has places.
    """
    choice = _choose(by=by, subject=subject, kind=kind, reason=reason)
    top_ten_refresh(by=by)
    return choice


@transaction.atomic
def _choose(*, by: User, subject: Subject, kind: str, reason: str) -> TopTenChoice:
    _one_at_a_time()  # else two who pin the tenth at once pin eleven
    row = Subject.objects.select_for_update(no_key=True).get(pk=subject.pk)
    if row.merged_into_id is not None:
        raise ValidationError("This record became part of another. Choose that one.")
    if not reason.strip():
        raise ValidationError({"reason": "Say why."}, code="required")
    earlier = TopTenChoice.objects.filter(subject=row, ended_at=None)
    earlier.update(ended_at=timezone.now(), ended_by=by)
    pinned = TopTenChoice.objects.filter(ended_at=None, kind=TopTenChoice.Kind.PINNED).count()
    if kind == TopTenChoice.Kind.PINNED and pinned >= TopTenPlace.SIZE:
        raise ValidationError("All ten places are pinned. Lift one first.", code="full")
    choice = TopTenChoice(subject=row, kind=kind, reason=reason.strip(), chosen_by=by)
    choice.full_clean()
    with constraint_messages(TopTenChoice):
        choice.save()
    record(actions.TOP_TEN_CHOSEN, by=by, ref=row.ref, subjects=[row.ref], kind=kind)
    return choice


def top_ten_lift(*, by: User, subject: Subject) -> bool:
    """Lift what was chosen for a subject, so that the score decides again; the list follows.

    Return whether there was something to lift.
    """
    lifted = _lift(by=by, subject=subject)
    if lifted:
        top_ten_refresh(by=by)
    return lifted


@transaction.atomic
def _lift(*, by: User, subject: Subject) -> bool:
    changed = TopTenChoice.objects.filter(subject=subject, ended_at=None).update(
        ended_at=timezone.now(), ended_by=by
    )
    if changed:
        record(actions.TOP_TEN_LIFTED, by=by, ref=subject.ref, subjects=[subject.ref])
    return bool(changed)
