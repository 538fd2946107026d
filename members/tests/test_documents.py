"""Documents: versions that stay as they were read, who has read them, when they are reviewed."""

import datetime as dt
from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.db import Error, transaction

from audit.models import Event
from common import dates
from members.documents.services import DocumentInput, document_change, document_read
from members.models import Document, DocumentReading, DocumentVersion
from tests import factories
from tests.cast import Cast, make_cast
from tests.races import at_once

DAY = dt.timedelta(days=1)


@pytest.fixture
def paper(cast: Cast) -> Document:
    return factories.document(cast.intel)


def data(paper: Document, **fields) -> DocumentInput:
    names = ("title", "kind", "readers", "owner", "review_on")
    body = paper.versions.first().body
    return DocumentInput(**{name: getattr(paper, name) for name in names} | {"body": body} | fields)


def test_entered_read_and_entered_anew_by_its_pages(cast: Cast, client_of) -> None:
    intel, staff = client_of("intel"), client_of("staff")
    sent = {
        "title": "New", "kind": "code", "readers": "all", "owner": cast.board.pk, "revision": "1",
        "review_on": dates.add_months(dates.today(), 12).isoformat(), "body": "One.\r\n\r\nTwo.",
    }  # fmt: skip
    for wrong, words in (
        ({"body": " "}, "Enter its words"), ({"review_on": "2020-01-01"}, "in the past"),
        ({"owner": cast.staff.pk}, "valid choice"),
    ):  # fmt: skip
        refused = intel.post("/documents/new/", sent | wrong)
        assert refused.status_code == 422
        assert words in refused.text
    page = intel.post("/documents/new/", sent, follow=True)
    path = page.request["PATH_INFO"]
    assert path == "/documents/new-2/"  # a page of ours has the other
    assert "To read" in staff.get("/documents/").text
    assert "<p>Two.</p>" in staff.get(path).text
    assert "you have read it" in staff.post(path, {"version": "1"}, follow=True).text
    staff.post(path, {"version": "1"})
    assert DocumentReading.objects.count() == 1
    readers = intel.get(f"{path}readers/").context["page"]
    assert [user.pk for user in readers] == [cast.staff.pk]
    others = intel.get(f"{path}readers/?show=no&q=marlowe").context["page"]
    assert [user.pk for user in others] == [cast.store.pk]
    changed = sent | {"body": "One.\n\nThree."}
    assert "what is new" in intel.post(f"{path}edit/", changed).text
    page = intel.post(f"{path}edit/", changed | {"change": "The end."}, follow=True)
    assert "Saved as version 2" in page.text
    assert "To read" in staff.get("/documents/?show=unread").text
    assert "newer version" in staff.post(path, {"version": "1"}, follow=True).text
    assert "The end." in staff.get(path).text
    assert [event.action for event in Event.objects.order_by("pk")] == [
        "members.document.entered", "members.document.read", "members.document.changed",
        "members.document.version",
    ]  # fmt: skip


def test_the_same_words_are_no_new_version(cast: Cast, paper) -> None:
    change = partial(document_change, by=cast.intel, document=paper)
    review = dates.today() + DAY
    same = data(paper, review_on=review, body="Be careful.\r\n\r\nBe kind.\n")
    assert change(revision=1, data=same) is None
    paper.refresh_from_db()
    assert (paper.review_on, paper.versions.count()) == (review, 1)
    with pytest.raises(ValidationError, match="changed this since"):
        change(revision=1, data=same)
    factories.document(cast.intel, title="Other")
    with pytest.raises(ValidationError, match="document of that title"):
        change(revision=2, data=data(paper, title="OTHER"))
    with pytest.raises(ValidationError, match="in the past"):
        change(revision=2, data=data(paper, review_on=dates.today() - DAY))


@pytest.mark.parametrize("change", [
    lambda paper: DocumentVersion.objects.update(body="x"),
    lambda paper: DocumentVersion.objects.all().delete(),
    lambda paper: DocumentReading.objects.all().delete(),
    lambda paper: paper.versions.create(
        number=2, body="x", made_on=dates.today(), made_by=paper.owner),
    lambda paper: paper.versions.create(
        number=1, body="x", made_on=dates.today(), made_by=paper.owner),
])  # fmt: skip
def test_what_was_read_stays_as_it_was(cast: Cast, paper, change) -> None:
    document_read(by=cast.staff, document=paper, number=1)
    with pytest.raises(Error), transaction.atomic():
        change(paper)


@pytest.mark.django_db(transaction=True)
def test_read_at_once_is_read_once() -> None:
    cast = make_cast()
    paper = factories.document(cast.intel)
    works = [partial(document_read, by=cast.staff, document=paper, number=1)] * 5
    assert at_once(*works).count(None) == 5
    assert DocumentReading.objects.count() == 1


def test_who_reads_what_and_what_is_reviewed(cast: Cast, client_of) -> None:
    today = dates.today()
    for title, readers, days in (
        ("Code", "all", 30), ("Later", "all", 31), ("Assessment", "scheme", 0)
    ):  # fmt: skip
        factories.document(cast.intel, title=title, readers=readers, review_on=today + days * DAY)
    for who in ("staff", "store", "police"):
        page = client_of(who).get("/documents/")
        assert [row.title for row in page.context["page"]] == ["Code", "Later"]
        assert client_of(who).get("/documents/assessment/").status_code == 404
        assert client_of(who).post("/documents/assessment/", {"version": 1}).status_code == 404
    for who in ("intel", "board"):
        due = client_of(who).get("/documents/?show=review").context["page"]
        assert [row.title for row in due] == ["Assessment", "Code"]
    people = client_of("intel").get("/documents/assessment/readers/?show=no").context["page"]
    assert {user.pk for user in people} == {cast.intel.pk, cast.board.pk}
    assert client_of("admin").get("/documents/").status_code == 404
