"""The demo's radios and cameras: who has them, what is faulty, lost, due back or to be checked."""

import datetime as dt
import random

from django.utils import timezone

from common import dates
from members.models import (
    EquipmentCheck,
    EquipmentFault,
    EquipmentHolding,
    EquipmentItem,
    Member,
    User,
)

from . import words

MODELS = {
    "RAD": (("Halden", "DR-40"), ("Halden", "DR-40"), ("Tavis", "Lite 2")),
    "BWV": (("Ostrea", "Clip 3"),),
    "CHG": (("Halden", "Dock 6"),),
    "KIT": (("Tavis", "Ear piece, box of 10"),),
}
COUNTS = {"RAD": 96, "BWV": 14, "CHG": 6, "KIT": 2}
CHANNELS = ("Shop Safe 1 to 4", "Shop Safe 1 to 4, police link", "Pub Watch 1 and 2")
WRONG = (
    "The battery holds an hour at most", "The clip is broken", "Crackles on channel 2",
    "Does not switch on", "The aerial is loose",
)  # fmt: skip
DAY = dt.timedelta(days=1)


def load_equipment(*, seed: int, scale: int, members: list[Member], users: dict[str, User]) -> None:
    """Give the scheme its equipment and lend most of it."""
    rng = random.Random(seed + 31)
    intel, today = users["intel@dtac.example"], dates.today()
    items = EquipmentItem.objects.bulk_create(
        [
            _item(rng, kind, number, intel, today)
            for kind, count in COUNTS.items()
            for number in range(1, count * scale + 1)
        ],
        batch_size=2000,
    )
    holdings = _holdings(rng, items, members, intel, today)
    EquipmentHolding.objects.bulk_create(holdings, batch_size=2000)
    EquipmentCheck.objects.bulk_create(
        [check for item in items if (check := _check(rng, item, intel, today))], batch_size=2000
    )
    EquipmentFault.objects.bulk_create(_faults(rng, holdings, users, intel, today), batch_size=2000)


def _item(rng: random.Random, kind: str, number: int, intel: User, today: dt.date) -> EquipmentItem:
    maker, model = rng.choice(MODELS[kind])
    radio = kind == "RAD"
    return EquipmentItem(
        ref=f"{kind}-{number:03d}",
        kind=kind,
        number=number,
        maker=maker,
        model=model,
        serial=f"{maker[0]}{rng.randrange(100, 999)}{number:05d}",
        channel_plan=rng.choice(CHANNELS) if radio else "",
        licence="SL 204817/3" if radio else "",
        licence_until=dates.add_months(today.replace(day=1), 7) - DAY if radio else None,
        in_use_from=today - rng.randrange(420, 1900) * DAY,
        added_at=timezone.now(),
        added_by=intel,
    )


def _holdings(
    rng: random.Random,
    items: list[EquipmentItem],
    members: list[Member],
    intel: User,
    today: dt.date,
) -> list[EquipmentHolding]:
    """Most radios are out, to a member each; some have been with another member before."""
    named = {member.name: member for member in members}
    first = [named["Marlowe Chemist"], named["The Penfold Arms"], named["Dartford Police"]]
    active = [m for m in members if m.has_access and m.kind in ("full", "affiliate")]
    rest = [member for member in active if member not in first]
    rng.shuffle(rest)
    takers = {"RAD": iter([*first, *rest]), "BWV": iter([first[0], *rest[::9]])}
    gone = next((m for m in members if m.status == "lapsed"), None)
    rows = []
    for place, item in enumerate(items):
        if item.kind not in takers:
            continue
        since = item.in_use_from + rng.randrange(1, 90) * DAY
        if rng.random() < 0.3:
            until = since + rng.randrange(60, 200) * DAY
            rows.append(_loan(rng, item, rng.choice(rest), since, today, until=until, by=intel))
            since = until + rng.randrange(0, 30) * DAY
        member = next(takers[item.kind], None)
        if item.kind == "RAD" and place in (60, 61) and gone:
            member = gone
        state = rng.choices(["loan", "store", "repair", "lost", "disposed"], (84, 8, 3, 3, 2))[0]
        if place < 3 or (item.kind == "BWV" and item.number == 1):
            state = "loan"
        if state == "loan" and member:
            rows.append(_loan(rng, item, member, since, today, by=intel))
        elif state in SAID:
            since = max(since, today - rng.randrange(3, 60) * DAY)
            rows.append(_away(item, state, rng.choice(SAID[state]), since, intel))
    return rows


SAID = {
    "repair": ("To the maker's workshop",),
    "lost": ("Left in a taxi", "Stolen from behind the till"),
    "disposed": ("Too old to be programmed", "Broken beyond mending"),
}


def _loan(
    rng: random.Random,
    item: EquipmentItem,
    member: Member,
    since: dt.date,
    today: dt.date,
    *,
    by: User,
    until: dt.date | None = None,
) -> EquipmentHolding:
    alone = item.kind == "BWV" or rng.random() < 0.06
    due = since + rng.randrange(90, 400) * DAY if alone and until else None
    if alone and not until:
        due = today + rng.randrange(-12, 140) * DAY
    return EquipmentHolding(
        item=item,
        state="loan",
        member=member,
        since=since,
        until=until,
        person=rng.choice(words.STAFF) if alone else "",
        is_lone_worker=alone,
        due_on=due,
        condition=rng.choice(("good", "worn")) if until else "",
        made_at=timezone.now(),
        made_by=by,
        ended_by=by if until else None,
    )


def _away(item: EquipmentItem, state: str, said: str, since: dt.date, by: User) -> EquipmentHolding:
    return EquipmentHolding(
        item=item, state=state, words=said, since=since, made_at=timezone.now(), made_by=by
    )


def _check(
    rng: random.Random, item: EquipmentItem, intel: User, today: dt.date
) -> EquipmentCheck | None:
    """Most were checked within the year; a few are due, a few overdue."""
    ago = rng.choices(
        [rng.randrange(2, 330), rng.randrange(336, 364), rng.randrange(367, 400)], (84, 11, 5)
    )[0]
    return EquipmentCheck(
        item=item, on=today - ago * DAY, passed=True, made_by=intel, made_at=timezone.now()
    )


def _faults(
    rng: random.Random,
    holdings: list[EquipmentHolding],
    users: dict[str, User],
    intel: User,
    today: dt.date,
) -> list[EquipmentFault]:
    rows = []
    for row in holdings:
        own = row.member_id == users["store@dtac.example"].member_id and row.item.kind == "RAD"
        if row.until or row.state in ("lost", "disposed"):
            continue
        if row.state == "repair" or own or rng.random() < 0.05:
            on = max(row.since, today - rng.randrange(1, 20) * DAY)
            rows.append(
                EquipmentFault(
                    item=row.item,
                    reported_on=row.since if row.state == "repair" else on,
                    reported_by=users["store@dtac.example"] if own else intel,
                    words=rng.choice(WRONG),
                )
            )
        elif rng.random() < 0.1 and (today - row.since).days > 60:
            on = row.since + rng.randrange(5, 50) * DAY
            rows.append(
                EquipmentFault(
                    item=row.item,
                    reported_on=on,
                    reported_by=intel,
                    words=rng.choice(WRONG),
                    closed_on=on + rng.randrange(1, 9) * DAY,
                    outcome=rng.choice(("mended", "none")),
                    closed_by=intel,
                )
            )
    return rows
