"""Pages of reports to read: the list, a version, its PDF, its table, a file that comes with it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from audit.services import record
from board import actions
from board.access import BOARD_ROLES
from board.models import BoardReport, ReportVersion
from board.tallies import LATE, as_of
from common.charts import BarChart, bar_chart
from common.exports import csv_bytes
from common.http import download, query_text
from common.lists import chips
from common.originals import original_download
from members.access import roles_only, user_of
from members.models import Role, User
from members.signin.proof import proof_needed

from .access import get_file, get_version
from .attachments import attachment_release
from .cells import Frozen
from .document import paper_of, report_pdf
from .forms import DecideForm, RevisionForm, StartForm
from .freeze import figures_now
from .listing import reports_listed, reports_missing
from .parts import facts_of, parts_of
from .services import missing_words, report_start
from .table import HEAD, table_rows

KINDS = [("all", "All"), *BoardReport.Kind.choices]


@require_safe
@roles_only(*BOARD_ROLES)
def board_report_list(request: HttpRequest) -> HttpResponse:
    """The reports by year, and what is missing."""
    user = user_of(request)
    show = query_text(request, "show")
    show = show if show in BoardReport.Kind.values else "all"
    context = {
        "years": reports_listed(user, "" if show == "all" else show),
        "missing": [row for row in reports_missing(user) if show in ("all", row.wanted.kind)],
        "chips": chips(KINDS, show),
        "show": show,
        "page_title": "Reports to the Board",
    }
    return render(request, "board/reports/list.html", context)


@require_POST
@roles_only(Role.INTEL)
def board_report_start(request: HttpRequest) -> HttpResponse:
    """Start a report of a period that is over."""
    form = StartForm(request.POST)
    if not form.is_valid():
        messages.warning(request, "There is no report of that period yet. Choose one of the list.")
        return redirect("board_report_list")
    wanted = form.cleaned_data["ref"]
    try:
        report_start(by=user_of(request), wanted=wanted)
        messages.success(request, "Started. Write to it, and freeze its figures.")
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    return redirect("board_report", ref=wanted.ref)


@require_safe
@roles_only(*BOARD_ROLES)
def board_report(request: HttpRequest, ref: str) -> HttpResponse:
    """A version as it is printed; a draft without frozen figures with those of the moment."""
    user = user_of(request)
    version = get_version(user, ref, query_text(request, "version"))
    figures = _figures(version)
    versions = list(
        ReportVersion.objects.visible_to(user).without_figures().filter(report=version.report)
    )
    context: dict[str, Any] = {
        "version": version,
        "report": version.report,
        "figures": figures,
        "versions": versions,
        "newer": versions[0] if versions[0].number > version.number else None,
        "files": list(version.attachments.order_by("number")),
        "steps": version.steps.select_related("by"),
        "missing": missing_words(version) if version.is_draft else [],
        "form": RevisionForm(initial={"revision": version.revision}),
        "page_title": f"{version.report.get_kind_display()} {version.report.ref}",
        **_may(user, version, versions),
    }
    if figures is not None:
        context |= {"parts": _drawn(version, figures), "facts": facts_of(version, figures)}
    if context["may_decide"]:
        context["form"] = DecideForm(initial={"revision": version.revision})
    return render(request, "board/reports/report.html", context)


def _may(user: User, version: ReportVersion, versions: list[ReportVersion]) -> dict[str, bool]:
    """Return what this user may do with a version now."""
    is_newest = versions[0].number == version.number
    counted = as_of()
    return {
        "may_write": user.is_intel and version.is_draft,
        "may_decide": user.role == Role.BOARD and version.is_submitted,
        "may_correct": user.is_intel and version.is_approved and is_newest,
        "is_late": counted is None or timezone.now() - counted > LATE,
    }


def _figures(version: ReportVersion) -> Frozen | None:
    """Return what is frozen; of a draft without, what is counted now; None: never counted."""
    if version.figures is not None:
        return version.figures  # type: ignore[no-any-return]
    counted = as_of()
    return figures_now(version.report, at=counted) if counted else None


def _drawn(version: ReportVersion, figures: Frozen) -> list[dict[str, Any]]:
    """Return the parts, with what the page's charts are drawn from."""
    parts = parts_of(version, figures)
    for part in parts:
        part["blocks"] = [
            {**block, "drawing": _chart(block["chart"])} if block["kind"] == "chart" else block
            for block in part["blocks"]
        ]
    return parts


def _chart(chart: Frozen) -> BarChart:
    points = chart["points"]
    return bar_chart(
        [(p["label"], float(p["number"] or 0), p["words"]) for p in points],
        feet=[p["short"] for p in points],
    )


@require_safe
@roles_only(*BOARD_ROLES)
def board_report_document(request: HttpRequest, ref: str) -> HttpResponse:
    """A version as a PDF: of an approved one the bytes that were approved."""
    user = user_of(request)
    version = get_version(user, ref, query_text(request, "version"))
    figures = _figures(version)
    if figures is None:
        return redirect("board_report", ref=ref)
    pdf = paper_of(version) if version.is_approved else report_pdf(version, figures)
    _log(user, version, "pdf")
    return download(pdf, f"{_name(version)}.pdf", "application/pdf")


@require_safe
@roles_only(*BOARD_ROLES)
@proof_needed(download=True)
def board_report_table(request: HttpRequest, ref: str) -> HttpResponse:
    """A version's figures as CSV."""
    user = user_of(request)
    version = get_version(user, ref, query_text(request, "version"))
    figures = _figures(version)
    if figures is None:
        return redirect("board_report", ref=ref)
    rows = list(table_rows(version, figures))
    _log(user, version, "csv")
    return download(csv_bytes(HEAD, rows), f"{_name(version)}.csv", "text/csv; charset=utf-8")


def _log(user: User, version: ReportVersion, kind: str) -> None:
    record(
        actions.REPORT_DOWNLOADED, by=user, ref=version.report.ref, version=version.number,
        kind=kind,
    )  # fmt: skip


def _name(version: ReportVersion) -> str:
    """Return what a file is called: with its version, and whether it is no more than a draft."""
    state = "" if version.is_approved else f"-{version.state}"
    return f"{version.report.ref}-version-{version.number}{state}"


@require_safe
@roles_only(*BOARD_ROLES)
def board_report_file(request: HttpRequest, ref: str, version: int, number: int) -> HttpResponse:
    """A file that comes with a version, as it was sent."""
    user = user_of(request)
    held = get_version(user, ref, str(version))
    file = get_file(held, number)
    try:
        attachment_release(by=user, file=file)
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
        return redirect("board_report", ref=ref)
    return original_download(file, f"{ref}-version-{version}-file-{number}")
