"""How old data about people may be that is taken over (behaviours 28 to 30)."""

import datetime as dt

from common import dates

from .base import KEPT_MONTHS


def too_old(day: dt.date) -> bool:
    """Whether something that ended on a day is past the time that data is kept."""
    return dates.add_months(day, KEPT_MONTHS) < dates.today()


def kept_until(day: dt.date) -> dt.date:
    """Return the last day of data whose last incident, or end, was on a day."""
    return dates.add_months(day, KEPT_MONTHS)


OLD = (
    f"is more than {KEPT_MONTHS} months ago: by the rule of retention this is deleted, not taken"
    " over. Take the row out."
)
