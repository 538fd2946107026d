"""People of a member: changed, ended, given access again, and confirmed year by year."""

import datetime as dt
from collections.abc import Sequence
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import constraint_messages
from members import actions
from members.mail import email_queue
from members.models import Invitation, Member, Premises, Role, User
from members.signin.sessions import sessions_drop

from .invitations import roles_at

ASKED_BEFORE: Final = dt.timedelta(days=60)
"""From when on somebody can be confirmed for another year."""
TOLD_BEFORE: Final = (30, 7)
"""How many days before the end people are told."""


def may_keep(by: User, user: User) -> bool:
    """Whether `by` looks after this person: invites, changes, confirms, ends. Nobody themselves.

    DESIGN section 3: a member manager and a partner agency their own; the Intelligence Manager
    all. The Board does so for the Intelligence Manager, whom nobody else is above.
    """
    if by.pk == user.pk or user.role == Role.ADMIN:
        return False
    if by.role == Role.INTEL:
        return True
    if by.role == Role.BOARD:
        return user.role == Role.INTEL
    return by.role in (Role.MANAGER, Role.AGENCY) and by.member_id == user.member_id


@transaction.atomic
def user_change(*, by: User, user: User, name: str, role: str, premises: Premises | None) -> User:
    """Change a person's name, what they may do, or where they work.

    Raises ValidationError: a role that their member doesn't have, premises of another, no change.
    """
    row = _kept(by, user)
    new = {"name": name.strip(), "role": role, "premises": premises}
    changed = [field for field, value in new.items() if getattr(row, field) != value]
    if not changed:
        raise ValidationError("Nothing was changed.")
    if role not in roles_at(row.member):
        raise ValidationError({"role": "Nobody can be that here."})
    if premises and premises.member_id != row.member_id:
        raise ValidationError({"premises": "Choose one of its own premises."})
    for field in changed:
        setattr(row, field, new[field])
    _save(row)
    record(actions.USER_CHANGED, by=by, user=row.pk, fields=changed)
    return row


@transaction.atomic
def user_end(*, by: User, user: User) -> bool:
    """End a person's access: their next request is refused, no link of theirs works any more.

    Returns whether they had it until now. What they reported and logged stays theirs.
    """
    row = _kept(by, user)
    if not row.is_active:
        return False
    row.is_active, row.ended_at, row.ended_by = False, timezone.now(), by
    _save(row)
    Invitation.objects.open().filter(user=row).update(ended_at=row.ended_at)
    sessions_drop(user=row, why="access")
    record(actions.USER_ENDED, by=by, user=row.pk)
    return True


@transaction.atomic
def user_restore(*, by: User, user: User) -> bool:
    """Give somebody who left access again, confirmed for a year; return whether it was ended.

    Raises ValidationError: the scheme ended it, and somebody else would give it back.
    """
    row = _kept(by, user)
    if row.is_active:
        return False
    if row.ended_by and row.ended_by.role in (Role.INTEL, Role.BOARD) and by.role != Role.INTEL:
        raise ValidationError("The scheme ended this account. Ask the Intelligence Manager.")
    row.is_active, row.ended_at, row.ended_by = True, None, None
    row.certified_until, row.certified_by = dates.year_from_today(), by
    _save(row)
    record(actions.USER_RESTORED, by=by, user=row.pk)
    return True


@transaction.atomic
def users_certify(*, by: User, member: Member, users: Sequence[User]) -> int:
    """Confirm that people still work there and need access, for twelve months from today.

    Returns how many. Raises ValidationError: nobody chosen, or one whom `by` doesn't look after.
    """
    if not users:
        raise ValidationError({"who": "Choose whom you confirm."})
    locked = User.objects.select_for_update(of=("self",)).select_related("member")
    rows = list(locked.filter(pk__in=[user.pk for user in users], member=member).order_by("pk"))
    if any(not may_keep(by, row) for row in rows):
        raise ValidationError({"who": "Nobody confirms themselves. Ask somebody else to."})
    until = dates.year_from_today()
    count = 0
    for row in rows:
        if row.is_active and row.certified_until < until:
            row.certified_until, row.certified_by = until, by
            row.save(update_fields=["certified_until", "certified_by"])
            record(actions.USER_CERTIFIED, by=by, user=row.pk)
            count += 1
    return count


@transaction.atomic
def member_certify(*, by: User, member: Member, revision: int) -> Member:
    """Confirm that what is held of a business is right, for twelve months from today.

    Raises ValidationError: it was changed meanwhile (code "stale"), or is no member now.
    """
    row: Member = Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    if row.revision != revision:
        raise ValidationError("Somebody changed it. Look at it as it is now.", code="stale")
    if not row.has_access:
        raise ValidationError("This business is not a member now.")
    row.certified_until = dates.year_from_today()
    row.save(update_fields=["certified_until"])
    record(actions.MEMBER_CERTIFIED, by=by, ref=row.slug)
    return row


def to_certify(member: Member, *, on: dt.date | None = None) -> QuerySet[User]:
    """Return the people of a member whose year ends within two months, or has ended."""
    last = (on or dates.today()) + ASKED_BEFORE
    found = member.users.filter(is_active=True, certified_until__lte=last)
    return found.exclude(role=Role.ADMIN).order_by("certified_until", "name")


def certification_remind() -> int:
    """Tell people, and who looks after them, that a year ends in 30 or 7 days; each once.

    A run that comes late tells what is still ahead. Returns how many were told of.
    """
    today = dates.today()
    last = today + dt.timedelta(days=max(TOLD_BEFORE))
    ending = (
        User.objects.with_access()
        .filter(certified_until__range=(today, last))
        .exclude(role=Role.ADMIN)
        .select_related("member")
        .order_by("member_id", "certified_until", "pk")
    )
    groups: dict[tuple[int, dt.date], list[User]] = {}
    for user in ending.iterator(chunk_size=2000):
        groups.setdefault((user.member_id, user.certified_until), []).append(user)
    for (_, until), users in groups.items():
        _tell(users, until, _step((until - today).days))
    return sum(map(len, groups.values()))


def _step(left: int) -> int:
    """Return which telling it is with so many days left: the 7 days' one from the 7th day on."""
    return min(days for days in TOLD_BEFORE if days >= left)


@transaction.atomic
def _tell(users: list[User], until: dt.date, step: int) -> None:
    member = users[0].member
    context = {"until": dates.short_date(until), "business": member.name}
    mine = f"certify:{until}:{step}"
    email_queue(users=users, key=mine, template="certification-yours", context=context)
    managers = [user for user in users if user.role != Role.REPORTER]
    keepers = {user.pk: user for user in User.objects.with_access().keepers_of(member)}
    if managers or not keepers:
        keepers |= {user.pk: user for user in User.objects.intel()}
    path = f"/members/{member.slug}/people/"
    if member.kind == Member.Kind.SCHEME:
        keepers |= {u.pk: u for u in User.objects.with_access().filter(role=Role.BOARD)}
        path = "/scheme/people/"
    theirs = {**context, "count": len(users), "path": path}
    key = f"certify-of:{member.pk}:{until}:{step}"
    email_queue(users=keepers.values(), key=key, template="certification-theirs", context=theirs)


def _kept(by: User, user: User) -> User:
    Member.objects.select_for_update(of=("self",)).get(pk=user.member_id)
    rows = User.objects.select_for_update(of=("self",)).select_related("member", "ended_by")
    row: User = rows.get(pk=user.pk)
    if not may_keep(by, row):
        raise ValidationError("You don’t look after this account.")
    return row


def _save(row: User) -> None:
    row.full_clean(exclude=["password"])
    with constraint_messages(User):
        row.save()
