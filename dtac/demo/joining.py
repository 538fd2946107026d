"""The demo's applications, invitations, and whose year ends."""

import datetime as dt
import random
import uuid

from django.utils import timezone
from django.utils.text import slugify

from common import dates
from members.models import Application, Area, Invitation, Member, User

ASKING = (
    ("Spital Street Bakery", "independent", "4 Spital Street", "DA1 2DJ", "Rae Miller", "Owner",
     "We are a small shop with much theft of sandwiches at lunch time."),
    ("The Powder Mill", "licensed", "31 Hythe Street", "DA1 1BE", "Col Archer", "Landlord", ""),
)  # fmt: skip
DECLINED = ("Thames Tyres", "independent", "Unit 9, Crossways", "DA2 6QA", "Lee Ash", "Manager", "")


def load_joining(*, seed: int, members: list[Member], users: dict[str, User]) -> None:
    """Make applications and an invitation; let some people's and businesses' years end soon."""
    rng = random.Random(seed)
    now, intel = timezone.now(), users["intel@dtac.example"]
    area = Area.objects.order_by("position")[0]
    rows = [_application(number, fields, area, now) for number, fields in enumerate(ASKING)]
    declined = _application(len(rows), DECLINED, area, now - dt.timedelta(days=12))
    declined.decided_at, declined.decided_by = now - dt.timedelta(days=9), intel
    declined.reason = "Outside the borough’s boundary."
    declined.answer = "Please ask the neighbouring scheme, G-Safe: your site is on their side."
    Application.objects.bulk_create([*rows, declined])
    store = users["store@dtac.example"]
    Invitation.objects.create(
        uuid=uuid.UUID(int=0x1A_0000_0000),
        member=store.member,
        email="kim.osei@marlowe-chemist.example",
        name="Kim Osei",
        role="reporter",
        premises=store.premises,
        made_at=now - dt.timedelta(days=2),
        made_by=store,
        expires_at=now + dt.timedelta(days=5),
    )
    _years(rng, members, {user.pk for user in users.values()})


def _years(rng: random.Random, members: list[Member], spared: set[int]) -> None:
    today = dates.today()
    people = list(User.objects.exclude(pk__in=spared).order_by("pk"))
    for user in people:
        user.certified_until = today + dt.timedelta(days=rng.randrange(-8, 360))
    User.objects.bulk_update(people, ["certified_until"], batch_size=2000)
    active = [row for row in members if row.status == "active" and row.kind != "scheme"]
    for row in active:
        row.certified_until = today + dt.timedelta(days=rng.randrange(-20, 360))
    Member.objects.bulk_update(active, ["certified_until"], batch_size=2000)


def _application(
    number: int, fields: tuple[str, ...], area: Area, received_at: dt.datetime
) -> Application:
    business, sector, address, postcode, name, position, said = fields
    first = name.partition(" ")[0].lower()
    return Application(
        uuid=uuid.UUID(int=0xA9_0000_0000 + number),
        client_id=uuid.UUID(int=0xA9_1000_0000 + number),
        received_at=received_at - dt.timedelta(hours=5 * number),
        business=business,
        sector=sector,
        address=address,
        postcode=postcode,
        area=area,
        name=name,
        position=position,
        email=f"{first}@{slugify(business)}.example",
        words=said,
    )
