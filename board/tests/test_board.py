"""The Board's page is the Board's and the manager's, and leads to no face; revenue adds up."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from board.figures import revenue_for
from board.models import PlanTarget
from board.tallies import tallies_refresh
from common import dates
from tests import factories
from tests.cast import Cast
from tests.factories import MemberFactory, PaymentFactory


def test_no_name_and_no_face_and_no_way_to_one(cast: Cast, client_of) -> None:
    version = factories.published(cast.intel)
    factories.served_notice(cast.intel, cast.staff, cast.shop, version.subject)
    PlanTarget.objects.create(measure="known", baseline=45, target=135, by=dt.date(2028, 3, 31))
    tallies_refresh()
    board = client_of("board")
    page = board.get("/board/").content.decode()
    for secret in (version.name, "Marsh", version.subject.ref, "/photos/", "/gallery", "/subjects"):
        assert secret not in page, secret
    for path in (
        "/gallery/",
        f"/gallery/{version.subject.ref}/",
        f"/subjects/{version.subject.ref}/",
        f"/photos/{version.main_photo.uuid}/thumb/",
        "/exclusions/",
        "/reports/",
        "/bulletins/",
        "/queue/",
        "/log/",
    ):
        assert board.get(path).status_code == 404, path


@pytest.mark.parametrize("who", ["staff", "store", "police", "admin"])
def test_the_page_is_the_boards_and_the_managers(client_of, who: str) -> None:
    for path in ("/board/", "/board/figures.csv", "/board/targets/", "/board/targets/members/"):
        assert client_of(who).get(path).status_code == 404


DAY = dt.timedelta(days=1)


def month_of(day: dt.date) -> dt.date:
    return day.replace(day=1)


class MonthsAddUp(TestCase):
    """Whatever was paid when, the months make the total."""

    @settings(max_examples=40, deadline=None)
    @given(
        st.lists(st.tuples(st.integers(0, 330), st.decimals("0.01", 900, places=2)), max_size=15)
    )
    def test_by_month(self, paid: list[tuple[int, Decimal]]) -> None:
        member = MemberFactory()
        for days, amount in paid:
            PaymentFactory(member=member, received_on=dates.today() - days * DAY, amount=amount)
        months = dates.month_starts(last=dates.today(), count=12)
        revenue = revenue_for(months=months)
        total = sum((amount for _, amount in paid), Decimal(0))
        by_hand = {
            month: sum(
                (n for back, n in paid if month_of(dates.today() - back * DAY) == month), Decimal(0)
            )
            for month in months
        }
        assert {month: revenue.in_month(month) for month in months} == by_hand
        assert revenue.between(months[0], dates.today()) == sum(by_hand.values(), Decimal(0))
        assert revenue.years_to(months)[-1] == total
        assert revenue.years_to(months)[-2] == total - by_hand[months[-1]]
