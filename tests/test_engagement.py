"""Who uses the scheme, and whom to visit before the renewal."""

import datetime as dt

from audit.services import record
from common import dates
from members.actions import SIGNED_IN
from members.models import Member, Subscription
from offenders.actions import BULLETIN_VIEWED
from tests import factories
from tests.cast import Cast


def renews(member: Member, in_days: int) -> None:
    """Let a member's subscription end in so many days."""
    today = dates.today()
    Subscription.objects.create(
        member=member,
        starts_on=today - dt.timedelta(days=300),
        ends_on=today + dt.timedelta(days=in_days),
        fee=100,
    )


def test_who_renews_soon_with_what_its_people_did(cast: Cast, client_of) -> None:
    renews(cast.store.member, 30)
    renews(cast.other.member, 20)
    renews(factories.MemberFactory(name="Later Shop"), 200)
    factories.report(cast.staff, cast.shop)
    record(SIGNED_IN, by=cast.staff)
    record(BULLETIN_VIEWED, by=cast.store, ref="BUL-2026-0001")
    rows = client_of("board").get("/members/engagement/").context["rows"]
    assert [row.member.name for row in rows] == ["The Penfold Arms", "Marlowe Chemist"]
    quiet, busy = rows
    assert (busy.people, busy.sign_ins, busy.reports, busy.bulletins) == (2, 1, 1, 1)
    assert (quiet.why, busy.why) == ("Nobody signed in", "")


def test_the_page_names_no_person(cast: Cast, client_of) -> None:
    renews(cast.store.member, 30)
    page = client_of("board").get("/members/engagement/?show=all").content.decode()
    assert cast.staff.name not in page
