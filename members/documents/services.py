"""Writes of documents: entered, changed, a new version, read."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction

from audit.services import record
from common import dates
from common.db import check_revision, constraint_messages, free_slug
from members import actions
from members.models import Document, DocumentReading, DocumentVersion, User

RESERVED: Final = {"new"}  # addresses beside those of documents


@dataclass(frozen=True)
class DocumentInput:
    """What is held of a document, its words, and what is new in them."""

    title: str
    kind: str
    readers: str
    owner: User
    review_on: dt.date
    body: str
    change: str = ""


@transaction.atomic
def document_enter(*, by: User, data: DocumentInput) -> Document:
    """Enter a document with its first version.

    Raises ValidationError: one of that title is there, no words, a review in the past.
    """
    row = Document(slug=free_slug(Document, data.title, reserved=RESERVED))
    _fill(row, data)
    _add_version(row, data, number=1, by=by)
    record(actions.DOCUMENT_ENTERED, by=by, ref=row.slug)
    return row


@transaction.atomic
def document_change(
    *, by: User, document: Document, revision: int, data: DocumentInput
) -> DocumentVersion | None:
    """Change what is held of a document; other words are a new version, which is returned.

    Raises ValidationError: changed meanwhile (code "stale"), nothing said of what is new, or as
    for document_enter.
    """
    row: Document = Document.objects.select_for_update().get(pk=document.pk)
    check_revision(row, revision)
    row.revision += 1
    _fill(row, data)
    last: DocumentVersion = row.versions.first()  # type: ignore[assignment]  # it has one
    record(actions.DOCUMENT_CHANGED, by=by, ref=row.slug)
    if _plain(data.body) == last.body:
        return None
    made = _add_version(row, data, number=last.number + 1, by=by)
    record(actions.DOCUMENT_VERSION, by=by, ref=row.slug, version=made.number)
    return made


@transaction.atomic
def document_read(*, by: User, document: Document, number: int) -> bool:
    """Record that somebody has read a version; return whether that is new.

    Raises ValidationError (code "stale"): it isn't the newest any more.
    """
    row = Document.objects.select_for_update().get(pk=document.pk)
    newest = row.versions.first()
    if newest is None or newest.number != number:
        raise ValidationError("There is a newer version. Please read that.", code="stale")
    _, new = DocumentReading.objects.get_or_create(version=newest, user=by)
    if new:
        record(actions.DOCUMENT_READ, by=by, ref=row.slug, version=number)
    return new


def _fill(row: Document, data: DocumentInput) -> None:
    if data.review_on < dates.today() and data.review_on != row.review_on:
        raise ValidationError({"review_on": "This is in the past."})
    row.title, row.kind, row.readers = data.title.strip(), data.kind, data.readers
    row.owner, row.review_on = data.owner, data.review_on
    row.full_clean()
    with constraint_messages(Document):
        row.save()


def _add_version(row: Document, data: DocumentInput, *, number: int, by: User) -> DocumentVersion:
    made = DocumentVersion(
        document=row,
        number=number,
        body=_plain(data.body),
        change=data.change.strip() if number > 1 else "",
        made_on=dates.today(),
        made_by=by,
    )
    made.full_clean()
    with constraint_messages(DocumentVersion):
        made.save()
    return made


def _plain(body: str) -> str:
    """Return words with one kind of line break, as they are kept and compared."""
    return body.replace("\r\n", "\n").strip()
