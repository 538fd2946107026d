"""Calendar rules in London time, and dates in words."""

import calendar
import datetime as dt
from zoneinfo import ZoneInfo

from django.utils import timezone

LONDON = ZoneInfo("Europe/London")


def today() -> dt.date:
    """Return today's date in London, whatever the server's own zone is."""
    return timezone.now().astimezone(LONDON).date()


def london_date(moment: dt.datetime) -> dt.date:
    """Return the London calendar date of an aware moment. Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(LONDON).date()


def london_midnight(day: dt.date) -> dt.datetime:
    """Return the first moment of a London calendar day."""
    return dt.datetime.combine(day, dt.time.min, tzinfo=LONDON)


def add_months(day: dt.date, months: int) -> dt.date:
    """Return the same day of the month `months` later, or the month's last day if there is none."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(day.day, last))


def last_day_of_year_from(start: dt.date) -> dt.date:
    """Return the last day of twelve calendar months that begin on `start`, counting `start`.

    That is the day before the same date next year. From 29 February there is no same date, so
    the period ends with 28 February (DESIGN section 4: served 29 Feb 2028, ends 28 Feb 2029).
    """
    if (start.month, start.day) == (2, 29):
        return dt.date(start.year + 1, 2, 28)
    return start.replace(year=start.year + 1) - dt.timedelta(days=1)


def last_day_of_months_from(start: dt.date, months: int) -> dt.date:
    """Return the last day of so many calendar months that begin on `start`, counting `start`.

    As last_day_of_year_from: the day before the same date, or the month's last day if there is no
    such date.
    """
    same = add_months(start, months)
    return same if same.day != start.day else same - dt.timedelta(days=1)


def year_from_today() -> dt.date:
    """Return the last day of the twelve calendar months that begin today in London."""
    return last_day_of_year_from(today())


def financial_year_start(day: dt.date) -> dt.date:
    """Return 1 April of the financial year that holds `day`."""
    return dt.date(day.year if day.month >= 4 else day.year - 1, 4, 1)


def quarter_start(day: dt.date) -> dt.date:
    """Return the first day of the calendar quarter that holds `day`.

    Quarters of the financial year (April to March) begin in the same months.
    """
    return dt.date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def month_starts(*, last: dt.date, count: int) -> list[dt.date]:
    """Return the first days of `count` months in order, ending with the month of `last`."""
    first = last.replace(day=1)
    return [add_months(first, -back) for back in range(count - 1, -1, -1)]


def short_date(day: dt.date) -> str:
    """Return a date as people write it: 13 Mar 2027."""
    return f"{day.day} {day:%b %Y}"


def day_in_full(day: dt.date) -> str:
    """Return "14 March 2026"."""
    return f"{day.day} {day:%B %Y}"


def in_full(moment: dt.datetime) -> str:
    """Return a moment for a document that is read years later: Saturday 14 March 2026, 15:30."""
    local = moment.astimezone(LONDON)
    return f"{local:%A} {local.day} {local:%B %Y}, {local:%H:%M}"


def in_words(moment: dt.datetime, *, now: dt.datetime | None = None) -> str:
    """Return a moment as people say it: "today 14:05", "yesterday 09:10", "13 Mar 2027 09:10"."""
    local = moment.astimezone(LONDON)
    days = ((now or timezone.now()).astimezone(LONDON).date() - local.date()).days
    clock = f"{local:%H:%M}"
    if days == 0:
        return f"today {clock}"
    if days == 1:
        return f"yesterday {clock}"
    if days == -1:
        return f"tomorrow {clock}"
    return f"{short_date(local.date())} {clock}"
