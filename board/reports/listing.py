"""The list of reports: what there is, by year, and what is missing."""

import datetime as dt
from dataclasses import dataclass

from board.models import BoardReport, Level, ReportVersion
from common import dates
from members.models import User

from .kinds import Kind, Wanted, latest_wanted, wanted_for

SHOWN = 200


@dataclass(frozen=True)
class Listed:
    """A report with its newest version that the reader may see."""

    report: BoardReport
    version: ReportVersion
    versions: int
    wanted: Wanted


@dataclass(frozen=True)
class Missing:
    """A report that is not with the Board yet. `version` is its draft, where one is begun."""

    wanted: Wanted
    version: ReportVersion | None

    @property
    def is_late(self) -> bool:
        """Whether it should be with the Board by now."""
        return self.wanted.due_on < dates.today()

    @property
    def words(self) -> str:
        """What is wrong: "The quarter July to September 2026 has no report yet."."""
        period = self.wanted.period
        if self.version is not None:
            return f"{self.wanted.title}: a draft."
        if self.wanted.kind == Kind.ANNUAL:
            return f"The year {period.name.rpartition(' ')[2]} has no annual report yet."
        what = "report" if self.wanted.kind == Kind.QUARTERLY else "CSP return"
        return f"The quarter {period.first:%B} to {period.end:%B %Y} has no {what} yet."


def reports_listed(user: User, kind: str = "") -> list[tuple[str, list[Listed]]]:
    """Return the reports that a user may see, newest first, by financial year. Two queries."""
    rows = BoardReport.objects.visible_to(user)
    if kind:
        rows = rows.filter(kind=kind)
    reports = {row.pk: row for row in rows.order_by("-last", "kind")[:SHOWN]}
    versions: dict[int, list[ReportVersion]] = {}
    seen = ReportVersion.objects.visible_to(user).without_figures()
    for version in seen.filter(report__in=list(reports)).order_by("-number"):
        versions.setdefault(version.report_id, []).append(version)
    years: dict[str, list[Listed]] = {}
    for pk, report in reports.items():
        newest = versions[pk][0]
        newest.report = report
        year = _year(report.first)
        listed = Listed(report, newest, len(versions[pk]), wanted_for(report))
        years.setdefault(year, []).append(listed)
    return list(years.items())


def _year(day: dt.date) -> str:
    start = dates.financial_year_start(day).year
    return f"{start}–{(start + 1) % 100:02d}"


def reports_missing(user: User) -> list[Missing]:
    """Return the reports on periods that are over and that the Board doesn't have. One query.

    Of each kind the last period, and every one since the first that there is a report of. That one
    is begun is the Intelligence Manager's to know.
    """
    newest: dict[str, ReportVersion] = {}
    since: dict[str, dt.date] = {}
    rows = ReportVersion.objects.without_figures().select_related("report")
    for version in rows.order_by("number"):
        report = version.report
        newest[report.ref] = version
        since[report.kind] = min(report.first, since.get(report.kind, report.first))
    return [
        Missing(each, newest.get(each.ref) if user.is_intel else None)
        for last in latest_wanted()
        for each in _back_to(last, since.get(last.kind))
        if each.ref not in newest or _is_begun(newest[each.ref])
    ]


def _back_to(last: Wanted, since: dt.date | None) -> list[Wanted]:
    """Return a period and those before it, back to the one that begins on a day."""
    found = [last]
    while since and found[-1].period.first > since:
        found.append(found[-1].before)
    return found


def _is_begun(version: ReportVersion) -> bool:
    return version.is_draft and version.number == 1


def reports_asked_for(user: User) -> list[Missing]:
    """Return those missing reports whose last day was counted, the first due first.

    A scheme that has only begun to count is asked for none: there would be nothing in them.
    """
    missing = reports_missing(user)
    ends = {row.wanted.period.end for row in missing}
    counted = set(Level.objects.filter(day__in=ends).order_by().values_list("day", flat=True))
    found = [row for row in missing if row.wanted.period.end in counted]
    return sorted(found, key=lambda row: row.wanted.due_on)


def reports_waiting() -> list[ReportVersion]:
    """Return what waits for the Board, the longest first."""
    rows = ReportVersion.objects.without_figures().waiting()
    return list(rows.select_related("report").order_by("submitted_at"))
