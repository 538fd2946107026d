"""The demo's sightings, incidents, review queue and exclusions."""

import datetime as dt
import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import accumulate
from typing import Any

from django.utils import timezone

from common import dates
from common.refs import yearly_ref
from exclusions.models import Notice, NoticeCounter, NoticeGround, ServiceAttempt
from exclusions.policy import policy_kept
from exclusions.premises import premises_list_current
from exclusions.querysets import breaches
from incidents.models import (
    IncidentType,
    Involvement,
    ItemCategory,
    Report,
    ReportCounter,
    StolenItem,
)
from members.models import Premises, User
from offenders.models import Method

from . import words
from .bulk import rows_copied
from .faces import Face
from .figures import analyse

REPORTS = 5000
DAYS = 730
WAITING = 14
BATCH = 2000
IN_FORCE, PAST = 31, 58
NEVER = 9
"""So many who could be excluded never were: warnings, requests and objections are about them."""
EARLIER = 511
"""Notices of years before, at scale only: the demo itself shows a scheme that deletes in time."""
LONG, LONG_SHARE = 5, 0.005
"""At scale: so many people have a very long history, each in this share of the reports."""
METHODS = Method.values


@dataclass
class Numbers:
    """The last number of each series and year."""

    last: dict[tuple[str, int], int] = field(default_factory=dict)

    def take(self, prefix: str, year: int) -> int:
        """Return the next number of a series."""
        self.last[prefix, year] = self.last.get((prefix, year), 0) + 1
        return self.last[prefix, year]


def load_crime(
    rng: random.Random,
    *,
    scale: int,
    faces: list[Face],
    users: dict[str, User],
    sites: list[Premises],
    tell: Callable[[str], None],
) -> None:
    """Make two years of reports, and notices that cite some of them."""
    maker = _Maker(rng, faces, users, sites, scale)
    total = REPORTS * scale
    moments = sorted(maker.moment() for _ in range(total))
    for start in range(0, total, BATCH * 5):
        maker.batch(moments[start : start + BATCH * 5], first=start, total=total)
        if scale > 1:
            tell(f"  {min(start + BATCH * 5, total):,} of {total:,} reports")
    ReportCounter.objects.bulk_create(
        ReportCounter(prefix=prefix, year=year, last=last)
        for (prefix, year), last in maker.numbers.last.items()
    )
    load_notices(rng, scale=scale, faces=faces, users=users, grounds=maker.grounds)


class _Maker:
    """Reports in bulk, a tenth of people and places in half of them."""

    def __init__(
        self,
        rng: random.Random,
        faces: list[Face],
        users: dict[str, User],
        sites: list[Premises],
        scale: int,
    ) -> None:
        self.rng = rng
        self.waiting = WAITING * scale
        self.now = timezone.now()
        self.intel = users["intel@dtac.example"]
        self.types = {kind.code: kind for kind in IncidentType.objects.all()}
        self.codes = list(words.TYPE_WEIGHTS)
        self.weights = list(words.TYPE_WEIGHTS.values())
        self.reporters: dict[int, User] = {}
        for user in users.values():
            if user.role in ("reporter", "manager", "agency"):
                self.reporters.setdefault(user.member_id, user)
        self.sites = [site for site in sites if site.member_id in self.reporters]
        self.site_weights = _skewed(len(self.sites))
        self.faces = [face for face in faces if face.is_published] or faces
        self.face_weights = _skewed(len(self.faces), long=LONG if scale > 1 else 0)
        self.numbers = Numbers()
        self.grounds: dict[int, list[Report]] = {}

    def moment(self) -> dt.datetime:
        """A moment of the last two years: more in the afternoon, and towards the week's end."""
        while True:
            day = dates.today() - dt.timedelta(days=int(DAYS * self.rng.random() ** 1.15))
            if self.rng.random() < (0.65, 0.7, 0.75, 0.8, 1, 1, 0.6)[day.weekday()]:
                break
        hour = min(22.9, max(7.0, self.rng.gauss(15.2, 3.0)))
        local = dates.london_midnight(day) + dt.timedelta(hours=hour)
        return min(local, self.now - dt.timedelta(minutes=self.rng.randrange(20, 200)))

    def batch(self, moments: list[dt.datetime], *, first: int, total: int) -> None:
        """Store the reports of some moments, with people and goods."""
        rows = [
            self.report(moment, waiting=first + place >= total - self.waiting)
            for place, moment in enumerate(moments)
        ]
        rows_copied(Report, [report for report, _ in rows], BATCH)
        people, items = [], []
        for report, face in rows:
            people.append(self.person(report, face))
            if report.type and report.type.asks_for("goods") and report.value_stolen:
                items.append(self.item(report))
            if face and report.kind == "incident" and report.status == "accepted":
                self.grounds.setdefault(face.subject.pk, []).append(report)
        rows_copied(Involvement, people, BATCH)
        rows_copied(StolenItem, items, BATCH)

    def report(self, moment: dt.datetime, *, waiting: bool) -> tuple[Report, Face | None]:
        """One report, and whose face is in it."""
        rng = self.rng
        site = rng.choices(self.sites, cum_weights=self.site_weights)[0]
        kind: IncidentType | None = None
        if rng.random() < 0.72:
            code = rng.choices(self.codes, self.weights)[0]
            kind = self.types[code]
        face = None
        if kind is None or rng.random() < 0.6:
            face = rng.choices(self.faces, cum_weights=self.face_weights)[0]
        stolen = Decimal(rng.randrange(400, 22000)) / 100 if kind and kind.asks_for("goods") else 0
        recovered = stolen * rng.choice((0, 0, 0, 1, Decimal("0.5"))) if stolen else 0
        prefix, year = ("INC" if kind else "SIG"), dates.london_date(moment).year
        rejected = not waiting and rng.random() < 0.03
        status = "submitted" if waiting else "rejected" if rejected else "accepted"
        reviewed = None if waiting else min(moment + dt.timedelta(hours=20), self.now)
        return (
            Report(
                ref=yearly_ref(prefix, year, self.numbers.take(prefix, year), digits=5),
                kind="incident" if kind else "sighting",
                client_id=uuid.UUID(int=rng.getrandbits(128), version=4),
                type=kind,
                member_id=site.member_id,
                premises=site,
                area_id=site.area_id,
                reporter=self.reporters[site.member_id],
                occurred_at=moment,
                sent_at=moment + dt.timedelta(minutes=rng.randrange(1, 18)),
                words=rng.choice(words.REPORT_WORDS),
                outcome=rng.choices(
                    ("left", "prevented", "detained", "arrested", "unknown"), (60, 14, 5, 6, 15)
                )[0]
                if kind
                else "unknown",
                **self.details(kind),
                value_stolen=round(Decimal(stolen), 2),
                value_recovered=round(Decimal(recovered), 2),
                status=status,
                reviewed_at=reviewed,
                reviewed_by=self.intel if reviewed else None,
                review_note="Not enough to tell who it was." if rejected else "",
            ),
            face,
        )

    def details(self, kind: IncidentType | None) -> dict[str, Any]:
        """What the log form asked for, now and then answered."""
        rng = self.rng
        asks = kind.asks if kind else []
        told: dict[str, Any] = {"violence": bool(kind and kind.code in ("assault", "robbery"))}
        if "method" in asks and rng.random() < 0.6:
            told["methods"] = sorted({rng.choice(METHODS) for _ in range(rng.choice((1, 1, 2)))})
        if "threats" in asks:
            told["threats"] = bool(kind and kind.code == "threats") or rng.random() < 0.08
        if "weapon" in asks and rng.random() < 0.1:
            told |= {"weapon": "shown", "weapon_words": rng.choice(("knife", "bottle", "bar"))}
        if "vehicle" in asks and rng.random() < 0.3:
            mark = f"{rng.choice(('GJ', 'GK', 'LB'))}{rng.randrange(10, 74)}DTC"
            told |= {"vehicle_registration": mark, "vehicle_words": "silver hatchback"}
        if "police" in asks and rng.random() < 0.4:
            told["police_told"] = True
        return told

    def misheard(self) -> str:
        """A name of somebody on record as a reporter may have caught it."""
        name = self.rng.choice([face.subject.name for face in self.faces if face.subject.name])
        place = self.rng.randrange(1, max(2, len(name) - 2))
        return name[:place] + name[place + 1] + name[place] + name[place + 2 :]

    def person(self, report: Report, face: Face | None) -> Involvement:
        """Who was in it: a subject, or somebody described."""
        if face:
            confirmed = report.status == "accepted"
            return Involvement(
                report=report,
                subject=face.subject,
                confidence="confirmed" if confirmed else "reported",
                named_by=report.reporter,
                linked_by=self.intel if confirmed else None,
            )
        rng = self.rng
        return Involvement(
            report=report,
            confidence="possible",
            named_as=self.misheard() if report.status == "submitted" else "",
            matched_at=None if report.status == "submitted" else self.now,
            sex=rng.choice(("male", "male", "female")),
            age_band=rng.choice(("18-24", "25-30", "31-40", "41-50")),
            build=rng.choice(("slim", "medium", "heavy")),
            height=rng.choice(("short", "average", "tall")),
            hair=rng.choice(("short, brown", "bald", "long, fair", "short, black")),
            description=rng.choice(
                ("grey hoodie, black rucksack", "dark cap and blue jacket", "limp, red coat")
            ),
        )

    def item(self, report: Report) -> StolenItem:
        """What was taken."""
        return StolenItem(
            report=report,
            category=self.rng.choice(ItemCategory.values),
            quantity=self.rng.randrange(1, 7),
            value_stolen=report.value_stolen,
            value_recovered=report.value_recovered,
        )


def _skewed(count: int, *, long: int = 0) -> list[float]:
    """Cumulative weights by which the first tenth is chosen about half of the time.

    The first `long` are chosen more often than that, each LONG_SHARE of the time.
    """
    weights = [1 / (place + count * 0.03 + 1) for place in range(count)]
    rest = sum(weights[long:])
    weights[:long] = [rest * LONG_SHARE / (1 - LONG_SHARE * long)] * long
    return list(accumulate(weights))


def load_notices(
    rng: random.Random,
    *,
    scale: int,
    faces: list[Face],
    users: dict[str, User],
    grounds: dict[int, list[Report]],
) -> None:
    """Make notices: in force (some end this week), past, and two that are still to be served."""
    store = users["store@dtac.example"]
    chosen = _to_exclude(faces, grounds)
    waiting = [chosen.pop() for _ in range(2)]
    half = len(chosen) // 2
    del chosen[half : half + NEVER]  # neither who did least nor the worst: those are banned
    numbers, starts = Numbers(), _starts(rng, scale)
    paper = {"policy": policy_kept(), "premises_list": premises_list_current()}

    def notice(face: Face, start: dt.date | None) -> Notice:
        return _notice(rng, face, start, users, numbers, paper)

    made = [
        (notice(face, start), _before(grounds[face.subject.pk], start))
        for face, start in zip(chosen, starts, strict=False)
    ]
    made += [(notice(face, None), _at_store(grounds[face.subject.pk], store)) for face in waiting]
    waited, _ = made[-1]
    if scale > 1:
        # What these rested on is deleted by now.
        years = _of_years_before(chosen, starts, EARLIER * scale)
        made += [(notice(face, start), []) for face, start in years]
    _store_notices(made, numbers)
    _attempts(waited, store)
    analyse(scale)  # all that is asked for breaches next; without figures the plan is a guess
    _most_keep_away()


def _to_exclude(faces: list[Face], grounds: dict[int, list[Report]]) -> list[Face]:
    """Return who may be excluded: D-0042, then the others, who did least first.

    Most of the excluded keep away: breaches stay the exception that they are.
    """
    known = [
        face
        for face in faces
        if face.subject.status == "known" and len(grounds.get(face.subject.pk, [])) >= 2
    ]
    known.sort(key=lambda face: (face.subject.ref != "D-0042", len(grounds[face.subject.pk])))
    return known


def _store_notices(made: list[tuple[Notice, list[Report]]], numbers: Numbers) -> None:
    """Store notices, each with the reports it cites, and the last number of each year."""
    rows_copied(Notice, [notice for notice, _ in made], BATCH)
    grounds = [
        NoticeGround(notice=notice, report=report) for notice, reports in made for report in reports
    ]
    rows_copied(NoticeGround, grounds, BATCH)
    NoticeCounter.objects.bulk_create(
        NoticeCounter(prefix=prefix, year=year, last=last)
        for (prefix, year), last in numbers.last.items()
    )


def _of_years_before(
    chosen: list[Face], starts: list[dt.date], count: int
) -> Iterator[tuple[Face, dt.date]]:
    """Yield so many more notices of the same people, each of more than a year before the next."""
    today = dates.today()
    last = dict(enumerate(starts))
    for number in range(count):
        turn, place = divmod(number, len(chosen))
        newest = min(last.get(place, today), dates.add_months(today, -13))
        yield chosen[place], dates.add_months(newest, -13 * (turn + 1))


def _attempts(notice: Notice, by: User) -> None:
    """Let somebody have tried twice to serve a notice."""
    told = ("Nobody came to the door.", "The neighbour says that they moved.")
    ServiceAttempt.objects.bulk_create(
        ServiceAttempt(
            notice=notice,
            client_id=uuid.UUID(int=number),
            attempted_at=notice.raised_at + dt.timedelta(hours=3 * number),
            place="Last known address",
            attempted_by="PC Amy Cole",
            outcome=outcome,
            recorded_at=notice.raised_at + dt.timedelta(hours=3 * number + 1),
            recorded_by=by,
        )
        for number, outcome in enumerate(told, start=1)
    )


def _most_keep_away() -> None:
    """Make four of five breaches somebody unknown's doing: most of the excluded do keep away."""
    found = breaches().order_by("pk").values_list("pk", flat=True)
    made = [pk for place, pk in enumerate(found) if place % 5]
    for start in range(0, len(made), BATCH):
        Involvement.objects.filter(pk__in=made[start : start + BATCH]).update(
            subject=None,
            linked_by=None,
            named_by=None,
            confidence="possible",
            description="dark cap and blue jacket",
        )


def _at_store(reports: list[Report], store: User) -> list[Report]:
    """The last two reports, moved to the demo store so that its manager may serve the notice."""
    last = reports[-2:]
    for report in last:
        report.member_id = store.member_id
        report.premises_id = store.premises_id or report.premises_id
        report.outcome = "arrested"
        report.save(update_fields=["member", "premises", "outcome"])
    return last


def _before(reports: list[Report], start: dt.date) -> list[Report]:
    """Return the last two incidents before a notice began, or the first there is."""
    earlier = [each for each in reports if dates.london_date(each.occurred_at) < start]
    return earlier[-2:] or reports[:1]


def _starts(rng: random.Random, scale: int) -> list[dt.date]:
    """Days of service: the first is D-0042's; then some that end this week; then past ones."""
    today = dates.today()
    year_ago = dates.add_months(today, -12)
    starts = [dates.add_months(today, -8)]
    starts += [year_ago + dt.timedelta(days=days) for days in (1, 3, 6, 19)]
    for _ in range(IN_FORCE * scale - len(starts)):
        starts.append(today - dt.timedelta(days=rng.randrange(1, 330)))
    for _ in range(PAST * scale):
        starts.append(year_ago - dt.timedelta(days=rng.randrange(1, 360)))
    return starts


def _notice(
    rng: random.Random,
    face: Face,
    start: dt.date | None,
    users: dict[str, User],
    numbers: Numbers,
    paper: dict[str, Any],
) -> Notice:
    intel = users["intel@dtac.example"]
    now = timezone.now()
    served = None
    if start:
        served = dates.london_midnight(start) + dt.timedelta(hours=rng.randrange(10, 18))
    raised = (served or now) - dt.timedelta(days=rng.randrange(1, 6))
    ends_on = dates.last_day_of_year_from(start) if start else None
    ended = bool(ends_on and ends_on < dates.today())
    return Notice(
        ref=yearly_ref("EXC", raised.year, numbers.take("EXC", raised.year), digits=4),
        subject=face.subject,
        reason="Repeated thefts from members' premises, and an arrest at one of them.",
        raised_at=raised,
        authorised_by=intel,
        printed_name=face.subject.shown_name,
        **paper,
        served_at=served,
        ends_on=ends_on,
        service_method="in_person" if served else "",
        served_by=rng.choice(words.STAFF) if served else "",
        service_recorded_at=served + dt.timedelta(hours=1) if served else None,
        service_recorded_by=intel if served else None,
        expiry_recorded_at=now if ended else None,
        **_let_go(intel, face, ends_on, ended=ended),
    )


def _let_go(intel: User, face: Face, ends_on: dt.date | None, *, ended: bool) -> dict[str, Any]:
    """Most of those that ended were let go; of a few it is still to be decided."""
    if not ended or ends_on is None or face.subject.pk % 5 == 0:
        return {}
    return {"let_go_at": dates.london_midnight(ends_on), "let_go_by": intel}
