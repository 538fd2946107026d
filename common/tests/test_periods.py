"""Periods: their days, what they are compared with, and how a refused one is told."""

import datetime as dt

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from common.periods import CHOICES, Period, PeriodForm, compared, last_days

DAY = dt.date


@pytest.mark.parametrize(
    ("key", "first", "before"),
    [
        ("30", DAY(2026, 10, 24), Period(DAY(2026, 9, 24), DAY(2026, 10, 23))),
        ("90", DAY(2026, 8, 25), Period(DAY(2026, 5, 27), DAY(2026, 8, 24))),
        ("12m", DAY(2025, 11, 23), Period(DAY(2024, 11, 23), DAY(2025, 11, 22), "12m")),
    ],
)
def test_choices_end_today(key: str, first: dt.date, before: Period) -> None:
    period = last_days(key, DAY(2026, 11, 22))
    assert (period.first, period.last) == (first, DAY(2026, 11, 22))
    assert period.before == before


def test_any_other_key_is_the_default() -> None:
    assert last_days("x", DAY(2026, 11, 22)) == last_days("90", DAY(2026, 11, 22))


@given(st.dates(DAY(2000, 1, 1), DAY(2100, 1, 1)), st.sampled_from([key for key, _ in CHOICES]))
def test_the_period_before_ends_where_this_one_begins(today: dt.date, key: str) -> None:
    period = last_days(key, today)
    assert period.before.last + dt.timedelta(days=1) == period.first
    assert period.last == today
    assert abs(period.before.days - period.days) <= (2 if key == "12m" else 0)
    first, after = period.moments
    assert round((after - first).total_seconds() / 86400) == period.days


def test_in_words() -> None:
    assert Period(DAY(2026, 8, 25), DAY(2026, 11, 22)).words == "25 Aug to 22 Nov 2026"
    assert Period(DAY(2025, 11, 23), DAY(2026, 11, 22)).words == "23 Nov 2025 to 22 Nov 2026"
    one_day = Period(DAY(2026, 11, 22), DAY(2026, 11, 22))
    assert (one_day.words, one_day.length, one_day.days) == ("22 Nov 2026", "day", 1)
    assert one_day.before == Period(DAY(2026, 11, 21), DAY(2026, 11, 21))


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        (34, 28, "6 more than in the 90 days before (28)"),
        (1028, 2034, "1,006 fewer than in the 90 days before (2,034)"),
        (5, 5, "As in the 90 days before"),
        (0, 0, "None in the 90 days before either"),
        (3, 0, "3 more than in the 90 days before (0)"),
    ],
)
def test_compared(now: int, before: int, words: str) -> None:
    assert compared(now, before, "90 days") == words


@time_machine.travel("2026-11-22 12:00")
@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        ({"since": "2026-03-02", "until": "2026-03-01"}, "since", "The first day is after"),
        ({"until": "2026-03-01"}, "since", "Enter the first day too"),
        ({"since": "2026-11-23"}, "since", "This day is still to come"),
        ({"since": "2026-02-30"}, "since", "Enter a day, such as"),
        ({"since": "2020-01-01"}, "__all__", "three years at most"),
        ({"since": "0001-01-01", "until": "9999-12-31"}, "__all__", "three years at most"),
    ],
)
def test_refused_in_words(data: dict[str, str], field: str, words: str) -> None:
    form = PeriodForm(data)
    assert not form.is_valid()
    assert list(form.errors) == [field]
    assert words in form.errors[field][0]


@time_machine.travel("2026-11-22 12:00")
def test_days_win_over_a_choice_and_stop_today() -> None:
    form = PeriodForm({"period": "30", "since": "2026-11-20", "until": "2027-01-01"})
    assert form.is_valid()
    assert form.chosen() == Period(DAY(2026, 11, 20), DAY(2026, 11, 22))
    assert form.chosen().query == {"since": "2026-11-20", "until": "2026-11-22"}
