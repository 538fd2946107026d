"""What a database that was put back must not bring back: letters that went, sessions, people."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from audit.models import Event
from common.variants import make_waiting_variants
from dtac.backups.after import HELD, STOPPED, letters_hold, replay, sendings_hold, sessions_end
from dtac.backups.contents import stored_files
from dtac.backups.errors import BackupError
from dtac.backups.restoring import STORE, _ledgers_check
from dtac.digest import digest_queue
from members.models import OutboundEmail, WebSession
from offenders.models import Bulletin, Photo, Subject
from offenders.services import bulletin_send
from offenders.tasks import bulletin_sweep
from records.models import Tombstone
from tests import factories
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def letter(cast: Cast, number: int, **fields: Any) -> OutboundEmail:
    return OutboundEmail.objects.create(
        user=cast.staff, key=f"test:{number}", template="bulletin", context={},
        message_id=f"<{number}@test>", due_at=timezone.now(), **fields,
    )  # fmt: skip


def test_waiting_letters_are_held_in_whatever_state(cast: Cast) -> None:
    now = timezone.now()
    letter(cast, 1)
    letter(cast, 2, state="claimed", claimed_at=now, claim_token="7" * 32)
    letter(cast, 3, fault="unreachable", failing_since=now)
    sent = letter(cast, 4, state="sent", sent_at=now)
    assert letters_hold() == 3
    assert OutboundEmail.objects.filter(state="given_up", last_error=HELD).count() == 3
    assert OutboundEmail.objects.outage() is None
    sent.refresh_from_db()
    assert sent.state == "sent"


def test_everybody_signs_in_anew(client_of) -> None:
    client = client_of("staff")
    assert client.get("/gallery/").status_code == 200
    assert sessions_end() == WebSession.objects.count() + 1
    assert client.get("/gallery/").status_code == 302


def test_all_ledgers_are_replayed_and_kept(cast: Cast, tmp_path: Path, settings: Any) -> None:
    """One from the backup, the newest copy, and what lies in its place: each line once."""
    settings.DTAC_LEDGER = tmp_path / "kept" / "deleted.jsonl"
    people = [factories.subject(cast.intel, name=name, photo=False) for name in ("A", "B", "C")]
    lines = [
        json.dumps(
            {"ref": who.ref, "category": "subject", "deleted_on": dt.date.today().isoformat()},
            sort_keys=True,
        )
        for who in people
    ]
    newest = tmp_path / "copy.jsonl"
    newest.write_text(f"{lines[0]}\n{lines[1]}\n")
    again = replay(f"{lines[0]}\n".encode(), [newest])
    assert sorted(again) == sorted(who.ref for who in people[:2])
    assert list(Subject.objects.values_list("name", flat=True)) == ["C"]
    assert Tombstone.objects.count() == 2
    text = settings.DTAC_LEDGER.read_text()
    assert [text.count(who.ref) for who in people] >= [1, 1, 0]
    assert people[2].ref not in text


def test_what_went_to_many_does_not_go_again(cast: Cast) -> None:
    """A bulletin whose time came after the backup, one in the middle, and the week's digest."""
    now, day = timezone.now(), dt.timedelta(days=1)
    version = factories.published(cast.intel)
    due, later, going = (factories.bulletin(cast.intel, version) for _ in range(3))
    for row, at in ((due, now - day), (later, now + day)):
        Bulletin.objects.filter(pk=row.pk).update(send_at=at, scheduled_by=cast.intel)
    bulletin_send(by=cast.intel, bulletin=going)
    assert sendings_hold() == 2
    assert bulletin_sweep() == 0
    due.refresh_from_db()
    later.refresh_from_db()
    assert (due.sent_at, due.stopped_why) == (None, STOPPED)
    assert later.send_at is not None
    assert digest_queue() == 0
    assert not OutboundEmail.objects.filter(template__in=("bulletin", "digest")).exists()


def test_packs_for_people_are_in_a_backup(cast: Cast) -> None:
    who = factories.published(cast.intel).subject
    make_waiting_variants(Photo.objects.all())
    pack = factories.access_pack(cast.intel, who.ref)
    files = dict(stored_files())
    assert files[pack.pdf] == pack.pdf_sha256
    assert files[pack.archive] == pack.sha256
    assert {name.partition("/")[0] for name in files} <= set(STORE)


def test_a_ledger_older_than_the_backup_is_refused(tmp_path: Path, settings: Any) -> None:
    settings.DTAC_LEDGER = tmp_path / "deleted.jsonl"
    own = b'{"ref": "D-0001"}\n{"ref": "D-0002"}\n'
    cut, whole = tmp_path / "cut.jsonl", tmp_path / "whole.jsonl"
    cut.write_text('{"ref": "D-0001"}\n')
    whole.write_text(own.decode() + '{"ref": "D-0003"}\n')
    _ledgers_check(own, [whole])
    _ledgers_check(own, [cut, whole])
    for given in ([], [cut]):
        with pytest.raises(BackupError, match="older than the backup"):
            _ledgers_check(own, given)


def test_after_a_point_in_time_the_same_is_done(
    cast: Cast, client_of, tmp_path: Path, settings: Any, capsys: Any
) -> None:
    settings.DTAC_LEDGER = tmp_path / "deleted.jsonl"
    who = factories.subject(cast.intel, name="A", photo=False)
    day = dt.date.today().isoformat()
    newest = tmp_path / "newest.jsonl"
    newest.write_text(json.dumps({"ref": who.ref, "category": "subject", "deleted_on": day}))
    client_of("staff").get("/gallery/")
    letter(cast, 1)
    call_command("after_restore", "--ledger", str(newest))
    told = capsys.readouterr().out
    assert "1 deleted again" in told
    assert "1 e-mails held" in told
    assert not Subject.objects.exists()
    assert not WebSession.objects.exists()
    event = Event.objects.get(action="dtac.backup.restored")
    assert (event.detail["name"], event.detail["letters_held"]) == ("point in time", 1)
