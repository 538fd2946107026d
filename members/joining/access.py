"""One row of joining, or 404."""

import uuid

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef
from django.http import Http404

from members.access import get_member
from members.models import Application, Invitation, Member, Role, User

from .people import may_keep


def get_application(name: uuid.UUID) -> Application:
    """Return an application; only the Intelligence Manager's pages ask. Raises Http404."""
    rows = Application.objects.select_related("area", "member", "decided_by")
    found: Application | None = rows.filter(uuid=name).first()
    if found is None:
        raise Http404
    return found


def get_people_member(user: User, slug: str | None) -> Member:
    """Return a member whose people this user looks after; None: the scheme. Raises Http404.

    The scheme is in no list of members; its people are the Intelligence Manager's and the Board's.
    """
    scheme: Member | None = Member.objects.filter(kind=Member.Kind.SCHEME).first()
    if scheme and slug in (None, scheme.slug) and user.role in (Role.INTEL, Role.BOARD):
        return scheme
    if slug is None or user.role == Role.BOARD:
        raise Http404
    return get_member(user, slug)


def get_invitation(member: Member, name: uuid.UUID) -> Invitation:
    """Return an open invitation of a member that the user may see. Raises Http404."""
    rows = member.invitations.open().select_related("made_by", "user")
    found: Invitation | None = rows.filter(uuid=name).first()
    if found is None:
        raise Http404
    return found


def get_person(user: User, member: Member, name: uuid.UUID) -> User:
    """Return a person of a member whom this user looks after. Raises Http404."""
    found: User | None = (
        member.users.select_related("premises", "certified_by")
        .annotate(has_factor=Exists(Authenticator.objects.filter(user=OuterRef("pk"))))
        .filter(uuid=name)
        .first()
    )
    if found is None or not may_keep(user, found):
        raise Http404
    return found
