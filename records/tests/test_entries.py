"""Entries of the access log and of the sharing register go by their age, by a rule, and only so."""

import datetime as dt
import threading
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import Error, connection, transaction
from django.utils import timezone

from audit.models import Event
from audit.services import record
from common import dates
from common.ageing import old_rows_may_go
from members import actions
from members.models import SharingRecord
from records.models import RetentionRun
from records.retention.entries import entries_delete, entries_due
from records.retention.nightly import entries_finish, night_run
from records.retention.policy import Change, rule_change, rules_on
from tests import factories
from tests.cast import Cast

DAY = dt.timedelta(days=1)


def entry(cast: Cast, on: dt.date, **more: Any) -> Event:
    """An entry of the log made on a London day, at noon."""
    at = dates.london_midnight(on) + dt.timedelta(hours=12)
    row = Event(
        action=actions.SIGNED_IN.code, is_read=False, actor_id=cast.staff.pk,
        actor_name="Old Person", actor_role="reporter", member_name="", at=at, **more,
    )  # fmt: skip
    row.save(force_insert=True)
    return row


def shared(cast: Cast, at: dt.datetime) -> SharingRecord:
    """An entry of the sharing register."""
    with time_machine.travel(at, tick=False):
        return factories.share(cast.intel)


def six_years_ago() -> dt.date:
    return dates.add_months(dates.today(), -72)


def log_keeps(cast: Cast, months: int) -> Change:
    fields = {"more_months": months, "why": "Asked by the Board.", "source": "Board, 3 March"}
    no_grace = {"shown_months": None, "late_days": 0, "grace_days": 0, "extend_days": 0}
    return Change("log", 1, {**no_grace, **fields}, dates.today())


def test_to_the_day_and_no_earlier(cast: Cast) -> None:
    day = six_years_ago()
    goes, stays = entry(cast, day - DAY), entry(cast, day)
    young = record(actions.SIGNED_IN, by=cast.staff)
    midnight = dates.london_midnight(day)
    shared(cast, midnight - dt.timedelta(hours=1))
    new_share = shared(cast, midnight + dt.timedelta(hours=1))
    due = entries_due(dates.today())
    assert (due.log, due.sharing) == (1, 1)
    night = night_run()
    assert (night.log_entries, night.sharing_entries) == (1, 1)
    assert night.finished_at is not None
    left = set(Event.objects.values_list("pk", flat=True))
    assert goes.pk not in left
    assert {stays.pk, young.pk} <= left
    assert list(SharingRecord.objects.values_list("pk", flat=True)) == [new_share.pk]
    said = Event.objects.get(action="records.entries.deleted")
    assert said.detail == {"log_entries": 1, "sharing_entries": 1}
    night_run()
    assert Event.objects.filter(action="records.entries.deleted").count() == 1


def test_who_held_an_exhibit_is_kept_with_it(cast: Cast) -> None:
    there, gone = factories.report(cast.staff, cast.shop).ref, "INC-2001-00001"
    day = six_years_ago() - DAY
    entry(cast, day, record=gone, detail={"exhibit": 1})
    kept = entry(cast, day, record=there, detail={"exhibit": 1})
    night_run()
    assert list(Event.objects.filter(actor_name="Old Person")) == [kept]


@pytest.mark.parametrize("table", ["audit_event", "members_sharingrecord"])
def test_nothing_younger_than_a_year_goes_whoever_asks(cast: Cast, sql: Any, table: str) -> None:
    record(actions.SIGNED_IN, by=cast.staff)
    shared(cast, timezone.now() - 300 * DAY)
    with pytest.raises(Error, match="append-only"), old_rows_may_go():
        sql(f"DELETE FROM {table}")


@pytest.mark.parametrize("table", ["audit_event", "members_sharingrecord"])
def test_an_old_one_goes_by_nothing_but_the_night(cast: Cast, sql: Any, table: str) -> None:
    entry(cast, six_years_ago() - 10 * DAY)
    shared(cast, dates.london_midnight(six_years_ago() - 10 * DAY))
    with pytest.raises(Error, match="append-only"), transaction.atomic():
        sql(f"DELETE FROM {table}")
    with old_rows_may_go():
        pass
    with pytest.raises(Error, match="append-only"), transaction.atomic():
        sql(f"DELETE FROM {table}")
    with pytest.raises(Error, match=r"(?i)append.only"), old_rows_may_go():
        sql(f"UPDATE {table} SET id = id")


def test_a_rule_may_not_ask_for_less_than_a_year(cast: Cast) -> None:
    with pytest.raises(ValidationError, match="a year at least"):
        rule_change(by=cast.intel, change=log_keeps(cast, 11))
    rule_change(by=cast.intel, change=log_keeps(cast, 12))
    assert rules_on()["log"].more_months == 12


def test_a_rule_is_tried_before_it_is_saved(cast: Cast, client_of: Any) -> None:
    entry(cast, dates.add_months(dates.today(), -30))
    page = client_of("intel")
    asked = {
        "number": 1, "more_months": 24, "why": "Enough.", "source": "Board",
        "starts_from": dates.today().isoformat(),
    }  # fmt: skip
    answer = page.post("/records/retention/rules/log/", asked).content.decode()
    assert "1 entry more would be deleted" in " ".join(answer.split())
    assert "Days of grace" not in answer
    assert page.post("/records/retention/rules/log/", asked | {"save": "1"}).status_code == 302
    answer = page.get("/records/retention/").content.decode()
    assert "1 entry of the access log" in " ".join(answer.split())


def test_many_go_in_parts_and_one_broken_off_goes_on(cast: Cast, capsys: Any) -> None:
    day = six_years_ago() - 40 * DAY
    for _ in range(25):
        entry(cast, day)
    night = RetentionRun.objects.create(on=dates.today(), made_at=timezone.now())

    def dies(done: int) -> None:
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        entries_delete(dates.today(), kind="log", then=dies)  # type: ignore[arg-type]
    assert Event.objects.filter(actor_name="Old Person").count() == 25
    entries_finish(night)
    night.refresh_from_db()
    assert (night.log_entries, night.entries_done_at is not None) == (25, True)
    call_command("retention", "--dry-run")
    assert "By their age: 0 entries of the access log" in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_two_at_once_count_each_entry_once(cast: Cast) -> None:
    for _ in range(40):
        entry(cast, six_years_ago() - 3 * DAY)
    night = RetentionRun.objects.create(on=dates.today(), made_at=timezone.now())

    def work() -> None:
        try:
            entries_finish(RetentionRun.objects.get(pk=night.pk))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    night.refresh_from_db()
    assert night.log_entries == 40
    assert not Event.objects.filter(actor_name="Old Person").exists()
    assert Event.objects.filter(action="records.entries.deleted").count() == 1
