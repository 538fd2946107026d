"""Figures that are drawn once for each count are never older than the page says."""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from board.models import PlanTarget, Refresh
from board.tallies import last_count, tallies_rebuild, tallies_refresh
from board.targets import TargetInput, target_set
from common import dates
from tests import factories
from tests.cast import Cast
from tests.factories import PaymentFactory

ClientOf = Callable[[str], Client]


def read(client: Client, query: str = "") -> tuple[str, int]:
    """The page, and how many statements it took."""
    with CaptureQueriesContext(connection) as sent:
        page = client.get(f"/board/{query}").content.decode()
    return page, len(sent)


def theft(cast: Cast) -> None:
    """An accepted theft of a minute ago, at the shop."""
    wanted = factories.subject(cast.intel, photo=False)
    at = timezone.now() - dt.timedelta(minutes=1)
    factories.accepted_incident(cast.intel, cast.staff, cast.shop, wanted, occurred_at=at)


def incidents(page: str) -> str:
    """What the page says of this period's incidents."""
    found = re.search(r">Incidents\b.*?</th><td[^>]*>(.*?)</td>", page)
    assert found
    return found[1]


def figures(page: str) -> str:
    """The page from the first figures on, without what is made for each request."""
    return page.partition('<div class="board-part">')[2].partition("</main>")[0]


def test_they_are_read_once_for_each_count(cast: Cast, client_of: ClientOf) -> None:
    theft(cast)
    tallies_refresh()
    client = client_of("board")
    first, drawn = read(client)
    second, kept = read(client)
    other, by_the_manager = read(client_of("intel"))
    assert kept < drawn / 2
    assert by_the_manager < drawn / 2
    assert incidents(first) == incidents(second) == incidents(other) == "1"
    theft(cast)
    assert incidents(read(client)[0]) == "1"  # not counted yet
    tallies_refresh()
    assert incidents(read(client)[0]) == "2"


def test_counts_of_one_moment_are_told_apart(cast: Cast, client_of: ClientOf) -> None:
    client = client_of("board")
    with time_machine.travel(timezone.now(), tick=False):
        tallies_rebuild()
        before, shown = last_count(), incidents(read(client)[0])
        theft(cast)
        tallies_rebuild()
        after = last_count()
        assert before is not None
        assert after is not None
        assert before.at == after.at
        assert before != after
        assert (shown, incidents(read(client)[0])) == ("0", "1")


def test_what_is_rolled_back_is_not_shown(cast: Cast, client_of: ClientOf) -> None:
    tallies_refresh()
    client = client_of("board")
    read(client)
    with transaction.atomic():
        theft(cast)
        tallies_refresh()
        assert incidents(read(client)[0]) == "1"
        transaction.set_rollback(True)
    assert incidents(read(client)[0]) == "0"


def test_parts_and_periods_are_kept_apart(cast: Cast, client_of: ClientOf) -> None:
    for _ in range(7):
        theft(cast)
    tallies_refresh()
    client = client_of("board")
    asked = ("", "?area=town-centre", "?area=temple-hill", "?period=month")
    made = {query: figures(read(client, query)[0]) for query in asked}
    assert len(set(made.values())) == len(asked)
    assert {query: figures(read(client, query)[0]) for query in asked} == made
    assert "By area" in made[""]
    assert "By area" not in made["?area=town-centre"]


def test_the_next_day_has_its_own(cast: Cast, client_of: ClientOf) -> None:
    """Of a month that is over the same is asked, and the count is of a minute ago."""
    tomorrow = dates.today() + dt.timedelta(days=1)
    midnight, moment = dates.london_midnight(tomorrow), dt.timedelta(seconds=30)
    over = f"?period=month&from={dates.add_months(dates.today(), -3).replace(day=1)}"
    with time_machine.travel(midnight - moment, tick=False) as clock:
        tallies_refresh()
        client = client_of("board")
        _, drawn = read(client, over)
        _, kept = read(client, over)
        clock.move_to(midnight + moment)
        _, next_day = read(client, over)
        _, kept_then = read(client, over)
    assert kept == kept_then < drawn / 2
    assert next_day > drawn / 2


def test_a_new_target_is_seen_at_once(cast: Cast, client_of: ClientOf) -> None:
    by = dt.date(2090, 3, 31)
    PlanTarget.objects.create(measure="members", baseline=80, target=140, by=by)
    tallies_refresh()
    client = client_of("board")
    assert "from 80 to 140 by" in read(client)[0]
    data = TargetInput(Decimal(80), Decimal(155), by)
    target_set(by=cast.board, measure="members", number=1, data=data, why="Agreed")
    assert "from 80 to 155 by" in read(client)[0]


def test_a_payment_is_in_the_next_count(cast: Cast, client_of: ClientOf) -> None:
    tallies_refresh()
    client = client_of("board")
    read(client)
    PaymentFactory(member=cast.staff.member, amount=Decimal("31.50"), received_on=dates.today())
    tallies_refresh()
    assert "£31.50" in read(client)[0]


def test_nothing_is_kept_where_the_worker_stands_still(cast: Cast, client_of: ClientOf) -> None:
    tallies_refresh()
    Refresh.objects.update(completed_at=timezone.now() - dt.timedelta(minutes=3))
    client = client_of("board")
    assert "These figures are behind" in read(client)[0]
    PaymentFactory(member=cast.staff.member, amount=Decimal("31.50"), received_on=dates.today())
    assert "£31.50" in read(client)[0]


@pytest.mark.parametrize("who", ["staff", "store", "police", "admin"])
def test_they_are_nobody_elses(cast: Cast, client_of: ClientOf, who: str) -> None:
    theft(cast)
    tallies_refresh()
    read(client_of("board"))
    answer = client_of(who).get("/board/")
    assert answer.status_code in (403, 404)
    assert b"Incidents and losses" not in answer.content
