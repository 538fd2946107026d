"""The sharing register: read by the manager, and entered by hand what no pack enters."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from audit.models import Event
from common import dates
from members.models import SharingRecord
from tests import factories
from tests.cast import Cast


def given(**more: Any) -> dict[str, Any]:
    """A form as the manager fills it in."""
    return {
        "client_id": str(uuid.uuid4()),
        "shared_on": dates.today().isoformat(),
        "how": "told",
        "kinds": ["name", "photo"],
        "recipient": "PC 1234 Smith",
        "body": "Kent Police",
        "purpose": "Prevention of crime",
        "lawful_basis": "DPA 2018, Schedule 2",
    } | more


def test_what_was_told_is_entered_and_found(cast: Cast, client_of: Any) -> None:
    who = factories.subject(cast.intel, name="Told About")
    page = client_of("intel")
    form = given(subject_refs=who.ref.lower(), report="inc-2026-7")
    answer = page.post("/records/sharing/new/", form)
    row = SharingRecord.objects.get()
    assert answer.url == f"/records/sharing/{row.ref}/"
    assert (row.how, row.sha256, row.byte_size) == ("told", "", 0)
    assert (row.subjects, row.record) == ([who.ref], "INC-2026-00007")
    assert row.fields == ["name", "photo"]
    assert row.recipient == "PC 1234 Smith, Kent Police"
    assert page.post("/records/sharing/new/", form).url == answer.url
    assert SharingRecord.objects.count() == 1
    for text in (row.ref, who.ref, "smith", "INC-2026-00007"):
        assert row.recipient in page.get("/records/sharing/", {"q": text}).content.decode()
    assert "No entry is like this" in page.get("/records/sharing/", {"q": "Jones"}).content.decode()
    assert Event.objects.filter(action="members.sharing.recorded", subjects=[who.ref]).exists()
    # What they ask to be put right is told to this recipient too.
    request = factories.rights_request(cast.intel, who)
    assert row.recipient in page.get(f"/records/requests/{request.ref}/").content.decode()


@pytest.mark.parametrize(
    "other",
    [
        {"recipient": "PC 99 Jones"},
        {"kinds": ["name", "photo", "address"]},
        {"how": "paper"},
        {"shared_on": (dates.today() - dt.timedelta(days=3)).isoformat()},
        {"subject_refs": ""},
    ],
)
def test_the_same_form_with_other_words_is_another_entry(
    cast: Cast, client_of: Any, other: dict[str, Any]
) -> None:
    who = factories.subject(cast.intel)
    page = client_of("intel")
    form = given(subject_refs=who.ref, report="INC-2026-00007")
    page.post("/records/sharing/new/", form)
    answer = page.post("/records/sharing/new/", form | other)
    assert answer.status_code == 422
    fresh = answer.context["form"]["client_id"].value()
    page.post("/records/sharing/new/", form | other | {"client_id": fresh})
    assert SharingRecord.objects.count() == 2


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({}, "Enter whose data it was, or of which report."),
        ({"subject_refs": "D-9999"}, "There is no record D-9999."),
        ({"report": "D-0001"}, "This is no reference of a report."),
        ({"report": "INC-2026-00001", "kinds": []}, "Choose what was given."),
        ({"report": "INC-2026-00001", "how": "file"}, "Select a valid choice"),
        ({"report": "INC-2026-00001", "body": ""}, "Enter the force or body they are of."),
        (
            {
                "report": "INC-2026-00001",
                "shared_on": (dates.today() + dt.timedelta(days=2)).isoformat(),
            },
            "This is in the future.",
        ),
    ],
)
def test_what_is_refused(cast: Cast, client_of: Any, more: dict[str, Any], says: str) -> None:
    answer = client_of("intel").post("/records/sharing/new/", given(**more))
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not SharingRecord.objects.exists()


def test_a_file_has_its_hash_and_nothing_else_has_one(cast: Cast) -> None:
    made = factories.share(cast.intel, "D-0001")
    copied = {
        field.attname: getattr(made, field.attname)
        for field in SharingRecord._meta.concrete_fields
        if field.name != "id"
    } | {"client_id": uuid.uuid4()}
    for n, wrong in enumerate(({"sha256": ""}, {"how": "told"}, {"how": "told", "sha256": ""})):
        with pytest.raises(IntegrityError, match="sharing_sha256"), transaction.atomic():
            SharingRecord.objects.create(**copied | {"ref": f"SHR-2026-900{n}"} | wrong)
    right = {"ref": "SHR-2026-9009", "how": "told", "sha256": "", "byte_size": 0}
    SharingRecord.objects.create(**copied | right)


def test_as_a_file_for_the_regulator(cast: Cast, client_of: Any) -> None:
    factories.share(cast.intel, "D-0001")
    text = client_of("intel").get("/records/files/sharing.csv").content.decode("utf-8-sig")
    assert "PC 1 Smith, Kent Police" in text
    assert "Lawful basis" in text.splitlines()[0]
