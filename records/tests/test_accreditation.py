"""Accreditation: what the standards ask for, what shows it, and the assessor's pack."""

import csv
import datetime as dt
import io
import zipfile

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from audit.models import Event
from common import dates
from members.models import Document, Meeting
from offenders.models import Subject
from records.accreditation.services import by_number, requirement_save, sections
from records.accreditation.starting import REQUIREMENTS
from records.models import StandardRequirement
from tests import factories
from tests.cast import Cast
from tests.pdfs import text_of

LIST = "/records/standards/"
PACK = "/records/standards/pack.zip"
FIELDS = {
    "edition": "A standard",
    "section": "Data",
    "number": "2.1",
    "words": "Data is kept no longer than needed.",
    "evidence": "retention",
    "note": "",
}


def state() -> dict[str, bool]:
    """Return which requirement is shown, by number."""
    return {row.requirement.number: row.found.met for part in sections() for row in part.rows}


def test_a_scheme_starts_with_the_first_section(cast: Cast, client_of, settings) -> None:
    settings.DTAC_CONTACT_ADDRESS = ""
    assert set(state()) == {number for number, _, _ in REQUIREMENTS}
    assert state()["1.1"]
    assert state()["1.3"]
    assert not state()["1.2"]
    assert not state()["1.5"]
    page = client_of("intel").get(LIST).text
    assert "Intel Person" in page
    assert "No address is set" in page
    settings.DTAC_CONTACT_ADDRESS = "1 High Street, Dartford"
    assert state()["1.2"]


def test_what_shows_it_is_looked_up_as_it_is_today(cast: Cast) -> None:
    assert not state()["1.6"]
    paper = factories.document(cast.intel, title="Constitution", kind="constitution")
    assert state()["1.6"]
    Document.objects.filter(pk=paper.pk).update(review_on=dates.today() - dt.timedelta(days=1))
    assert not state()["1.6"]


def test_a_general_meeting_needs_minutes_and_is_yearly(cast: Cast) -> None:
    assert not state()["1.8"]
    factories.meeting(cast.intel, kind=Meeting.Kind.GENERAL, on=dates.today())
    assert not state()["1.8"]
    factories.minuted(cast.intel, kind=Meeting.Kind.GENERAL, on=dates.today())
    assert state()["1.8"]
    with time_machine.travel(timezone.now() + dt.timedelta(days=500), tick=True):
        assert not state()["1.8"]


def test_the_manager_adds_changes_and_removes(cast: Cast, client_of) -> None:
    intel = client_of("intel")
    assert intel.post(f"{LIST}new/", {**FIELDS, "revision": 1}).status_code == 302
    row = StandardRequirement.objects.get(number="2.1")
    assert "A standard · Data" in intel.get(LIST).text
    assert "No night has run yet." in intel.get(LIST).text
    address = f"{LIST}{row.pk}/"
    said = {**FIELDS, "evidence": "words", "note": "By the nightly job.", "revision": 1}
    assert intel.post(address, said).status_code == 302
    assert state()["2.1"]
    stale = intel.post(address, {**said, "note": "Other"})
    assert stale.status_code == 422
    assert "Someone changed this" in stale.text
    double = intel.post(f"{LIST}new/", {**FIELDS, "revision": 1})
    assert "There is a requirement of that number." in double.text
    assert intel.post(address, {**said, "revision": 2, "remove": "1"}).status_code == 302
    assert "2.1" not in state()
    assert intel.get(address).status_code == 404
    assert Event.objects.filter(action__startswith="records.standard.").count() == 3


def test_a_pack_for_the_assessor(cast: Cast, client_of) -> None:
    factories.published(cast.intel, name="Kevin Marsh")
    factories.document(cast.intel, kind="constitution", title="Constitution")
    requirement_save(by=cast.intel, requirement=None, fields={**FIELDS, "note": "=1+1"})
    answer = client_of("intel").get(PACK)
    assert answer["Content-Disposition"].startswith("attachment")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as pack:
        names = set(pack.namelist())
        told = text_of(pack.read("evidence.pdf"))
        table = list(csv.reader(io.StringIO(pack.read("evidence.csv").decode("utf-8-sig"))))
        everything = told + "".join(pack.read(name).decode(errors="replace") for name in names)
    assert names >= {"evidence.pdf", "evidence.csv", "papers/constitution-version-1.txt"}
    assert "Gap" in told
    assert "Data is kept no longer than needed." in told
    assert len(table) == 1 + StandardRequirement.objects.count()
    assert "'=1+1" in [row[-1] for row in table]
    for subject in Subject.objects.all():
        assert subject.ref not in everything
        assert subject.name not in everything
    event = Event.objects.get(action="records.standards.exported")
    assert (event.actor_id, event.subjects) == (cast.intel.pk, [])


def test_the_board_reads_it_and_nobody_else_does(cast: Cast, client_of) -> None:
    board = client_of("board").get(LIST)
    assert board.status_code == 200
    assert PACK not in board.text
    for role in ("staff", "store", "police", "admin"):
        assert client_of(role).get(LIST).status_code == 404


def test_numbers_are_sorted_as_people_count() -> None:
    rows = [
        StandardRequirement(edition="x", number=number) for number in ("1.10", "1.9", "2", "1.a")
    ]
    assert [row.number for row in sorted(rows, key=by_number)] == ["1.9", "1.10", "1.a", "2"]


@pytest.mark.parametrize("field", ["edition", "section", "number", "words", "evidence"])
def test_nothing_may_be_missing(cast: Cast, field: str) -> None:
    with pytest.raises(ValidationError):
        requirement_save(by=cast.intel, requirement=None, fields={**FIELDS, field: " "})
