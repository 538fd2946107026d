"""What the pages say: the day, the list, a rule's effect, what was deleted."""

import datetime as dt
from typing import Any

import time_machine

from common import dates
from records.models import RetentionRule
from records.retention.nightly import night_run
from records.tests.oracle import DAY
from records.tests.test_clocks import BEGIN
from tests import factories
from tests.cast import Cast


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_each_page_says_its_day_and_why(cast: Cast, client_of: Any) -> None:
    with time_machine.travel(dt.datetime(2026, 3, 14, 12, tzinfo=dt.UTC), tick=False):
        version = factories.published(cast.intel)
        notice = factories.served_notice(cast.intel, cast.staff, cast.shop, version.subject)
        report = notice.grounds.get()
        file = factories.case_file(cast.intel, version.subject, report)
        client = client_of("intel")
        said = (
            "Deleted on 14 March 2028: 12 months after members stop seeing it, unless there is"
            " another incident."
        )
        for path in (
            f"/subjects/{version.subject.ref}/", f"/exclusions/{notice.ref}/",
        ):  # fmt: skip
            page = text(client.get(path))
            assert said in page, path
            assert f"Case file {file.ref} is open." in page
        assert "It is open: neither it nor" in text(client.get(f"/cases/{file.ref}/"))
        row = factories.intelligence(cast.staff)
        page = text(client.get(f"/intelligence/{row.ref}/"))
        assert "Deleted on 14 March 2027: 12 months after the day it was given" in page
        assert "Deleted on 14 March 2028" in text(client.get(f"/reports/{report.ref}/"))
        for role in ("staff", "store", "police"):
            assert "Deleted on" not in text(client_of(role).get(f"/exclusions/{notice.ref}/"))
            assert "Deleted on" not in text(client_of(role).get(f"/reports/{report.ref}/"))


def test_tomorrows_list_is_what_the_night_does(cast: Cast, client_of: Any) -> None:
    with time_machine.travel(BEGIN, tick=False) as clock:
        who = factories.subject(cast.intel, name="Soon Gone", photo=False)
        clock.shift(364 * DAY)
        client = client_of("intel")
        page = text(client.get("/records/retention/"))
        assert "To be deleted in the night to 26 Nov 2027" in page
        assert who.ref in page
        assert night_run().items.count() == 0
        clock.shift(DAY)
        night = night_run()
        assert [item.ref for item in night.items.all()] == [who.ref]
        client = client_of("intel")  # a session ends after a day
        assert who.ref not in text(client.get("/records/retention/"))
        assert who.ref in text(client.get(f"/records/retention/nights/{night.on}/"))


def test_a_rule_is_tried_before_it_is_saved(cast: Cast, client_of: Any) -> None:
    with time_machine.travel(BEGIN, tick=False) as clock:
        who = factories.subject(cast.intel, name="Half A Year Old", photo=False)
        clock.shift(200 * DAY)
        client = client_of("intel")
        page = "/records/retention/rules/unpublished/"
        data = {
            "number": 1, "more_months": 6, "late_days": 30, "grace_days": 30, "extend_days": 90,
            "why": "Half a year is enough.", "source": "Board, 3 March",
            "starts_from": dates.today().isoformat(),
        }  # fmt: skip
        tried = client.post(page, data)
        assert tried.status_code == 200
        assert "1 record more would be deleted" in text(tried)
        assert who.ref in text(tried)
        assert RetentionRule.objects.filter(kind="unpublished").count() <= 1
        assert client.post(page, data | {"save": "1"}).status_code == 302
        assert night_run().items.get().state == "deleted"
        assert client.post(page, data | {"save": "1"}).status_code == 422  # an older page


def test_what_is_deleted_is_found_by_its_reference(cast: Cast, client_of: Any) -> None:
    with time_machine.travel(BEGIN, tick=False) as clock:
        who = factories.subject(cast.intel, name="Soon Gone", photo=False)
        clock.shift(400 * DAY)
        night_run()
        client = client_of("intel")
        for typed in (who.ref, who.ref.lower(), f"d{int(who.ref[2:])}", who.ref[2:]):
            page = text(client.get("/records/deleted/", {"q": typed}))
            assert who.ref in page, typed
            assert "Soon Gone" not in page
        assert "Nothing deleted has this" in text(client.get("/records/deleted/?q=D-9999"))
        assert client_of("staff").get("/records/deleted/").status_code == 404
