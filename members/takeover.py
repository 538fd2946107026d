"""Members, sites and people that a scheme brings along from where they were kept before.

Many at once, by the rules of members.pipeline, members.sites and members.joining. Each function
`..._taken` judges one line and returns what it makes, not saved; `..._save` puts all of them into
the database and returns which it refuses.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.utils.text import slugify

from common import dates
from common.bulk import Refusal, Taken, clean_row, insert_all

from .joining.invitations import roles_at
from .models import (
    Area,
    ExclusionAuthority,
    Lost,
    Member,
    MemberContact,
    MemberStep,
    Premises,
    Role,
    User,
)
from .pipeline import RESERVED, ContactInput, one_name_at_a_time
from .sites import SiteInput

Status = Member.Status
KINDS: Final = (Member.Kind.FULL, Member.Kind.AFFILIATE, Member.Kind.AGENCY)
ROLES: Final = (Role.REPORTER, Role.MANAGER, Role.AGENCY)
"""Nobody becomes Intelligence Manager, Board or administrator by a line of a file."""


@dataclass(frozen=True)
class Stamp:
    """Who takes over, when, and what the records say of where they come from."""

    by: User
    at: dt.datetime
    words: str


@dataclass(frozen=True)
class MemberTaken:
    """A business or agency as it was kept elsewhere."""

    name: str
    kind: str
    sector: str
    area: Area
    status: str
    joined_on: dt.date | None = None
    left_on: dt.date | None = None
    lost: str = ""
    site: SiteInput | None = None
    contact: ContactInput | None = None
    signed_on: dt.date | None = None
    signed_by: str = ""


def member_taken(data: MemberTaken, *, stamp: Stamp) -> Taken:
    """Return what a line about a member makes. Raises ValidationError by column."""
    _check_member(data)
    gone = data.status in (Status.LAPSED, Status.LEFT)
    row = Member(
        name=data.name,
        kind=data.kind,
        sector=data.sector,
        area=data.area,
        status=data.status,
        joined_on=data.joined_on,
        left_on=(data.left_on or dates.today()) if gone and data.joined_on else data.left_on,
    )
    clean_row(row)
    parts: list[object] = [_step(row, data, stamp)]
    if data.site:
        parts.append(site_row(row, data.site))
    if data.contact:
        parts.append(_contact(row, data.contact, stamp))
    if data.signed_on:
        parts.append(_authority(row, data, stamp))
    return Taken(row, parts)


def _check_member(data: MemberTaken) -> None:
    today, problems = dates.today(), {}
    if data.kind not in KINDS:
        problems["kind"] = "Choose full member, affiliate or partner agency."
    for name, day in (("joined_on", data.joined_on), ("left_on", data.left_on)):
        if day and day > today:
            problems[name] = "This is in the future."
    if data.joined_on and data.left_on and data.left_on < data.joined_on:
        problems["left_on"] = "The day it left is before the day it joined."
    if data.status == Status.ACTIVE:
        if not data.joined_on:
            problems["joined_on"] = "An active member needs the day it joined."
        if data.left_on:
            problems["left_on"] = "An active member has not left: say Left or Lapsed as its status."
        if data.site is None and data.kind != Member.Kind.AGENCY:
            problems["address"] = "An active member needs a site: its address and postcode."
    if data.signed_on:
        if data.signed_on > today:
            problems["signed_on"] = "This is in the future."
        elif data.joined_on and data.signed_on < data.joined_on:
            problems["signed_on"] = "This is before the member joined."
    if problems:
        raise ValidationError(problems)


def _step(row: Member, data: MemberTaken, stamp: Stamp) -> MemberStep:
    gone = data.status in (Status.LAPSED, Status.LEFT)
    step = MemberStep(
        member=row,
        before="",
        after=data.status,
        on=(row.left_on if gone else row.joined_on) or dates.today(),
        lost=(data.lost or Lost.OTHER) if gone else "",
        words=stamp.words,
        made_at=stamp.at,
        made_by=stamp.by,
    )
    clean_row(step)
    return step


def _contact(row: Member, data: ContactInput, stamp: Stamp) -> MemberContact:
    contact = MemberContact(member=row, added_at=stamp.at, is_main=True, name=data.name,
                            position=data.position, email=data.email, phone=data.phone)  # fmt: skip
    if not (data.email or data.phone):
        raise ValidationError({"contact": "Enter an e-mail address or a telephone number."})
    clean_row(contact)
    return contact


def _authority(row: Member, data: MemberTaken, stamp: Stamp) -> ExclusionAuthority:
    assert data.signed_on is not None
    made = ExclusionAuthority(member=row, signed_on=data.signed_on, signed_by=data.signed_by,
                              recorded_at=stamp.at, recorded_by=stamp.by)  # fmt: skip
    clean_row(made)
    return made


def members_save(lines: Sequence[Taken]) -> list[Refusal]:
    """Add members; return which are refused. In a transaction: names are given one at a time."""
    one_name_at_a_time()
    held = {name.casefold() for name in Member.objects.values_list("name", flat=True)}
    taken = RESERVED | set(Member.objects.values_list("slug", flat=True))
    same = []
    for place, line in enumerate(lines):
        row: Member = line.main
        if row.name.casefold() in held:
            same.append(Refusal(place, "A member of this name is there already.", "name"))
        held.add(row.name.casefold())
        row.slug = _free_slug(row.name, taken)
        taken.add(row.slug)
    return same or insert_all(lines)


def _free_slug(name: str, taken: set[str]) -> str:
    base, number = slugify(name)[:110] or "member", 1
    slug = base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


def site_row(member: Member, data: SiteInput, **more: dt.date | None) -> Premises:
    """Return a site of a member, not saved. Raises ValidationError by column."""
    row = Premises(member=member, **vars(data), **more)
    clean_row(row)
    return row


def premises_taken(
    member: Member, data: SiteInput, *, added_on: dt.date | None, closed_on: dt.date | None
) -> Taken:
    """Return what a line about a site makes. Raises ValidationError by column."""
    today, problems = dates.today(), {}
    for name, day in (("added_on", added_on), ("closed_on", closed_on)):
        if day and day > today:
            problems[name] = "This is in the future."
    if added_on and closed_on and closed_on < added_on:
        problems["closed_on"] = "It closed before it came to the scheme."
    if problems:
        raise ValidationError(problems)
    return Taken(site_row(member, data, added_on=added_on, closed_on=closed_on))


def premises_save(lines: Sequence[Taken]) -> list[Refusal]:
    """Add sites; return which are refused. In a transaction."""
    return insert_all(lines)


@dataclass(frozen=True)
class UserTaken:
    """Somebody who is to have an account."""

    name: str
    email: str
    member: Member
    role: str
    premises: Premises | None = None


def user_taken(data: UserTaken) -> Taken:
    """Return what a line about a person makes: an account without a password, nobody invited.

    Raises ValidationError by column: a role that nobody has at that member, premises of another.
    """
    if data.role not in ROLES or data.role not in roles_at(data.member):
        raise ValidationError({"role": "Nobody can be that here by an import."})
    if data.premises and data.premises.member_id != data.member.pk:
        raise ValidationError({"premises": "Choose one of the member’s own premises."})
    row = User(name=data.name, email=data.email, member=data.member, role=data.role,
               premises=data.premises, password=make_password(None))  # fmt: skip
    clean_row(row)
    return Taken(row)


def users_save(lines: Sequence[Taken]) -> list[Refusal]:
    """Add accounts; return which are refused. In a transaction."""
    return insert_all(lines)
