"""A database that was put back by other means: who was deleted since is not shown."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from dtac.backups.after import numbers_skip
from dtac.health import State, all_signs
from dtac.refusals import start_refuse, unfinished_restore
from members.sharing import SharingCounter
from offenders.models import Subject
from records.models import RecordsCounter, Tombstone
from records.retention.ledger import ledger_ahead, ledger_lacks
from tests import factories
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ledger(tmp_path: Path, settings: Any) -> Path:
    settings.DTAC_DEMO = True
    settings.DATA_DIR = tmp_path
    settings.DTAC_LEDGER = tmp_path / "deleted.jsonl"
    return tmp_path / "deleted.jsonl"


def deleted(who: Subject) -> str:
    said = {"ref": who.ref, "category": "subject", "deleted_on": dt.date.today().isoformat()}
    return json.dumps(said, sort_keys=True) + "\n"


def test_nothing_starts_on_who_is_back_until_they_are_deleted_again(
    cast: Cast, ledger: Path, capsys: Any
) -> None:
    who, other = (factories.subject(cast.intel, name=n, photo=False) for n in ("Ann", "Bo"))
    start_refuse()
    ledger.write_text(deleted(who))
    assert ledger_ahead() == [who.ref]
    with pytest.raises(ImproperlyConfigured, match="1 records are back"):
        start_refuse()
    sign = all_signs()["ledger"]
    assert (sign.state, sign.numbers["ledger_ahead"]) == (State.BAD, 1.0)
    call_command("after_restore")
    assert "1 deleted again" in capsys.readouterr().out
    assert list(Subject.objects.all()) == [other]
    start_refuse()
    assert all_signs()["ledger"].state == State.GOOD


def test_who_came_and_went_since_the_copy_is_no_matter(cast: Cast, ledger: Path) -> None:
    said = {"ref": "D-0999", "category": "subject", "deleted_on": "2026-01-01"}
    ledger.write_text(json.dumps(said) + "\n")
    start_refuse()


def test_without_a_ledger_it_is_not_settled_in_silence(cast: Cast, ledger: Path) -> None:
    with pytest.raises(CommandError, match="There is no ledger"):
        call_command("after_restore")
    with pytest.raises(CommandError, match="There is no ledger"):
        call_command("after_restore", "--ledger", str(ledger))
    assert not ledger.exists()
    call_command("after_restore", "--without-ledger")


def test_an_old_or_cut_ledger_is_not_taken(cast: Cast, ledger: Path) -> None:
    who = factories.subject(cast.intel, photo=False)
    ledger.write_text(deleted(who))
    call_command("after_restore")
    assert Tombstone.objects.filter(ref=who.ref).exists()
    assert ledger_lacks([ledger]) == 0
    ledger.write_text("")
    with pytest.raises(CommandError, match="lacks 1 deletions"):
        call_command("after_restore")


@pytest.mark.parametrize("command", ["prepare", "after_restore", "backup"])
def test_no_command_works_on_half_a_restore(cast: Cast, command: str) -> None:
    unfinished_restore().write_text("dtac.backup.age")
    with pytest.raises(ImproperlyConfigured, match="broke off"):
        call_command(command)


def test_references_given_since_are_not_given_again(cast: Cast) -> None:
    year = dt.date.today().year
    first = SharingCounter.take("SHR", year)
    RecordsCounter.take("RGT", year - 1)
    report = factories.report(cast.staff, cast.shop)
    numbers_skip()
    assert SharingCounter.take("SHR", year) == first + 101
    assert RecordsCounter.take("RGT", year - 1) == 2
    after = factories.report(cast.staff, cast.shop)
    assert int(after.ref[-5:]) == int(report.ref[-5:]) + 1001
