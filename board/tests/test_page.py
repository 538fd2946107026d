"""The page's figures are the records', with their periods, filters and files; nobody is in them."""

import csv
import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from audit.models import Event
from board.forms import BoardForm
from board.models import Level, PlanTarget, Refresh, Tally
from board.page import Figures
from board.periods import own_days, period_of
from board.plan import Progress, plan_progress, slope
from board.reading import counts, days_of
from board.tallies import tallies_refresh
from common import dates
from common.periods import Period
from incidents.services import ItemInput
from tests import factories
from tests.cast import Cast
from tests.factories import MemberFactory, PaymentFactory

DAY = dt.timedelta(days=1)
ClientOf = Callable[[str], Client]


def theft(cast: Cast, wanted: Any, ago: int, *, pub: bool = False, **fields: Any) -> Any:
    """An accepted theft so many days ago."""
    by, site = (cast.other, cast.pub) if pub else (cast.staff, cast.shop)
    at = timezone.now() - ago * DAY - dt.timedelta(minutes=1)
    return factories.accepted_incident(cast.intel, by, site, wanted, occurred_at=at, **fields)


def asked(query: str) -> Any:
    """What an address asks for."""
    from django.http import QueryDict

    form = BoardForm(QueryDict(query))
    assert form.is_valid(), form.errors
    return form.asked()


def rows(page: Figures) -> dict[str, list[str]]:
    """The page's tables in words."""
    return {
        line.label: [cell.words for cell in line.cells]
        for section in page.sections
        for line in section.lines
    }


@pytest.mark.parametrize(
    ("key", "day", "today", "first", "last", "before", "year_before"),
    [
        ("quarter", "2026-11-26", "2026-11-26", "2026-10-01", "2026-11-26",
         ("2026-07-01", "2026-08-26"), ("2025-10-01", "2025-11-26")),
        ("quarter", "2026-08-02", "2026-11-26", "2026-07-01", "2026-09-30",
         ("2026-04-01", "2026-06-30"), ("2025-07-01", "2025-09-30")),
        ("month", "2026-03-31", "2026-03-30", "2026-03-01", "2026-03-30",
         ("2026-02-01", "2026-02-28"), ("2025-03-01", "2025-03-30")),
        ("month", "2028-02-10", "2028-05-01", "2028-02-01", "2028-02-29",
         ("2028-01-01", "2028-01-31"), ("2027-02-01", "2027-02-28")),
        ("year", "2026-03-31", "2026-11-26", "2025-04-01", "2026-03-31",
         ("2024-04-01", "2025-03-31"), ("2024-04-01", "2025-03-31")),
        ("year", "2026-04-01", "2026-04-01", "2026-04-01", "2026-04-01",
         ("2025-04-01", "2025-04-01"), ("2025-04-01", "2025-04-01")),
    ],
)  # fmt: skip
def test_periods(
    key: str, day: str, today: str, first: str, last: str, before: Any, year_before: Any
) -> None:
    found = period_of(key, dt.date.fromisoformat(day), dt.date.fromisoformat(today))

    def days(period: Any) -> tuple[str, str]:
        return period.first.isoformat(), period.last.isoformat()

    assert days(found) == (first, last)
    assert (days(found.before), days(found.year_before)) == (before, year_before)


def test_own_days_are_compared_with_as_many_before() -> None:
    found = own_days(dt.date(2026, 3, 10), dt.date(2026, 3, 19), dt.date(2026, 11, 26))
    assert found.before == Period(dt.date(2026, 2, 28), dt.date(2026, 3, 9))
    assert found.year_before == Period(dt.date(2025, 3, 10), dt.date(2025, 3, 19))


@pytest.mark.parametrize(
    ("query", "name", "words"),
    [
        ("period=quarter", "quarter", "Quarter"),
        ("period=month&from=2026-02-10", "month", "February 2026"),
        ("period=year&from=2025-04-01&to=2026-03-31", "year", "Financial year 2025–26"),
        ("period=year&from=2025-04-02&to=2026-03-31", "any", "2 Apr 2025 to 31 Mar 2026"),
        ("period=any&from=2026-02-01&to=2099-01-01", "any", "1 Feb"),
    ],
)
def test_addresses(db: None, query: str, name: str, words: str) -> None:
    with time_machine.travel(dt.datetime(2026, 11, 26, 12, tzinfo=dt.UTC), tick=False):
        found = asked(query).period
    assert found.key == name
    assert found.words.startswith(words)


@pytest.mark.parametrize(
    ("first", "last"), [(0, 0), (3, 0), (45, 0), (100, 10), (355, 35), (62, 31), (30, 29), (20, 9)]
)
def test_months_and_days_make_any_period(cast: Cast, first: int, last: int) -> None:
    """Whole months inside and days at the ends: each day is in it once."""
    wanted = factories.subject(cast.intel, photo=False)
    today = dates.today()
    for ago in (0, 2, 9, 10, 20, 29, 30, 31, 34, 35, 44, 45, 46, 61, 62, 99, 100, 101, 350, 360):
        theft(cast, wanted, ago)
    tallies_refresh()
    period = Period(today - first * DAY, today - last * DAY)
    from incidents.models import Report

    raw = Report.objects.filter(occurred_on__range=(period.first, period.last)).count()
    assert counts(period, Tally.By.AREA).sums("incident").number == raw
    assert days_of(period)


def test_figures_to_the_penny(cast: Cast) -> None:
    wanted = factories.subject(cast.intel, photo=False)
    today = dates.today()
    goods = [
        ItemInput(
            category="cosmetics", value_stolen=Decimal("12.34"), value_recovered=Decimal("0.35")
        )
    ]
    theft(cast, wanted, 0, items=goods)
    theft(cast, wanted, 0, items=goods, pub=True)
    PaymentFactory(member=cast.staff.member, received_on=today, amount=Decimal("99.01"))
    tallies_refresh()
    found = rows(Figures(asked(f"period=any&from={today}")))
    assert found["Incidents"] == ["2", "0", "0"]
    assert [found[name][0] for name in ("Property stolen", "Property recovered", "Net loss")] == [
        "£24.68",
        "£0.70",
        "£23.98",
    ]
    assert found["Received"] == ["£99.01", "£0", "£0"]
    assert found["Members at the end"] == ["2", "2", "2"]


def test_radios_and_training_stand_beside_the_rest(cast: Cast) -> None:
    today = dates.today()
    factories.lent(cast.intel, cast.store.member)
    passed = factories.certified(cast.intel, cast.staff)
    tallies_refresh()
    found = rows(Figures(asked(f"period=any&from={passed.session.on}&to={today}")))
    assert found["Radios on loan at the end"][0] == "1"
    assert found["Members with a radio"][0] == "1"
    assert found["Body-worn cameras on loan"][0] == "0"
    assert found["Training sessions held"][0] == "1"
    assert found["Passed"][0] == "1"
    assert "Passed" not in rows(Figures(asked("area=town-centre")))


def test_known_offenders_are_not_invented(cast: Cast) -> None:
    factories.subject(cast.intel, photo=False)
    tallies_refresh()
    found = rows(Figures(asked("")))
    assert found["Known offenders at the end"] == ["1", "not counted", "not counted"]


def test_an_area_shows_no_person(cast: Cast) -> None:
    wanted = factories.subject(cast.intel, photo=False)
    factories.served_notice(cast.intel, cast.staff, cast.shop, wanted)
    for _ in range(2):
        theft(cast, wanted, 1, pub=True)
    tallies_refresh()
    whole, area = Figures(asked("")), Figures(asked("area=temple-hill"))
    assert rows(whole)["Notices served"][0] == "1"
    assert rows(area)["Notices served"][0] in ("fewer than 5", "not shown")
    assert rows(area)["Incidents"][0] in ("fewer than 5", "not shown")
    assert "Received" not in rows(area)
    assert not area.by_area
    cells = [cell for row in whole.by_area for cell in row.cells]
    assert all(not cell.is_shown and cell.value is None for cell in cells)


def test_area_and_sector_at_once_are_refused(cast: Cast, client_of: ClientOf) -> None:
    tallies_refresh()
    client = client_of("board")
    answer = client.get("/board/?area=temple-hill&sector=licensed")
    assert "Choose an area or a sector" in answer.content.decode()
    assert "figures" not in answer.context
    assert client.get("/board/figures.csv?area=temple-hill&sector=licensed").status_code == 302


@pytest.mark.parametrize(
    "query",
    ["period=any", "to=2026-01-01", "from=2999-01-01", "period=any&from=2026-03-02&to=2026-03-01",
     "period=any&from=2001-01-01", "period=month&from=0001-01-01", "period=week",
     "area=atlantis", "sector=x", "from=yesterday"],
)  # fmt: skip
def test_what_is_no_period_is_refused(cast: Cast, client_of: ClientOf, query: str) -> None:
    tallies_refresh()
    answer = client_of("board").get(f"/board/?{query}")
    assert answer.status_code == 200
    assert "Nothing to show yet" in answer.content.decode()


def test_it_says_as_of_when_and_when_it_is_behind(cast: Cast, client_of: ClientOf) -> None:
    client = client_of("board")
    assert "Nothing has been counted yet" in client.get("/board/").content.decode()
    assert client.get("/board/figures.csv").status_code == 302
    tallies_refresh()
    fresh = client.get("/board/").content.decode()
    assert "as of" in fresh
    assert "behind" not in fresh
    Refresh.objects.update(completed_at=timezone.now() - dt.timedelta(minutes=3))
    assert "These figures are behind" in client.get("/board/").content.decode()
    tallies_refresh()
    assert "behind" not in client.get("/board/").content.decode()


def read(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_files_have_what_the_page_has(cast: Cast, client_of: ClientOf) -> None:
    wanted = factories.subject(cast.intel, photo=False)
    for _ in range(6):
        theft(cast, wanted, 0)
    theft(cast, wanted, 0, pub=True)
    PlanTarget.objects.create(measure="members", baseline=1, target=9, by=dt.date(2090, 1, 1))
    tallies_refresh()
    client = client_of("board")
    found = {tuple(row[:3]): row[3:] for row in read(client.get("/board/figures.csv?period=month"))}
    assert found["Incidents and losses", "Incidents", ""][0] == "7"
    assert found["Business plan", "Members", "target"][0] == "9"
    hidden = found["By area", "Incidents", "Temple Hill"][0]
    assert hidden in ("fewer than 5", "not shown")
    area = {
        tuple(row[:3]): row[3:] for row in read(client.get("/board/figures.csv?area=temple-hill"))
    }
    assert area["Incidents and losses", "Incidents", ""][0] == hidden
    assert not any(key[0] in ("Business plan", "Revenue", "By area") for key in area)
    ods = client.get("/board/figures.ods")
    assert ods["Content-Type"].startswith("application/vnd.oasis.opendocument")
    assert Event.objects.filter(action="board.figures.exported").count() == 3


def progress(history: list[Any], target: int = 140, months: int = 10) -> Progress:
    """A figure of the plan with a past."""
    by = dates.add_months(dates.today(), months)
    held = PlanTarget(measure="members", baseline=80, target=target, by=by)
    values = [None if n is None else Decimal(n) for n in history]
    starts = dates.month_starts(last=dates.today(), count=len(values))
    return Progress(held, values[-1] or Decimal(0), starts, values)


@pytest.mark.parametrize(
    ("history", "target", "months", "state", "words"),
    [
        (range(100, 113), 140, 10, "short", "At this pace 122 by"),
        (range(100, 113), 120, 10, "on_course", "On course: at this pace 122 by"),
        (range(100, 113), 112, 10, "reached", "Reached"),
        (range(100, 113), 140, -1, "missed", "Not reached by"),
        ([None] * 12 + [5], 140, 10, "unknown", "Counted since"),
        ([None] * 9 + [97, 98, 99, 99], 140, 10, "unknown", "Counted since"),
        ([None] * 8 + [96, 97, 98, 99, 99], 140, 10, "short", "At this pace 109 by"),
        ([112] * 13, 140, 10, "short", "At this pace 112 by"),
        (range(40, 27, -1), 140, 60, "short", "At this pace 0 by"),
    ],
)
def test_whether_it_gets_there(
    history: Any, target: int, months: int, state: str, words: str
) -> None:
    found = progress(list(history), target, months)
    assert found.state == state
    assert found.verdict.startswith(words)


def test_pace_and_need() -> None:
    found = progress(list(range(100, 113)))
    assert found.pace == 1
    assert found.pace_words == "1 more a month; 2.8 needed"
    assert progress(list(range(40, 27, -1))).pace_words.startswith("1 fewer a month")
    assert slope([(0, Decimal(1)), (1, Decimal(2)), (3, Decimal(4))]) == 1


def test_the_plan_is_read_from_counts_and_payments(cast: Cast) -> None:
    today = dates.today()
    by = dt.date(2090, 3, 31)
    for measure in PlanTarget.Measure.values:
        PlanTarget.objects.create(measure=measure, baseline=1, target=200, by=by)
    MemberFactory(kind="affiliate", joined_on=dates.add_months(today, -3))
    MemberFactory(kind="full", status="lapsed", joined_on=dates.add_months(today, -8),
                  left_on=dates.add_months(today, -2))  # fmt: skip
    for months, amount in ((0, "10.50"), (5, "20"), (12, "40"), (14, "80")):
        PaymentFactory(member=cast.staff.member, amount=Decimal(amount),
                       received_on=dates.add_months(today, -months))  # fmt: skip
    Level.objects.create(day=today.replace(day=1) - DAY, measure="known", value=41)
    factories.subject(cast.intel, photo=False)
    tallies_refresh()
    found = {row.measure: row for row in plan_progress()}
    assert list(found) == PlanTarget.Measure.values
    assert found["members"].value == 3
    assert [int(n or 0) for n in found["members"].history[-10:]] == [2, 3, 3, 3, 3, 3, 4, 3, 3, 3]
    assert found["revenue"].value == Decimal("30.50")
    assert found["known"].history[-2:] == [41, 1]
    assert found["known"].history[0] is None
    assert found["signing_in"].value == 0
