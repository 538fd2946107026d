"""Invitations: a signed link that ends, used once, by which a person makes their account.

Rows are locked in one order, here and where accounts are ended: the member, the user, the
invitation. Another order had ending access and using a link wait for one another.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any, Final

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import constraint_messages
from members import actions
from members.letters import Letter, NothingToSay, register_for_address
from members.mail import email_queue_to
from members.models import Invitation, Member, MemberStep, Premises, Role, User
from members.services import agreement_accept, agreement_current
from members.signin.notices import PASSWORD_CHANGED, account_notice
from members.signin.passwords import password_set
from members.signin.sessions import sessions_drop

LASTS: Final = dt.timedelta(days=7)
SALT: Final = "members.joining.invitation"
MOST_OPEN: Final = 50
"""Invitations of one member that wait at the same time: more are a mistake, or somebody's spam."""
LETTER: Final = "invitation"
OVER: Final = "This link can’t be used any more. Ask whoever invited you for a new one."


@dataclass(frozen=True)
class InvitationInput:
    """Who is invited, and to what."""

    email: str
    name: str
    role: str
    premises: Premises | None = None


def roles_at(member: Member) -> tuple[Role, ...]:
    """Return what people of a member can be: DESIGN section 3. Administrators aren't invited."""
    if member.kind == Member.Kind.SCHEME:
        return (Role.INTEL, Role.BOARD)
    if member.kind == Member.Kind.AGENCY:
        return (Role.AGENCY,)
    return (Role.REPORTER, Role.MANAGER)


@transaction.atomic
def invitation_make(*, by: User, member: Member, data: InvitationInput) -> Invitation:
    """Invite a person to an account at an active member, and send them the link.

    Somebody at a business that has applied is its first: it joins when they accept. Raises
    ValidationError: the member isn't active, a role that isn't there, premises of another,
    an address with an account or an open invitation, too many open ones.
    """
    row = Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    founding = row.status == Member.Status.APPLIED and by.is_intel
    if founding and data.role == Role.REPORTER:
        raise ValidationError({"role": "The first one manages the others: choose that."})
    if not (row.has_access or founding):
        raise ValidationError("This business is not a member now. Nobody can be invited to it.")
    return _make(by=by, member=row, data=data, founding=founding)


@transaction.atomic
def founder_invite(*, by: User, member: Member, name: str, email: str) -> Invitation:
    """Invite the first person of a business that has applied: it is a member once they accept.

    Raises ValidationError: it has not applied, or the address has an account or is invited.
    """
    row = Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    if row.status != Member.Status.APPLIED:
        raise ValidationError("Only a business that has applied can be asked to join.")
    role = Role.AGENCY if row.kind == Member.Kind.AGENCY else Role.MANAGER
    data = InvitationInput(email, name, role, row.premises.filter(closed_on=None).first())
    return _make(by=by, member=row, data=data, founding=True)


def _make(*, by: User, member: Member, data: InvitationInput, founding: bool) -> Invitation:
    if data.role not in roles_at(member):
        raise ValidationError({"role": "Nobody can be that here."})
    if data.premises and data.premises.member_id != member.pk:
        raise ValidationError({"premises": "Choose one of its own premises."})
    there = User.objects.filter(email__iexact=data.email).first()
    if there and _is_told(by, there, member) and not (founding and there.member_id == member.pk):
        words = "This address can’t be invited. Use another, or ask the scheme."
        raise ValidationError({"email": words})
    if member.invitations.open().count() >= MOST_OPEN:
        raise ValidationError(f"{MOST_OPEN} invitations are open. Take back some of them first.")
    fields = vars(data) | {"name": data.name.strip(), "email": data.email.strip()}
    founder = there if founding else None
    return _issue(by, Invitation(member=member, user=founder, is_founding=founding, **fields))


def _is_told(by: User, there: User, member: Member) -> bool:
    """Whether who invites may know of an account: their own people's; the scheme of all.

    To everybody else the invitation looks like any other. Its link works for nobody, no letter is
    sent, and it ends by itself: nobody finds out by inviting who has an account elsewhere.
    """
    return by.role in (Role.INTEL, Role.BOARD, Role.ADMIN) or there.member_id == member.pk


@transaction.atomic
def password_link_send(*, by: User, user: User) -> Invitation:
    """Send a person a link to set a new password; links sent before end.

    Raises ValidationError: they have no access today.
    """
    Member.objects.select_for_update(of=("self",)).get(pk=user.member_id)
    row = User.objects.select_for_update(of=("self",)).select_related("member").get(pk=user.pk)
    if not row.has_access:
        raise ValidationError("They have no access now. Give it back first.")
    _end(Invitation.objects.open().filter(user=row))
    made = Invitation(
        member=row.member, user=row, email=row.email, name=row.name, role=row.role,
        premises=row.premises,
    )  # fmt: skip
    return _issue(by, made)


@transaction.atomic
def invitation_again(*, by: User, invitation: Invitation) -> Invitation:
    """End an open invitation and send a fresh one. Raises ValidationError: it is over ("stale")."""
    Member.objects.select_for_update(of=("self",)).get(pk=invitation.member_id)
    row = _open(invitation)
    _end(Invitation.objects.filter(pk=row.pk))
    names = ("member", "user", "email", "name", "role", "premises", "is_founding")
    return _issue(by, Invitation(**{name: getattr(row, name) for name in names}))


@transaction.atomic
def invitation_end(*, by: User, invitation: Invitation) -> bool:
    """Take an invitation back: its link is dead at once. Return whether it was open."""
    if not _end(Invitation.objects.open().filter(pk=invitation.pk)):
        return False
    record(actions.INVITATION_ENDED, by=by, ref=invitation.member.slug)
    return True


def invitation_token(invitation: Invitation) -> str:
    """Return what the link holds: the row's name, signed."""
    return signing.dumps(str(invitation.uuid), salt=SALT)


def invitation_find(token: str) -> Invitation | None:
    """Return the invitation a link is of if it may be used now, else None."""
    try:
        name = uuid.UUID(signing.loads(token, salt=SALT, max_age=LASTS))
    except (signing.BadSignature, TypeError, ValueError, AttributeError):
        return None
    found = Invitation.objects.open().select_related("member", "user").filter(uuid=name).first()
    return found if found and _is_usable(found) else None


def _is_usable(row: Invitation) -> bool:
    if row.expires_at <= timezone.now() or row.role not in roles_at(row.member):
        return False
    if row.is_founding:
        return row.member.status in (Member.Status.APPLIED, Member.Status.ACTIVE)
    if row.user:
        return row.user.has_access
    return row.member.has_access and not User.objects.filter(email__iexact=row.email).exists()


@transaction.atomic
def invitation_accept(
    *, invitation: Invitation, name: str, password: str, agreement: int | None
) -> User:
    """Make the account, or set its new password; a founder's makes the business a member.

    `agreement` is the version that was read and accepted; None with a new password only. Raises
    ValidationError: the link is over (code "stale"), a weak password, another agreement by now.
    """
    Member.objects.select_for_update(of=("self",)).get(pk=invitation.member_id)
    old = User.objects.select_for_update(of=("self",)).filter(pk=invitation.user_id).first()
    row = _open(invitation)
    if not _is_usable(row):
        raise ValidationError(OVER, code="stale")
    if row.is_password:
        return _new_password(row, password)
    user = old or User(email=row.email)
    user.member = row.member  # the one that joins below: the caller asks it
    user.name, user.role, user.premises = name.strip(), row.role, row.premises
    user.is_active, user.ended_at, user.ended_by = True, None, None
    user.certified_until, user.certified_by = dates.year_from_today(), row.made_by
    password_set(user, password)
    user.full_clean()
    with constraint_messages(User):
        user.save()
    _used(row, user)
    record(actions.INVITATION_ACCEPTED, by=user)
    _agree(user, agreement)
    if row.is_founding:
        _found(row.member, user)
    return user


def _new_password(row: Invitation, password: str) -> User:
    user: User = User.objects.select_related("member").get(pk=row.user_id)
    password_set(user, password)
    user.save(update_fields=["password"])
    _used(row, user)
    sessions_drop(user=user, why="password")
    record(actions.PASSWORD_SET, by=user)
    account_notice(user=user, what=PASSWORD_CHANGED)
    return user


def _used(row: Invitation, user: User) -> None:
    row.user, row.accepted_at = user, timezone.now()
    row.save(update_fields=["user", "accepted_at"])


def _agree(user: User, version: int | None) -> None:
    if agreement_current() is None:
        return
    if version is None:
        raise ValidationError({"accept": "Read the agreement and tick the box to accept it."})
    agreement_accept(by=user, version=version)


def _found(member: Member, user: User) -> None:
    if member.status != Member.Status.APPLIED:
        return
    if member.kind != Member.Kind.AGENCY and not member.premises.filter(closed_on=None).exists():
        raise ValidationError("The business has no premises yet. Ask the scheme to enter them.")
    # Who signed in for it before it left is not let in again by somebody else's joining.
    old = member.users.filter(is_active=True).exclude(pk=user.pk)
    old.update(is_active=False, ended_at=timezone.now())
    today = dates.today()
    member.status, member.left_on = Member.Status.ACTIVE, None
    member.joined_on = member.joined_on or today
    member.certified_until = dates.last_day_of_year_from(today)
    member.revision += 1
    member.full_clean()
    member.save()
    MemberStep.objects.create(
        member=member, before=Member.Status.APPLIED, after=Member.Status.ACTIVE, on=today,
        words="Accepted the agreement and joined.", made_at=timezone.now(), made_by=user,
    )  # fmt: skip
    record(actions.MEMBER_STEP, by=user, ref=member.slug, before="applied", after="active")


def _issue(by: User, row: Invitation) -> Invitation:
    row.made_by, row.made_at = by, timezone.now()
    # One whose link is over holds nobody's address.
    _end(Invitation.objects.open().filter(email__iexact=row.email, expires_at__lte=row.made_at))
    row.expires_at = row.made_at + LASTS
    row.full_clean()
    with constraint_messages(Invitation):
        row.save()
    record(actions.INVITATION_MADE, by=by, ref=row.member.slug, role=row.role)
    context = {"invitation": row.pk}
    key = f"invitation:{row.pk}"
    email_queue_to(addresses=[row.email], key=key, template=LETTER, context=context)
    return row


def _open(invitation: Invitation) -> Invitation:
    locked = Invitation.objects.select_for_update(of=("self",)).open()
    row = locked.select_related("member", "user__member").filter(pk=invitation.pk).first()
    if row is None:
        raise ValidationError(OVER, code="stale")
    return row  # type: ignore[no-any-return]


def _end(rows: Any) -> int:
    return int(rows.update(ended_at=timezone.now()))


def _letter(address: str, context: dict[str, Any]) -> Letter:
    """Return the link as it is sent: it is made then, so that no table holds one that works."""
    row = (
        Invitation.objects.open()
        .select_related("member", "made_by", "user__member")
        .filter(pk=context["invitation"])
        .first()
    )
    if row is None or not _is_usable(row):
        raise NothingToSay("The invitation was taken back")
    path = reverse("invited", args=[invitation_token(row)])
    said = {
        "name": row.name, "business": row.member.name, "by": row.made_by.name, "path": path,
        "until": row.expires_on, "again": row.is_password, "first": row.is_first_password,
        "founding": row.is_founding,
    }  # fmt: skip
    return Letter(said)


register_for_address(LETTER, _letter)
