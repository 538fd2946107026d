"""Incidents in series: the same people, the same method in an area, the same place and time of day.

Found anew each time from accepted and waiting incidents of a period, at most the latest MOST of
them, so that it is quick however many there are. The same incidents always give the same series.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from itertools import combinations
from typing import Any

from common import dates
from common.periods import Period
from members.models import Area, User

from .models import Involvement, Report, StolenItem

MOST = 3000
"""Incidents that are looked at: more than a year of D-TAC's own."""
PERSON, GROUP, METHOD, PLACE = "person", "group", "method", "place"
KINDS = (PERSON, GROUP, METHOD, PLACE)
PERSON_NEEDS, GROUP_NEEDS = 3, 2
METHOD_NEEDS, METHOD_DAYS = 4, 14
PLACE_NEEDS, PLACE_DAYS = 3, 28
BAND = 180
"""Minutes: how far apart in the day incidents at the same premises may be."""
DAY_MINUTES = 24 * 60
TOGETHER = 12
"""Of more subjects in one report only so many are looked at for having been seen together."""


@dataclass(frozen=True)
class Incident:
    """What the search needs to know of an incident. `at` is London's; pounds are exact."""

    pk: int
    ref: str
    at: dt.datetime
    type_id: int
    area_id: int
    premises_id: int
    stolen: Decimal = Decimal(0)
    recovered: Decimal = Decimal(0)
    subjects: frozenset[int] = frozenset()
    unknown: int = 0
    features: frozenset[tuple[str, str]] = frozenset()

    @cached_property
    def day(self) -> dt.date:
        """The London day."""
        return self.at.date()

    @cached_property
    def minute(self) -> int:
        """Minutes since midnight by London's clocks."""
        return self.at.hour * 60 + self.at.minute


@dataclass(frozen=True)
class Series:
    """Incidents that belong together, oldest first.

    `key` says what they share: subjects' keys; or type, area and ("goods" or "method", code); or
    premises. `within` are other series that are wholly contained in this one.
    """

    kind: str
    key: tuple[Any, ...]
    incidents: tuple[Incident, ...]
    within: "tuple[Series, ...]" = ()

    @property
    def kinds(self) -> set[str]:
        """Its own kind and those of what it contains."""
        return {self.kind, *(other.kind for other in self.within)}

    @property
    def first(self) -> dt.datetime:
        """When it began."""
        return self.incidents[0].at

    @property
    def last(self) -> dt.datetime:
        """When it last happened."""
        return self.incidents[-1].at

    @property
    def days(self) -> int:
        """On how many days."""
        return len({incident.day for incident in self.incidents})

    @property
    def net_loss(self) -> Decimal:
        """Stolen less recovered, pounds."""
        return sum((each.stolen - each.recovered for each in self.incidents), Decimal(0))

    @property
    def subjects(self) -> list[int]:
        """Keys of its subjects, those in most of its incidents first."""
        counts: dict[int, int] = defaultdict(int)
        for incident in self.incidents:
            for subject in incident.subjects:
                counts[subject] += 1
        return sorted(counts, key=lambda subject: (-counts[subject], subject))

    @property
    def unknown(self) -> int:
        """In how many of them somebody unknown was."""
        return sum(1 for incident in self.incidents if incident.unknown)

    @property
    def band(self) -> tuple[int, int]:
        """The shortest stretch of the day that holds all of it: first and last minute."""
        return shortest_band(incident.minute for incident in self.incidents)


@dataclass(frozen=True)
class Found:
    """All series of a period. `since` is the first moment looked at, if not all of it was."""

    series: list[Series]
    looked_at: int
    since: dt.datetime | None


def series_of(user: User, period: Period, *, area: Area | None = None) -> Found:
    """Return the series among the incidents of a period that this user may see."""
    incidents, cut = load(user, period, area=area)
    since = incidents[0].at if cut and incidents else None
    return Found(find(incidents), len(incidents), since)


def load(user: User, period: Period, *, area: Area | None) -> tuple[list[Incident], bool]:
    """Return the latest MOST incidents of a period, oldest first, and whether there were more."""
    first, after = period.moments
    found = Report.objects.visible_to(user).filter(
        kind="incident",
        status__in=("accepted", "submitted"),
        occurred_at__gte=first,
        occurred_at__lt=after,
    )
    if area:
        found = found.filter(area=area)
    found = found.order_by("-occurred_at", "-pk")
    names = ("pk", "ref", "occurred_at", "type_id", "area_id", "premises_id")
    rows = list(found.values_list(*names, "value_stolen", "value_recovered", "methods")[: MOST + 1])
    latest = found.values("pk")[:MOST]
    subjects, unknown = _people(latest)
    goods = _goods(latest)
    incidents = [
        Incident(
            pk=pk,
            ref=ref,
            at=at.astimezone(dates.LONDON),
            type_id=type_id,
            area_id=area_id,
            premises_id=premises_id,
            stolen=stolen,
            recovered=recovered,
            subjects=frozenset(subjects[pk]),
            unknown=unknown[pk],
            features=frozenset({*goods[pk], *(("method", code) for code in methods)}),
        )
        for (
            pk, ref, at, type_id, area_id, premises_id, stolen, recovered, methods
        ) in rows[:MOST]
    ]  # fmt: skip
    return incidents[::-1], len(rows) > MOST


def _people(reports: Any) -> tuple[dict[int, set[int]], dict[int, int]]:
    subjects: dict[int, set[int]] = defaultdict(set)
    unknown: dict[int, int] = defaultdict(int)
    people = Involvement.objects.filter(report__in=reports).order_by()
    for report, subject in people.values_list("report_id", "subject_id"):
        if subject:
            subjects[report].add(subject)
        else:
            unknown[report] += 1
    return subjects, unknown


def _goods(reports: Any) -> dict[int, set[tuple[str, str]]]:
    goods: dict[int, set[tuple[str, str]]] = defaultdict(set)
    items = StolenItem.objects.filter(report__in=reports).order_by()
    for report, category in items.values_list("report_id", "category"):
        goods[report].add(("goods", category))
    return goods


def find(incidents: Sequence[Incident]) -> list[Series]:
    """Return the series among incidents (oldest first): most incidents first, then the latest.

    A series that another one wholly contains is named in that one, not beside it.
    """
    found = [*_persons(incidents), *_groups(incidents), *_methods(incidents), *_places(incidents)]
    found.sort(
        key=lambda one: (
            -len(one.incidents),
            KINDS.index(one.kind),
            -one.last.timestamp(),
            one.key,
        )
    )
    kept = _without_contained(found)
    return sorted(
        kept, key=lambda one: (-len(one.incidents), -one.last.timestamp(), one.kind, one.key)
    )


def _by(
    incidents: Iterable[Incident], keys: Callable[[Incident], Iterable[Any]]
) -> dict[Any, list[Incident]]:
    found: dict[Any, list[Incident]] = defaultdict(list)
    for incident in incidents:
        for key in keys(incident):
            found[key].append(incident)
    return found


def _persons(incidents: Sequence[Incident]) -> Iterator[Series]:
    """Yield a series for each subject in PERSON_NEEDS incidents or more."""
    for subject, rows in _by(incidents, lambda incident: incident.subjects).items():
        if len(rows) >= PERSON_NEEDS:
            yield Series(PERSON, (subject,), tuple(rows))


def _groups(incidents: Sequence[Incident]) -> Iterator[Series]:
    """Yield a series for each group of subjects seen together GROUP_NEEDS times or more.

    A group is as large as it can be: whoever was there each time that a pair was belongs to it.
    """

    def pairs(incident: Incident) -> Iterable[tuple[int, ...]]:
        return combinations(sorted(incident.subjects)[:TOGETHER], 2)

    seen = set()
    for rows in _by(incidents, pairs).values():
        if len(rows) < GROUP_NEEDS:
            continue
        group = tuple(sorted(frozenset.intersection(*(row.subjects for row in rows))))
        if group not in seen:
            seen.add(group)
            yield Series(GROUP, group, tuple(rows))


def _methods(incidents: Sequence[Incident]) -> Iterator[Series]:
    """Yield a series for each type and goods (or method) that is frequent in an area for a time."""

    def cells(incident: Incident) -> Iterable[tuple[Any, ...]]:
        return ((incident.type_id, incident.area_id, what) for what in incident.features)

    for key, rows in _by(incidents, cells).items():
        days = [row.day for row in rows]
        for start, end in runs(days, need=METHOD_NEEDS, within=METHOD_DAYS):
            yield Series(METHOD, key, tuple(rows[start:end]))


def _places(incidents: Sequence[Incident]) -> Iterator[Series]:
    """Yield series at the same premises at about the same time of day, no incident in two."""
    for premises, rows in _by(incidents, lambda incident: (incident.premises_id,)).items():
        left = rows
        while len(left) >= PLACE_NEEDS:
            best = _best_band(left)
            if not best:
                break
            yield Series(PLACE, (premises,), tuple(best))
            taken = {row.pk for row in best}
            left = [row for row in left if row.pk not in taken]


def _best_band(rows: Sequence[Incident]) -> list[Incident]:
    """Return the run with the most days (then incidents, then earliest) in any band of the day."""
    best: tuple[int, int] = (0, 0)
    found: list[Incident] = []
    for start in sorted({row.minute for row in rows}):
        band = [row for row in rows if (row.minute - start) % DAY_MINUTES <= BAND]
        days = sorted({row.day for row in band})
        for first, end in runs(days, need=PLACE_NEEDS, within=PLACE_DAYS):
            run = [row for row in band if days[first] <= row.day <= days[end - 1]]
            if (end - first, len(run)) > best:
                best, found = (end - first, len(run)), run
    return found


def runs(days: Sequence[dt.date], *, need: int, within: int) -> list[tuple[int, int]]:
    """Return slices of sorted days: `need` of them within `within` days, and on while that holds.

    Two stretches that share a day are one.
    """
    found: list[tuple[int, int]] = []
    for place in range(len(days) - need + 1):
        end = place + need
        if (days[end - 1] - days[place]).days >= within:
            continue
        if found and place < found[-1][1]:
            found[-1] = (found[-1][0], end)
        else:
            found.append((place, end))
    return found


def shortest_band(minutes: Iterable[int]) -> tuple[int, int]:
    """Return the first and last minute of the shortest stretch of a day that holds them all.

    It may reach over midnight: (23:00, 01:00).
    """
    times = sorted(set(minutes))
    gaps = [
        ((after - before) % DAY_MINUTES or DAY_MINUTES, after, before)
        for before, after in zip(times, [*times[1:], times[0]], strict=True)
    ]
    _, first, last = max(gaps, key=lambda gap: (gap[0], -gap[1]))
    return first, last


def _without_contained(found: Sequence[Series]) -> list[Series]:
    """Return the series (larger ones come first) that no other contains, with those they do."""
    kept: list[Series] = []
    within: list[list[Series]] = []
    holding: dict[int, set[int]] = defaultdict(set)
    for one in found:
        containers = set.intersection(*(holding[each.pk] for each in one.incidents))
        for place in sorted(containers):
            within[place].append(one)
        if not containers:
            for each in one.incidents:
                holding[each.pk].add(len(kept))
            kept.append(one)
            within.append([])
    return [replace(one, within=tuple(inside)) for one, inside in zip(kept, within, strict=True)]
