"""The calendar's rules, over every day that matters."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import dates

DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2040, 12, 31))


@pytest.mark.parametrize(
    ("served", "last"),
    [
        ("2026-03-14", "2027-03-13"),
        ("2028-02-29", "2029-02-28"),
        ("2027-03-01", "2028-02-29"),
        ("2028-03-01", "2029-02-28"),
        ("2026-01-01", "2026-12-31"),
    ],
)
def test_twelve_calendar_months_end_the_day_before(served: str, last: str) -> None:
    got = dates.last_day_of_year_from(dt.date.fromisoformat(served))
    assert got == dt.date.fromisoformat(last)


@given(DAYS)
def test_twelve_months_are_never_a_day_too_long(start: dt.date) -> None:
    last = dates.last_day_of_year_from(start)
    assert (last - start).days + 1 in (365, 366)
    following = last + dt.timedelta(days=1)
    assert (following.month, following.day) == (
        (3, 1) if (start.month, start.day) == (2, 29) else (start.month, start.day)
    )


@given(DAYS, st.integers(-60, 60))
def test_adding_months_stays_in_the_month_meant(day: dt.date, months: int) -> None:
    moved = dates.add_months(day, months)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day <= day.day


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-03-28T23:59:00+00:00", "2026-03-28"),
        ("2026-03-29T00:59:00+00:00", "2026-03-29"),
        ("2026-03-29T23:30:00+00:00", "2026-03-30"),  # summer time began that day
        ("2026-10-24T23:30:00+00:00", "2026-10-25"),  # the last night of summer time
        ("2026-10-25T23:30:00+00:00", "2026-10-25"),
    ],
)
def test_the_date_is_londons(moment: str, day: str) -> None:
    assert dates.london_date(dt.datetime.fromisoformat(moment)) == dt.date.fromisoformat(day)


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        dates.london_date(dt.datetime(2026, 3, 1))


def test_words_people_use() -> None:
    now = dt.datetime(2026, 11, 22, 14, 30, tzinfo=dates.LONDON)
    assert dates.in_words(now - dt.timedelta(minutes=25), now=now) == "today 14:05"
    assert dates.in_words(now - dt.timedelta(days=1), now=now) == "yesterday 14:30"
    assert dates.in_words(dt.datetime(2027, 3, 13, 9, 5, tzinfo=dates.LONDON), now=now) == (
        "13 Mar 2027 09:05"
    )


def test_financial_quarters() -> None:
    assert dates.financial_year_start(dt.date(2027, 3, 31)) == dt.date(2026, 4, 1)
    assert dates.financial_year_start(dt.date(2026, 4, 1)) == dt.date(2026, 4, 1)
    assert dates.quarter_start(dt.date(2026, 11, 22)) == dt.date(2026, 10, 1)
    months = dates.month_starts(last=dt.date(2026, 2, 15), count=3)
    assert months == [dt.date(2025, 12, 1), dt.date(2026, 1, 1), dt.date(2026, 2, 1)]
