"""The first day of an installation: the scheme itself, its areas and agreement, two people."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.text import slugify

from audit.services import record
from common import dates
from dtac import actions
from incidents.services.types import types_start
from members.joining.invitations import InvitationInput, invitation_make, invitation_token
from members.models import Agreement, Area, Member, Role, User


@dataclass(frozen=True)
class Person:
    """Somebody to begin with."""

    name: str
    email: str


@transaction.atomic
def scheme_begin(
    *, areas: Sequence[str], agreement: str, admin: Person, password: str, manager: Person
) -> str:
    """Make what nobody can make by the pages, since nobody can sign in yet.

    Returns the link by which the Intelligence Manager makes their account: once, within a week.
    `password` is the administrator's. `agreement` is the text of the data-sharing agreement, which
    everybody accepts before anything personal is shown. Raises ValidationError if there is a
    scheme already or something is missing.
    """
    if User.objects.exists() or Member.objects.exists():
        raise ValidationError("There is a scheme in this database already.")
    if not areas or not agreement.strip():
        raise ValidationError("At least one area and the text of the agreement are needed.")
    validate_password(password, User(email=admin.email, name=admin.name))
    scheme = _scheme(areas)
    Agreement.objects.create(
        version=1, title="Data-sharing agreement", body=agreement.strip(),
        effective_on=dates.today(),
    )  # fmt: skip
    first_admin = User.objects.create_superuser(admin.email, password, name=admin.name)
    types_start(by=first_admin)
    data = InvitationInput(email=manager.email, name=manager.name, role=Role.INTEL)
    invited = invitation_make(by=first_admin, member=scheme, data=data)
    record(actions.SCHEME_BEGUN, by=None, areas=len(areas))
    return f"{settings.DTAC_BASE_URL}{reverse('invited', args=[invitation_token(invited)])}"


def _scheme(areas: Sequence[str]) -> Member:
    rows = Area.objects.bulk_create(
        Area(name=name, slug=slugify(name), position=place) for place, name in enumerate(areas)
    )
    name = settings.DTAC_SCHEME_NAME
    scheme = Member(
        name=name, slug=slugify(name), kind=Member.Kind.SCHEME, status=Member.Status.ACTIVE,
        sector=Member.Sector.PUBLIC, area=rows[0], joined_on=dates.today(),
    )  # fmt: skip
    scheme.full_clean()
    scheme.save()
    return scheme
