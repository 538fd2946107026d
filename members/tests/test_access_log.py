"""The access log: whose, narrowed, page by page, as a file; and looking at it is logged."""

import csv
import datetime as dt
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Event
from audit.services import record
from exclusions.actions import REGISTER_EXPORTED
from members.actions import SIGNED_IN
from offenders.actions import GALLERY_SEARCHED, PROFILE_VIEWED
from tests.cast import Cast

LOG = "/me/log/"


@pytest.fixture
def told(cast: Cast) -> None:
    """Four people of two businesses and the manager have done something."""
    record(PROFILE_VIEWED, by=cast.staff, ref="D-0001", subjects=["D-0001"])
    record(GALLERY_SEARCHED, by=cast.staff, subjects=["D-0001", "D-0002"], q="kevin")
    record(PROFILE_VIEWED, by=cast.store, ref="D-0002", subjects=["D-0002"])
    record(PROFILE_VIEWED, by=cast.other, ref="D-0003", subjects=["D-0003"])
    record(REGISTER_EXPORTED, by=cast.intel)


def shown(client, query: str = "") -> list[tuple[str, str]]:
    """Return who did what, as the page shows it, without what the asking itself left."""
    page = client.get(f"{LOG}?{query}")
    assert page.status_code == 200
    left_out = {"members.user.signed_in", "members.log.viewed"}
    entries = page.context["entries"]
    return [(e.actor_name, e.record) for e in entries if e.action not in left_out]


@pytest.mark.usefixtures("told")
def test_each_sees_the_log_that_is_theirs(client_of) -> None:
    assert {who for who, _ in shown(client_of("staff"))} == {"Staff Person"}
    assert {who for who, _ in shown(client_of("staff"), "show=all")} == {"Staff Person"}
    assert {who for who, _ in shown(client_of("staff"), "show=member")} == {"Staff Person"}
    business = {who for who, _ in shown(client_of("store"), "show=member")}
    assert business == {"Staff Person", "Store Person"}
    assert {who for who, _ in shown(client_of("board"), "show=all")} <= {"Board Person"}
    everybody = {who for who, _ in shown(client_of("intel"), "show=all")}
    assert everybody >= {"Staff Person", "Store Person", "Other Person", "Intel Person"}


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("kind=searched", [("Staff Person", "")]),
        ("kind=taken", [("Intel Person", "")]),
        ("who=other", [("Other Person", "D-0003")]),
        ("who=STORE", [("Store Person", "D-0002")]),
        ("business=marlowe&kind=looked", [("Store Person", "D-0002"), ("Staff Person", "D-0001")]),
        ("ref=d-0002", [("Store Person", "D-0002"), ("Staff Person", "")]),
        ("ref=D-0099", []),
        ("who=nobody", []),
        ("until=2020-01-01", []),
        ("since=2020-01-01&kind=taken", [("Intel Person", "")]),
    ],
)
def test_the_manager_narrows_it(client_of, query: str, found: list[tuple[str, str]]) -> None:
    assert shown(client_of("intel"), f"show=all&{query}") == found


@pytest.mark.usefixtures("told")
def test_a_business_narrows_its_own_and_no_more(client_of) -> None:
    store = client_of("store")
    assert shown(store, "show=member&who=staff&kind=looked") == [("Staff Person", "D-0001")]
    assert shown(store, "show=member&who=other") == []
    assert shown(store, "show=member&ref=D-0003") == []
    assert ("Other Person", "D-0003") not in shown(store, "show=member&business=")


def test_what_cannot_be_is_said_beside_its_field(client_of) -> None:
    page = client_of("intel").get(f"{LOG}?show=all&ref=%27&since=2026-02-02&until=2026-02-01")
    assert "Enter a reference, such as D-0042." in page.text
    assert "This is before the first day." in page.text
    assert page.context["entries"] == []


def test_page_by_page_nothing_is_missed_or_told_twice(cast: Cast, client_of) -> None:
    for n in range(130):
        record(PROFILE_VIEWED, by=cast.other, ref=f"D-{n:04}")
    intel = client_of("intel")
    seen: list[str] = []
    query = "show=all&who=other"
    while True:
        page = intel.get(f"{LOG}?{query}")
        seen += [event.record for event in page.context["entries"]]
        record(PROFILE_VIEWED, by=cast.other, ref="D-9999")  # goes on meanwhile
        if not page.context["older"]:
            break
        query = page.context["older"]
    assert seen == [f"D-{n:04}" for n in reversed(range(130))]
    assert intel.get(f"{LOG}?show=all&before=nonsense").status_code == 200


def test_who_looks_at_others_is_logged_and_one_s_own_is_not(cast: Cast, client_of) -> None:
    staff, intel = client_of("staff"), client_of("intel")
    staff.get(LOG)
    assert not Event.objects.filter(action="members.log.viewed").exists()
    intel.get(f"{LOG}?show=all&who=staff&ref=D-0001&since=2026-01-01")
    event = Event.objects.get(action="members.log.viewed")
    assert (event.actor_id, event.is_read) == (cast.intel.pk, True)
    assert event.detail == {"scope": "all", "q": "staff D-0001", "since": "2026-01-01"}


@pytest.mark.usefixtures("told")
def test_the_file_has_what_was_asked_for(cast: Cast, client_of) -> None:
    record(GALLERY_SEARCHED, by=cast.other, q="=1+1")
    answer = client_of("intel").get("/me/log/file/?show=all&who=other")
    assert answer["Content-Type"] == "text/csv"
    table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    rows = [dict(zip(table[0], row, strict=True)) for row in table[1:]]
    searched = next(row for row in rows if row["Searched for"])
    assert (searched["Who"], searched["Searched for"]) == ("Other Person", "'=1+1")
    assert {row["Who"] for row in rows} == {"Other Person"}
    assert Event.objects.filter(action="members.log.exported", actor_id=cast.intel.pk).exists()
    for role in ("staff", "store", "police", "board", "admin"):
        assert client_of(role).get("/me/log/file/").status_code == 404, role


def test_who_looked_at_a_subject_is_found_by_an_index(cast: Cast, client_of) -> None:
    Event.objects.bulk_create(
        Event(
            action=SIGNED_IN.code, is_read=False, actor_id=cast.other.pk, subjects=[f"D-{n:05}"],
            actor_name="Other", actor_role="reporter", member_name="",
            at=dt.datetime.now(dt.UTC),
        )
        for n in range(20_000)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE audit_event")
    with CaptureQueriesContext(connection) as asked:
        client_of("intel").get(f"{LOG}?show=all&ref=D-00042")
    statement = next(q["sql"] for q in asked if "audit_event" in q["sql"] and "@>" in q["sql"])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {statement}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "audit_by_subject" in plan
    assert "Seq Scan" not in plan
