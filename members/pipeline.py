"""Writes of the pipeline: businesses entered, followed up, joined, lapsed, left; their contacts."""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import check_revision, constraint_messages, free_slug

from . import actions
from .models import Area, Member, MemberContact, MemberStep, User

Status = Member.Status
LEADS_TO: Final[dict[str, tuple[str, ...]]] = {
    Status.PROSPECT: (Status.CONTACTED, Status.APPLIED, Status.LEFT),
    Status.CONTACTED: (Status.PROSPECT, Status.APPLIED, Status.LEFT),
    Status.APPLIED: (Status.CONTACTED, Status.ACTIVE, Status.LEFT),
    Status.ACTIVE: (Status.LAPSED, Status.LEFT),
    Status.LAPSED: (Status.ACTIVE, Status.LEFT),
    Status.LEFT: (Status.CONTACTED, Status.APPLIED),
}
"""Where a business can go from each step. One that left applies again: what it signed is old."""


RESERVED: Final = {
    "applications",
    "engagement",
    "new",
    "pipeline",
}  # addresses beside those of members


@dataclass(frozen=True)
class NextStep:
    """What to do next, by when, and who does it; all empty: nothing."""

    next_step: str = ""
    next_on: dt.date | None = None
    next_by: User | None = None


@dataclass(frozen=True)
class MemberInput:
    """What is held of a business itself."""

    name: str
    kind: str
    sector: str
    area: Area


@dataclass(frozen=True)
class ContactInput:
    """Somebody at a member, and how they are reached."""

    name: str
    position: str = ""
    email: str = ""
    phone: str = ""
    is_main: bool = False
    is_billing: bool = False


@transaction.atomic
def member_enter(*, by: User, data: MemberInput, plan: NextStep) -> Member:
    """Enter a business as a prospect, with what to do next.

    Raises ValidationError: one of that name is there, whatever its case, or half a next step.
    """
    _one_name_at_a_time()
    row = Member(
        status=Status.PROSPECT,
        slug=free_slug(Member, data.name, reserved=RESERVED),
        **_fields(data),
    )
    _refuse_same_name(row)
    _plan(row, plan)
    row.full_clean()
    with constraint_messages(Member):
        row.save()
    _note(row, before="", on=dates.today(), by=by)
    record(actions.MEMBER_ENTERED, by=by, ref=row.slug)
    return row


@transaction.atomic
def member_change(*, by: User, member: Member, revision: int, data: MemberInput) -> Member:
    """Change name, kind, sector or area; the address of its page stays as it is.

    Raises ValidationError: changed meanwhile (code "stale"), another one has that name, nothing
    changed, or a partner agency that would become a business or the other way round.
    """
    row = _locked(member, revision)
    fields = _fields(data)
    changed = [name for name, value in fields.items() if getattr(row, name) != value]
    if not changed:
        raise ValidationError("Nothing was changed.")
    if (row.kind == Member.Kind.AGENCY) != (data.kind == Member.Kind.AGENCY) and row.was_member:
        raise ValidationError({"kind": "A business can't become an agency, nor the reverse."})
    for name in changed:
        setattr(row, name, fields[name])
    _one_name_at_a_time()
    _refuse_same_name(row)
    row.revision += 1
    row.full_clean()
    with constraint_messages(Member):
        row.save()
    record(actions.MEMBER_CHANGED, by=by, ref=row.slug, fields=changed)
    return row


@dataclass(frozen=True)
class Step:
    """A step a business takes (its own status again: it stays), when, why lost, what was said."""

    to: str
    on: dt.date
    lost: str = ""
    words: str = ""


@transaction.atomic
def member_step(
    *, by: User, member: Member, revision: int, step: Step, plan: NextStep
) -> MemberStep | None:
    """Record a step, or that it stays where it is, and what to do next; return the step, if one.

    Active: its users may sign in from now on, and it has joined on that day. Lapsed or left: they
    can't any more, from their next request on. Raises ValidationError: changed meanwhile (code
    "stale"), a step that doesn't follow from where it is, a day in future or before the last step,
    no reason for losing it, half a next step, an active business without premises, nothing to say.
    """
    row = _locked(member, revision)
    stays = step.to == row.status
    if not stays and step.to not in LEADS_TO[row.status]:
        raise ValidationError({"to": f"{row.status_words} doesn’t lead there."})
    _check_day(row, step.on)
    before = row.status
    if not stays:
        _move(row, step)
    _plan(row, plan)
    row.revision += 1
    row.full_clean()
    with constraint_messages(Member):
        row.save()
    if stays and not step.words.strip():
        record(actions.MEMBER_CHANGED, by=by, ref=row.slug, fields=["next_step"])
        return None
    made = _note(row, before=before, on=step.on, by=by, lost=step.lost, words=step.words)
    record(actions.MEMBER_STEP, by=by, ref=row.slug, before=before, after=row.status)
    return made


@transaction.atomic
def member_lapse(*, member: Member, words: str) -> MemberStep:
    """Let an unpaid member lapse, by the rule and not by somebody: its users are out at once.

    Raises ValidationError: it is no member any more.
    """
    row = Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    if not row.has_access:
        raise ValidationError("It is not a member now.", code="stale")
    step = Step(Status.LAPSED, dates.today(), lost="unpaid", words=words)
    _move(row, step)
    row.revision += 1
    row.full_clean()
    row.save()
    made = _note(row, before=Status.ACTIVE, on=step.on, by=None, lost=step.lost, words=words)
    record(actions.MEMBER_STEP, by=None, ref=row.slug, before="active", after="lapsed")
    return made


def _move(row: Member, step: Step) -> None:
    if step.to == Status.ACTIVE:
        if row.kind != Member.Kind.AGENCY and not row.premises.filter(closed_on=None).exists():
            raise ValidationError({"to": "Enter its premises first: reports are made of them."})
        if row.joined_on is None:
            row.joined_on = step.on
        row.left_on = None
    elif step.to in (Status.LAPSED, Status.LEFT) and row.was_member:
        row.left_on = row.left_on or step.on
    row.status = step.to


def _check_day(row: Member, day: dt.date) -> None:
    if day > dates.today():
        raise ValidationError({"on": "This is in the future."})
    last = row.steps.first()
    if last and day < last.on:
        raise ValidationError(
            {"on": f"The last step was on {dates.short_date(last.on)}. Enter that day or later."}
        )


@transaction.atomic
def contact_save(
    *, by: User, member: Member, data: ContactInput, contact: MemberContact | None = None
) -> MemberContact:
    """Enter a contact, or change one; the first to ask for takes that from who was.

    Raises ValidationError: no name, no way to reach them, or they were taken out (code "stale").
    """
    Member.objects.select_for_update().get(pk=member.pk)
    if contact is None:
        row = MemberContact(member=member, added_at=timezone.now())
    else:
        row = MemberContact.objects.select_for_update().get(pk=contact.pk, member=member)
    if row.ended_on is not None:
        raise ValidationError("This contact was taken out.", code="stale")
    for name, value in asdict(data).items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    row.full_clean(validate_constraints=False)
    if row.is_main:
        held = member.contacts.filter(is_main=True, ended_on=None).exclude(pk=row.pk)
        held.update(is_main=False)
    with constraint_messages(MemberContact):
        row.save()
    record(actions.CONTACT_SAVED, by=by, ref=member.slug)
    return row


@transaction.atomic
def contact_end(*, by: User, contact: MemberContact) -> bool:
    """Take a contact out from today; return whether it was in until now."""
    row = MemberContact.objects.select_for_update().get(pk=contact.pk)
    if row.ended_on is not None:
        return False
    row.ended_on, row.is_main, row.is_billing = dates.today(), False, False
    row.save(update_fields=["ended_on", "is_main", "is_billing"])
    record(actions.CONTACT_ENDED, by=by, ref=row.member.slug)
    return True


def _fields(data: MemberInput) -> dict[str, Any]:
    return vars(data) | {"name": data.name.strip()}


def _locked(member: Member, revision: int) -> Member:
    row: Member = Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    check_revision(row, revision)
    return row


def _plan(row: Member, plan: NextStep) -> None:
    row.next_step, row.next_on, row.next_by = plan.next_step.strip(), plan.next_on, plan.next_by


def _note(
    row: Member, *, before: str, on: dt.date, by: User | None, lost: str = "", words: str = ""
) -> MemberStep:
    made = MemberStep(
        member=row,
        before=before,
        after=row.status,
        on=on,
        lost=lost,
        words=words.strip(),
        made_at=timezone.now(),
        made_by=by,
    )
    made.full_clean()
    with constraint_messages(MemberStep):
        made.save()
    return made


def _one_name_at_a_time() -> None:
    """Let names be given one after another: a double click finds the business of the first."""
    Member.objects.select_for_update().filter(kind=Member.Kind.SCHEME).first()


def _refuse_same_name(row: Member) -> None:
    same = Member.objects.filter(name__iexact=row.name.strip()).exclude(pk=row.pk).first()
    if same:
        raise ValidationError(
            {"name": f"{same.name} is there already ({same.status_words.lower()}). Add its street."}
        )
