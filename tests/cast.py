"""The cast: one of each role, two businesses, an agency, named the same in every test."""

import datetime as dt
from dataclasses import dataclass

from django.test import Client

from members.models import Agreement, AgreementAcceptance, Member, Premises, Role, User
from tests.factories import AreaFactory, MemberFactory, PremisesFactory, UserFactory


@dataclass
class Cast:
    """Users by name (staff, store, other, police, intel, board, admin) and where they work."""

    users: dict[str, User]
    shop: Premises
    pub: Premises
    agreement: Agreement

    def __getattr__(self, name: str) -> User:
        users = self.__dict__.get("users", {})
        if name not in users:
            raise AttributeError(name)
        return users[name]  # type: ignore[no-any-return]


PEOPLE = {
    "staff": ("Boots-like chemist", Role.REPORTER),
    "store": ("Boots-like chemist", Role.MANAGER),
    "other": ("The other pub", Role.REPORTER),
    "otherstore": ("The other pub", Role.MANAGER),
    "police": ("Police", Role.AGENCY),
    "intel": ("D-TAC", Role.INTEL),
    "board": ("D-TAC", Role.BOARD),
    "admin": ("D-TAC", Role.ADMIN),
}


def make_cast() -> Cast:
    """Make everyone; all have accepted the agreement."""
    centre = AreaFactory(name="Town Centre")
    members: dict[str, Member] = {
        "Boots-like chemist": MemberFactory(name="Marlowe Chemist", slug="marlowe", area=centre),
        "The other pub": MemberFactory(
            name="The Penfold Arms",
            slug="penfold",
            sector="licensed",
            area=AreaFactory(name="Temple Hill"),
        ),
        "Police": MemberFactory(
            name="Dartford Police", slug="police", kind="agency", sector="public", area=centre
        ),
        "D-TAC": MemberFactory(
            name="D-TAC", slug="d-tac", kind="scheme", sector="public", area=centre
        ),
    }
    shop = PremisesFactory(member=members["Boots-like chemist"], name="Marlowe, The Orchards")
    pub = PremisesFactory(member=members["The other pub"], name="Penfold Arms, Temple Hill")
    agreement = Agreement.objects.create(
        version=1, title="Agreement", body="Be careful.", effective_on=dt.date(2020, 1, 1)
    )
    sites = {"Boots-like chemist": shop, "The other pub": pub}
    users = {
        name: UserFactory.build(
            email=f"{name}@test.example",
            name=f"{name.capitalize()} Person",
            member=members[member],
            premises=sites.get(member),
            role=role,
            is_staff=role == Role.ADMIN,
            is_superuser=role == Role.ADMIN,
        )
        for name, (member, role) in PEOPLE.items()
    }
    # All at once: nearly every test makes them.
    User.objects.bulk_create(users.values())
    AgreementAcceptance.objects.bulk_create(
        AgreementAcceptance(agreement=agreement, user=user) for user in users.values()
    )
    return Cast(users, shop, pub, agreement)


def signed_in(client: Client, user: User) -> None:
    """Sign a test's client in as somebody who has given the second step that a role needs.

    Through the front door it goes in members/tests/test_second_step.py and tests/browser.
    """
    client.force_login(user)
    session = client.session
    session["second_factor"] = user.pk
    session.save()
