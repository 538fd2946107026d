"""A version as a PDF: made when it is approved, and kept; made anew each time before that."""

from html import escape
from typing import Any, Final

from django.utils import timezone

from board.models import ReportPaper, ReportVersion
from common.charts import bar_chart
from common.pdf import Sheet, pdf_render

from .cells import Frozen
from .kinds import Kind
from .parts import Part, facts_of, files_of, history_of, parts_of

HANDLING: Final = "Figures only: nobody who is reported on is named."
DRAFT: Final = "Draft: not approved by the Board."
WAITS: Final = "Waits for the Board: not approved yet."
PRINTED_FOR: Final = "the Board of Management"


def report_pdf(version: ReportVersion, figures: Frozen | None = None) -> bytes:
    """Return a version as a PDF. `figures` are those of the moment, for a draft without its own."""
    said = version.figures if figures is None else figures
    assert said is not None
    at = version.approved_at or version.submitted_at or version.frozen_at or timezone.now()
    sheet = Sheet(
        title=said["title"],
        ref=f"{said['ref']}, version {version.number}",
        printed_for=PRINTED_FOR,
        printed_at=at.replace(microsecond=0),
        handling=_handling(version),
    )
    return pdf_render("board-report", _data(version, said), sheet=sheet)


def paper_of(version: ReportVersion) -> bytes:
    """Return the PDF of an approved version: the very bytes that were approved."""
    return bytes(ReportPaper.objects.values_list("pdf", flat=True).get(version=version))


def _handling(version: ReportVersion) -> str:
    if version.is_approved:
        return HANDLING
    return DRAFT if version.is_draft else WAITS


def _data(version: ReportVersion, figures: Frozen) -> dict[str, Any]:
    is_short = version.report.kind == Kind.CSP
    return {
        "facts": [*facts_of(version, figures)],
        "state": "" if version.is_approved else _handling(version),
        "why": version.why,
        "parts": [_with_drawing(part) for part in parts_of(version, figures)],
        "files": files_of(version),
        "history": history_of(version),
        "definitions": figures["definitions"],
        "small": figures["small"],
        "short": is_short,
    }


def _with_drawing(part: Part) -> Part:
    """Put the picture of a chart beside its figures."""
    blocks = [
        {**block, "svg": chart_svg(block["chart"])} if block["kind"] == "chart" else block
        for block in part["blocks"]
    ]
    return {**part, "blocks": blocks}


def chart_svg(chart: Frozen) -> str:
    """Return the bars as a picture that needs no style sheet, with the number over each."""
    points = chart["points"]
    drawn = bar_chart(
        [(p["label"], float(p["number"] or 0), p["words"]) for p in points],
        feet=[p["short"] for p in points],
    )
    face = 'font-family="Libertinus Serif" font-size="11" text-anchor="middle"'
    bars = "".join(
        f'<rect x="{bar.x}" y="{bar.y}" width="{bar.width}" height="{bar.height}" fill="#3d5a73"/>'
        f'<text x="{bar.middle}" y="{bar.y - 3}" {face}>{escape(bar.words)}</text>'
        f'<text x="{bar.middle}" y="{drawn.height - 7}" {face}>{escape(bar.foot)}</text>'
        for bar in drawn.bars
    )
    axis = f'<line x1="0" x2="{drawn.width}" y1="{drawn.base}" y2="{drawn.base}" stroke="#666"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 -8 {drawn.width} {drawn.height + 8}">'
        f"{bars}{axis}</svg>"
    )
