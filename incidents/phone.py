"""Whose phone it is: the key and name under which reports wait there to be sent."""

import base64
import secrets
import uuid
from typing import Any, Final

from django.db import IntegrityError, transaction

from common.prepared import Prepared
from incidents.models import PhoneKey
from members.models import Role, User
from members.reportable import sites_of


def phone_key(user: User) -> PhoneKey:
    """Return the user's key, made the first time."""
    found: PhoneKey | None = PhoneKey.objects.filter(user=user).first()
    if found:
        return found
    try:
        with transaction.atomic():
            return PhoneKey.objects.create(user=user, key=secrets.token_bytes(32))
    except IntegrityError:  # two pages at once
        return PhoneKey.objects.get(user=user)


OWNED: Final = Prepared(
    lambda shape, user, owner: (
        PhoneKey.objects.filter(user=user, owner=owner).order_by().values_list("pk")
    ),
    planned=True,
)


def is_owner(user: User, owner: str) -> bool:
    """Whether a waiting report that calls its sender `owner` is this user's."""
    name = _uuid(owner)
    return name is not None and bool(OWNED.rows(user=user.pk, owner=name))


def unknown_owners(owners: list[str]) -> list[str]:
    """Return those of a phone's owners that have no key here, so nobody can open what they left."""
    names = {owner: _uuid(owner) for owner in owners}
    known = set(
        PhoneKey.objects.filter(owner__in=filter(None, names.values())).values_list(
            "owner", flat=True
        )
    )
    return [owner for owner, name in names.items() if name not in known]


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def phone_facts(user: User) -> dict[str, Any]:
    """Return what a phone needs to keep reports for this user: plain JSON, no subject in it."""
    key = phone_key(user)
    own = [] if user.role in (Role.INTEL, Role.AGENCY) else sites_of(user)
    return {
        "owner": str(key.owner),
        "key": base64.b64encode(bytes(key.key)).decode(),
        "premises": [{"id": site.pk, "name": site.name} for site in own],
        "here": user.premises_id,
        "place": user.premises.name if user.premises else user.member.name,
    }
