"""Merging two records that are one person, with everything that hangs on them, and taking it back.

It stands here because notices are the highest thing that names a subject. The record that goes
stays as a shell: its reference leads to the other, its published versions stay in its history.
"""

import datetime as dt
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.utils import timezone

from audit.services import record
from common.db import Fold, check_revision, constraint_messages
from exclusions.models import CaseFile, Notice, WarningLetter
from incidents.models import Alert, IntelligenceReport, Involvement, NotSamePerson, ReviewStep
from members.models import User
from offenders import actions
from offenders.models import (
    AgeOverride,
    AgeReview,
    Alias,
    Association,
    DifferentPeople,
    LegalFact,
    Photo,
    ProfileVersion,
    Recognition,
    Restriction,
    Subject,
    SubjectMerge,
    SubjectWarning,
    Vehicle,
)
from offenders.services import edits_follow, profile_recheck

from .top_ten import top_ten_refresh

FIELDS = (
    "status", "name", "date_of_birth", "age_low", "age_high", "age_seen_on", "sex", "height",
    "build", "hair", "marks", "description", "mo", "methods", "haunts", "times", "notes",
)  # fmt: skip
Named = IntelligenceReport.subjects.through

# What is moved. Where a record must not have the same twice, the function says what "the same" is;
# such a row stays with the record that goes. None: it may be there any number of times.
MOVES: dict[type[models.Model], Callable[[Any], Hashable | None]] = {
    # Both may be on a report that was not taken up: it says nothing of whether they are two.
    Involvement: lambda row: row.report_id if row.report.status == "rejected" else None,
    Notice: lambda row: None,
    CaseFile: lambda row: None,
    WarningLetter: lambda row: None,
    Alert: lambda row: None,
    Named: lambda row: row.intelligencereport_id,
    NotSamePerson: lambda row: row.involvement_id,
    ReviewStep: lambda row: None,
    Alias: lambda row: row.name,
    Photo: lambda row: (row.sha256, str(row.edits)),
    SubjectWarning: lambda row: row.marker if row.ended_at is None else None,
    Vehicle: lambda row: row.registration or None,
    LegalFact: lambda row: None,
    AgeOverride: lambda row: "now" if row.ended_at is None else None,
    AgeReview: lambda row: "once",
    Recognition: lambda row: (row.given_by_id, row.folded),
    Restriction: lambda row: row.because,
}
# Rows that name two records, the lower key first.
PAIRS: tuple[type[Association] | type[DifferentPeople], ...] = (Association, DifferentPeople)

# What can be sent about a record in the very moment it goes: nothing that writes it waits for that.
STRAYS: tuple[type[models.Model], ...] = (
    Involvement, Alert, Notice, WarningLetter, CaseFile, Recognition, NotSamePerson, Named,
    ReviewStep,
)  # fmt: skip
AT_ONCE = 200


@transaction.atomic
def subjects_merge(
    *,
    by: User,
    kept: Subject,
    gone: Subject,
    revisions: tuple[int, int],
    fields: Mapping[str, Any],
    reason: str,
) -> SubjectMerge:
    """Make two records one: `gone` becomes part of `kept`, whose FIELDS are as chosen.

    `revisions` are those the manager saw, of `kept` and `gone`. Raises ValidationError: stale, no
    reason, an age made of two estimates, both on one report (then they are two people), or notices
    or warnings of both that cover the same day.
    """
    one, two = _locked(kept, gone)
    _check_may_merge(one, two, reason)
    check_revision(one, revisions[0])
    check_revision(two, revisions[1])
    _check_estimate(one, two, fields)
    before = {name: _plain(getattr(one, name)) for name in FIELDS}
    _withdraw(two, into=one, by=by)
    moved: dict[str, Any] = {"faces": _faces(one, two)}
    moved |= {_label(model): _move(model, two, one) for model in MOVES}
    edits_follow(one, two)
    moved |= {_label(model): _move_pairs(model, two, one) for model in PAIRS}
    moved["choices"] = _end_choice(two, by=by)
    old_name = one.name
    for name in FIELDS:
        if name in fields:
            setattr(one, name, fields[name])
    moved["names"] = _add_names(one, {old_name, two.name})
    moved["own_name"] = _drop_own_name(one, two, moved[_label(Alias)])
    moved["after"] = {name: _plain(getattr(one, name)) for name in FIELDS}
    one.revision += 1
    one.full_clean()
    one.save()
    two.merged_into, two.revision = one, two.revision + 1
    two.save(update_fields=["merged_into", "revision", "updated_at"])
    merge = SubjectMerge(
        kept=one, gone=two, reason=reason.strip(), before=before, moved=moved, merged_by=by
    )
    merge.full_clean()
    merge.save()
    refs = [one.ref, two.ref]
    record(actions.SUBJECT_MERGED, by=by, ref=one.ref, subjects=refs, gone=two.ref)
    profile_recheck(by=by, subject=one)
    _top_ten_follows(by)
    return merge


@transaction.atomic
def merge_undo(*, by: User, merge: SubjectMerge) -> None:
    """Take a merge back: what was moved returns, and fields that still are as the merge left them.

    So do the first face and the Top 10 choice of the record that went.
    What came to the record since stays with it. The profile that the merge withdrew stays
    withdrawn until it is published again. Raises ValidationError: taken back already, the record
    is part of a third by now, or days of notices that would cover one another.
    """
    one, two = _locked(merge.kept, merge.gone)
    row = SubjectMerge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    if row.undone_at is not None:
        raise ValidationError("This was taken back already.", code="stale")
    if one.merged_into_id is not None:
        raise ValidationError(f"{one.ref} became part of another since. Take that back first.")
    for model in MOVES:
        moved = model._default_manager.filter(pk__in=row.moved.get(_label(model), []), subject=one)
        keys = list(moved.values_list("pk", flat=True))
        if model is Photo:
            # What was cropped since of a photo that goes back shows the same person: it goes too.
            cropped = Photo.objects.filter(edit_of__in=keys, subject=one)
            keys = sorted({*keys, *cropped.values_list("pk", flat=True)})
            Photo.objects.filter(pk__in=keys).update(is_primary=False)
        _give(model, keys, two)
    edits_follow(one, two)
    for pair in PAIRS:
        for each in pair._default_manager.filter(pk__in=row.moved.get(_label(pair), [])):
            _point(each, one, two)
    for subject, face in zip((one, two), row.moved.get("faces", (None, None)), strict=True):
        _show_first(subject, face)
    # The choice ended with the record, and comes back with it.
    choices = two.top_ten_choices.filter(pk__in=row.moved.get("choices", []))
    choices.update(ended_at=None, ended_by=None)
    one.aliases.filter(name__in=row.moved["names"]).delete()
    _restore(one, row.before, row.moved["after"])
    if (own := row.moved.get("own_name")) and own != one.name:
        Alias.objects.get_or_create(subject=one, name=own)
    two.merged_into, two.revision = None, two.revision + 1
    two.save(update_fields=["merged_into", "revision", "updated_at"])
    row.undone_at, row.undone_by = timezone.now(), by
    row.save(update_fields=["undone_at", "undone_by"])
    refs = [one.ref, two.ref]
    record(actions.SUBJECT_UNMERGED, by=by, ref=one.ref, subjects=refs, gone=two.ref)
    profile_recheck(by=by, subject=one)  # it may show a face that went back
    _top_ten_follows(by)


def strays_follow() -> int:
    """Move what was sent about a record in the moment it became part of another; return how much.

    A report on its way then still names the record that goes. Run each hour, it finds them all,
    each moved by itself and noted with the merge, so that taking that back takes it along.
    """
    return sum(_follows(model, pk) for model in STRAYS for pk in _late(model))


def _late(model: type[models.Model]) -> Iterator[int]:
    """Yield the keys of rows that still name a record that went, the oldest first, each once.

    Those that its merge left behind are among them: they can't move, and hold up none.
    """
    last = 0
    late = model._default_manager.filter(subject__merged_into__isnull=False).order_by("pk")
    while keys := list(late.filter(pk__gt=last).values_list("pk", flat=True)[:AT_ONCE]):
        yield from keys
        last = keys[-1]


def _follows(model: type[models.Model], pk: int) -> bool:
    """Move one row to the record that stays; return whether it was moved."""
    standing = SubjectMerge.objects.filter(undone_at=None).select_related("kept", "gone")
    try:
        with transaction.atomic():
            row: Any = model._default_manager.select_related("subject").filter(pk=pk).first()
            merge = row and standing.filter(gone=row.subject).first()
            if not merge:  # taken back or done meanwhile
                return False
            kept, gone = _locked(merge.kept, merge.gone)
            merge = standing.select_for_update(of=("self",)).filter(pk=merge.pk).first()
            mine = model._default_manager.filter(pk=pk, subject=gone)
            if merge is None or not mine.update(subject=kept):
                return False
            label = _label(model)
            merge.moved[label] = sorted({*merge.moved.get(label, []), pk})
            merge.save(update_fields=["moved"])
            refs = [kept.ref, gone.ref]
            record(actions.SUBJECT_FOLLOWED, by=None, ref=kept.ref, subjects=refs, gone=gone.ref)
    except IntegrityError:  # the other is on that report or has a notice: nothing is lost
        return False
    return True


def _locked(one: Subject, two: Subject) -> tuple[Subject, Subject]:
    """Return both records, locked in one order for everybody: no deadlock.

    Their keys stay as they are, so what only points to a record (a new report, a place of the
    Top 10) doesn't wait for this.
    """
    rows = Subject.objects.select_for_update(no_key=True).filter(pk__in=[one.pk, two.pk])
    rows = rows.order_by("pk")
    found = {row.pk: row for row in rows}
    return found[one.pk], found[two.pk]


def _top_ten_follows(by: User) -> None:
    """Set the Top 10 anew once the records are let go: it looks at everybody's incidents."""
    transaction.on_commit(lambda: top_ten_refresh(by=by), robust=True)


def _check_may_merge(one: Subject, two: Subject, reason: str) -> None:
    if one.pk == two.pk:
        raise ValidationError("Choose another record: this is the same.")
    for row in (one, two):
        if row.merged_into_id is not None:
            raise ValidationError(f"{row.ref} became part of another already.", code="stale")
    if not reason.strip():
        raise ValidationError({"reason": "Say why they are one person."}, code="required")
    if refs := reports_of_both(one, two):
        raise ValidationError(
            f"Both are on {', '.join(refs)}, so they are two people. If one of them is wrong there,"
            " take that link away first.",
            code="together",
        )
    if pairs := notices_that_clash(one, two):
        raise ValidationError(
            f"{_pairs_in_words(pairs)} cover the same days, or are both still to be served."
            " Revoke one of them first.",
            code="notices",
        )
    if letters := warnings_that_clash(one, two):
        raise ValidationError(
            f"{_pairs_in_words(letters)} run on the same days, or are both still to be given."
            " Withdraw one of them first.",
            code="warnings",
        )


def reports_of_both(one: Subject, two: Subject) -> list[str]:
    """Return up to three reports that name both as two people: a merge is refused then."""
    shared = (
        Involvement.objects.filter(subject=one, report__people__subject=two)
        .exclude(report__status="rejected")
        .values_list("report__ref", flat=True)
        .order_by("report__ref")
    )
    return list(shared.distinct()[:3])


def notices_that_clash(one: Subject, two: Subject) -> list[tuple[Notice, Notice]]:
    """Return the notices of two records that one record can't have: a merge is refused then.

    They cover the same day, or neither was served yet (its constraints, of one subject).
    """
    first, second = (list(each.notices.order_by("ref")) for each in (one, two))
    return [(a, b) for a in first for b in second if _clash(a, b)]


def _clash(one: Notice, two: Notice) -> bool:
    if "to_serve" in (one.state, two.state):
        return one.state == two.state
    days = [each.served_on for each in (one, two) if each.served_on]
    return any(one.in_force_on(day) and two.in_force_on(day) for day in days)


def warnings_that_clash(one: Subject, two: Subject) -> list[tuple[WarningLetter, WarningLetter]]:
    """Return the warning letters of two records that one record can't have, as of notices."""
    first, second = (list(each.warning_letters.order_by("ref")) for each in (one, two))
    return [(a, b) for a in first for b in second if _letters_clash(a, b)]


def _letters_clash(one: WarningLetter, two: WarningLetter) -> bool:
    if "to_give" in (one.state, two.state):
        return one.state == two.state
    days = [each.given_on for each in (one, two) if each.given_on]
    return any(one.runs_on(day) and two.runs_on(day) for day in days)


def _pairs_in_words(pairs: Sequence[tuple[models.Model, models.Model]]) -> str:
    return "; ".join(f"{one} and {two}" for one, two in pairs)


def _check_estimate(one: Subject, two: Subject, fields: Mapping[str, Any]) -> None:
    """Refuse an age made of parts of both: "16 to 20" of one, as of the other's day, is a lie."""
    chosen = tuple(fields.get(name, getattr(one, name)) for name in Subject.ESTIMATE)
    if chosen not in (one.estimate, two.estimate):
        raise ValidationError(
            "The age they looked and the day of it belong together: take both from one record.",
            code="mixed",
        )


def _withdraw(gone: Subject, *, into: Subject, by: User) -> None:
    ProfileVersion.objects.filter(subject=gone, superseded_at=None, withdrawn_at=None).update(
        withdrawn_at=timezone.now(),
        withdrawn_by=by,
        withdrawn_reason=f"Became part of {into.ref}",
    )


def _label(model: type[models.Model]) -> str:
    return model._meta.label_lower


def _move(model: type[models.Model], gone: Subject, kept: Subject) -> list[int]:
    """Move rows to the record that stays; return their keys. What it has already stays behind."""
    same = MOVES[model]
    rows = model._default_manager.all()
    if model is Involvement:
        rows = rows.select_related("report")
    elif model is Recognition:
        rows = rows.annotate(folded=Fold(F("name")))  # "José" is "Jose", as its constraint says
    held = {same(row) for row in rows.filter(subject=kept)} - {None}
    moving = [row for row in rows.filter(subject=gone) if same(row) not in held]
    if model is Photo and kept.photos.filter(is_primary=True).exists():
        gone.photos.update(is_primary=False)  # one face leads
    keys = sorted(row.pk for row in moving)
    _give(model, keys, kept)
    return keys


def _give(model: type[models.Model], keys: list[int], to: Subject) -> None:
    try:
        with constraint_messages(model):
            model._default_manager.filter(pk__in=keys).update(subject=to)
    except ValidationError as error:
        if model is not Notice:
            raise
        raise ValidationError(
            "Both have an exclusion notice for the same days, or one that is still to be served."
            " Revoke one of them first.",
            code="notices",
        ) from error


def _faces(one: Subject, two: Subject) -> list[int | None]:
    """Return the key of the photo that is shown first of each record, None for none."""
    firsts = (each.photos.filter(is_primary=True) for each in (one, two))
    return [first.values_list("pk", flat=True).first() for first in firsts]


def _show_first(subject: Subject, face: int | None) -> None:
    """Show that photo first again, if it is still the record's and no other was chosen since."""
    if face and not subject.photos.filter(is_primary=True).exists():
        subject.photos.filter(pk=face).update(is_primary=True)


def _end_choice(gone: Subject, *, by: User) -> list[int]:
    """End the Top 10 choice of the record that goes; return its key."""
    choices = gone.top_ten_choices.filter(ended_at=None)
    keys = list(choices.values_list("pk", flat=True))
    choices.update(ended_at=timezone.now(), ended_by=by)
    return keys


def _move_pairs(
    model: type[Association] | type[DifferentPeople], gone: Subject, kept: Subject
) -> list[int]:
    """Let rows of two records name the one that stays; return the keys of those that could."""
    rows = model._default_manager.filter(Q(first=gone) | Q(second=gone)).order_by("pk")
    return [row.pk for row in rows if _point(row, gone, kept)]


def _point(row: Association | DifferentPeople, old: Subject, new: Subject) -> bool:
    """Let a row speak of `new` instead of `old`; return whether it could."""
    rows = type(row)._default_manager
    other = row.second_id if row.first_id == old.pk else row.first_id
    first, second = sorted((other, new.pk))
    if other == new.pk or rows.filter(first_id=first, second_id=second).exists():
        return False
    rows.filter(pk=row.pk).update(first_id=first, second_id=second)
    return True


def _add_names(kept: Subject, names: set[str]) -> list[str]:
    """Keep every name: one that isn't chosen is an alias. Return those that were added."""
    wanted = names - {""}
    held = {kept.name, *kept.aliases.values_list("name", flat=True)}
    added = sorted(wanted - held)
    Alias.objects.bulk_create(Alias(subject=kept, name=name) for name in added)
    return added


def _drop_own_name(kept: Subject, gone: Subject, moved: list[int]) -> str:
    """Take the name that the record bears now from its aliases.

    One that came with this merge goes back to the record it came from. One that was its own is
    deleted, and returned for taking the merge back ("" for none).
    """
    own = kept.aliases.filter(name=kept.name).first()
    if own is None:
        return ""
    if own.pk in moved:
        moved.remove(own.pk)
        Alias.objects.filter(pk=own.pk).update(subject=gone)
        return ""
    own.delete()
    return kept.name


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _restore(subject: Subject, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Put back each field that is as the merge left it; who changed one since meant it."""
    for name in FIELDS:
        if _plain(getattr(subject, name)) == after[name]:
            field: models.Field[Any, Any] = Subject._meta.get_field(name)  # type: ignore[assignment]
            setattr(subject, name, field.to_python(before[name]))
    subject.revision += 1
    subject.full_clean()
    subject.save()


@transaction.atomic
def subjects_apart(*, by: User, one: Subject, two: Subject) -> None:
    """Say that two records are two people: they are never suggested as one again."""
    first, second = sorted((one, two), key=lambda each: each.pk)
    _, made = DifferentPeople.objects.get_or_create(
        first=first, second=second, defaults={"said_by": by}
    )
    if made:
        record(actions.SUBJECTS_APART, by=by, ref=one.ref, subjects=[one.ref, two.ref])
