"""The Board's page: true figures, no name, no face, and no way to one."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from board.figures import current_values, losses_by_area, periods, received, received_by_month
from board.models import PlanTarget
from common import dates
from incidents.services import PersonInput
from tests import factories
from tests.cast import Cast
from tests.factories import MemberFactory, PaymentFactory


def test_members_that_count(cast: Cast) -> None:
    for kind, status in (("full", "lapsed"), ("affiliate", "active"), ("full", "prospect")):
        MemberFactory(kind=kind, status=status)
    # Two businesses of the cast and the active affiliate; no agency, no scheme, nobody lapsed.
    assert current_values()[PlanTarget.Measure.MEMBERS] == 3


def test_revenue_is_of_the_last_twelve_months(cast: Cast) -> None:
    member = cast.staff.member
    for days, amount in ((0, "10.50"), (300, "20"), (365, "40"), (400, "80")):
        PaymentFactory(
            member=member,
            received_on=dates.today() - dt.timedelta(days=days),
            amount=Decimal(amount),
        )
    got = current_values()[PlanTarget.Measure.REVENUE]
    assert got == received(
        since=dates.add_months(dates.today(), -12) + dt.timedelta(days=1), until=dates.today()
    )
    assert got == Decimal("30.50")


def test_losses_by_area_add_up(cast: Cast) -> None:
    wanted = factories.published(cast.intel).subject
    factories.accepted_incident(cast.intel, cast.staff, cast.shop, wanted)
    factories.accepted_incident(cast.intel, cast.other, cast.pub, wanted)
    factories.report(
        cast.staff, cast.shop, type=factories.incident_type(), people=[PersonInput(subject=wanted)]
    )  # not reviewed: doesn't count
    rows = losses_by_area(periods(dates.today())[0])
    assert {row["area__name"]: row["incidents"] for row in rows} == {
        "Town Centre": 1,
        "Temple Hill": 1,
    }
    assert all(row["net"] == row["stolen"] - row["recovered"] == 50 for row in rows)


def test_no_name_and_no_face_and_no_way_to_one(cast: Cast, client_of) -> None:
    version = factories.published(cast.intel)
    factories.served_notice(cast.intel, cast.staff, cast.shop, version.subject)
    PlanTarget.objects.create(measure="known", baseline=45, target=135, by=dt.date(2028, 3, 31))
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
    assert client_of(who).get("/board/").status_code == 404


class MonthsAddUp(TestCase):
    """Whatever was paid when, the months make the total."""

    @settings(max_examples=40, deadline=None)
    @given(
        st.lists(st.tuples(st.integers(0, 330), st.decimals("0.01", 900, places=2)), max_size=15)
    )
    def test_by_month(self, paid: list[tuple[int, Decimal]]) -> None:
        member = MemberFactory()
        for days, amount in paid:
            PaymentFactory(
                member=member, received_on=dates.today() - dt.timedelta(days=days), amount=amount
            )
        since = dates.month_starts(last=dates.today(), count=12)[0]
        assert sum(received_by_month(since=since).values(), Decimal(0)) == received(
            since=since, until=dates.today()
        )
