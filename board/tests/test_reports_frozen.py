"""An approved report never changes; corrections, files, and what is done at the same moment."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from board.models import (
    BoardReport,
    Level,
    PlanTarget,
    ReportAttachment,
    ReportPaper,
    ReportStep,
    ReportVersion,
    Tally,
)
from board.reports.attachments import attachment_add, attachment_remove
from board.reports.document import paper_of, report_pdf
from board.reports.kinds import wanted_of
from board.reports.services import (
    report_approve,
    report_correct,
    report_freeze,
    report_return,
    report_start,
    report_submit,
    report_write,
)
from board.tallies import tallies_rebuild, tallies_refresh
from common import dates
from members.models import Member
from offenders.models import Subject
from tests import factories
from tests.cast import Cast, make_cast
from tests.factories import WORDS, board_report
from tests.races import at_once

Wanted = Any


def last_quarter() -> Wanted:
    return wanted_of("quarterly", dates.today()).before


# --- Frozen ----------------------------------------------------------------------------------


def shaken() -> None:
    """Change, add and take away what figures come from; count all of it anew."""
    Member.objects.exclude(kind="scheme").update(
        status="lapsed", left_on=dates.today(), name="Changed"
    )
    Tally.objects.all().delete()
    Level.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE incidents_report SET status = 'rejected'")
    PlanTarget.objects.create(measure="members", number=9, baseline=1, target=2, by=dates.today())
    tallies_rebuild()


def test_an_approved_report_never_changes_when_data_does(cast: Cast, client_of) -> None:
    at = dates.london_midnight(last_quarter().period.last) + dt.timedelta(hours=12)
    subject = factories.subject(cast.intel, photo=False)
    factories.accepted_incident(cast.intel, cast.staff, cast.shop, subject, occurred_at=at)
    factories.PaymentFactory(member=cast.store.member, received_on=at.date(), amount=70)
    row = board_report(cast)
    ref = row.report.ref
    client = client_of("board")
    page, pdf = client.get(f"/board/reports/{ref}/"), client.get(f"/board/reports/{ref}.pdf")
    made_anew = report_pdf(row)
    shaken()
    cast.intel.name = "Somebody Else"
    cast.intel.save()
    row.refresh_from_db()
    assert client.get(f"/board/reports/{ref}.pdf").content == pdf.content == paper_of(row)
    assert report_pdf(row) == made_anew == pdf.content  # not only the kept bytes: the words too
    again = client.get(f"/board/reports/{ref}/")
    assert again.context["parts"] == page.context["parts"]
    assert again.context["facts"] == page.context["facts"]


RAW = (
    "UPDATE board_reportversion SET figures = '{}'",
    "UPDATE board_reportversion SET commentary = '{}'",
    "UPDATE board_reportversion SET state = 'draft', approved_at = NULL, approved_by_id = NULL,"
    " pdf_sha256 = ''",
    "UPDATE board_reportversion SET approved_at = now()",
    "DELETE FROM board_reportversion",
    "UPDATE board_boardreport SET ref = 'x'",
    "DELETE FROM board_boardreport",
    "UPDATE board_reportattachment SET name = 'x'",
    "DELETE FROM board_reportattachment",
    "INSERT INTO board_reportattachment (uuid, original, content_type, sha256, byte_size, added_at,"
    " variants_error, version_id, number, name, added_by_id) SELECT gen_random_uuid(), original,"
    " content_type, 'x', 1, now(), '', version_id, 9, 'x', added_by_id FROM board_reportattachment",
    "UPDATE board_reportpaper SET pdf = ''",
    "DELETE FROM board_reportpaper",
    "UPDATE board_reportstep SET words = 'x'",
    "DELETE FROM board_reportstep",
)


@pytest.mark.parametrize("statement", RAW)
def test_the_database_itself_refuses(cast: Cast, statement: str) -> None:
    board_report(cast)
    with (
        pytest.raises(DatabaseError, match="pgtrigger"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE board_reportversion SET figures = '{}'",
        "UPDATE board_reportversion SET commentary = '{}'",
        "UPDATE board_reportversion SET state = 'draft', frozen_at = now()",
        "DELETE FROM board_reportattachment",
    ],
)
def test_nothing_changes_while_the_board_has_it(cast: Cast, statement: str) -> None:
    board_report(cast, state="submitted")
    with (
        pytest.raises(DatabaseError, match="pgtrigger"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_what_was_approved_takes_no_step(cast: Cast) -> None:
    row = board_report(cast)
    for work in (
        lambda: report_write(by=cast.intel, version=row, revision=row.revision, words={}),
        lambda: report_freeze(by=cast.intel, version=row, revision=row.revision),
        lambda: report_submit(by=cast.intel, version=row, revision=row.revision),
        lambda: report_return(by=cast.board, version=row, revision=row.revision, words="x"),
        lambda: report_approve(by=cast.board, version=row, revision=row.revision),
        lambda: attachment_remove(by=cast.intel, version=row, revision=row.revision, number=1),
    ):
        with pytest.raises(ValidationError):
            work()


# --- Corrections -----------------------------------------------------------------------------


def corrected(cast: Cast, row: ReportVersion) -> ReportVersion:
    return report_correct(by=cast.intel, report=row.report, number=1, why="One loss was left out.")


def test_a_correction_is_a_new_version_that_says_so(cast: Cast, client_of) -> None:
    first = board_report(cast, files=2)
    row = corrected(cast, first)
    assert (row.number, row.state, row.commentary) == (2, "draft", first.commentary)
    same = [list(v.attachments.values_list("name", "sha256", "original")) for v in (first, row)]
    assert same[0] == same[1]
    assert len(same[0]) == 2
    ref = first.report.ref
    assert "newer version" not in client_of("board").get(f"/board/reports/{ref}/").content.decode()
    report_submit(by=cast.intel, version=row, revision=row.revision)
    row.refresh_from_db()
    report_approve(by=cast.board, version=row, revision=row.revision)
    page = client_of("board").get(f"/board/reports/{ref}/").content.decode()
    old = client_of("board").get(f"/board/reports/{ref}/?version=1").content.decode()
    assert "This version is a correction" in page
    assert "One loss was left out." in page
    assert "There is a newer version" in old
    assert "There is a newer version" not in page


def test_what_a_correction_needs(cast: Cast) -> None:
    row = board_report(cast)
    with pytest.raises(ValidationError, match="Write what the correction"):
        report_correct(by=cast.intel, report=row.report, number=1, why=" ")
    with pytest.raises(ValidationError, match="newer version"):
        report_correct(by=cast.intel, report=row.report, number=2, why="x")
    corrected(cast, row)
    with pytest.raises(ValidationError, match="newer version"):
        corrected(cast, row)


def test_a_file_stays_while_an_older_version_has_it(
    cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    first = board_report(cast)
    file = first.attachments.get()
    row = corrected(cast, first)
    with django_capture_on_commit_callbacks(execute=True):
        attachment_remove(by=cast.intel, version=row, revision=row.revision, number=1)
    assert not row.attachments.exists()
    assert file.original.storage.exists(file.original.name)


def test_a_file_goes_with_its_last_row(cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    row = board_report(cast, state="draft")
    file = row.attachments.get()
    with django_capture_on_commit_callbacks(execute=True):
        attachment_remove(by=cast.intel, version=row, revision=row.revision, number=1)
    assert not file.original.storage.exists(file.original.name)


def test_files_are_photos_and_pdfs(cast: Cast) -> None:
    row = board_report(cast, state="draft", files=0)
    for content in (b"x", b"<html>", b"%PDF-1.7 cut short"):
        with pytest.raises(ValidationError):
            attachment_add(
                by=cast.intel, version=row, revision=row.revision, name="x",
                file=factories.upload(content=content),
            )  # fmt: skip
    pdf = report_pdf(board_report(cast, ago=2))
    made = attachment_add(
        by=cast.intel, version=row, revision=row.revision, name="The last one",
        file=factories.upload("x.jpg", pdf),
    )  # fmt: skip
    assert made.form_words == f"PDF, {made.pages} pages"
    assert made.content_type == "application/pdf"
    assert made.pages
    assert made.pages > 2
    with pytest.raises(ValidationError, match="already"):
        attachment_add(
            by=cast.intel, version=row, revision=row.revision + 1, name="Again",
            file=factories.upload(content=pdf),
        )  # fmt: skip
    assert ReportAttachment.objects.filter(version=row).count() == 1


# --- At the same moment ----------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("pair", ["approve", "freeze", "return", "write"])
def test_two_at_once(pair: str) -> None:
    """Two approvals; freezing, writing or sending back while it is approved: one is refused."""
    cast = make_cast()
    row = board_report(cast, state="submitted")
    revision = row.revision

    def approve() -> None:
        report_approve(by=cast.board, version=row, revision=revision)

    others: dict[str, Callable[[], object]] = {
        "approve": approve,
        "freeze": lambda: report_freeze(by=cast.intel, version=row, revision=revision),
        "return": lambda: report_return(by=cast.board, version=row, revision=revision, words="x"),
        "write": lambda: report_write(by=cast.intel, version=row, revision=revision, words=WORDS),
    }
    refused = at_once(approve, others[pair])
    assert sum(error is not None for error in refused) == 1
    row.refresh_from_db()
    assert ReportPaper.objects.count() == int(row.is_approved)
    assert ReportStep.objects.filter(kind__in=["approved", "returned"]).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_starts_and_two_corrections_at_once() -> None:
    cast = make_cast()
    tallies_refresh()
    start = lambda: report_start(by=cast.intel, wanted=last_quarter())  # noqa: E731
    assert sum(error is not None for error in at_once(start, start)) == 1
    assert BoardReport.objects.count() == 1
    row = board_report(cast, ago=2)
    correct = lambda: corrected(cast, row)  # noqa: E731
    assert sum(error is not None for error in at_once(correct, correct)) == 1
    assert row.report.versions.count() == 2
    assert Subject.objects.count() == 0
