"""The ledger: outside the database, whole after a crash, and a restored backup deletes by it."""

import datetime as dt
from pathlib import Path
from typing import Any

import pgtrigger
import pytest
import time_machine
from django.core.management import call_command
from django.db import connection

from offenders.models import Subject
from records.models import KeptFigure, Tombstone
from records.retention.ledger import entries, ledger_reconcile, ledger_replay, ledger_write
from records.retention.nightly import night_run
from records.tests.oracle import DAY
from records.tests.test_clocks import BEGIN
from tests import factories
from tests.cast import Cast


@pytest.fixture
def ledger(tmp_path: Path, settings: Any) -> Path:
    settings.DTAC_LEDGER = tmp_path / "kept" / "deleted.jsonl"
    return Path(settings.DTAC_LEDGER)


def gone(cast: Cast, name: str = "Soon Gone") -> str:
    """Delete somebody by a night of their own; return their reference."""
    with time_machine.travel(BEGIN, tick=False) as clock:
        who = factories.subject(cast.intel, name=name, photo=False)
        clock.shift(400 * DAY)
        assert night_run().items.filter(state="deleted", ref=who.ref).exists()
    return who.ref


def put_back(cast: Cast, ref: str) -> None:
    """Put a database back to before the deletion: the record is there, the tombstone isn't."""
    with pgtrigger.ignore(
        "records.KeptFigure:kept_figure_append_only", "records.Tombstone:tombstone_kept"
    ):
        KeptFigure.objects.all().delete()
        Tombstone.objects.all().delete()
    Subject.objects.create(ref=ref, status="known", name="Soon Gone", created_by=cast.intel)


def test_each_deletion_has_a_line(cast: Cast, ledger: Path) -> None:
    ref = gone(cast)
    (line,) = entries(ledger)
    assert (line.ref, line.category) == (ref, "subject")
    assert "Gone" not in ledger.read_text()
    assert ledger_write() == 0


def test_a_backup_put_back_is_deleted_again(cast: Cast, ledger: Path, capsys: Any) -> None:
    ref = gone(cast)
    (line,) = entries(ledger)
    put_back(cast, ref)
    copy = ledger.with_name("copy.jsonl")
    copy.write_text(ledger.read_text())
    call_command("retention", "--replay", str(copy))
    assert capsys.readouterr().out.split() == [ref, "1", "deleted", "again."]
    assert not Subject.objects.filter(ref=ref).exists()
    assert Tombstone.objects.get(ref=ref).deleted_on == line.deleted_on
    assert ledger_replay(copy) == []


def test_a_number_is_not_given_again_after_an_old_backup(cast: Cast, ledger: Path) -> None:
    ref = gone(cast)
    put_back(cast, ref)
    Subject.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM offenders_numberseries")
    assert ledger_replay(ledger) == []
    fresh = factories.subject(cast.intel, name="Somebody New", photo=False)
    assert int(fresh.ref[2:]) > int(ref[2:])


def test_a_half_line_is_passed_over_and_a_lost_one_written_again(cast: Cast, ledger: Path) -> None:
    ref = gone(cast)
    ledger.write_text('{"ref": "D-00')
    assert list(entries(ledger)) == []
    assert ledger_reconcile() == 1
    assert [entry.ref for entry in entries(ledger)] == [ref]
    assert ledger_reconcile() == 0


def test_the_command_lists_and_deletes_nothing(cast: Cast, ledger: Path, capsys: Any) -> None:
    who = factories.subject(cast.intel, name="Not Yet", photo=False)
    day = dt.date.today() + 400 * DAY
    call_command("retention", "--dry-run", "--on", day.isoformat())
    told = capsys.readouterr().out
    assert who.ref in told
    assert "1 to be deleted" in told
    assert "Not Yet" not in told
    assert Subject.objects.filter(pk=who.pk).exists()
    call_command("retention")
    assert "done" in capsys.readouterr().out
    assert Subject.objects.filter(pk=who.pk).exists()
