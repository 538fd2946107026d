"""Revenue: what was received, from the payments themselves. All that reads them is here."""

import datetime as dt
from decimal import Decimal

from common import dates
from members.money import accounts

ONE_DAY = dt.timedelta(days=1)
NOTHING = Decimal(0)


def received(*, since: dt.date, until: dt.date) -> Decimal:
    """Return the pounds received from one day to another, both counted."""
    return accounts.received(since=since, until=until)


def received_by_month(*, since: dt.date) -> dict[dt.date, Decimal]:
    """Return the pounds received in each month (its first day) since a day."""
    return accounts.received_by_month(since=since)


def revenue_to(months: list[dt.date]) -> list[Decimal]:
    """Return the pounds received in the twelve months to the end of each of these months.

    Of the last one, the twelve months to today.
    """
    by_month = received_by_month(since=dates.add_months(months[0], -11))
    found = [
        sum(
            (by_month.get(dates.add_months(month, -back), Decimal(0)) for back in range(12)),
            Decimal(0),
        )
        for month in months[:-1]
    ]
    today = dates.today()
    since = dates.add_months(today, -12) + ONE_DAY
    return [*found, received(since=since, until=today)]
