"""The figures of a report as plain JSON: all that is printed, so that nothing is looked up again.

`SCHEMA` says which shape they have; what reads them (parts.py) knows every shape there ever was.
"""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from django.conf import settings

from board.cells import Cell, Line, Section, count_cell
from board.forms import Asked
from board.models import BoardReport, ReportVersion, Tally
from board.page import Figures
from board.periods import ONE_DAY, period_of
from board.plan import Progress, plan_progress_on
from common import dates
from common.periods import Period
from members.models import Document

from .cells import Frozen, frozen_cell, frozen_section, frozen_table, pounds_cell, whole
from .finance import money_tables, renewals_due
from .kinds import Kind, Wanted, wanted_for
from .wording import DEFINITIONS, OF_THE_RETURN, SMALL_COUNTS

SCHEMA: Final = 1
TOP: Final = 10
REST: Final = "All other types"
QUARTERS: Final = 4
Names = tuple[str, ...]


def figures_now(report: BoardReport, *, at: dt.datetime) -> Frozen:
    """Return the figures of a report as they are counted at this moment, small counts hidden."""
    wanted = wanted_for(report)
    page = Figures(Asked(wanted.period))
    names: Names = ("now", "before")
    if report.kind != Kind.ANNUAL:
        names = (*names, "year_before")
    columns = [column_of(wanted.kind, page.spans[name]) for name in names]
    made = _head(report, wanted, page, columns, at)
    if report.kind == Kind.CSP:
        return made | {"tables": _csp_tables(page, columns)}
    tables = _tables(page, names, columns)
    if report.kind == Kind.ANNUAL:
        tables.insert(0, _by_quarter(wanted))
    made |= {
        "objectives": [_objective(row, page.spans["before"]) for row in _plan(wanted)],
        "tables": tables,
        "chart": _chart(page),
        "money": money_tables([page.spans[name] for name in names], columns, dates.london_date(at)),
        "ahead": _ahead(wanted),
    }
    return made | {"differs": differences(report, wanted, made)}


def column_of(kind: str, span: Period) -> str:
    """Return what heads the column of a period: "Jul to Sep 2026", "2025–26"."""
    if kind == Kind.ANNUAL:
        return f"{span.first.year}–{(span.first.year + 1) % 100:02d}"
    return f"{span.first:%b} to {span.last:%b %Y}"


def _head(
    report: BoardReport, wanted: Wanted, page: Figures, columns: list[str], at: dt.datetime
) -> Frozen:
    return {
        "schema": SCHEMA,
        "kind": report.kind,
        "ref": report.ref,
        "scheme": settings.DTAC_SCHEME_NAME,
        "title": wanted.title,
        "period": {
            "first": report.first.isoformat(),
            "last": report.last.isoformat(),
            "name": wanted.period.name,
            "words": wanted.period.days.words,
        },
        "columns": columns,
        "as_of": at.isoformat(timespec="seconds"),
        "as_of_words": dates.in_full(at),
        "headlines": _headlines(page),
        "definitions": [
            list(pair)
            for pair in DEFINITIONS
            if report.kind != Kind.CSP or pair[0] in OF_THE_RETURN
        ],
        "small": SMALL_COUNTS,
    }


def _headlines(page: Figures) -> list[Frozen]:
    """Return the four figures that a reader sees first, each with what it was before."""
    lines = {line.label: line for section in page.sections for line in section.lines}
    found = []
    for label in ("Incidents", "Net loss", "In force at the end", "Members at the end"):
        now, before, *_ = lines[label].cells
        title = {"In force at the end": "Exclusions in force", "Members at the end": "Members"}
        found.append({"label": title.get(label, label), **frozen_cell(now), "before": before.words})
    return found


# --- Against the plan -----------------------------------------------------------------------


def _plan(wanted: Wanted) -> list[Progress]:
    return plan_progress_on(wanted.period.last)


def _objective(row: Progress, before: Period) -> Frozen:
    past = dict(zip(row.months[:-1], row.history[:-1], strict=True))
    held = row.target

    def cell(value: Decimal | None) -> Frozen:
        return {"number": None if value is None else str(value), "words": row.words(value)}

    counted = row.history[-1] is not None
    return {
        "measure": row.measure,
        "label": row.label,
        "baseline": cell(held.baseline),
        "before": cell(past.get(before.last.replace(day=1))),
        "now": cell(row.history[-1]),
        "target": cell(held.target),
        "by": f"{held.by:%B %Y}",
        "state": row.state if counted else "unknown",
        "verdict": row.verdict if counted else "Not counted as the period ended",
        "pace": row.pace_words if counted else "",
    }


# --- Figures ---------------------------------------------------------------------------------


def _tables(page: Figures, names: Names, columns: list[str]) -> list[Frozen]:
    """Return the tables of the figures; revenue stands with the money."""
    sections = {section.key: section for section in page.sections}
    incidents, *others = [
        frozen_section(_narrowed(section, len(names)), columns)
        for key, section in sections.items()
        if key != "revenue"
    ]
    return [incidents, *_area_tables(page, names, columns), _types(page, names, columns), *others]


def _narrowed(section: Section, count: int) -> Section:
    lines = [Line(line.label, line.cells[:count], line.means) for line in section.lines]
    return Section(section.key, section.title, lines, section.note)


def _area_tables(page: Figures, names: Names, columns: list[str]) -> list[Frozen]:
    heads = ["Incidents", "Crime", "ASB", "Stolen", "Recovered", "Net loss", "Notices served"]
    rows = [Line(row.name, row.cells) for row in page.by_area]
    whole_of = [
        Line(area.name, [page.incidents_in(name, area.pk) for name in names]) for area in page.areas
    ]
    return [
        frozen_table("areas", f"By area, {columns[0]}", heads, rows, of="Area"),
        frozen_table("area_incidents", "Incidents by area", columns, whole_of, of="Area"),
    ]


def _types(page: Figures, names: Names, columns: list[str]) -> Frozen:
    """Return the commonest types of these months, most first: of the whole scheme, so exact."""
    by_type: dict[int, dict[str, int]] = {}
    for name in names:
        for (_, type_id), sums in page.counts[name].split.items():
            row = by_type.setdefault(type_id, dict.fromkeys(names, 0))
            row[name] += sums.number
    label = {key: page.types[key].label for key in by_type}
    ordered = sorted(by_type, key=lambda key: (-by_type[key]["now"], label[key]))
    rows = [Line(label[key], [whole(n) for n in by_type[key].values()]) for key in ordered[:TOP]]
    rest = [sum(by_type[key][name] for key in ordered[TOP:]) for name in names]
    if any(rest):
        rows.append(Line(REST, [whole(n) for n in rest]))
    return frozen_table("types", "Types of incident", columns, rows, of="Type")


def _chart(page: Figures) -> Frozen:
    """Return the twelve months' incidents, as bars and in words."""
    months = page.incidents_by_month
    points = [
        {"label": f"{month:%B %Y}", "short": f"{month:%b}", **frozen_cell(cell)}
        for month, cell in months
    ]
    most = max(months, key=lambda pair: pair[1].value or 0)
    least = min(months, key=lambda pair: pair[1].value or 0)
    said = (
        f"Incidents processed a month, {months[0][0]:%B %Y} to {months[-1][0]:%B %Y}: most in"
        f" {most[0]:%B %Y} ({most[1].words}), fewest in {least[0]:%B %Y} ({least[1].words})."
    )
    return {"title": "Incidents processed a month", "alt": said, "points": points}


def _by_quarter(wanted: Wanted) -> Frozen:
    """Return the year's quarters side by side; each line of the three tables that has them."""
    first = wanted.period.first
    quarters = [
        Figures(Asked(period_of("quarter", dates.add_months(first, 3 * n), dates.today())))
        for n in range(QUARTERS)
    ]
    keys = ("incidents", "exclusions", "members", "revenue")
    lines: dict[str, tuple[str, list[Cell]]] = {}
    for page in quarters:
        for section in page.sections:
            if section.key in keys:
                for line in section.lines:
                    lines.setdefault(line.label, (line.means, []))[1].append(line.cells[0])
    columns = [f"{page.period.first:%b} to {page.period.last:%b}" for page in quarters]
    rows = [Line(label, cells, means) for label, (means, cells) in lines.items()]
    return frozen_table("quarters", "The year by quarter", columns, rows)


# --- The CSP return --------------------------------------------------------------------------


def _csp_tables(page: Figures, columns: list[str]) -> list[Frozen]:
    lines = {line.label: line for section in page.sections for line in section.lines}
    exclusions = (
        "Notices served", "In force at the end", "Breaches", "Appeals received", "Appeals upheld",
    )  # fmt: skip
    families = ("Incidents", "Crime", "Anti-social behaviour")
    ends = ("Known offenders at the end", "Members at the end")
    other = Line("Other", page.column(lambda name: page.family(name, "other", None)))
    shown = [*(lines[key] for key in families), other, *(lines[key] for key in ends)]
    served = page.counts["now"].parts(Tally.Kind.SERVED, page.keys)
    areas = [
        Line(
            area.name,
            [
                page.incidents_in("now", area.pk),
                page.family("now", "crime", area.pk),
                page.family("now", "asb", area.pk),
                count_cell(served, area.pk),
            ],
        )
        for area in page.areas
    ]
    return [
        frozen_table("exclusions", "D-TAC exclusions", columns, [lines[key] for key in exclusions]),
        frozen_table("others", "Other indicators", columns, shown),
        frozen_table(
            "areas", f"By area, {columns[0]}", ["Incidents", "Crime", "ASB", "Notices served"],
            areas, of="Area",
        ),
    ]  # fmt: skip


# --- Ahead, and beside the report before -----------------------------------------------------


def _ahead(wanted: Wanted) -> Frozen:
    """Return what falls due in the quarter or year after this one."""
    first = wanted.period.end + ONE_DAY
    months = 12 if wanted.kind == Kind.ANNUAL else 3
    span = Period(first, dates.add_months(first, months) - ONE_DAY)
    count, amount = renewals_due(span)
    reviews = Document.objects.filter(review_on__lte=span.last).order_by("review_on", "title")
    cells = [whole(count), pounds_cell(amount)]
    return {
        "words": span.words,
        "renewals": {
            "count": frozen_cell(cells[0]),
            "amount": frozen_cell(cells[1]),
        },
        "reviews": [
            {"title": title, "on": dates.short_date(day)}
            for title, day in reviews.values_list("title", "review_on")
        ],
    }


def differences(report: BoardReport, wanted: Wanted, made: Frozen) -> list[Frozen]:
    """Return where the last approved report on the period before said something else than now."""
    earlier = (
        ReportVersion.objects.filter(
            report__kind=report.kind, report__first=wanted.before.period.first, state="approved"
        )
        .select_related("report")
        .order_by("-number")
        .first()
    )
    if earlier is None or earlier.figures is None:
        return []
    said = _numbers(earlier.figures, 0)
    now = _numbers(made, 1)
    where = f"{earlier.report.ref}, version {earlier.number}"
    return [
        {"label": f"{table}: {label}", "said": said[table, label], "now": words, "where": where}
        for (table, label), words in now.items()
        if (table, label) in said and said[table, label] != words
    ]


def _numbers(figures: dict[str, Any], place: int) -> dict[tuple[str, str], str]:
    """Return the words of one column of the tables that compare periods."""
    width = len(figures["columns"])
    tables: Sequence[Any] = [*figures.get("tables", []), *figures.get("money", [])]
    return {
        (table["title"], row["label"]): row["cells"][place]["words"]
        for table in tables
        if table["columns"] == figures["columns"] and len(table["columns"]) == width
        for row in table["rows"]
        if row["label"] != REST  # what is in it depends on which are the commonest
    }
