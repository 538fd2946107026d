"""The periods that the Board's figures are of: a month, a quarter, a financial year, or any days.

Its state stands in the address: `?period=quarter`, `?period=month&from=2026-07-01` (the month that
holds that day), `?period=any&from=2026-02-01&to=2026-02-14`.
"""

import datetime as dt
from dataclasses import dataclass

from common import dates
from common.periods import Period

MONTHS = {"month": 1, "quarter": 3, "year": 12}
CHOICES = (("month", "Month"), ("quarter", "Quarter"), ("year", "Financial year"))
DEFAULT = "quarter"
ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class BoardPeriod:
    """A run of London days to today at most, both ends counted, and what it is compared with.

    One that has not ended is compared with as much of the others: a quarter's first 57 days with
    the first 57 or so (to the same day of the month) of the quarter before.
    """

    key: str
    first: dt.date
    last: dt.date
    end: dt.date
    """Last day of the whole month, quarter or year; of one's own days the last of these."""

    @property
    def is_over(self) -> bool:
        """Whether all of it is past."""
        return self.last == self.end

    @property
    def is_of_months(self) -> bool:
        """Whether it is of whole months, or of months up to today."""
        return self.key in MONTHS or (self.first.day == 1 and (self.end + ONE_DAY).day == 1)

    @property
    def before(self) -> Period:
        """As much of the period just before it."""
        if self.key not in MONTHS:
            last = self.first - ONE_DAY
            return Period(last - (self.last - self.first), last)
        return self._back(MONTHS[self.key])

    @property
    def year_before(self) -> Period:
        """The same days a year earlier."""
        return self._back(12)

    def _back(self, months: int) -> Period:
        first = dates.add_months(self.first, -months)
        if self.key in MONTHS and self.is_over:
            return Period(first, dates.add_months(self.end + ONE_DAY, -months) - ONE_DAY)
        return Period(first, max(first, dates.add_months(self.last, -months)))

    @property
    def days(self) -> Period:
        """Its days as a plain period."""
        return Period(self.first, self.last)

    @property
    def name(self) -> str:
        """What it is called: "November 2026", "Quarter 3 of 2026–27", "2026–27"."""
        start = dates.financial_year_start(self.first)
        year = f"{start.year}–{(start.year + 1) % 100:02d}"
        if self.key == "month":
            return f"{self.first:%B %Y}"
        if self.key == "quarter":
            return f"Quarter {(self.first.month - 4) % 12 // 3 + 1} of {year}"
        return f"Financial year {year}" if self.key == "year" else self.days.words

    @property
    def words(self) -> str:
        """Its name and days: "Quarter 3 of 2026–27 so far, 1 Oct to 26 Nov 2026"."""
        if self.key not in MONTHS:
            return self.name
        return f"{self.name}{'' if self.is_over else ' so far'}, {self.days.words}"

    @property
    def query(self) -> dict[str, str]:
        """What stands in the address for it."""
        if self.key in MONTHS:
            return {"period": self.key, "from": self.first.isoformat()}
        return {"period": "any", "from": self.first.isoformat(), "to": self.last.isoformat()}

    def step(self, by: int, today: dt.date) -> "BoardPeriod | None":
        """Return the whole period so many steps on or back; None past today, or for own days."""
        if self.key not in MONTHS:
            return None
        day = dates.add_months(self.first, by * MONTHS[self.key])
        return None if day > today else period_of(self.key, day, today)


def period_of(key: str, day: dt.date, today: dt.date) -> BoardPeriod:
    """Return the month, quarter or financial year that holds a day, to today at most."""
    starts = {
        "month": day.replace(day=1),
        "quarter": dates.quarter_start(day),
        "year": dates.financial_year_start(day),
    }
    first = starts[key]
    end = dates.add_months(first, MONTHS[key]) - ONE_DAY
    return BoardPeriod(key, first, min(end, today), end)


def own_days(first: dt.date, last: dt.date, today: dt.date) -> BoardPeriod:
    """Return days of one's own; those still to come are left out."""
    last = min(last, today)
    return BoardPeriod("any", first, last, last)
