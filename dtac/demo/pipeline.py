"""How the demo's members came to be members, whom the scheme is talking to, and contacts."""

import datetime as dt
import random
import uuid

from django.utils import timezone

from common import dates
from members.models import Member, MemberContact, MemberStep, User

from . import words

CAME_BY = {
    "prospect": ("prospect",),
    "contacted": ("prospect", "contacted"),
    "applied": ("prospect", "contacted", "applied"),
    "active": ("prospect", "contacted", "applied", "active"),
    "lapsed": ("prospect", "contacted", "applied", "active", "lapsed"),
    "left": ("prospect", "contacted", "applied", "active", "left"),
}
SAID = {
    "contacted": ("Rang; the manager is interested.", "Left a leaflet.", "Met at the fair."),
    "applied": ("Sent the form.", "Filled it in at the counter."),
    "lapsed": ("Did not answer two reminders.",),
    "left": ("The shop closed.", "Head office stopped it."),
}  # fmt: skip
LOST = {"lapsed": ("unpaid",), "left": ("closed", "head_office", "cost")}
NEXT = (
    "Call the manager", "Visit with the trial offer", "Send the fee table", "Show the gallery",
    "Ask for the signed agreement",
)  # fmt: skip
FIRST_NAMES = sorted({name for names in words.GIVEN.values() for name in names})
TITLES = ("Store manager", "Owner", "Security manager", "Duty manager", "Landlord")


def load_pipeline(*, seed: int, members: list[Member], users: dict[str, User]) -> None:
    """Give members their steps and a contact, and businesses to win a next step."""
    rng = random.Random(seed)
    intel, today, now = users["intel@dtac.example"], dates.today(), timezone.now()
    businesses = [row for row in members if row.kind in ("full", "affiliate")]
    steps = [step for row in businesses for step in _steps(rng, row, intel, today, now)]
    MemberStep.objects.bulk_create(steps, batch_size=2000)
    MemberContact.objects.bulk_create(
        [_contact(rng, number, row, now) for number, row in enumerate(businesses)], batch_size=2000
    )
    to_win = [row for row in businesses if row.status in ("prospect", "contacted", "applied")]
    for number, row in enumerate(to_win):
        if number % 5:
            row.next_step = rng.choice(NEXT)
            row.next_on = today + dt.timedelta(days=rng.randrange(-6, 25))
            row.next_by = intel
    Member.objects.bulk_update(to_win, ["next_step", "next_on", "next_by"], batch_size=2000)


def _steps(
    rng: random.Random, row: Member, by: User, today: dt.date, now: dt.datetime
) -> list[MemberStep]:
    way = CAME_BY[row.status]
    last = row.left_on or row.joined_on or today - dt.timedelta(days=rng.randrange(2, 40))
    day, made, before = last - dt.timedelta(days=7 * (len(way) - 1)), [], ""
    for after in way:
        on = row.joined_on if after == "active" and row.joined_on else day
        made.append(
            MemberStep(
                member=row,
                before=before,
                after=after,
                on=min(on, last),
                lost=rng.choice(LOST[after]) if after in LOST else "",
                words=rng.choice(SAID[after]) if after in SAID else "",
                made_at=now,
                made_by=by,
            )
        )
        before, day = after, day + dt.timedelta(days=7)
    return made


def _contact(rng: random.Random, number: int, row: Member, now: dt.datetime) -> MemberContact:
    first, last = rng.choice(FIRST_NAMES), rng.choice(words.FAMILY)
    return MemberContact(
        uuid=uuid.UUID(int=0xC0_0000_0000 + number),
        member=row,
        name=f"{first} {last}",
        position=rng.choice(TITLES),
        email=f"{first}.{last}@{row.slug}.example".lower().encode("ascii", "ignore").decode(),
        phone=f"01632 960{rng.randrange(1000):03}",
        is_main=True,
        is_billing=rng.random() < 0.7,
        added_at=now,
    )
