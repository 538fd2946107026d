"""What a database that was put back must not bring back: letters that went, sessions, people."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from dtac.backups.after import HELD, letters_hold, replay, sessions_end
from members.models import OutboundEmail, WebSession
from offenders.models import Subject
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
