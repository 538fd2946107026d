"""Incidents in series, for the Intelligence Manager: what belongs together, and why."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from audit.services import record
from common.charts import Strip, strip
from common.http import query_text
from common.lists import Chip
from common.periods import Period, PeriodForm
from dtac.tables import period_chips, rows_url
from exclusions.querysets import until_by_subject
from incidents import actions
from incidents.models import IncidentType, ItemCategory
from incidents.series import GROUP, KINDS, METHOD, PERSON, PLACE, Found, Incident, Series, series_of
from members.access import roles_only, user_of
from members.models import Area, Premises, Role
from offenders.models import Method, Subject

PAGE = 10
PEOPLE, REASONS, REPORTS = 12, 6, 30
NOBODY = {0}
LABELS = {
    PERSON: "Same person",
    GROUP: "Seen together",
    METHOD: "Same method",
    PLACE: "Same place and time",
}


class SeriesForm(PeriodForm):
    """A period, and an area."""

    area = forms.ModelChoiceField(
        label="Area",
        queryset=Area.objects.all(),
        to_field_name="slug",
        required=False,
        empty_label="All areas",
        error_messages={"invalid_choice": "There is no such area."},
    )


@dataclass(frozen=True)
class Person:
    """A subject in a series, as the manager sees them."""

    ref: str
    name: str
    until: dt.date | None

    def __str__(self) -> str:
        return f"{self.ref} {self.name}"


@dataclass(frozen=True)
class Shown:
    """A series as the page shows it."""

    series: Series
    kind: str
    title: str
    head: list[Person]
    reasons: list[str]
    people: list[Person]
    more_people: int
    strip: Strip
    reports: Sequence[Incident]
    more_reports: int
    url: str


@dataclass
class Words:
    """What the keys in some series are called; read once for all of them."""

    people: dict[int, Person] = field(default_factory=dict)
    types: dict[int, IncidentType] = field(default_factory=dict)
    areas: dict[int, Area] = field(default_factory=dict)
    premises: dict[int, Premises] = field(default_factory=dict)

    @classmethod
    def of(cls, shown: Iterable[Series]) -> "Words":
        """Return the words for some series and what they contain."""
        shown = list(shown)
        every = [each for one in shown for each in (one, *one.within[:REASONS])]
        subjects = {key for one in shown for key in one.subjects[:PEOPLE]}
        subjects |= {key for one in every if one.kind in (PERSON, GROUP) for key in one.key}
        sites = {one.key[0] for one in every if one.kind == PLACE}
        # NOBODY: the same queries whatever is found.
        until = until_by_subject(subjects or NOBODY)
        people = Subject.objects.in_bulk(subjects or NOBODY).values()
        return cls(
            {row.pk: Person(row.ref, row.shown_name, until.get(row.pk)) for row in people},
            IncidentType.objects.in_bulk(),
            Area.objects.in_bulk(),
            Premises.objects.in_bulk(sites or NOBODY),
        )

    def title(self, one: Series) -> str:
        """Return what a series shares: who, what and where, or where and when in the day."""
        if one.kind in (PERSON, GROUP):
            return " and ".join(str(self.people[key]) for key in one.key)
        if one.kind == METHOD:
            kind, area, (sort, code) = one.key
            labels = ItemCategory if sort == "goods" else Method
            what = str(dict(labels.choices).get(code, code)).lower()
            return f"{self.types[kind].label}, {what}, {self.areas[area].name}"
        return f"{self.premises[one.key[0]].name}, {_band(one)}"

    def reason(self, one: Series) -> str:
        """Return why a series is one."""
        number = len(one.incidents)
        if one.kind == PERSON:
            return f"The same person in {number} incidents"
        if one.kind == GROUP:
            return f"The same people together in {number} incidents"
        if one.kind == METHOD:
            return f"{number} alike in the same area, at least 4 within 14 days"
        return f"On {one.days} days at about the same time, at least 3 within 28 days"

    def query(self, one: Series) -> dict[str, str]:
        """Return what narrows the list of reports to a series; empty where nothing can."""
        if one.kind == PERSON:
            return {"q": self.people[one.key[0]].ref}
        if one.kind == METHOD:
            kind, area, (sort, code) = one.key
            return {"what": self.types[kind].code, "area": self.areas[area].slug, sort: code}
        return {}


@require_safe
@roles_only(Role.INTEL)
def series(request: HttpRequest) -> HttpResponse:
    """The series of a period, filtered by kind and area. Logged with who was on it."""
    user = user_of(request)
    form = SeriesForm(request.GET or None)
    if form.is_bound and not form.is_valid():
        context: dict[str, Any] = {"form": form, "chips": period_chips("")}
        return render(request, "incidents/series.html", context)
    period, area = form.chosen(), getattr(form, "cleaned_data", {}).get("area")
    found = series_of(user, period, area=area)
    show = query_text(request, "show")
    show = show if show in KINDS else "all"
    listed = [one for one in found.series if show == "all" or show in one.kinds]
    page = Paginator(listed, PAGE).get_page(query_text(request, "page"))
    words = Words.of(page.object_list)
    shown = [_shown(one, words, period) for one in page.object_list]
    record(
        actions.SERIES_VIEWED,
        by=user,
        subjects=[person.ref for person in words.people.values()],
        show=show,
        page=page.number,
        **period.dates_query,
    )
    query = {**({"area": area.slug} if area else {}), **({"show": show} if show in KINDS else {})}
    context = {
        "form": form,
        "period": period,
        "found": found,
        "page": page,
        "shown": shown,
        "show": show,
        "shown_words": _words(show, area),
        "chips": period_chips(period.key, query),
        "kinds": _kind_chips(found, show, period, area),
    }
    return render(request, "incidents/series.html", context)


def _words(show: str, area: Area | None) -> str:
    words = LABELS.get(show, "Same people, same method, or same place and time")
    return f"{words}, {area.name}" if area else words


def _kind_chips(found: Found, show: str, period: Period, area: Area | None) -> list[Chip]:
    kept = period.query | ({"area": area.slug} if area else {})
    counts = {kind: sum(kind in one.kinds for one in found.series) for kind in KINDS}
    options = [("all", "All", len(found.series))]
    options += [(kind, LABELS[kind], counts[kind]) for kind in KINDS]
    return [
        Chip("?" + urlencode({"show": key, **kept}), label, count, key == show)
        for key, label, count in options
    ]


def _shown(one: Series, words: Words, period: Period) -> Shown:
    number = len(one.incidents)
    inside = [
        f"{words.title(other)}: {'all' if len(other.incidents) == number else len(other.incidents)}"
        f" of them"
        for other in one.within[:REASONS]
    ]
    more = len(one.within) - len(inside)
    if more:
        inside.append(f"And {more} more of what some of them share")
    query = words.query(one)
    span = Period(one.first.date(), one.last.date()).dates_query
    named = set(one.key) if one.kind in (PERSON, GROUP) else set()
    people = [words.people[key] for key in one.subjects[:PEOPLE] if key not in named]
    return Shown(
        series=one,
        kind=LABELS[one.kind],
        title=words.title(one),
        head=[words.people[key] for key in sorted(named)],
        reasons=[words.reason(one), *inside],
        people=people,
        more_people=max(len(one.subjects) - PEOPLE, 0),
        strip=strip(
            (each.day for each in one.incidents),
            first=period.first,
            last=period.last,
            noun="incident",
        ),
        reports=one.incidents[: -REPORTS - 1 : -1],
        more_reports=max(number - REPORTS, 0),
        url=rows_url({"only": "counted", **query, **span}) if query else "",
    )


def _band(one: Series) -> str:
    first, last = (f"{minute // 60:02}:{minute % 60:02}" for minute in one.band)
    return f"about {first}" if first == last else f"{first} to {last}"
