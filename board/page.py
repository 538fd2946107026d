"""Everything that the Board's page shows, put together once: the page and the files show the same.

No part of it names anybody: it is made of counts. What is hidden of small counts is hidden here.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from common import dates
from common.periods import Period
from incidents.models import IncidentType
from members.models import Area, Member

from . import reading
from .cells import Cell, Line, Section, count_cell, plain_cell
from .figures import Revenue, revenue_for
from .forms import Asked
from .models import Level, Tally
from .plan import months_of_plan
from .small import LEAST, rounded, rounded_pounds

Kind = Tally.Kind
TOP = 10
COLUMNS = ("now", "before", "year_before")


@dataclass(frozen=True)
class AreaRow:
    """An area: incidents, crime, anti-social behaviour, losses, notices served."""

    name: str
    cells: list[Cell]


class Figures:
    """The figures of a period, and of an area or a sector, or of the whole scheme."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.period = asked.period
        self.by = Tally.By.SECTOR if asked.sector else Tally.By.AREA
        self.areas = list(Area.objects.all())
        sectors = [str(value) for value in Member.Sector.values]
        self.keys: list[Any] = sectors if asked.sector else [area.pk for area in self.areas]
        self.part: Any = asked.sector or (asked.area.pk if asked.area else None)
        self.spans: dict[str, Period] = {
            "now": self.period.days,
            "before": self.period.before,
            "year_before": self.period.year_before,
        }
        self.counts = {name: reading.counts(span, self.by) for name, span in self.spans.items()}

    @property
    def is_whole(self) -> bool:
        """Whether it is of the whole scheme."""
        return self.part is None

    @cached_property
    def types(self) -> dict[int, IncidentType]:
        """Types of incident, by key."""
        return IncidentType.objects.in_bulk()

    def column(self, make: Callable[[str], Cell]) -> list[Cell]:
        """Return a cell for each of the three periods."""
        return [make(name) for name in COLUMNS]

    def number(self, kind: str) -> list[Cell]:
        """Return how many of a kind there were in each period."""
        return self.column(
            lambda name: count_cell(self.counts[name].parts(kind, self.keys), self.part)
        )

    def incidents_in(self, name: str, part: Any) -> Cell:
        """Return the incidents of a period, of a part or of all."""
        parts = self.counts[name].parts(Kind.INCIDENT, self.keys)
        return count_cell(parts, part)

    def pounds(self, name: str, of: str, part: Any) -> Cell:
        """Return stolen, recovered or net of a period; hidden where the incidents are."""
        if not self.incidents_in(name, part).is_shown:
            return Cell(None, "covers")
        sums = self.counts[name].sums(Kind.INCIDENT, part, whole=part is None)
        amount = Decimal(getattr(sums, of))
        return Cell(amount) if part is None else Cell(rounded_pounds(amount), "about")

    def family(self, name: str, family: str, part: Any) -> Cell:
        """Return the incidents of a family in a period, of a part or of all.

        Crime is what is left of a part's incidents without anti-social behaviour, nearly: where
        one of these is hidden the other is too.
        """
        if part is not None and not self.incidents_in(name, part).is_shown:
            return Cell(None, "covers")
        cell = count_cell(self._of_family(name, family), part)
        if family == "crime" and not count_cell(self._of_family(name, "asb"), part).is_shown:
            return Cell(None, "covers")
        return cell

    def _of_family(self, name: str, family: str) -> dict[Any, int]:
        return self._families[name].get(family, dict.fromkeys(self.keys, 0))

    @cached_property
    def _families(self) -> dict[str, dict[str, dict[Any, int]]]:
        found: dict[str, dict[str, dict[Any, int]]] = {name: {} for name in COLUMNS}
        for name, counts in self.counts.items():
            for (part, type_id), sums in counts.split.items():
                family = self.types[type_id].family
                row = found[name].setdefault(family, dict.fromkeys(self.keys, 0))
                row[part] = row.get(part, 0) + sums.number
        return found

    @cached_property
    def standing(self) -> dict[str, dict[str, dict[Any, int]]]:
        """Members and notices in force as each period ended."""
        ends = {name: span.last for name, span in self.spans.items()}
        return reading.standing(ends, self.by)

    def in_force(self, name: str) -> Cell:
        """Return the notices in force as a period ended."""
        held = self.standing["in_force"][name]
        return count_cell({**dict.fromkeys(self.keys, 0), **held}, self.part)

    def businesses(self, what: str) -> list[Cell]:
        """Return what there was of businesses and their equipment as each period ended."""
        return self.column(lambda name: plain_cell(self.standing[what][name], self.part))

    @cached_property
    def levels(self) -> dict[tuple[str, dt.date], dict[Any, int]]:
        """Snapshots of the days on which the periods end."""
        return reading.levels_on((span.last for span in self.spans.values()), self.by)

    def level(self, measure: str) -> list[Cell]:
        """Return a snapshot as each period ended."""
        return self.column(
            lambda name: plain_cell(self.levels.get((measure, self.spans[name].last)), self.part)
        )

    @cached_property
    def received(self) -> Revenue:
        """The scheme's revenue, as far back as the page and the plan tell of it."""
        days = [*(span.first for span in self.spans.values()), self.months[0]]
        return revenue_for(months=months_of_plan(), days=days)

    @cached_property
    def months(self) -> list[dt.date]:
        """The twelve months that the period ends in."""
        return dates.month_starts(last=self.period.last, count=12)

    @cached_property
    def monthly(self) -> dict[tuple[dt.date, Any, Any], int]:
        """Incidents of these months, by month, part (None where all are meant) and type."""
        return reading.by_month(self.months, self.by, split=not self.is_whole)

    @cached_property
    def incidents_by_month(self) -> list[tuple[dt.date, Cell]]:
        """Accepted incidents of each of these months."""
        keys = [] if self.is_whole else self.keys
        parts: dict[dt.date, dict[Any, int]] = {m: dict.fromkeys(keys, 0) for m in self.months}
        for (month, part, _), number in self.monthly.items():
            parts[month][part] = parts[month].get(part, 0) + number
        return [(month, count_cell(parts[month], self.part)) for month in self.months]

    @cached_property
    def top_types(self) -> list[tuple[str, Cell]]:
        """The commonest types in these months, most first; rounded for a part of the scheme."""
        found: dict[int, int] = {}
        for (_, part, type_id), number in self.monthly.items():
            if self.is_whole or part == self.part:
                found[type_id] = found.get(type_id, 0) + number
        ordered = sorted(found, key=lambda key: (-found[key], self.types[key].label))
        if self.is_whole:
            rows = [(self.types[key].label, Cell(found[key])) for key in ordered[:TOP]]
            rest = sum(found[key] for key in ordered[TOP:])
            return [*rows, ("All other types", Cell(rest))] if rest else rows
        known = [key for key in ordered if found[key] >= LEAST][:TOP]
        return [(self.types[key].label, Cell(rounded(found[key]), "about")) for key in known]

    @cached_property
    def by_area(self) -> list[AreaRow]:
        """Each area in this period; none for a part of the scheme or days of one's own.

        Single people might show.
        """
        if not self.is_whole or not self.period.is_of_months:
            return []
        served = self.counts["now"].parts(Kind.SERVED, self.keys)
        rows = []
        for area in self.areas:
            key = area.pk
            cells = [
                self.incidents_in("now", key),
                *(self.family("now", name, key) for name in ("crime", "asb")),
                *(self.pounds("now", of, key) for of in ("stolen", "recovered", "net")),
                count_cell(served, key),
            ]
            rows.append(AreaRow(area.name, cells))
        return rows

    @cached_property
    def sections(self) -> list[Section]:
        """The tables that compare the periods, in the page's order."""
        return [section for make in SECTIONS if (section := make(self))]

    @cached_property
    def incidents(self) -> Section:
        """The first of them, which the page shows as tiles too."""
        return self.sections[0]


def _incidents(page: Figures) -> Section:
    def incidents(name: str) -> Cell:
        return page.incidents_in(name, page.part)

    pounds = {
        of: page.column(lambda name, of=of: page.pounds(name, of, page.part))  # type: ignore[misc]
        for of in ("stolen", "recovered", "net")
    }
    lines = [
        Line("Incidents", page.column(incidents), "accepted by the Intelligence Manager"),
        Line("Crime", page.column(lambda name: page.family(name, "crime", page.part))),
        Line(
            "Anti-social behaviour", page.column(lambda name: page.family(name, "asb", page.part))
        ),
        Line("Property stolen", pounds["stolen"]),
        Line("Property recovered", pounds["recovered"]),
        Line("Net loss", pounds["net"], "stolen less recovered"),
    ]
    return Section("incidents", "Incidents and losses", lines, "By the day they happened.")


def _exclusions(page: Figures) -> Section:
    lines = [
        Line("Notices served", page.number(Kind.SERVED)),
        Line("In force at the end", page.column(page.in_force)),
        Line("Expired", page.number(Kind.EXPIRED), "their last day past"),
        Line("Ended early", page.number(Kind.STOPPED), "revoked, or not confirmed in time"),
        Line("Breaches", page.number(Kind.BREACH), "an excluded person at a member’s premises"),
        Line("Appeals received", page.number(Kind.APPEAL)),
        Line("Appeals upheld", page.number(Kind.UPHELD)),
    ]
    note = ""
    if page.is_whole:
        lines += [
            Line("Known offenders at the end", page.level(Level.Measure.KNOWN)),
            Line("ID sought at the end", page.level(Level.Measure.ID_SOUGHT)),
        ]
    else:
        note = "Where the last incident that a notice cites happened."
    return Section("exclusions", "Offenders and exclusions", lines, note)


def _members(page: Figures) -> Section:
    lines = [
        Line("Members at the end", page.businesses("members"), "full members and affiliates"),
        Line("Joined", page.column(lambda name: _plain(page, name, Kind.JOINED))),
        Line("Lapsed or left", page.column(lambda name: _plain(page, name, Kind.GONE))),
        Line("With access at the end", page.level(Level.Measure.ACCESS), "somebody can sign in"),
        Line("Signed in, last 30 days", page.level(Level.Measure.USING), "to the period’s end"),
        Line("Sign-ins", page.column(lambda name: _plain(page, name, Kind.SIGN_IN))),
    ]
    return Section("members", "Members and use", lines, "Partner agencies are not counted.")


def _plain(page: Figures, name: str, kind: str) -> Cell:
    return plain_cell(page.counts[name].parts(kind, page.keys), page.part)


def _bulletins(page: Figures) -> Section | None:
    if not page.is_whole:
        return None
    found = reading.bulletins(page.spans)
    labels = (
        ("Bulletins sent", ""),
        ("People e-mailed", "each time one was"),
        ("Opened", "within 30 days, once for each person"),
    )
    lines = [
        Line(label, [Cell(found[name][place]) for name in COLUMNS], means)
        for place, (label, means) in enumerate(labels)
    ]
    return Section("bulletins", "Bulletins and reach", lines)


def _revenue(page: Figures) -> Section | None:
    if not page.is_whole:
        return None

    def paid(name: str) -> Cell:
        span = page.spans[name]
        return Cell(page.received.between(span.first, span.last))

    lines = [Line("Received", page.column(paid), "payments, by the day they arrived")]
    return Section("revenue", "Revenue", lines)


def _equipment(page: Figures) -> Section:
    lines = [
        Line("Radios on loan at the end", page.businesses("radios")),
        Line("Members with a radio", page.businesses("covered")),
        Line("Body-worn cameras on loan", page.businesses("cameras")),
    ]
    if page.is_whole:
        sessions = page.column(lambda name: _plain(page, name, Kind.SESSION))
        passed = page.column(lambda name: _plain(page, name, Kind.PASSED))
        lines += [
            Line("Training sessions held", sessions),
            Line("Passed", passed, "each time one did"),
        ]
    return Section("equipment", "Radios and training", lines)


SECTIONS: tuple[Callable[[Figures], Section | None], ...] = (
    _incidents,
    _exclusions,
    _members,
    _revenue,
    _bulletins,
    _equipment,
)
