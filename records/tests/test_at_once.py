"""Two nights at once, somebody at work meanwhile, and a night that is killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as conf
from django.db import connection, transaction
from environ import Env

from incidents.models import Report
from incidents.services import report_accept
from members.models import Agreement, Premises, User
from offenders.models import Photo, Subject
from records.models import DoomedFile, RetentionRun, Tombstone
from records.retention.ledger import entries
from records.retention.nightly import night_run
from records.tests.oracle import DAY
from records.tests.test_clocks import BEGIN
from records.tests.walk import orphans
from tests import factories
from tests.cast import Cast, make_cast
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
GONE = 12


@pytest.fixture
def store(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.DTAC_LEDGER = tmp_path / "deleted.jsonl"
    return Path(settings.MEDIA_ROOT)


def old_records(photo: bool = False) -> list[Subject]:
    """Return records made so long ago that all are due today."""
    cast = make_cast()
    rows = [factories.subject(cast.intel, name=f"Gone {n}x", photo=photo) for n in range(GONE)]
    Subject.objects.update(created_at=BEGIN - 500 * DAY)
    return rows


def test_two_nights_at_once_are_one(store: Path) -> None:
    rows = old_records()
    at_once(night_run, night_run, night_run)
    night = night_run()
    assert night.finished_at
    assert RetentionRun.objects.count() == 1
    assert night.items.filter(state="deleted").count() == GONE
    assert Tombstone.objects.count() == GONE
    assert sorted({entry.ref for entry in entries(conf.DTAC_LEDGER)}) == sorted(
        row.ref for row in rows
    )


def test_who_works_on_a_record_is_not_waited_for(store: Path) -> None:
    first, *_ = old_records()
    with transaction.atomic():
        Subject.objects.select_for_update().get(pk=first.pk)
        refused: list[RetentionRun] = []
        at_once(lambda: refused.append(night_run()))
    (night,) = refused
    item = night.items.get(ref=first.ref)
    assert (item.state, item.words[:8]) == ("skipped", "Somebody")
    assert night.items.filter(state="deleted").count() == GONE - 1


def test_an_incident_accepted_in_that_moment_keeps_them_or_comes_too_late(store: Path) -> None:
    """Never half: either they stay with the incident, or the report stays without them."""
    for _ in range(4):
        cast = make_cast() if not Subject.objects.exists() else None
        cast = cast or _cast_again()
        who = factories.subject(cast.intel, name="At The Door", photo=False)
        report = factories.report(cast.staff, cast.shop, type=factories.incident_type())
        report.people.update(subject=who)
        Subject.objects.filter(pk=who.pk).update(created_at=BEGIN - 500 * DAY)
        RetentionRun.objects.all().delete()

        def accept(report: Report = report, by: User = cast.intel) -> None:
            row = Report.objects.get(pk=report.pk)
            report_accept(by=by, report=row, revision=row.revision)

        at_once(night_run, accept)
        report.refresh_from_db()
        assert report.status == "accepted"
        stays = Subject.objects.filter(pk=who.pk).exists()
        assert report.people.filter(subject=who.pk).exists() == stays
        assert Tombstone.objects.filter(ref=who.ref).exists() != stays
        Subject.objects.filter(pk=who.pk).exists() and report.people.all().delete()


def _cast_again() -> Any:
    users = {user.email.split("@")[0]: user for user in User.objects.all()}
    shop, pub = Premises.objects.order_by("pk")[:2]
    return Cast(users, shop, pub, Agreement.objects.get())


CHILD = """
import os, sys, time
import django
django.setup()
from records.retention import nightly
real, left = nightly.{where}, [int(sys.argv[1])]
def slow(*args, **kwargs):
    left[0] -= 1
    if left[0] <= 0:
        print("here", flush=True)
        time.sleep(60)
    return real(*args, **kwargs)
nightly.{where} = slow
nightly.night_run()
"""


@pytest.mark.parametrize("where", ["subject_delete", "files_finish", "ledger_write", "_leave"])
@pytest.mark.parametrize("after", [2, 7])
def test_killed_in_the_middle_the_next_run_finishes(store: Path, where: str, after: int) -> None:
    rows = old_records(photo=True)
    if where == "_leave":  # in the middle of a record: files are doomed, nothing is committed
        script = CHILD.replace("nightly.{where}", "deleting.{where}").replace(
            "import nightly", "import deleting, nightly"
        )
    else:
        script = CHILD
    child = subprocess.Popen(
        [sys.executable, "-c", script.format(where=where), str(after)],
        stdout=subprocess.PIPE, env=child_env(), cwd=conf.BASE_DIR,
    )  # fmt: skip
    assert child.stdout
    assert child.stdout.readline() == b"here\n"
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    wait_for_its_locks()
    assert Subject.objects.exists()
    night = night_run()
    assert night.finished_at
    assert night.items.filter(state="deleted").count() == GONE, list(night.items.values())
    assert not Subject.objects.exists()
    assert not Photo.objects.exists()
    assert not DoomedFile.objects.exists()
    assert orphans() == []
    assert {entry.ref for entry in entries(conf.DTAC_LEDGER)} == {row.ref for row in rows}
    assert not Tombstone.objects.filter(in_ledger_at=None).exists()


def child_env() -> dict[str, str]:
    """Return the environment of a program on this test's own database and store."""
    url = os.environ["DATABASE_URL"]
    name = Env.db_url_config(url)["NAME"]
    before, _, after = url.rpartition(f"/{name}")
    url = f"{before}/{connection.settings_dict['NAME']}{after}"
    data = Path(conf.MEDIA_ROOT).parent
    return {
        **{name: value for name, value in os.environ.items() if name != "DTAC_TEST_MIGRATED"},
        "DATABASE_URL": url, "DTAC_DATA_DIR": str(data), "DTAC_LEDGER": str(conf.DTAC_LEDGER),
        "DJANGO_SETTINGS_MODULE": "dtac.settings.test",
    }  # fmt: skip


def wait_for_its_locks() -> None:
    """Wait until the database has noticed that the program is gone."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'"
            )
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.1)
