"""A version put together for its page and its PDF, which show the same: parts, each with blocks.

Made of what is frozen with the version and of nothing else.
"""

from typing import Any, Final

from board.models import ReportVersion
from common import dates

from .cells import Frozen
from .kinds import Kind

Part = dict[str, Any]
NOTHING_WRITTEN: Final = "Nothing was written to this part."
MONEY: Final = ("income", "owed", "income_by_kind", "to_come")


def parts_of(version: ReportVersion, figures: Frozen) -> list[Part]:
    """Return the numbered parts of a version: {"heading", "words", "blocks"}."""
    make = _csp if version.report.kind == Kind.CSP else _whole
    return [
        {**part, "heading": f"{place} {part['heading']}"}
        for place, part in enumerate(make(version.commentary, figures), start=1)
    ]


def _whole(said: dict[str, str], figures: Frozen) -> list[Part]:
    tables = figures["tables"]
    return [
        _part("Summary", said.get("summary", ""), _headlines(figures)),
        _part("Progress against each objective", None, _objectives(said, figures)),
        _part("Achievements", said.get("achievements", "")),
        _part(
            "Figures",
            said.get("figures") or None,
            *_with_chart(tables, figures["chart"]),
            *_differs(figures),
        ),
        _part("Finance", said.get("finance") or None, *_money(figures)),
        _part("Forward look", said.get("forward", ""), *_ahead(figures["ahead"])),
    ]


def _csp(said: dict[str, str], figures: Frozen) -> list[Part]:
    tables = [{"kind": "table", "table": table} for table in figures["tables"]]
    parts = [_part("Indicators", None, *tables)]
    if said.get("summary"):
        parts.append(_part("Note", said["summary"]))
    return parts


def _part(heading: str, words: str | None, *blocks: Part) -> Part:
    """Return a part. Words that are "" were to be written and weren't; None: none are wanted."""
    return {
        "heading": heading,
        "words": NOTHING_WRITTEN if words == "" else words or "",
        "blocks": list(blocks),
    }


def _headlines(figures: Frozen) -> Part:
    before = figures["columns"][1]
    tiles = [{**row, "note": f"{before}: {row['before']}"} for row in figures["headlines"]]
    return {"kind": "headlines", "tiles": tiles}


def _objectives(said: dict[str, str], figures: Frozen) -> Part:
    rows = [
        {**row, "words": said.get(f"objective-{row['measure']}", "")}
        for row in figures["objectives"]
    ]
    return {"kind": "objectives", "rows": rows, "columns": figures["columns"][:2]}


def _with_chart(tables: list[Frozen], chart: Frozen) -> list[Part]:
    """Return the tables, and the chart after the first that is about incidents."""
    blocks: list[Part] = []
    for table in tables:
        blocks.append({"kind": "table", "table": table})
        if table["key"] == "incidents":
            blocks.append({"kind": "chart", "chart": chart})
    return blocks


def _differs(figures: Frozen) -> list[Part]:
    rows = figures.get("differs") or []
    return [{"kind": "differs", "rows": rows, "column": figures["columns"][1]}] if rows else []


def _money(figures: Frozen) -> list[Part]:
    by_key = {table["key"]: table for table in figures["money"]}
    return [{"kind": "table", "table": by_key[key]} for key in MONEY if key in by_key]


def _ahead(ahead: Frozen) -> list[Part]:
    return [{"kind": "ahead", **ahead}]


def facts_of(version: ReportVersion, figures: Frozen) -> list[tuple[str, str]]:
    """Return what the head of a version says: period, who, when, which version, as of when."""
    approved = "Not approved yet"
    if version.approved_at:
        approved = f"{version.approved_name}, {dates.in_full(version.approved_at)}"
    prepared = version.prepared_name or (version.frozen_by.name if version.frozen_by else "")
    as_of = figures["as_of_words"]
    return [
        ("Scheme", figures["scheme"]),
        ("Period", f"{figures['period']['name']}, {figures['period']['words']}"),
        ("Prepared by", prepared),
        ("Approved by", approved),
        ("Version", f"{version.number} of {figures['ref']}"),
        ("Figures as of", as_of if version.is_frozen else f"{as_of}, not frozen"),
    ]


def history_of(version: ReportVersion) -> list[tuple[str, str, str, str]]:
    """Return the versions up to this one: number, when approved, by whom, and why it was made.

    Of this one as it is in hand: it may be about to be approved.
    """
    rows = ReportVersion.objects.without_figures().filter(
        report=version.report_id, number__lt=version.number
    )
    found = []
    for row in [*rows.order_by("number"), version]:
        when = dates.short_date(dates.london_date(row.approved_at)) if row.approved_at else ""
        found.append(
            (
                str(row.number),
                when or "Not approved yet",
                row.approved_name,
                row.why or "First version",
            )
        )
    return found


def files_of(version: ReportVersion) -> list[tuple[str, str, str, str]]:
    """Return what comes with a version: its number, name, sort and SHA-256."""
    return [
        (str(file.number), file.name, file.form_words, file.sha256)
        for file in version.attachments.order_by("number")
    ]
