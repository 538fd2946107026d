"""Writes of a member's premises: entered, changed, closed."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction

from audit.services import record
from common import dates
from common.db import constraint_messages

from . import actions
from .models import Area, Member, Premises, User

POSITION: Final = re.compile(r"(-?[0-9]{1,2}\.[0-9]{1,15})[ ,;]+(-?[0-9]{1,2}\.[0-9]{1,15})")
POSTCODE: Final = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}")
"""As Royal Mail writes them (Programmers' Guide to PAF): an area, a district, a space, the rest."""


@dataclass(frozen=True)
class SiteInput:
    """One site of a member, where it is and when it is open."""

    name: str
    address: str
    postcode: str
    area: Area
    opening_hours: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None


def position_of(text: str) -> tuple[Decimal, Decimal] | None:
    """Return latitude and longitude as maps give them, "51.4462, 0.2169"; None for no text.

    Raises ValidationError.
    """
    if not text.strip():
        return None
    found = POSITION.fullmatch(text.strip())
    if found is None:
        raise ValidationError("Copy it from a map, such as 51.44620, 0.21690.")
    places = Decimal("0.00001")
    return Decimal(found[1]).quantize(places), Decimal(found[2]).quantize(places)


def postcode_of(text: str) -> str:
    """Return a postcode as it is written: "da11aa" is "DA1 1AA". Raises ValidationError."""
    plain = re.sub(r"\s", "", text).upper()
    found = f"{plain[:-3]} {plain[-3:]}"
    if not POSTCODE.fullmatch(found):
        raise ValidationError("Enter a whole postcode, such as DA1 1DN.")
    return found


@transaction.atomic
def premises_save(
    *, by: User, member: Member, data: SiteInput, site: Premises | None = None
) -> Premises:
    """Enter a site, or change one. Reports and notices keep the site they name.

    A new one is covered by notices from today, whenever its member joined.

    Raises ValidationError: no postcode, a site of that name is there, or it has closed ("stale").
    """
    Member.objects.select_for_update().get(pk=member.pk)
    row = Premises(member=member, added_on=dates.today())
    if site is not None:
        row = Premises.objects.select_for_update(of=("self",)).get(pk=site.pk, member=member)
    if row.closed_on is not None:
        raise ValidationError("These premises are closed.", code="stale")
    for name, value in vars(data).items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    row.postcode = postcode_of(row.postcode)
    row.full_clean(validate_constraints=False)
    with constraint_messages(Premises):
        row.save()
    record(actions.PREMISES_SAVED, by=by, ref=member.slug, site=row.name)
    return row


@transaction.atomic
def premises_close(*, by: User, site: Premises) -> bool:
    """Close a site from today; return whether it was open.

    It leaves the lists of premises that people are excluded from, and takes no more reports. Raises
    ValidationError: the last open site of an active business.
    """
    member = Member.objects.select_for_update().get(pk=site.member_id)
    row = Premises.objects.select_for_update(of=("self",)).get(pk=site.pk)
    if row.closed_on is not None:
        return False
    others = member.premises.filter(closed_on=None).exclude(pk=row.pk)
    if member.has_access and member.kind != Member.Kind.AGENCY and not others.exists():
        raise ValidationError("This is its last site. A business without one leaves the scheme.")
    row.closed_on = dates.today()
    row.save(update_fields=["closed_on"])
    record(actions.PREMISES_CLOSED, by=by, ref=member.slug, site=row.name)
    return True
