"""Who somebody unknown in a report may be, and which reports tell of the same event.

Suggestions with their reasons, for the manager to decide. Pictures are compared as pictures,
never as faces.
"""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.postgres.search import (
    SearchQuery,
    SearchRank,
)
from django.db.models import Case, Count, F, FloatField, Q, Value, When
from django.db.models.functions import Cast

from common.db import BitsApart, Fold, NameScore, Sounds
from incidents.looks import AGE_BANDS
from incidents.models import Attachment, Involvement, NotSamePerson, Report
from offenders.models import Alias, Method, Photo, Subject

SHOWN = 5
LEAST = 20
"""The score below which a suggestion only costs the manager's time."""
NAME_LIKENESS = 0.5
WORDS = "description"
PICTURE_BITS = 6
"""Of 64: the same picture, resized or re-encoded. Tried on the demo's portraits."""
NEARBY = dt.timedelta(days=90)
SAME_HOURS = 2
LOOKED_AT = 40


@dataclass
class Match:
    """A subject that somebody may be: score 0 to 100 and the reasons for it."""

    subject: Subject
    score: float = 0
    reasons: list[str] = field(default_factory=list)

    def add(self, points: float, reason: str) -> None:
        """Count a reason."""
        self.score += points
        self.reasons.append(reason)


def matches_for(report: Report, person: Involvement) -> list[Match]:
    """Return who somebody unknown may be, best first; those ruled out before are left out."""
    return matches_of(report, [person])[person.pk]


def matches_of(report: Report, people: Sequence[Involvement]) -> dict[int, list[Match]]:
    """Return who each of a report's unknown people may be, by the person's key.

    What the report tells of all of them (vehicle, picture, method) is looked for once, and what
    is told of each in one query, however many they are.
    """
    points: dict[int, Points] = {person.pk: defaultdict(list) for person in people}
    for who, subject, score, reason in _told_of(people):
        points[who][subject].append((score, reason))
    of_all = [
        found
        for source in (_by_merge, _by_vehicle, _by_picture, _by_method)
        for found in (source(report) if people else ())
    ]
    for own in points.values():
        for subject, score, reason in of_all:
            own[subject].append((score, reason))
    _add_place_and_time(report, points)
    ruled_out = set(
        NotSamePerson.objects.filter(involvement__in=people).values_list("involvement", "subject")
    )
    on_report = report.people.filter(subject__isnull=False, from_report=None).values("subject")
    subjects = (
        Subject.objects.filter(pk__in={pk for own in points.values() for pk in own})
        .filter(merged_into=None)
        .exclude(pk__in=on_report)
        .with_face()
    )
    there = list(subjects)
    return {
        person.pk: _best(
            _judged(subject, person, points[person.pk][subject.pk])
            for subject in there
            if subject.pk in points[person.pk] and (person.pk, subject.pk) not in ruled_out
        )
        for person in people
    }


def _best(found: "Iterable[Match]") -> list[Match]:
    likely = [match for match in found if match.score >= LEAST]
    return sorted(likely, key=lambda match: (-match.score, match.subject.ref))[:SHOWN]


@dataclass(frozen=True)
class Likely:
    """Whom the worker thinks somebody is, as their record is now."""

    subject: Subject
    reasons: list[str]


def likely_subjects(reports: Iterable[Report]) -> dict[int, Likely]:
    """Return the likeliest subject of unknown people of reports, by the person's key.

    What the worker kept holds keys only: records that are gone or merged since are passed over.
    """
    unknown = [
        person for row in reports for person in row.people.all() if person.subject_id is None
    ]
    keys = {kept["subject"] for person in unknown for kept in person.likely}
    there = Subject.objects.filter(merged_into=None).in_bulk(keys) if keys else {}
    found = {}
    for person in unknown:
        first = next((kept for kept in person.likely if kept["subject"] in there), None)
        if first:
            found[person.pk] = Likely(there[first["subject"]], first["reasons"])
    return found


Reasons = Iterable[tuple[int, float, str]]


Rows = Any
"""A queryset of subjects or aliases."""
Points = dict[int, list[tuple[float, str]]]
"""The reasons for each subject, by its key, with their weight."""


def _told_of(people: Sequence[Involvement]) -> list[tuple[int, int, float, str]]:
    """What is told of each of the people: person, subject, weight and reason, in one query."""
    rows = [query for person in people for query in _queries(person)]
    if not rows:
        return []
    best: dict[tuple[int, int, str], float] = {}
    for who, subject, kind, score in rows[0].union(*rows[1:], all=True):
        key = (who, subject, kind)
        best[key] = max(float(score), best.get(key, 0))
    return [(who, subject, *_weighed(kind, n)) for (who, subject, kind), n in best.items()]


def _weighed(kind: str, score: float) -> tuple[float, str]:
    if kind == "name":
        return 60 * score, f"name {score:.0%}"
    if kind == "sound":
        return 22, "sounds alike"
    return min(30.0, 11.0 * score), WORDS


def _queries(person: Involvement) -> Iterator[Rows]:
    """Yield rows of person, subject, kind of reason and score."""
    if len(person.named_as) >= 3:
        for rows, key in ((Subject.objects.all(), "pk"), (Alias.objects.all(), "subject_id")):
            yield _row(_by_name(rows, person), person, key, "name", F("near"))
            yield _row(_by_sound(rows, person), person, key, "sound", Value(1.0))
    words = _described(person)
    lexemes = [word for word in words.replace(",", " ").split() if word.isalpha() and len(word) > 3]
    if lexemes:
        yield _row(_by_words(lexemes[:12]), person, "pk", "words", F("told"))


def _row(rows: Rows, person: Involvement, key: str, kind: str, score: Any) -> Rows:
    held = {
        "who": Value(person.pk),
        "about": F(key),
        "kind": Value(kind),
        "points": Cast(score, FloatField()),
    }
    return rows.annotate(**held).values_list(*held)[:LOOKED_AT]


def _by_name(rows: Rows, person: Involvement) -> Rows:
    """A name or alias like the one that the reporter typed."""
    needle: Any = Fold(Value(person.named_as))
    return (
        rows.alias(folded=Fold("name"))
        .filter(folded__trigram_word_similar=needle)  # the index; its limit is in the settings
        .alias(near=NameScore(needle, Fold("name")))  # each word counts, in any order
        .filter(near__gte=NAME_LIKENESS)
        .order_by("-near")
    )


def _by_sound(rows: Rows, person: Involvement) -> Rows:
    """A name or alias with a word that sounds like one that the reporter typed."""
    said: Any = Sounds(Value(person.named_as))
    return rows.alias(sound=Sounds("name")).filter(sound__overlap=said).order_by()


def _by_words(lexemes: Sequence[str]) -> Rows:
    """Words of the description in the subject's record."""
    each = [SearchQuery(word, config="english", search_type="plain") for word in lexemes]
    asked = reduce(or_, each)
    told = sum(
        (Case(When(search_words=query, then=Value(1)), default=Value(0)) for query in each),
        start=Value(0),
    )
    return (
        Subject.objects.filter(search_words=asked)
        .alias(told=told, rank=SearchRank(F("search_words"), asked))
        .filter(told__gte=min(2, len(each)))
        .order_by("-told", "-rank")
    )


def _by_merge(report: Report) -> Reasons:
    """Whom another report of the same event names, and this one perhaps describes."""
    rows = report.people.filter(from_report__isnull=False, subject__isnull=False)
    named = rows.values_list("subject_id", "from_report__ref")
    return [(pk, 50, f"named in {ref}, the same event") for pk, ref in named]


def _by_vehicle(report: Report) -> Reasons:
    """The same vehicle on a report that names the subject."""
    if not report.vehicle_registration:
        return []
    rows = (
        Involvement.objects.filter(
            report__vehicle_registration=report.vehicle_registration, subject__isnull=False
        )
        .exclude(report=report)
        .exclude(report__status="rejected")
        .values_list("subject", flat=True)
        .distinct()[:LOOKED_AT]
    )
    return [(pk, 40, f"same vehicle {report.vehicle_registration}") for pk in rows]


def _by_picture(report: Report) -> Reasons:
    """The same picture on the subject's record, or with a report that names the subject."""
    hashes = [row.phash for row in report.attachments.all() if row.phash is not None]
    if not hashes:
        return []
    held = (
        Photo.objects.filter(phash__isnull=False)
        .annotate(apart=BitsApart("phash", hashes))
        .filter(apart__lte=PICTURE_BITS)
    )
    sent = (
        Attachment.objects.filter(phash__isnull=False)
        .exclude(report=report)
        .annotate(apart=BitsApart("phash", hashes))
        .filter(apart__lte=PICTURE_BITS, report__people__subject__isnull=False)
    )
    found = {
        *held.values_list("subject_id", flat=True)[:LOOKED_AT],
        *sent.values_list("report__people__subject", flat=True)[:LOOKED_AT],
    }
    return [(pk, 60, "same photo") for pk in found if pk]


def _by_method(report: Report) -> Reasons:
    """The same MO on accepted incidents of the area that name the subject."""
    if not report.methods:
        return []
    rows = (
        Involvement.objects.filter(
            subject__isnull=False,
            report__status="accepted",
            report__area_id=report.area_id,
            report__occurred_at__gte=report.occurred_at - 4 * NEARBY,
            report__methods__overlap=report.methods,
        )
        .values("subject")
        .annotate(n=Count("pk"))
        .order_by("-n")
        .values_list("subject", "n")[:LOOKED_AT]
    )
    words = ", ".join(str(Method(code).label).lower() for code in report.methods[:2])
    return [(pk, min(20.0, 10 + 2 * n), f"MO: {words}") for pk, n in rows]


def _add_place_and_time(report: Report, points: dict[int, Points]) -> None:
    """Count accepted reports of the area, and those about the same hour; alone it is no reason."""
    rows = (
        Involvement.objects.filter(
            subject__in={pk for own in points.values() for pk in own},
            report__status="accepted",
            report__area_id=report.area_id,
            report__occurred_at__gte=report.occurred_at - NEARBY,
            report__occurred_at__lte=report.occurred_at,
        )
        .values("subject")
        .annotate(
            n=Count("pk"),
            same_hours=Count("pk", filter=_about_the_hour(report.occurred_at)),
        )
        .values_list("subject", "n", "same_hours")
    )
    for pk, n, same_hours in rows:
        for own in points.values():
            if pk not in own:
                continue
            own[pk].append(
                (min(12.0, 4.0 * n), f"{n} report{'' if n == 1 else 's'} in the area in 90 days")
            )
            if same_hours >= 2:
                own[pk].append((5, "about this hour"))


def _about_the_hour(moment: dt.datetime) -> Q:
    hour = moment.hour
    hours = [(hour + step) % 24 for step in range(-SAME_HOURS, SAME_HOURS + 1)]
    return Q(report__occurred_at__hour__in=hours)


def _judged(subject: Subject, person: Involvement, reasons: list[tuple[float, str]]) -> Match:
    match = Match(subject)
    for score, reason in sorted(reasons, reverse=True):
        match.add(score, _words_in_both(subject, person) or reason if reason == WORDS else reason)
    _add_looks(match, person)
    match.score = min(100.0, match.score)
    return match


def _words_in_both(subject: Subject, person: Involvement) -> str:
    """Return the words that the report and the record share, "" where only their stems agree."""
    record = " ".join((subject.description, subject.marks, subject.mo)).lower()
    known = set(re.findall(r"[^\W\d_]{4,}", record))
    told = dict.fromkeys(re.findall(r"[^\W\d_]{4,}", _described(person).lower()))
    both = [word for word in told if word in known]
    return f"{WORDS}: {', '.join(both[:4])}" if both else ""


def _described(person: Involvement) -> str:
    return " ".join((person.description, person.marks, person.clothing, person.carrying))


def _add_looks(match: Match, person: Involvement) -> None:
    """Looks alone tell nobody apart; what contradicts counts against, what agrees a little for."""
    subject = match.subject
    if person.sex and subject.sex:
        if person.sex != subject.sex:
            match.add(-25, f"but is {subject.sex}")
        else:
            match.score += 2
    band = AGE_BANDS.get(person.age_band)
    age = subject.youngest_age()
    if band and age is not None:
        oldest = subject.age_high if subject.age_low is not None and subject.age_high else age
        if oldest < band[0] - 8 or age > band[1] + 8:
            match.add(-15, f"but is about {age}")
        else:
            match.score += 2
    for name in ("build", "height"):
        said, known = getattr(person, name), getattr(subject, name)
        if said and known and said in known.lower():
            match.score += 2


@dataclass
class SameEvent:
    """Another report that may tell of the same event, with the reasons."""

    report: Report
    reasons: list[str]


def same_event(report: Report) -> list[SameEvent]:
    """Return reports that may be of the same event: near in time, at the place or of the person."""
    near = (
        Report.objects.filter(
            occurred_at__gte=report.occurred_at - dt.timedelta(hours=2),
            occurred_at__lte=report.occurred_at + dt.timedelta(hours=2),
            area_id=report.area_id,
        )
        .exclude(pk=report.pk)
        .exclude(status__in=["rejected", "duplicate"])
        .select_related("type", "premises", "member", "area", "reporter")
        .prefetch_related("people")
        .order_by("occurred_at")[:LOOKED_AT]
    )
    mine = {person.subject_id for person in report.people.all() if person.subject_id}
    found = []
    for other in near:
        reasons = _event_reasons(report, other, mine)
        if len(reasons) > 1:
            found.append(SameEvent(other, reasons))
    return found[:SHOWN]


def _event_reasons(report: Report, other: Report, mine: set[int]) -> list[str]:
    minutes = round(abs((other.occurred_at - report.occurred_at).total_seconds()) / 60)
    apart = f"{minutes} minute{'' if minutes == 1 else 's'} apart"
    reasons = [apart if minutes else "at the same time"]
    if other.premises_id == report.premises_id:
        reasons.append("same premises")
    if mine & {person.subject_id for person in other.people.all()}:
        reasons.append("same person")
    if report.vehicle_registration and other.vehicle_registration == report.vehicle_registration:
        reasons.append("same vehicle")
    if report.client_id != other.client_id and _same_goods(report, other):
        reasons.append("same value")
    return reasons


def _same_goods(report: Report, other: Report) -> bool:
    return bool(report.value_stolen) and report.value_stolen == other.value_stolen
