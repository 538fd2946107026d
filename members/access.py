"""One row, or 404/403; and who may open a page at all."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse

from .models import Member, MemberContact, Premises, Role, User

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, P], HttpResponse]


def roles_only(*roles: Role) -> Callable[[Page[P]], Page[P]]:
    """Answer 404 to every other role: a page that isn't theirs doesn't exist for them."""

    def decorate(view: Page[P]) -> Page[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if user_of(request).role not in roles:
                raise Http404
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def user_of(request: HttpRequest) -> User:
    """Return the signed-in user. Raises Http404 where there is none: no such page is public."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def get_member(user: User, slug: str) -> Member:
    """Return a member that this user may see. Raises Http404."""
    member = (
        Member.objects.visible_to(user).filter(slug=slug).select_related("area", "next_by").first()
    )
    if member is None:
        raise Http404
    return member  # type: ignore[no-any-return]


def get_contact(member: Member, contact: uuid.UUID) -> MemberContact:
    """Return a contact at a member that the user may see. Raises Http404."""
    found: MemberContact | None = member.contacts.filter(uuid=contact).first()
    if found is None:
        raise Http404
    return found


def get_premises(member: Member, site: uuid.UUID) -> Premises:
    """Return open premises of a member that the user may see. Raises Http404."""
    found: Premises | None = member.premises.filter(uuid=site, closed_on=None).first()
    if found is None:
        raise Http404
    return found


READERS = (Role.REPORTER, Role.MANAGER, Role.AGENCY, Role.INTEL)
"""Who reads published profiles, in-force exclusions, alerts and bulletins, and logs reports."""
