"""Queries per page: constant whatever the data, and within tests/query_budgets.toml."""

import datetime as dt
import tomllib
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from incidents.services import PersonInput, report_accept
from offenders.services import bulletin_send
from tests import factories
from tests.cast import Cast

BUDGETS = tomllib.loads((Path(__file__).parent / "query_budgets.toml").read_text())
CASES = [(who, path, most) for who, pages in BUDGETS.items() for path, most in pages.items()]


def one_more_of_everything(cast: Cast) -> dict[str, object]:
    """Add a published, excluded subject with reports, notices and a bulletin; return references."""
    intel = cast.intel
    version = factories.published(intel, name="Kevin Marsh", aliases=["Kez"])
    seen = [PersonInput(subject=version.subject)]
    waiting = factories.report(cast.staff, cast.shop, people=seen, photos=[factories.upload()])
    factories.report(cast.staff, cast.shop, people=[PersonInput(description="grey hoodie")])
    accepted = factories.report(cast.staff, cast.shop, type=factories.incident_type(), people=seen)
    report_accept(by=intel, report=accepted, revision=1)
    notice = factories.served_notice(
        intel, cast.staff, cast.shop, version.subject, ago=dt.timedelta(days=340)
    )
    hidden = factories.subject(intel, name="Hidden Person")
    factories.raised_notice(intel, cast.staff, cast.shop, hidden)
    bulletin = factories.bulletin(intel, version)
    bulletin_send(by=intel, bulletin=bulletin)
    return {
        "published": version.subject.ref,
        "waiting": waiting.ref,
        "in_force": notice.ref,
        "sent": bulletin.ref,
        "published_photo": version.main_photo.uuid if version.main_photo else "",
    }


def count(client: Client, path: str) -> int:
    """Return the queries of one request, after one that warmed what is cached for good."""
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200, path
    return len(queries)


@pytest.mark.parametrize("who", BUDGETS)
def test_queries_do_not_grow_and_keep_their_budget(cast: Cast, client_of, who: str) -> None:
    first = one_more_of_everything(cast)
    client = client_of(who)
    few = {path: count(client, path.format(**first)) for path in BUDGETS[who]}
    for _ in range(3):
        one_more_of_everything(cast)
    many = {path: count(client, path.format(**first)) for path in BUDGETS[who]}
    assert many == few
    over = {path: (n, BUDGETS[who][path]) for path, n in many.items() if n > BUDGETS[who][path]}
    assert not over, f"over budget (measured, allowed): {over}"
    slack = {path: (n, BUDGETS[who][path]) for path, n in many.items() if n < BUDGETS[who][path]}
    assert not slack, f"budget could be lower (measured, allowed): {slack}"
