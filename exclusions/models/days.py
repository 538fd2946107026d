"""The days that a notice covers, in SQL."""

import datetime as dt
from typing import Any, Final

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import Func, Value

NEVER: Final = Value(dt.date(9999, 1, 1))


class DaysCovered(Func):
    """The half-open range of London days a notice covers: (first day, last day, day revoked).

    Revoked on the day of service, it covers no day at all.
    """

    template = "daterange(%(expressions)s, '[)')"
    output_field = DateRangeField()


class DayAfter(Func):
    """The day after a date."""

    template = "((%(expressions)s) + 1)"
    output_field = models.DateField()


class LastOfTwelveMonths(Func):
    """common.dates.last_day_of_year_from() in SQL."""

    template = (
        "((%(expressions)s + interval '1 year')::date - CASE WHEN "
        "extract(month from %(expressions)s) = 2 AND extract(day from %(expressions)s) = 29 "
        "THEN 0 ELSE 1 END)"
    )
    output_field = models.DateField()

    def as_sql(self, *args: Any, **kwargs: Any) -> Any:
        """Return the SQL; a value (full_clean checks with values) is a parameter three times."""
        sql, params = super().as_sql(*args, **kwargs)
        return sql, tuple(params) * 3
