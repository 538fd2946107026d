"""The demo's working records: warnings with reasons, vehicles, court facts, associates, doubles."""

import datetime as dt
import random
import uuid

from django.utils import timezone

from common import dates
from exclusions.activity import activity_refresh
from exclusions.top_ten import top_ten_refresh
from incidents.models import Involvement, Report
from members.models import User
from offenders.models import (
    Alias,
    Association,
    LegalFact,
    Method,
    ProfileVersion,
    Recognition,
    Subject,
    SubjectWarning,
    Vehicle,
)

from .faces import Face

REASONS = {
    "violence": "Pushed a security officer when stopped.",
    "weapon": "Showed a knife when stopped.",
    "threats": "Threatened to wait for staff outside.",
    "spits": "Spat at a cashier.",
    "needles": "Needles found in the bag on arrest.",
    "dog": "Dog bit a security officer.",
    "self_harm": "Said they would hurt themselves when stopped.",
}
CARS = ("Silver Ford Fiesta", "Black BMW 1 Series", "White Transit van", "Blue Vauxhall Corsa")
HAUNTS = ("Bus station, The Orchards", "High Street and the market", "Prospect Place, car park")
TIMES = ("Weekdays after 15:00", "Friday and Saturday nights", "Mornings, just after opening")
BONDS = ("Brothers", "Live together", "Work in turns: one distracts, one takes")
SHARE = 0.3  # of the records have more than the least


def load_records(*, seed: int, faces: list[Face], users: dict[str, User]) -> None:
    """Fill in the working records of subjects that are there already."""
    rng = random.Random(seed + 4)  # its own: what is loaded beside it stays the same
    intel = users["intel@dtac.example"]
    subjects = [face.subject for face in faces]
    _warnings(rng, intel)
    _facts(rng, subjects, intel)
    _associations(rng, subjects, intel)
    _double(subjects)
    _recognitions(users)
    activity_refresh()
    top_ten_refresh()


def _warnings(rng: random.Random, by: User) -> None:
    today = dates.today()
    rows = []
    for version in ProfileVersion.objects.live().exclude(warnings=[]).order_by("pk"):
        for marker in version.warnings:
            due = today + dt.timedelta(days=rng.randrange(-3, 180))
            rows.append(
                SubjectWarning(
                    subject_id=version.subject_id,
                    marker=marker,
                    reason=REASONS[marker],
                    review_on=due,
                    added_by=by,
                )
            )
    SubjectWarning.objects.bulk_create(rows, batch_size=2000)


def _facts(rng: random.Random, subjects: list[Subject], by: User) -> None:
    today = dates.today()
    vehicles, facts, changed = [], [], []
    for subject in subjects:
        subject.methods = sorted(rng.sample(list(Method.values), 2))
        if rng.random() < SHARE:
            subject.haunts, subject.times = rng.choice(HAUNTS), rng.choice(TIMES)
            letters = "".join(rng.choices("ABCDEFGHJKLMNPRSTUVWXY", k=3))
            plate = f"GK{rng.randrange(10, 74)}{letters}"
            vehicles.append(
                Vehicle(
                    subject=subject,
                    registration=plate if rng.random() < 0.7 else "",
                    words=rng.choice(CARS),
                    added_by=by,
                )
            )
        if subject.name and rng.random() < SHARE:
            facts.append(
                LegalFact(
                    subject=subject,
                    kind=rng.choice(LegalFact.Kind.values),
                    happened_on=today - dt.timedelta(days=rng.randrange(10, 700)),
                    offence="Theft from a shop",
                    source=f"Kent Police, 46/{rng.randrange(10_000, 99_999)}/26",
                    added_by=by,
                )
            )
        changed.append(subject)
    Subject.objects.bulk_update(changed, ["methods", "haunts", "times"], batch_size=1000)
    Vehicle.objects.bulk_create(vehicles, batch_size=2000)
    LegalFact.objects.bulk_create(facts, batch_size=2000)


def _associations(rng: random.Random, subjects: list[Subject], by: User) -> None:
    pairs = {tuple(sorted(rng.sample(range(len(subjects)), 2))) for _ in range(len(subjects) // 12)}
    rows = []
    for one, two in sorted(pairs):
        first, second = sorted((subjects[one], subjects[two]), key=lambda each: each.pk)
        rows.append(
            Association(
                first=first,
                second=second,
                words=rng.choice(BONDS),
                source="Told by Kent Police",
                added_by=by,
            )
        )
    Association.objects.bulk_create(rows, batch_size=2000)
    _together(rng, [(row.first, row.second) for row in rows])


def _together(rng: random.Random, pairs: list[tuple[Subject, Subject]]) -> None:
    """Pairs who act together stand on some reports together."""
    joined = []
    for first, second in pairs:
        reports = Report.objects.accepted_incidents().about(first.pk).order_by("-occurred_at")
        for report in reports.exclude(people__subject=second)[: rng.randrange(1, 5)]:
            part = rng.choice((Involvement.Part.DID_IT, Involvement.Part.WITH_THEM))
            joined.append(
                Involvement(report=report, subject=second, part=part, confidence="confirmed")
            )
    Involvement.objects.bulk_create(joined, batch_size=2000)


def _double(subjects: list[Subject]) -> None:
    """Somebody known by another spelling is on file twice: there is something to merge."""
    known = next(subject for subject in subjects if subject.name and subject.ref != "D-0042")
    double = next(
        subject
        for subject in reversed(subjects)
        if subject.name and subject.pk != known.pk and not _is_published(subject)
    )
    given, _, family = known.name.partition(" ")
    double.name = f"{given} {family[:-1]}" if len(family) > 4 else known.name
    double.date_of_birth = known.date_of_birth
    double.save(update_fields=["name", "date_of_birth"])
    Alias.objects.get_or_create(subject=double, name=known.name)


def _is_published(subject: Subject) -> bool:
    return ProfileVersion.objects.live().filter(subject=subject).exists()


def _recognitions(users: dict[str, User]) -> None:
    sought = ProfileVersion.objects.live().filter(known=False, audience="all").order_by("pk")
    told = (("other@dtac.example", "Ricky Dunn", "He went to school with my brother."),
            ("store@dtac.example", "Shaz", "Calls herself that when she pays."))  # fmt: skip
    for version, (email, name, words) in zip(sought, told, strict=False):
        row = Recognition(
            client_id=uuid.uuid5(uuid.NAMESPACE_URL, f"demo-recognition-{email}"),
            subject_id=version.subject_id,
            name=name,
            words=words,
            given_by=users[email],
        )
        row.save()
        Recognition.objects.filter(pk=row.pk).update(
            given_at=timezone.now() - dt.timedelta(hours=5)
        )
