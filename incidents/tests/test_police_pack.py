"""The police pack: who may make it, what is in it, and that it is recorded as shared, once."""

import contextlib
import hashlib
import io
import random
import re
import tempfile
import threading
import uuid
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import typst
from django.conf import settings
from django.db import connection
from django.test import Client
from pypdf import PdfReader

from audit.models import Event
from incidents.models import Report
from incidents.services import (
    ItemInput,
    PersonInput,
    involvement_link,
    report_accept,
)
from members.models import SharingRecord
from offenders.models import Subject
from tests import factories
from tests.cast import Cast, make_cast, signed_in
from tests.test_bad_input import HOSTILE as HOSTILE_INPUT

WHOLE = ["report", "evidence", "statement"]
Sign = Callable[[str], Client]


def theft(cast: Cast, **fields: Any) -> Report:
    values: dict[str, Any] = {
        "type": factories.incident_type(),
        "words": "He filled a bag with razors. I asked him to stop.",
        "outcome": "detained",
        "weapon": "shown",
        "weapon_words": "kitchen knife",
        "injury": "minor",
        "threats": True,
        "vehicle_words": "blue Ford Fiesta",
        "vehicle_registration": "AB12CDE",
        "methods": ["foil"],
        "police_told": True,
        "police_ref": "46/12345/26",
        "people": [
            PersonInput(named_as="Slim Jim", sex="male", age_band="25-30", height="average",
                        hair="brown", clothing="hoodie, cap", carrying="rucksack")
        ],
        "items": [ItemInput("cosmetics", "Razors", 4, Decimal("120.50"), Decimal("20"))],
        "files": [factories.upload(name="IMG_2051.jpg")],
    }  # fmt: skip
    return factories.report(cast.staff, cast.shop, **values | fields)


def sheet(report: Report, **fields: Any) -> dict[str, Any]:
    return {
        "client_id": str(uuid.uuid4()),
        "recipient": "PC 1234 Smith",
        "body": "Kent Police",
        "recipient_ref": "46/12345/26",
        "purpose": "Prevention and detection of crime",
        "lawful_basis": "Data Protection Act 2018, Schedule 2, paragraph 2",
        "agreement": "Agreement, version 1",
        "parts": WHOLE,
        "witness_name": "Sam Staff",
        "witness_age": "",
        "occupation": "Sales assistant",
        "statement": "I saw it.",
    } | fields


def path(report: Report) -> str:
    return f"/reports/{report.ref}/police-pack/"


def words(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def pack(client: Client, report: Report, **fields: Any) -> str:
    answer = client.post(path(report), sheet(report, **fields))
    assert answer.status_code == 200, answer.content.decode()[:3000]
    assert answer["Content-Type"] == "application/pdf", answer.context["form"].errors
    return words(answer.content)


def first_words(client: Client, report: Report) -> str:
    return str(client.get(path(report)).context["form"]["statement"].value())


def test_a_pack_holds_what_was_typed_once(cast: Cast, client_of: Sign) -> None:
    report = theft(cast)
    store = client_of("store")
    answer = store.post(path(report), sheet(report, statement=first_words(store, report)))
    assert answer["Content-Disposition"] == f'attachment; filename="police-pack-{report.ref}.pdf"'
    assert "no-store" in answer["Cache-Control"]
    said = words(answer.content)
    evidence = report.attachments.get()
    for text in (
        f"Police pack: {report.ref}", "For PC 1234 Smith, Kent Police",
        "Their reference 46/12345/26", "Purpose Prevention and detection of crime",
        "Offence Shop theft", "Where Marlowe, The Orchards, 1 High Street, DA1\u00a01DE",
        "Reported by Staff Person, Marlowe Chemist", "How it was done Foil-lined bag",
        "Weapon Shown or spoken of: kitchen knife", "Injury Hurt, no hospital",
        "Vehicle blue Ford Fiesta, registration AB12CDE", "How it ended Detained",
        "Police The police were told, reference 46/12345/26",
        "He filled a bag with razors. I asked him to stop.",
        "Person 1: not identified", "Reporter called them Slim Jim", "Part in it Suspected",
        "male, aged about 25-30, average height, brown hair, wearing hoodie, cap, carrying "
        "rucksack",
        "Cosmetics and razors, Razors 4 £120.50 £20.00 £100.50",
        "All goods £120.50 £20.00 £100.50",
        f"{report.ref}/1", "Photo, IMG_2051.jpg, image/jpeg", f"SHA-256 {evidence.sha256}",
        "Statement of: Sam Staff", "Age if under 18: Over 18", "Occupation: Sales assistant",
    ):  # fmt: skip
        assert text.replace("\u00a0", " ") in said.replace("\u00a0", " "), text


def test_the_first_wording_of_the_statement(cast: Cast, client_of: Sign) -> None:
    report = theft(cast)
    said = first_words(client_of("store"), report)
    for text in (
        "I am the person named above. I work for Marlowe Chemist.",
        "This statement is about shop theft at Marlowe, The Orchards, 1 High Street, DA1\u00a01DE",
        "\n\nHe filled a bag with razors. I asked him to stop.\n\n",
        "I saw a person whom I would describe as: male, aged about 25-30, average height",
        "I know them as Slim Jim.",
        "How it was done: foil-lined bag.",
        "Somebody was hurt and needed no hospital. A weapon was shown or spoken of: kitchen knife.",
        "Somebody was threatened or abused.",
        "I saw a vehicle: blue Ford Fiesta, registration AB12CDE.",
        "The goods were: Cosmetics and razors, Razors, 4. Their value was £120.50 in all. "
        "Of that, £20.00 was recovered.",
        "The person was detained. The police were told; their reference is 46/12345/26.",
        f"I produce a photo as exhibit {report.ref}/1.",
    ):
        assert text in said
    bare = factories.report(cast.staff, cast.shop, type=factories.incident_type())
    assert first_words(client_of("store"), bare).endswith("describe as: grey hoodie.")


def test_the_statement_is_the_reporters_knowledge_not_the_managers(
    cast: Cast, client_of: Sign
) -> None:
    """Who somebody turned out to be on review is in the report, never in the witness's mouth."""
    report = theft(cast)
    found = factories.subject(cast.intel, name="Barnaby Quill")
    involvement_link(
        by=cast.intel, report=report, revision=1, involvement=report.people.get(), subject=found
    )
    intel = client_of("intel")
    assert "Barnaby" not in first_words(intel, report)
    said = pack(intel, report)
    assert f"Person 1: Barnaby Quill ({found.ref})" in said
    assert "Identified Confirmed on review" in said
    seen = factories.published(cast.intel, name="Kevin Marsh").subject
    named = theft(cast, people=[PersonInput(subject=seen)])
    wording = first_words(client_of("store"), named)
    assert f"as the person shown to me in D-TAC as Kevin Marsh, reference {seen.ref}." in wording


def test_names_are_those_that_the_asker_may_see(cast: Cast, client_of: Sign) -> None:
    report = theft(cast)
    hidden = factories.subject(cast.intel, name="Barnaby Quill")
    linked = involvement_link(
        by=cast.intel, report=report, revision=1, involvement=report.people.get(), subject=hidden
    )
    report_accept(by=cast.intel, report=linked, revision=linked.revision, note="Known to us.")
    said = pack(client_of("store"), report)
    assert "Person 1: not identified" in said
    assert hidden.ref not in said
    assert "Barnaby" not in said
    assert "Known to us" not in said
    assert "Known to us" not in pack(client_of("intel"), report)
    by_store, by_intel = SharingRecord.objects.order_by("id")
    assert (by_store.subjects, by_intel.subjects) == ([], [hidden.ref])
    assert "names of subjects" not in by_store.fields
    assert "names of subjects" in by_intel.fields


def test_only_the_parts_that_were_asked_for(cast: Cast, client_of: Sign) -> None:
    report = theft(cast)
    store = client_of("store")
    said = pack(store, report, parts=["evidence"], statement="", witness_name="")
    assert "Evidence list" in said
    assert "Crime report" not in said
    assert "WITNESS STATEMENT" not in said
    assert SharingRecord.objects.get().fields == ["evidence list with hashes"]
    said = pack(store, report, parts=["statement"], witness_age="16", occupation="")
    assert "Age if under 18: 16" in said
    assert "razors" not in said
    assert "SHA-256" not in said
    empty = factories.report(cast.staff, cast.shop, type=factories.incident_type())
    said = pack(store, empty, parts=["report", "evidence"])
    assert "No photo, document or video came with the report." in said
    assert "Goods" not in said


def test_it_is_recorded_as_shared_and_shown_on_the_report(cast: Cast, client_of: Sign) -> None:
    report = theft(cast)
    intel = client_of("intel")
    agency = cast.police.member
    answer = intel.post(path(report), sheet(report, agency=agency.pk, body="Town team"))
    row = SharingRecord.objects.get()
    assert row.sha256 == hashlib.sha256(answer.content).hexdigest()
    assert row.byte_size == len(answer.content)
    assert row.recipient == "PC 1234 Smith, Dartford Police, Town team"
    assert (row.recipient_member, row.recipient_ref) == (agency, "46/12345/26")
    assert (row.record, row.shared_by) == (report.ref, cast.intel)
    assert row.ref in words(answer.content)
    event = Event.objects.get(action="members.sharing.recorded")
    assert (event.record, event.detail["share"], event.is_read) == (report.ref, row.ref, True)
    line = "Shared with PC 1234 Smith, Dartford Police, Town team on"
    for page in (f"/reports/{report.ref}/", f"/reports/{report.ref}/review/", path(report)):
        assert line in intel.get(page).content.decode(), page
    for name in ("staff", "store"):  # the register is the manager's; a store sees its own shares
        shown = client_of(name).get(f"/reports/{report.ref}/").content.decode()
        assert line not in shown
        assert ("Make a police pack" in shown) == (name == "store")
    pack(client_of("store"), report)
    shown = client_of("store").get(f"/reports/{report.ref}/").content.decode()
    assert "Shared with PC 1234 Smith, Kent Police on" in shown


def test_incidents_of_ones_own_business_only(cast: Cast, client_of: Sign) -> None:
    report = theft(cast)
    report_accept(by=cast.intel, report=report, revision=1)  # agencies see it now
    sighting = factories.report(cast.staff, cast.shop)
    for name in cast.users:
        client = client_of(name)
        may = name in ("store", "intel")
        for ask in (client.get(path(report)), client.post(path(report), sheet(report))):
            assert ask.status_code == (200 if may else 404), name
        assert client.get(path(sighting)).status_code == 404, name
        assert client.post(path(sighting), sheet(sighting)).status_code == 404, name
    assert SharingRecord.objects.count() == 2


def test_pressed_twice_it_is_one_entry_and_the_same_pdf(cast: Cast, client_of: Sign) -> None:
    report = theft(cast)
    store, typed = client_of("store"), sheet(report)
    first = store.post(path(report), typed)
    second = store.post(path(report), typed)
    assert first.content == second.content
    assert SharingRecord.objects.count() == 1
    changed = store.post(path(report), typed | {"statement": "I saw nothing."})
    assert changed.status_code == 422
    assert "recorded from this form already" in changed.content.decode()
    fresh = changed.context["form"]["client_id"].value()
    assert fresh != typed["client_id"]
    again = store.post(
        path(report), typed | {"statement": "I saw nothing.", "client_id": str(fresh)}
    )
    assert "I saw nothing." in words(again.content)
    assert SharingRecord.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_same_form_ten_times_at_once_is_one_entry() -> None:
    cast = make_cast()
    report = theft(cast)
    typed = sheet(report)
    ready = threading.Barrier(10)
    got: list[bytes] = []

    def press() -> None:
        try:
            client = Client()
            signed_in(client, cast.store)
            ready.wait()
            got.append(client.post(path(report), typed).content)
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 10
    assert len(set(got)) == 1
    assert SharingRecord.objects.get().sha256 == hashlib.sha256(got[0]).hexdigest()
    assert Event.objects.filter(action="members.sharing.recorded").count() == 1


@pytest.mark.parametrize(
    ("wrong", "field", "message"),
    [
        ({"recipient": " "}, "recipient", "Enter who receives it."),
        ({"body": ""}, "body", "Enter the force or body they are of."),
        ({"purpose": ""}, "purpose", "Say what it is shared for."),
        ({"lawful_basis": ""}, "lawful_basis", "Say which law allows it."),
        ({"parts": []}, "parts", "Choose at least one part."),
        ({"parts": ["photos"]}, "parts", "Select a valid choice"),
        ({"statement": ""}, "statement", "Write the statement, or leave that part out."),
        ({"statement": "x" * 20_001}, "statement", "at most 20000"),
        ({"witness_name": ""}, "witness_name", "Enter who makes the statement."),
        ({"witness_age": "18"}, "witness_age", "Leave it empty for 18 or over."),
        ({"witness_age": "0"}, "witness_age", "Enter the age in years."),
        ({"recipient": "a\x00b"}, "recipient", "Null characters"),
        ({"client_id": "x"}, "client_id", "valid UUID"),
    ],
)
def test_what_is_refused(
    cast: Cast, client_of: Sign, wrong: dict[str, Any], field: str, message: str
) -> None:
    report = theft(cast, files=[])
    answer = client_of("store").post(path(report), sheet(report, **wrong))
    assert answer.status_code == 422
    assert message in " ".join(answer.context["form"].errors[field])
    assert not SharingRecord.objects.exists()


def test_another_members_agency_list_is_not_offered(cast: Cast, client_of: Sign) -> None:
    report = theft(cast, files=[])
    assert "agency" not in client_of("store").get(path(report)).context["form"].fields
    pack(client_of("store"), report, agency=cast.police.member.pk)
    assert SharingRecord.objects.get().recipient_member is None
    wrong = client_of("intel").post(
        path(report), sheet(report, agency=cast.staff.member.pk, body="")
    )
    assert wrong.status_code == 422


HOSTILE = '#import "x": * $a^2$ \\u{41} *b* = H #read("/etc/passwd") \u202egnp.exe 😀 <label> ` //'


def test_hostile_words_come_out_as_they_are(cast: Cast, client_of: Sign) -> None:
    report = theft(
        cast,
        words=HOSTILE,
        people=[PersonInput(named_as=HOSTILE[:60], description=HOSTILE)],
        items=[ItemInput("other", HOSTILE[:60])],
        files=[factories.upload(name="#panic(1) $x$ \u202egnp.jpg")],
    )
    said = pack(
        client_of("store"),
        report,
        recipient=HOSTILE,
        occupation=HOSTILE[:80],
        witness_name=HOSTILE,
        statement=f"{HOSTILE}\n\n{HOSTILE}",
    )
    shown = HOSTILE.replace("\u202e", "[U+202E]").replace("😀", "[grinning face]")
    assert said.count(shown) >= 6
    assert "#panic(1) $x$" in said
    assert "root:" not in said


def test_a_pdf_that_can_not_be_made_is_not_recorded(
    cast: Cast, client_of: Sign, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A broken template stands for any fault of the printing."""
    report = theft(cast, files=[])
    (tmp_path / "police-pack.typ").write_text("#panic()")
    monkeypatch.setattr("common.pdf.TEMPLATES", tmp_path)
    with pytest.raises(typst.TypstError):
        client_of("store").post(path(report), sheet(report))
    assert not SharingRecord.objects.exists()
    assert not Event.objects.filter(action="members.sharing.recorded").exists()


def test_nothing_of_the_pdf_stays_on_disk(cast: Cast, client_of: Sign) -> None:
    report = theft(cast)
    pdf = client_of("store").post(path(report), sheet(report)).content
    assert pdf.startswith(b"%PDF-")
    for place in (settings.DATA_DIR, tempfile.gettempdir()):
        for file in Path(place).rglob("*"):
            with contextlib.suppress(OSError):  # another test's file, gone meanwhile
                assert not file.is_file() or file.stat().st_size != len(pdf), file


def test_looking_at_the_form_is_logged_with_the_subjects_in_it(cast: Cast, client_of: Sign) -> None:
    seen = factories.published(cast.intel).subject
    hidden = factories.subject(cast.intel, name="Barnaby Quill")
    report = theft(cast, people=[PersonInput(subject=seen), PersonInput(description="tall")])
    stranger = report.people.get(subject=None)
    involvement_link(by=cast.intel, report=report, revision=1, involvement=stranger, subject=hidden)
    for name, refs in (("store", [seen.ref]), ("intel", sorted([seen.ref, hidden.ref]))):
        client_of(name).get(path(report))
        event = Event.objects.filter(action="incidents.report.viewed").latest("pk")
        assert (event.actor_id, event.subjects) == (cast.users[name].pk, refs)
    assert Subject.objects.count() == 2


def test_no_input_breaks_it(cast: Cast, client_of: Sign) -> None:
    """Hostile words in any field: a PDF and an entry, or a refusal and none."""
    report = theft(cast, files=[])
    store, rng = client_of("store"), random.Random(7)
    made = 0
    for _ in range(60):
        wrong = {
            name: rng.choice(HOSTILE_INPUT) for name in sheet(report) if rng.random() < 0.25
        } | {"client_id": str(uuid.uuid4())}
        answer = store.post(path(report), sheet(report, **wrong))
        assert answer.status_code in (200, 422), wrong
        made += answer.status_code == 200
        assert answer.content.startswith(b"%PDF-") == (answer.status_code == 200)
        assert SharingRecord.objects.count() == made
    assert 5 < made < 55
