"""Revenue: what was received, from the payments themselves. All that reads them is here."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal

from common import dates
from members.money import accounts

ONE_DAY = dt.timedelta(days=1)
NOTHING = Decimal(0)


class Revenue:
    """What was received, less what was paid back, on each day since one. One query.

    All that a page says of revenue is worked out from it, so that it says one thing.
    """

    def __init__(self, since: dt.date) -> None:
        self.since = since
        self.by_day = accounts.received_by_day(since=since)
        self.by_month: dict[dt.date, Decimal] = defaultdict(Decimal)
        for day, amount in self.by_day.items():
            self.by_month[day.replace(day=1)] += amount

    def between(self, first: dt.date, last: dt.date) -> Decimal:
        """Return the pounds of these days, both counted.

        Raises:
            ValueError: it begins before what is known here.
        """
        if first < self.since:
            raise ValueError(f"known since {self.since} only")
        found = (amount for day, amount in self.by_day.items() if first <= day <= last)
        return sum(found, NOTHING)

    def in_month(self, month: dt.date) -> Decimal:
        """Return the pounds of the month that begins on a day."""
        return self.between(month, dates.add_months(month, 1) - ONE_DAY)

    def years_to(self, months: list[dt.date]) -> list[Decimal]:
        """Return the pounds of the twelve months to the end of each of these months.

        Of the last one, the twelve months to today.
        """
        today = dates.today()
        ends = [(dates.add_months(month, -11), dates.add_months(month, 1)) for month in months[:-1]]
        found = [
            sum((n for month, n in self.by_month.items() if first <= month < after), NOTHING)
            for first, after in ends
        ]
        return [*found, self.between(year_before(today), today)]


def year_before(day: dt.date) -> dt.date:
    """Return the first day of the twelve months that end on a day."""
    return dates.add_months(day, -12) + ONE_DAY


def revenue_for(*, months: list[dt.date], days: list[dt.date] | None = None) -> Revenue:
    """Return the revenue of the years to the ends of these months, and from these days on."""
    first = dates.add_months(months[0], -11)
    return Revenue(min([first, year_before(dates.today()), *(days or [])]))
