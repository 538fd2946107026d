"""The register of sharing: written with the file or not at all, once for a form, never changed."""

import hashlib
import threading
import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction

from audit.models import Event
from common import dates
from members.models import SharingRecord
from members.sharing import Sharing, share_record
from tests.cast import Cast, make_cast


def sharing(**fields: Any) -> Sharing:
    values: dict[str, Any] = {
        "client_id": uuid.uuid4(),
        "record": "INC-2026-00017",
        "recipient": "PC 1234 Smith, Kent Police",
        "purpose": "Prevention and detection of crime",
        "lawful_basis": "Data Protection Act 2018",
        "fields": ["Time and place"],
        "subjects": ["D-0042"],
    }
    return Sharing(**values | fields)


def same(ref: str, at: object) -> bytes:
    return f"{ref} {at}".encode()


def test_an_entry_says_all_of_it(cast: Cast) -> None:
    told = sharing(recipient_member=cast.police.member, agreement="Agreement, version 1")
    row, content = share_record(by=cast.intel, sharing=told, make=same)
    row.refresh_from_db()
    year = dates.today().year
    assert row.ref == f"SHR-{year}-0001"
    assert row.sha256 == hashlib.sha256(content).hexdigest()
    assert row.byte_size == len(content)
    assert content == same(row.ref, row.shared_at)
    assert (row.subjects, row.fields) == (["D-0042"], ["Time and place"])
    assert (row.shared_by, row.recipient_member) == (cast.intel, cast.police.member)
    event = Event.objects.get(action="members.sharing.recorded")
    assert (event.record, event.subjects) == ("INC-2026-00017", ["D-0042"])
    assert event.detail["share"] == row.ref
    assert "Smith" not in str(event.detail)
    second, _ = share_record(by=cast.intel, sharing=sharing(), make=same)
    assert second.ref == f"SHR-{year}-0002"


def test_the_same_form_again_is_the_same_entry_and_file(cast: Cast) -> None:
    told = sharing()
    first = share_record(by=cast.intel, sharing=told, make=same)
    assert share_record(by=cast.intel, sharing=told, make=same) == first
    assert SharingRecord.objects.count() == 1
    assert Event.objects.filter(action="members.sharing.recorded").count() == 1


def test_the_same_form_with_another_content_is_refused(cast: Cast) -> None:
    told = sharing()
    share_record(by=cast.intel, sharing=told, make=same)
    with pytest.raises(ValidationError, match="recorded from this form already"):
        share_record(by=cast.intel, sharing=told, make=lambda ref, at: b"other")
    other = sharing(client_id=told.client_id, record="INC-2026-00018")
    with pytest.raises(ValidationError):
        share_record(by=cast.intel, sharing=other, make=same)
    with pytest.raises(PermissionDenied):
        share_record(by=cast.store, sharing=told, make=same)
    assert SharingRecord.objects.count() == 1


def test_no_file_no_entry(cast: Cast) -> None:
    def fails(ref: str, at: object) -> bytes:
        raise RuntimeError("no paper")

    with pytest.raises(RuntimeError):
        share_record(by=cast.intel, sharing=sharing(), make=fails)
    assert not SharingRecord.objects.exists()
    assert not Event.objects.filter(action="members.sharing.recorded").exists()
    row, _ = share_record(by=cast.intel, sharing=sharing(), make=same)
    assert row.ref.endswith("-0001")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE members_sharingrecord SET recipient = 'nobody'",
        "DELETE FROM members_sharingrecord",
        "TRUNCATE members_sharingrecord CASCADE",
    ],
)
def test_nobody_changes_the_register(cast: Cast, sql, statement: str) -> None:
    share_record(by=cast.intel, sharing=sharing(), make=same)
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DatabaseError, match=r"(?i)append|pgtrigger"), transaction.atomic():
        sql(statement)
    assert SharingRecord.objects.get().recipient == "PC 1234 Smith, Kent Police"


@pytest.mark.parametrize("missing", ["recipient", "purpose", "lawful_basis", "record", "fields"])
def test_an_entry_without_its_reason_is_refused(cast: Cast, missing: str) -> None:
    empty: Any = [] if missing == "fields" else ""
    with pytest.raises(ValidationError):
        share_record(by=cast.intel, sharing=sharing(**{missing: empty}), make=same)
    assert not SharingRecord.objects.exists()


def test_who_sees_the_register(cast: Cast) -> None:
    share_record(by=cast.store, sharing=sharing(), make=same)
    share_record(by=cast.intel, sharing=sharing(), make=same)
    seen = {
        name: SharingRecord.objects.visible_to(user).count() for name, user in cast.users.items()
    }
    assert seen == {
        "intel": 2, "store": 1, "staff": 0, "other": 0, "otherstore": 0, "police": 0, "board": 0,
        "admin": 0,
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_twenty_sends_at_once_make_one_entry() -> None:
    cast = make_cast()
    told = sharing()
    ready = threading.Barrier(20)
    got: list[tuple[str, bytes]] = []

    def send() -> None:
        try:
            ready.wait()
            row, content = share_record(by=cast.intel, sharing=told, make=same)
            got.append((row.ref, content))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 20
    assert len(set(got)) == 1
    assert SharingRecord.objects.count() == 1
    assert Event.objects.filter(action="members.sharing.recorded").count() == 1
