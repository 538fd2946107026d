"""The demo's reports: two approved quarters, one of them corrected, one that waits, and others."""

import datetime as dt
import hashlib
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from board.cells import Cell
from board.models import BoardReport, ReportAttachment, ReportPaper, ReportStep, ReportVersion
from board.reports.cells import frozen_cell
from board.reports.document import report_pdf
from board.reports.freeze import figures_now
from board.reports.kinds import Kind, Wanted, latest_wanted
from common import dates
from common.images import store_original
from members.models import User

from .portraits import draw_scene

SUMMARY = (
    "The scheme kept its members this quarter and won new ones in {place}. Fewer incidents were"
    " handled by hand: most are reported from the shop floor now, on the day.\n\n"
    "Exclusions did what they are for. Most people who were served a notice were not seen on"
    " members’ premises again while it was in force; those who were are with the police."
)
ACHIEVEMENTS = (
    "The monthly meeting was held three times, with the borough council and the police at each.\n\n"
    "Every new member was visited within two weeks and shown how to report. Radio checks were made"
    " with each business that has one, and five faults were put right."
)
FIGURES = (
    "The rise in anti-social behaviour is the two new areas reporting for the first time. Where"
    " goods were recovered, staff had asked for help by radio before the person left."
)
FINANCE = "Two invoices are late by more than sixty days. Both businesses were visited."
FORWARD = (
    "Before Christmas we visit the businesses whose subscription ends, and offer conflict training"
    " to those who reported threats.\n\n"
    "The Board is asked to agree on who stands in for the Intelligence Manager."
)
OBJECTIVES = {
    "objective-members": "Four businesses are close to joining. Lapsed ones are visited once more.",
    "objective-known": "It grows with each notice. Records without a ground are deleted as due.",
    "objective-signing_in": "The weekly digest brings people back; a third never opens the pages.",
}
NOTE = "Two areas report for the first time, which explains most of the rise."
WHY = "Property stolen left out one burglary that was valued after the report was approved."


def load_reports(*, users: dict[str, User]) -> None:
    """Add the reports as they would have come about, each with its PDF."""
    intel, board = users["intel@dtac.example"], users["board@dtac.example"]
    last = {each.kind: each for each in latest_wanted()}
    quarter = last[Kind.QUARTERLY]
    before, oldest = quarter.before, quarter.before.before
    corrected = _report(
        oldest, intel, board, place="Longfield", change={"Property stolen": -640, "Net loss": -640}
    )
    _correct(corrected, intel, board)
    _report(before, intel, board, place="Swanscombe", change={"Incidents": -2, "Crime": -2})
    _report(quarter, intel, None, place="Temple Hill", picture=True)
    _report(last[Kind.ANNUAL], intel, board, place="Temple Hill", ago=60)
    _report(last[Kind.CSP], intel, board, place="")


def _report(
    wanted: Wanted, intel: User, board: User | None, *, place: str, ago: int = 12,
    change: dict[str, int] | None = None, picture: bool = False,
) -> ReportVersion:  # fmt: skip
    """Add a report with its first version; approved where somebody of the Board is given."""
    at = _moment(wanted.period.end, ago)
    report = BoardReport.objects.create(
        kind=wanted.kind, ref=wanted.ref, first=wanted.period.first, last=wanted.period.end,
        started_at=at, started_by=intel,
    )  # fmt: skip
    figures = figures_now(report, at=at)
    for label, less in (change or {}).items():
        _lessen(figures, label, less)
    version = ReportVersion.objects.create(
        report=report, number=1, commentary=_words(wanted.kind, place), figures=figures,
        frozen_at=at, frozen_by=intel,
    )  # fmt: skip
    _step(version, ReportStep.Kind.STARTED, intel, at)
    _step(version, ReportStep.Kind.FROZEN, intel, at)
    if picture:
        _attach(version, intel)
    _finish(version, intel, board, at)
    return version


def _finish(version: ReportVersion, intel: User, board: User | None, at: dt.datetime) -> None:
    now = timezone.now()
    version.state = ReportVersion.State.SUBMITTED
    version.submitted_at, version.submitted_by = min(at + dt.timedelta(hours=3), now), intel
    version.prepared_name = intel.name
    version.save()
    _step(version, ReportStep.Kind.SUBMITTED, intel, version.submitted_at)
    if board is None:
        return
    version.state = ReportVersion.State.APPROVED
    version.approved_at, version.approved_by = min(at + dt.timedelta(days=6), now), board
    version.approved_name = board.name
    pdf = report_pdf(version)
    version.pdf_sha256 = hashlib.sha256(pdf).hexdigest()
    version.save()
    ReportPaper.objects.create(version=version, pdf=pdf)
    _step(version, ReportStep.Kind.APPROVED, board, version.approved_at)


def _correct(first: ReportVersion, intel: User, board: User) -> None:
    """Add the version that puts right what the first one left out."""
    assert first.approved_at is not None
    at = first.approved_at + dt.timedelta(days=20)
    version = ReportVersion.objects.create(
        report=first.report, number=2, why=WHY, commentary=first.commentary,
        figures=figures_now(first.report, at=at), frozen_at=at, frozen_by=intel,
    )  # fmt: skip
    _step(version, ReportStep.Kind.STARTED, intel, at, WHY)
    _step(version, ReportStep.Kind.FROZEN, intel, at)
    _finish(version, intel, board, at)


def _step(row: ReportVersion, kind: str, by: User, at: dt.datetime, words: str = "") -> None:
    ReportStep.objects.create(version=row, kind=kind, by=by, at=at, words=words)


def _moment(end: dt.date, ago: int) -> dt.datetime:
    """Return ten in the morning some days after a period's end; an hour ago at the latest."""
    at = dates.london_midnight(end + dt.timedelta(days=ago)) + dt.timedelta(hours=10)
    return min(at, timezone.now().replace(microsecond=0) - dt.timedelta(hours=1))


def _words(kind: str, place: str) -> dict[str, str]:
    if kind == Kind.CSP:
        return {"summary": NOTE}
    summary, achievements = SUMMARY.format(place=place), ACHIEVEMENTS
    if kind == Kind.ANNUAL:
        summary = summary.replace("this quarter", "this year")
        achievements = achievements.replace("held three times", "held every month")
    return {
        "summary": summary, "achievements": achievements, "figures": FIGURES, "finance": FINANCE,
        "forward": FORWARD, **OBJECTIVES,
    }  # fmt: skip


def _lessen(figures: dict[str, Any], label: str, less: int) -> None:
    """Let a figure be what was known when the report was made: some of it came in later."""
    rows = next(table["rows"] for table in figures["tables"] if table["key"] == "incidents")
    cell = next(row["cells"][0] for row in rows if row["label"] == label)
    known = Decimal(cell["number"]) + less
    cell |= frozen_cell(Cell(known if "£" in cell["words"] else int(known)))
    for row in figures["headlines"]:
        if row["label"] == label:
            row |= cell


def _attach(version: ReportVersion, by: User) -> None:
    row = ReportAttachment(
        version=version, number=1, name="The stand at the safety fair", pages=1, added_by=by
    )
    store_original(SimpleUploadedFile("stand.jpg", draw_scene(7), "image/jpeg"), into=row)
    row.save()
