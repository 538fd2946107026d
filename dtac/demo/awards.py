"""The demo's awards: two kinds, who holds them, who has applied, one refused."""

import datetime as dt
import random

from common import dates
from common.refs import yearly_ref
from members.models import (
    Award,
    AwardCheck,
    AwardCriterion,
    AwardEntry,
    Member,
    SchemeCounter,
    User,
)

AWARDS: tuple[tuple[str, list[str], int, str, tuple[str, ...]], ...] = (
    ("Safer Business", [], 12,
     "For members who look after their staff and their stock.",
     ("Staff are trained to report", "The radio is on while the shop is open",
      "Camera footage is kept for 30 days", "Lone workers carry an alarm or a radio",
      "Excluded people are asked to leave")),
    ("Safer Socialising", ["licensed", "venue"], 12,
     "For pubs, bars and venues where people have a safe night out.",
     ("Door staff are licensed and wear their badges", "There is a drugs policy, and it is used",
      "Staff know Ask for Angela", "Drinking water is free", "Incidents are reported that night",
      "There is a plan for getting people home")),
)  # fmt: skip
# state, days ago it was applied for; of these many members
BIDS = (("awarded", 120, 9), ("awarded", 320, 4), ("awarded", 420, 3), ("applied", 12, 3),
        ("refused", 90, 1), ("withdrawn", 200, 1))  # fmt: skip


def load_awards(*, seed: int, users: dict[str, User]) -> None:
    """Enter the awards, and bids in every state."""
    rng = random.Random(seed + 83)
    intel, today = users["intel@dtac.example"], dates.today()
    numbers: dict[int, int] = {}
    checks: list[AwardCheck] = []
    store = users["store@dtac.example"].member
    for name, sectors, months, about, criteria in AWARDS:
        award, asked = _award(name, sectors, months, about, criteria)
        may = Member.objects.counted().exclude(pk=store.pk).order_by("pk")
        members = list(may.filter(sector__in=sectors) if sectors else may)
        rng.shuffle(members)
        whose = iter([*([] if sectors else [store]), *members])
        for state, ago, many in BIDS:
            for member in (member for member, _ in zip(whose, range(many), strict=False)):
                applied = today - dt.timedelta(days=ago + rng.randrange(10))
                number = numbers[applied.year] = numbers.get(applied.year, 0) + 1
                ref = yearly_ref("AWD", applied.year, number, digits=4)
                entry = _entry(ref, award, member, state, applied, intel)
                checks += [_check(rng, entry, each, intel) for each in asked]
    AwardCheck.objects.bulk_create(checks)
    for year, last in numbers.items():
        SchemeCounter.objects.create(prefix="AWD", year=year, last=last)


def _award(
    name: str, sectors: list[str], months: int, about: str, criteria: tuple[str, ...]
) -> tuple[Award, list[AwardCriterion]]:
    award = Award.objects.create(
        name=name,
        slug=name.lower().replace(" ", "-"),
        about=about,
        sectors=sectors,
        holds_months=months,
    )
    asked = AwardCriterion.objects.bulk_create(
        AwardCriterion(award=award, place=place, words=words)
        for place, words in enumerate(criteria, start=1)
    )
    return award, asked


def _entry(
    ref: str, award: Award, member: Member, state: str, applied: dt.date, intel: User
) -> AwardEntry:
    decided = applied + dt.timedelta(days=10)
    entry = AwardEntry(
        ref=ref,
        award=award,
        member=member,
        premises=member.premises.filter(closed_on=None).first(),
        state=state,
        applied_on=applied,
        applied_by=intel,
    )
    if state != "applied":
        entry.decided_on, entry.decided_by = decided, intel
    if state in ("awarded", "withdrawn"):
        entry.valid_until = dates.last_day_of_months_from(decided, award.holds_months)
    if state == "refused":
        entry.reason = (
            "The camera footage was kept for a week only. Apply again once that is mended."
        )
    if state == "withdrawn":
        entry.withdrawn_on = decided + dt.timedelta(days=60)
        entry.reason = "The radio was handed back."
    entry.save()
    return entry


def _check(
    rng: random.Random, entry: AwardEntry, criterion: AwardCriterion, intel: User
) -> AwardCheck:
    met = True if entry.state in ("awarded", "withdrawn") else rng.choice((True, True, None))
    if entry.state == "refused":
        met = criterion.place != 3
    return AwardCheck(
        entry=entry,
        criterion=criterion,
        is_met=met,
        note="Kept for a week." if met is False else "",
        checked_by=None if met is None else intel,
        checked_on=None if met is None else entry.applied_on + dt.timedelta(days=8),
    )
