"""The demo's data: the same each time for the same seed, dates relative to today.

Written in bulk past the services (there is no history to replay), so that a hundred times the
demo loads in minutes; every constraint of the database still holds.
"""

import datetime as dt
import random
from collections.abc import Callable
from decimal import Decimal

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from board.models import PlanTarget
from common import dates
from incidents.models import IncidentType
from incidents.services.match import match_waiting
from incidents.starting_types import starting_types
from members.auth import DEMO_PASSWORD
from members.models import (
    Agreement,
    AgreementAcceptance,
    Area,
    ExclusionAuthority,
    Member,
    Premises,
    Role,
    User,
)
from members.signin.factors import demo_factors_make

from . import words
from .alerts import load_alerts
from .awards import load_awards
from .board import load_board
from .bulk import many_rows
from .bulletins import load_bulletins
from .crime import load_crime
from .documents import load_documents
from .equipment import load_equipment
from .exclusions import load_exclusions
from .faces import load_faces
from .figures import analyse
from .imports import load_imports
from .intelligence import load_intelligence
from .joining import load_joining
from .log import load_access_log, order_log
from .meetings import load_meetings
from .money import load_money
from .pipeline import load_pipeline
from .records import load_records
from .reports import load_reports
from .retention import load_retention
from .rights import load_rights
from .training import load_training

SEED = 2002  # the year the scheme was founded
Tell = Callable[[str], None]
MEMBERS, USERS_EACH = 112, 2


def is_loaded() -> bool:
    """Whether the database holds any member."""
    return Member.objects.exists()


def load(*, scale: int = 1, seed: int = SEED, tell: Tell = print) -> None:
    """Fill an empty database with `scale` times the demo. Raises RuntimeError if it isn't empty."""
    if is_loaded():
        raise RuntimeError("there is data already")
    rng = random.Random(seed)
    today = dates.today()

    def own(part: str) -> random.Random:
        # How many numbers a part takes may depend on the day, so the next has its own.
        return random.Random(f"{seed}-{part}")

    with transaction.atomic(), many_rows(scale):
        tell("Members, users and payments ...")
        areas = _areas()
        _reference_data(today)
        members = _members(rng, areas, scale, today)
        sites = _premises(rng, members)
        users = _users(rng, members, sites)
        _agreement(users, today)
        demo_factors_make(list(users.values()))
        intel = users["intel@dtac.example"]
        load_money(rng=own("money"), members=members, sites=sites, by=intel)
        load_pipeline(seed=seed, members=members, users=users)
        load_joining(seed=seed, members=members, users=users)
        load_equipment(seed=seed, scale=scale, members=members, users=users)
        load_documents(seed=seed, users=users)
        load_training(seed=seed, scale=scale, users=users)
        load_meetings(seed=seed, users=users)
        load_awards(seed=seed, users=users)
        tell("Faces ...")
        faces = load_faces(own("faces"), scale=scale, by=intel, tell=tell)
        tell("Sightings, incidents and exclusions ...")
        load_crime(own("crime"), scale=scale, faces=faces, users=users, sites=sites, tell=tell)
        load_exclusions(users=users)
        load_records(seed=seed, faces=faces, users=users)
        load_intelligence(users=users, faces=faces)
        load_alerts(users=users, faces=faces)
        load_bulletins(users=users)
        load_imports(users=users)
        load_retention(users=users, scale=scale)
        load_rights(users=users)
        match_waiting()  # as the worker would within a minute
        tell("Access log ...")
        load_access_log(scale=scale)
        analyse(scale)
        tell("The Board's figures ...")
        load_board(seed=seed, scale=scale)
        load_reports(users=users)
        order_log(scale=scale)
    analyse(scale)


def _areas() -> list[Area]:
    rows = [
        Area(name=name, slug=slugify(name), position=place)
        for place, name in enumerate(words.AREAS)
    ]
    return Area.objects.bulk_create(rows)


def _reference_data(today: dt.date) -> None:
    IncidentType.objects.bulk_create(
        IncidentType(**fields, effective_from=dt.date(2020, 1, 1)) for fields in starting_types()
    )
    by = dt.date(today.year + 2, 3, 31)
    PlanTarget.objects.bulk_create(
        PlanTarget(measure=measure, baseline=baseline, target=target, by=by)
        for measure, baseline, target in (
            (PlanTarget.Measure.MEMBERS, 80, 140),
            (PlanTarget.Measure.REVENUE, 28000, 42000),
            (PlanTarget.Measure.KNOWN, 45, 135),
            (PlanTarget.Measure.SIGNING_IN, 70, 112),
        )
    )


# name, kind, sector, area, joined, authority to exclude signed
FIXED_MEMBERS = (
    ("D-TAC", "scheme", "public", "Town Centre", dt.date(2002, 12, 1), None),
    ("Marlowe Chemist", "full", "large_retail", "The Orchards", dt.date(2004, 3, 1), True),
    ("The Penfold Arms", "full", "licensed", "Town Centre", dt.date(2010, 9, 6), True),
    ("Dartford Police", "agency", "public", "Town Centre", dt.date(2003, 1, 6), None),
    ("Dartford Council", "agency", "public", "Town Centre", dt.date(2003, 1, 6), None),
    ("Town CCTV", "agency", "public", "Town Centre", dt.date(2003, 1, 6), None),
    ("North Kent Probation", "agency", "public", "Town Centre", dt.date(2003, 1, 6), None),
)
NOT_ACTIVE = {"prospect": 14, "contacted": 6, "applied": 3, "lapsed": 4, "left": 3}


def _members(rng: random.Random, areas: list[Area], scale: int, today: dt.date) -> list[Member]:
    by_name = {area.name: area for area in areas}
    fixed = [
        Member(
            name=name,
            kind=kind,
            status="active",
            sector=sector,
            area=by_name[area],
            joined_on=joined,
        )
        for name, kind, sector, area, joined, _ in FIXED_MEMBERS
    ]
    signed = [bool(row[-1]) for row in FIXED_MEMBERS]
    rows = list(fixed)
    for number in range(MEMBERS * scale - 2):
        rows.append(_business(rng, number, by_name, "active", today))
        signed.append(rng.random() < 0.9)
    past = [status for status, count in NOT_ACTIVE.items() for _ in range(count)]
    for number, status in enumerate(past, start=500_000):
        rows.append(_business(rng, number, by_name, status, today))
        signed.append(False)
    _name_apart(rows)
    members = Member.objects.bulk_create(rows, batch_size=2000)
    _authorities([row for row, has_signed in zip(members, signed, strict=True) if has_signed])
    return members


def _authorities(members: list[Member]) -> None:
    """Let these members have signed, on the day they joined, that people are excluded for them."""
    ExclusionAuthority.objects.bulk_create(
        [
            ExclusionAuthority(
                member=member,
                signed_on=member.joined_on or dates.today(),
                signed_by="The manager",
                recorded_at=timezone.now(),
            )
            for member in members
        ],
        batch_size=2000,
    )


def _name_apart(rows: list[Member]) -> None:
    """Number what has the same name, and give each its slug."""
    names: set[str] = set()
    for row in rows:
        name, count = row.name, 1
        while row.name in names:
            count += 1
            row.name = f"{name} {count}"
        names.add(row.name)
        row.slug = slugify(row.name)


def _business(
    rng: random.Random, number: int, areas: dict[str, Area], status: str, today: dt.date
) -> Member:
    trade, sector = rng.choice(words.TRADES)
    area = areas[rng.choices(words.AREAS, (30, 22, 12, 8, 8, 7, 7, 6))[0]]
    first = words.BUSINESS_FIRST[number % len(words.BUSINESS_FIRST)]
    name = f"{first} {trade}"
    if number >= len(words.BUSINESS_FIRST):
        name += f" {area.name}"
    joined = today - dt.timedelta(days=rng.randrange(20, 5000))
    is_past = status in ("lapsed", "left")
    return Member(
        name=name,
        kind="affiliate" if rng.random() < 0.35 else "full",
        status=status,
        sector=sector,
        area=area,
        joined_on=joined if status == "active" or is_past else None,
        left_on=today - dt.timedelta(days=rng.randrange(1, 19)) if is_past else None,
    )


def _premises(rng: random.Random, members: list[Member]) -> list[Premises]:
    rows: list[Premises] = []
    for member in members:
        if member.kind == "scheme" or member.status != "active":
            continue
        area = member.area
        for branch in range(2 if rng.random() < 0.08 else 1):
            street = rng.choice(words.STREETS[area.name])
            suffix = f", {street}" if branch else f", {area.name}"
            name = member.name if member.name.endswith(area.name) else f"{member.name}{suffix}"
            rows.append(
                Premises(
                    member=member,
                    name=name if not branch else f"{member.name}, {street}",
                    address=f"{rng.randrange(1, 180)} {street}",
                    postcode=words.POSTCODES[area.name],
                    area=area,
                    **_position(area.name, len(rows)),
                )
            )
    return Premises.objects.bulk_create(rows, batch_size=2000)


def _position(area: str, place: int) -> dict[str, Decimal]:
    """Return where a site is: spread around the middle of its area."""
    north, east = words.MIDDLES[area]
    spread = random.Random(place)
    return {
        "latitude": Decimal(str(round(north + spread.uniform(-0.002, 0.002), 5))),
        "longitude": Decimal(str(round(east + spread.uniform(-0.003, 0.003), 5))),
    }


DEMO_USERS = (
    ("staff@dtac.example", "Jess Rowan", "Marlowe Chemist", Role.REPORTER),
    ("store@dtac.example", "Imran Hale", "Marlowe Chemist", Role.MANAGER),
    ("other@dtac.example", "Tom Brandt", "The Penfold Arms", Role.REPORTER),
    ("police@dtac.example", "PC Nadia Wells", "Dartford Police", Role.AGENCY),
    ("intel@dtac.example", "Morgan Hart", "D-TAC", Role.INTEL),
    ("board@dtac.example", "Ruth Anders", "D-TAC", Role.BOARD),
    ("admin@dtac.example", "Alex Admin", "D-TAC", Role.ADMIN),
)


def _users(rng: random.Random, members: list[Member], sites: list[Premises]) -> dict[str, User]:
    password = make_password(DEMO_PASSWORD)
    unusable = make_password(None)
    site_of: dict[int, Premises] = {}
    for site in sites:
        site_of.setdefault(site.member_id, site)
    named = {member.name: member for member in reversed(members)}
    now = timezone.now()
    rows = [
        User(
            email=email,
            name=name,
            member=named[member],
            premises=site_of.get(named[member].pk),
            role=role,
            password=password,
            is_staff=role == Role.ADMIN,
            is_superuser=role == Role.ADMIN,
            last_login=now - dt.timedelta(hours=rng.randrange(3, 90)),
        )
        for email, name, member, role in DEMO_USERS
    ]
    for place, member in enumerate(members):
        if member.kind == "scheme" or member.status in ("prospect", "contacted", "applied"):
            continue
        agency = member.kind == "agency"
        active = rng.random() < 0.72
        for nth in range(USERS_EACH + (place % 3 == 0) + (place % 4 == 0)):
            days = rng.expovariate(1 / 9) * (1 if active else 25) + (0 if active else 32)
            name = f"{rng.choice(words.STAFF)}"
            role = Role.AGENCY if agency else Role.MANAGER if nth == 0 else Role.REPORTER
            signed_in = rng.random() < 0.86
            rows.append(
                User(
                    email=f"{slugify(name)}.{place}.{nth}@{member.slug[:40]}.example",
                    name=name,
                    member=member,
                    premises=site_of.get(member.pk),
                    role=role,
                    password=unusable,
                    receives_bulletins=rng.random() < 0.92,
                    last_login=now - dt.timedelta(days=days) if signed_in else None,
                )
            )
    return {user.email: user for user in User.objects.bulk_create(rows, batch_size=2000)}


def _agreement(users: dict[str, User], today: dt.date) -> None:
    agreement = Agreement.objects.create(
        version=3,
        title="Data-sharing agreement",
        body=words.AGREEMENT,
        effective_on=today - dt.timedelta(days=120),
    )
    # The first of the demo's users has yet to accept it, so that the page can be seen.
    AgreementAcceptance.objects.bulk_create(
        [
            AgreementAcceptance(agreement=agreement, user=user)
            for email, user in users.items()
            if email != "staff@dtac.example"
        ],
        batch_size=5000,
    )
