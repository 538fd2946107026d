"""Periods that figures are asked for: the last so many days, twelve months, or days of one's own.

A period is a run of London days, both ends counted. Its state stands in the address
(`?period=90` or `?since=2026-01-01&until=2026-03-31`).
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from . import dates

CHOICES = (("30", "30 days"), ("90", "90 days"), ("12m", "12 months"))
DEFAULT = "90"
LONGEST = 3 * 366
"""Days of the longest period that may be asked for."""


@dataclass(frozen=True)
class Period:
    """A run of London days, both ends counted. `key` is a choice's, empty for days of one's own."""

    first: dt.date
    last: dt.date
    key: str = ""

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def length(self) -> str:
        """How long it is, in words: "90 days", "12 months", "day"."""
        if self.key == "12m":
            return "12 months"
        return "day" if self.days == 1 else f"{self.days} days"

    @property
    def words(self) -> str:
        """Its days in words: "23 Aug to 20 Nov 2026", "20 Nov 2026"."""
        if self.days == 1:
            return dates.short_date(self.last)
        first = dates.short_date(self.first)
        if self.first.year == self.last.year:
            first = first.removesuffix(f" {self.first.year}")
        return f"{first} to {dates.short_date(self.last)}"

    @property
    def before(self) -> "Period":
        """The period of the same length that ends on the day before this one begins."""
        last = self.first - dt.timedelta(days=1)
        if self.key == "12m":
            return Period(dates.add_months(self.first, -12), last, self.key)
        return Period(last - dt.timedelta(days=self.days - 1), last)

    @property
    def moments(self) -> tuple[dt.datetime, dt.datetime]:
        """Its first moment, and the first moment after it."""
        after = self.last + dt.timedelta(days=1)
        return dates.london_midnight(self.first), dates.london_midnight(after)

    @property
    def query(self) -> dict[str, str]:
        """What stands in the address for it."""
        if self.key:
            return {"period": self.key}
        return {"since": self.first.isoformat(), "until": self.last.isoformat()}

    @property
    def dates_query(self) -> dict[str, str]:
        """What stands in the address for its very days, whatever day it is opened on."""
        return {"since": self.first.isoformat(), "until": self.last.isoformat()}


def last_days(key: str, today: dt.date) -> Period:
    """Return the period of a choice that ends today; the default's for any other key."""
    key = key if key in dict(CHOICES) else DEFAULT
    if key == "12m":
        return Period(dates.add_months(today, -12) + dt.timedelta(days=1), today, key)
    return Period(today - dt.timedelta(days=int(key) - 1), today, key)


def day_field(label: str) -> forms.DateField:
    """Return a field for a day of one's own."""
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Enter a day, such as 14/03/2026."},
    )


class PeriodForm(forms.Form):
    """A choice, or days of one's own; the days win where both stand in the address."""

    period = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)
    since = day_field("From")
    until = day_field("To")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.today = dates.today()

    def clean(self) -> dict[str, Any]:
        """Check that the days are a period: in order, begun, and not too long."""
        data = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and since > self.today:
            self.add_error("since", "This day is still to come.")
        elif since and until and since > until:
            self.add_error("since", "The first day is after the last. Change one of them.")
        elif until and not since and "since" not in self.errors:
            self.add_error("since", "Enter the first day too.")
        elif since and (min(until or self.today, self.today) - since).days >= LONGEST:
            raise ValidationError("Choose three years at most.", code="long")
        return data

    def chosen(self) -> Period:
        """Return the period this form means: one that reaches past today ends today.

        The default for a form that was opened without anything in the address.
        """
        data = getattr(self, "cleaned_data", {})
        if data.get("since"):
            return Period(data["since"], min(data.get("until") or self.today, self.today))
        return last_days(data.get("period", ""), self.today)


def compared(now: Any, before: Any, length: str, *, amount: Any = None) -> str:
    """Return how a figure stands to that of the period before, in words and numbers.

    "6 more than in the 90 days before (28)". `amount` puts a difference in words (money.pounds).
    """
    say = amount or "{:,}".format
    if now == before:
        return f"As in the {length} before" if now else f"None in the {length} before either"
    word = "more" if now > before else "less" if amount else "fewer"
    return f"{say(abs(now - before))} {word} than in the {length} before ({say(before)})"
