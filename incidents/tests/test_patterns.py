"""When and where: true figures, each leading to its own rows; a business sees its own only."""

import datetime as dt
from decimal import Decimal
from html import unescape
from itertools import pairwise

import pytest
import time_machine
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from common.dates import LONDON
from common.periods import Period
from incidents.models import Report
from incidents.patterns.figures import Sums, _trend
from incidents.services import ItemInput, report_accept, report_reject
from tests import factories
from tests.cast import Cast
from tests.factories import AreaFactory, MemberFactory, PremisesFactory

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=LONDON)


@pytest.fixture(autouse=True)
def _a_sunday_in_november():
    with time_machine.travel(NOW, tick=True):
        yield


def incident(cast: Cast, at: str, *, by: str = "staff", accept: bool = True, **fields) -> Report:
    """Return an incident at a London time, accepted unless told otherwise."""
    when = dt.datetime.fromisoformat(at).replace(tzinfo=LONDON)
    site = cast.pub if by.startswith("other") else cast.shop
    values = {"type": factories.incident_type(), "occurred_at": when} | fields
    made = factories.report(cast.users[by], site, **values)
    if accept:
        made = report_accept(by=cast.intel, report=made, revision=made.revision)
    return made


def goods(category: str, stolen: str, recovered: str = "0", quantity: int = 1) -> list[ItemInput]:
    return [ItemInput(category, "", quantity, Decimal(stolen), Decimal(recovered))]


@pytest.fixture
def some(cast: Cast) -> None:
    threats = factories.incident_type("threats", label="Threats or abuse", asks=[])
    asb = factories.incident_type("asb", label="Anti-social behaviour", family="asb", asks=[])
    incident(cast, "2026-11-20T15:10", items=goods("meat", "100", "40", 3), outcome="arrested")
    incident(cast, "2026-11-20T15:50", items=goods("meat", "20.40"))
    incident(cast, "2026-11-13T15:59", items=goods("alcohol", "30") + goods("meat", "1"))
    incident(cast, "2026-11-14T16:00", type=threats)
    incident(cast, "2026-10-01T09:30", by="other", type=asb, outcome="left")
    incident(cast, "2026-08-25T00:00", by="other")  # the first moment of the 90 days
    incident(cast, "2026-08-24T23:59", by="other")  # the day before
    incident(cast, "2026-11-19T11:00", accept=False)
    incident(cast, "2026-11-19T11:00", by="otherstore", accept=False)
    rejected = incident(cast, "2026-11-18T11:00", accept=False)
    report_reject(by=cast.intel, report=rejected, revision=1, reason="x")
    factories.report(cast.staff, cast.shop)  # a sighting


def rows_behind(client: Client, url: str) -> int:
    return client.get(url).context["page"].paginator.count


def all_links(context) -> list[tuple[str, int, str]]:
    """Return (what, number, address) for each figure of the page that leads somewhere."""
    found = [("total", int(context["tiles"][0].value), context["tiles"][0].url)]
    for name in ("trend", "premises", "areas", "types", "outcomes"):
        found += [(f"{name} {row.label}", row.sums.number, row.url) for row in context[name]]
    for row in context["week"]:
        found.append((row["name"], row["n"], row["url"]))
        found += [(f"{row['name']} {c['hour']}", c["n"], c["url"]) for c in row["cells"] if c["n"]]
    return found


@pytest.mark.parametrize(
    ("who", "query", "number"),
    [
        ("intel", "", 6),
        ("intel", "?period=12m", 7),
        ("intel", "?period=30", 4),
        ("intel", "?what=shop-theft", 4),
        ("intel", "?what=all:crime", 5),
        ("intel", "?what=all:asb", 1),
        ("intel", "?area=temple-hill", 2),
        ("intel", "?member=marlowe", 4),
        ("intel", "?since=2026-11-20&until=2026-11-20", 2),
        ("store", "", 5),
        ("store", "?since=2026-11-19&until=2026-11-19", 1),
        ("otherstore", "?period=12m", 4),
    ],
)
def test_each_figure_is_true_and_leads_to_its_rows(
    client_of, some, who: str, query: str, number: int
) -> None:
    client = client_of(who)
    context = client.get(f"/patterns/{query}").context
    assert context["figures"].total.number == number
    for what, shown, url in all_links(context):
        assert rows_behind(client, url) == shown, what
    for name in ("trend", "premises", "areas", "types", "outcomes"):
        assert sum(row.sums.number for row in context[name]) == number, name
    assert sum(context["figures"].hours.values()) == number


def test_goods_and_losses(client_of, some) -> None:
    client = client_of("intel")
    context = client.get("/patterns/").context
    total = context["figures"].total
    assert (total.stolen, total.recovered, total.net) == (151, 40, 111)
    got = {row.label: row for row in context["goods"]}
    meat = got["Meat and cheese"].sums
    assert (meat.number, meat.stolen, meat.recovered, meat.net) == (5, 121, 40, 81)
    assert rows_behind(client, got["Meat and cheese"].url) == 3
    assert rows_behind(client, got["Alcohol"].url) == 1


def test_a_business_sees_its_own_and_no_other(client_of, some, cast: Cast) -> None:
    for query in ("", "?member=penfold", "?area=temple-hill&member=penfold"):
        page = client_of("store").get(f"/patterns/{query}").content.decode()
        assert "Penfold" not in page
    empty = client_of("store").get("/patterns/?area=temple-hill")
    assert empty.context["figures"].total.number == 0


def test_no_member_is_named_by_narrowing_the_list_of_reports(client_of, some) -> None:
    for who in ("staff", "store", "police"):
        answer = client_of(who).get("/reports/?member=penfold&only=accepted")
        assert "reported by" not in answer.context["narrowed"].words
    assert "reported by The Penfold Arms" in unescape(
        client_of("intel").get("/reports/?member=penfold").content.decode()
    )


def test_the_period_before_in_words(client_of, some) -> None:
    incident_tile = client_of("intel").get("/patterns/").context["tiles"][0]
    assert incident_tile.note == "5 more than in the 90 days before (1)"
    page = client_of("intel").get("/patterns/?since=2026-11-20&until=2026-11-20").content.decode()
    assert "2 more than in the day before (0)" in page


@pytest.mark.parametrize(
    ("moment", "day", "hour"),
    [
        ("2026-07-03T23:30:00+00:00", "Saturday", 0),  # Friday in UTC
        ("2026-10-25T00:30:00+00:00", "Sunday", 1),  # the hour that comes twice, first
        ("2026-10-25T01:30:00+00:00", "Sunday", 1),  # and again
        ("2026-03-29T00:59:59+00:00", "Sunday", 0),  # the last second of winter time
        ("2026-03-29T01:00:00+00:00", "Sunday", 2),
    ],
)
def test_hours_are_londons(cast: Cast, client_of, moment: str, day: str, hour: int) -> None:
    at = dt.datetime.fromisoformat(moment)
    made = factories.report(cast.staff, cast.shop, type=factories.incident_type(), occurred_at=at)
    report_accept(by=cast.intel, report=made, revision=1)
    client = client_of("intel")
    context = client.get("/patterns/?period=12m").context
    (cell,) = [
        (row["name"], cell["hour"], cell["url"])
        for row in context["week"]
        for cell in row["cells"]
        if cell["n"]
    ]
    assert cell[:2] == (day, hour)
    assert rows_behind(client, cell[2]) == 1


def test_words_for_nothing_and_for_what_is_refused(client_of, cast: Cast) -> None:
    client = client_of("intel")
    page = client.get("/patterns/").content.decode()
    assert "No incidents in this period" in page
    assert "None in the 90 days before either" in page
    page = client.get("/patterns/?since=2026-03-02&until=2026-03-01&area=temple-hill")
    text = page.content.decode()
    assert "The first day is after the last" in text
    assert 'value="2026-03-02"' in text
    assert "figures" not in page.context


def test_a_member_is_found_by_name(client_of, some) -> None:
    for number in range(7):
        MemberFactory(name=f"Sallow {number}")
    client = client_of("intel")
    for typed in ("marlowe", "Marlowe Chemist", "marlowe chemist", "chem"):
        page = client.get("/patterns/", {"member": typed})
        assert page.context["figures"].total.number == 4, typed
        assert 'value="Marlowe Chemist"' in page.content.decode()
    assert "No member has this name" in client.get("/patterns/?member=zz").content.decode()
    page = client.get("/patterns/?member=sallow").content.decode()
    assert "Which one: Sallow 0, Sallow 1" in page
    assert "and others?" in page


def test_the_twenty_premises_with_most(cast: Cast, client_of) -> None:
    area = AreaFactory(name="Crossways")
    for _ in range(22):
        site = PremisesFactory(member=MemberFactory(area=area))
        made = factories.report(
            cast.intel, site, type=factories.incident_type(), items=goods("cash", "9999999.99")
        )
        report_accept(by=cast.intel, report=made, revision=1)
    page = client_of("intel").get("/patterns/")
    assert len(page.context["premises"]) == 20
    assert "the 20 with most" in page.content.decode()
    assert "£220,000,000" in page.content.decode()
    assert page.context["figures"].total == Sums(22, Decimal("219999999.78"), Decimal(0))


@given(st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)), st.integers(1, 1098))
def test_a_trend_has_every_day_once(first: dt.date, days: int) -> None:
    period = Period(first, first + dt.timedelta(days=days - 1))
    every = [(first + dt.timedelta(days=n), 1) for n in range(days)]
    trend = _trend(period, every)
    assert sum(line.sums.number for line in trend.lines) == days
    spans = [(line.query["since"], line.query["until"]) for line in trend.lines]
    assert spans[0][0] == period.first.isoformat()
    assert spans[-1][1] == period.last.isoformat()
    for (_, until), (since, _) in pairwise(spans):
        assert dt.date.fromisoformat(until) + dt.timedelta(days=1) == dt.date.fromisoformat(since)
    assert len(trend.lines) <= 40
    assert len({line.label for line in trend.lines}) == len(trend.lines)


def test_an_address_without_meaning_narrows_nothing(client_of, some) -> None:
    client = client_of("intel")
    everything = rows_behind(client, "/reports/")
    for query in (
        "day=8", "hour=24", "hour=-1", "day=%D9%A3", "only=x", "goods=x", "method=x", "outcome=x",
        "area=x", "what=x", "what=all:x", "since=2026-01-01", "since=2026-02-02&until=2026-02-01",
    ):  # fmt: skip
        assert rows_behind(client, f"/reports/?{query}") == everything, query
    page = client.get("/reports/?only=accepted&what=shop-theft&day=5&hour=15")
    text = page.content.decode()
    assert "Accepted incidents, Shop theft, Fridays, 15:00 to 16:00" in text
    for chip in page.context["chips"]:
        assert client.get(f"/reports/{chip.url}").context["page"].paginator.count == chip.count
