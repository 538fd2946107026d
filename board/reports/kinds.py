"""The kinds of report: their periods, references, due days, and what the manager writes in each."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

from board.models import BoardReport, PlanTarget
from board.periods import BoardPeriod, period_of
from common import dates

Kind = BoardReport.Kind
PERIOD: Final = {Kind.QUARTERLY: "quarter", Kind.ANNUAL: "year", Kind.CSP: "quarter"}
LETTERS: Final = {Kind.QUARTERLY: "Q", Kind.ANNUAL: "A", Kind.CSP: "CSP"}
DUE: Final = {Kind.QUARTERLY: 30, Kind.ANNUAL: 90, Kind.CSP: 30}
"""Days after its period's end in which a report is due."""
REF: Final = re.compile(r"(Q|A|CSP)-(\d{4})-(\d{2})(?:-([1-4]))?", re.ASCII)
ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Words:
    """A part of a report that the manager writes: its key, heading, what belongs there."""

    key: str
    heading: str
    hint: str
    required: bool = False


SUMMARY = Words("summary", "Summary", "The period in a few sentences.", required=True)
FORWARD = Words("forward", "Forward look", "What comes next, and what is asked for.", required=True)
LATER: Final = (
    Words("achievements", "Achievements", "What was reached, with the work behind it.", True),
    Words("figures", "On the figures", "What stands behind a rise or a fall."),
    Words("finance", "On the finance", "Invoices that are late, income that is expected."),
    FORWARD,
)
OBJECTIVES: Final = tuple(
    Words(f"objective-{measure}", f"Objective: {label}", "What moves it.")
    for measure, label in PlanTarget.Measure.choices
)
NOTE = Words("summary", "Note", "What the partnership should know beside the figures.")
WRITTEN: Final = {
    Kind.QUARTERLY: (SUMMARY, *OBJECTIVES, *LATER),
    Kind.ANNUAL: (SUMMARY, *OBJECTIVES, *LATER),
    Kind.CSP: (NOTE,),
}


@dataclass(frozen=True)
class Wanted:
    """A kind and a period that there is a report of, or should be."""

    kind: str
    period: BoardPeriod

    @property
    def ref(self) -> str:
        """Its reference: Q-2026-27-2, A-2026-27, CSP-2026-27-2."""
        start = dates.financial_year_start(self.period.first)
        year = f"{start.year}-{(start.year + 1) % 100:02d}"
        letters = LETTERS[Kind(self.kind)]
        if self.kind == Kind.ANNUAL:
            return f"{letters}-{year}"
        return f"{letters}-{year}-{(self.period.first.month - 4) % 12 // 3 + 1}"

    @property
    def due_on(self) -> dt.date:
        """The day by which the Board has it."""
        return self.period.end + dt.timedelta(days=DUE[Kind(self.kind)])

    @property
    def title(self) -> str:
        """What it is called: "Quarterly report, quarter 2 of 2026–27"."""
        name = self.period.name
        return f"{Kind(self.kind).label}, {name[0].lower()}{name[1:]}"

    @property
    def before(self) -> "Wanted":
        """The same kind of the period before."""
        return wanted_of(self.kind, self.period.first - ONE_DAY)


def wanted_of(kind: str, day: dt.date) -> Wanted:
    """Return what a kind of report would be of the period that holds a day."""
    return Wanted(kind, period_of(PERIOD[Kind(kind)], day, dates.today()))


def wanted_from(ref: str) -> Wanted | None:
    """Return what a reference speaks of; None for one that is none, or of a period not over."""
    found = REF.fullmatch(ref)
    if found is None:
        return None
    letters, year, short, quarter = found.groups()
    if int(short) != (int(year) + 1) % 100 or (letters == "A") != (quarter is None):
        return None
    if not 2002 <= int(year) <= dates.today().year:
        return None
    kind = next(kind for kind, said in LETTERS.items() if said == letters)
    day = dates.add_months(dt.date(int(year), 4, 1), 3 * (int(quarter or 1) - 1))
    wanted = wanted_of(kind, day)
    return wanted if is_over(wanted.period) else None


def is_over(period: BoardPeriod) -> bool:
    """Whether a period's last day is past: only then there is a report of it."""
    return period.end < dates.today()


def wanted_for(report: BoardReport) -> Wanted:
    """Return the kind and period of a report."""
    return wanted_of(report.kind, report.first)


def latest_wanted() -> list[Wanted]:
    """Return, of each kind, the last period that is over."""
    found = []
    for kind in Kind.values:
        now = wanted_of(kind, dates.today())
        found.append(now.before)
    return found
