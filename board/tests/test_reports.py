"""Reports: started, written, frozen, given to the Board, sent back, approved, corrected."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.models import Event
from board.models import (
    BoardReport,
    Level,
    Refresh,
    ReportVersion,
)
from board.reports.attachments import attachment_remove
from board.reports.document import paper_of
from board.reports.kinds import latest_wanted, wanted_from, wanted_of
from board.reports.listing import reports_asked_for, reports_missing
from board.reports.parts import parts_of
from board.reports.services import (
    report_approve,
    report_correct,
    report_freeze,
    report_return,
    report_start,
    report_submit,
    report_write,
)
from board.tallies import tallies_refresh
from common import dates
from tests import factories
from tests.cast import Cast
from tests.factories import WORDS, board_report

Wanted = Any


def last_quarter() -> Wanted:
    return wanted_of("quarterly", dates.today()).before


@pytest.mark.parametrize(
    ("ref", "first", "end", "due"),
    [
        ("Q-2026-27-2", "2026-07-01", "2026-09-30", "2026-10-30"),
        ("Q-2025-26-4", "2026-01-01", "2026-03-31", "2026-04-30"),
        ("A-2025-26", "2025-04-01", "2026-03-31", "2026-06-29"),
        ("CSP-2026-27-1", "2026-04-01", "2026-06-30", "2026-07-30"),
    ],
)
@time_machine.travel("2026-11-26 12:00")
def test_references(ref: str, first: str, end: str, due: str) -> None:
    found = wanted_from(ref)
    assert found is not None
    days = (found.period.first, found.period.end, found.due_on)
    assert [day.isoformat() for day in days] == [first, end, due]
    assert found.ref == ref


@pytest.mark.parametrize(
    "ref", ["Q-2026-27-3", "Q-2026-28-2", "Q-2026-27", "A-2025-26-1", "A-2026-27", "X-2025-26-1",
            "CSP-2027-28-1", "Q-1999-00-1", "", "Q-2026-27-5"],
)  # fmt: skip
@time_machine.travel("2026-11-26 12:00")
def test_what_is_no_report(ref: str) -> None:
    """Among them a period that goes on: its figures are the Board's page."""
    assert wanted_from(ref) is None


def test_the_year_of_a_century() -> None:
    with time_machine.travel("2100-05-01 12:00"):
        assert wanted_of("annual", dt.date(2099, 5, 1)).ref == "A-2099-00"
        assert wanted_from("A-2099-00") is not None


def test_the_whole_way(cast: Cast) -> None:
    row = board_report(cast)
    assert (row.state, row.number, row.prepared_name) == ("approved", 1, cast.intel.name)
    assert (row.approved_by, row.approved_name) == (cast.board, cast.board.name)
    assert row.pdf_sha256
    assert paper_of(row).startswith(b"%PDF")
    kinds = list(row.steps.values_list("kind", flat=True))
    assert kinds == ["started", "frozen", "submitted", "approved"]
    logged = list(
        Event.objects.filter(action__startswith="board.report.").values_list("action", flat=True)
    )
    assert sorted(each.rpartition(".")[2] for each in logged) == [
        "approved", "filed", "frozen", "started", "submitted", "written",
    ]  # fmt: skip


@pytest.mark.parametrize("who", ["staff", "store", "police", "board", "admin"])
def test_the_manager_alone_prepares(cast: Cast, who: str) -> None:
    by = getattr(cast, who)
    row = board_report(cast, state="draft")
    wanted = wanted_of("csp", dates.today()).before
    for work in (
        lambda: report_start(by=by, wanted=wanted),
        lambda: report_write(by=by, version=row, revision=row.revision, words={}),
        lambda: report_freeze(by=by, version=row, revision=row.revision),
        lambda: report_submit(by=by, version=row, revision=row.revision),
        lambda: report_correct(by=by, report=row.report, number=1, why="x"),
        lambda: attachment_remove(by=by, version=row, revision=row.revision, number=1),
    ):
        with pytest.raises(PermissionDenied):
            work()


@pytest.mark.parametrize("who", ["staff", "store", "police", "intel", "admin"])
def test_the_board_alone_decides(cast: Cast, who: str) -> None:
    row = board_report(cast, state="submitted")
    by = getattr(cast, who)
    with pytest.raises(PermissionDenied):
        report_approve(by=by, version=row, revision=row.revision)
    with pytest.raises(PermissionDenied):
        report_return(by=by, version=row, revision=row.revision, words="x")


def test_who_submitted_does_not_approve(cast: Cast) -> None:
    """Somebody who was the manager, and is of the Board now."""
    row = board_report(cast, state="submitted")
    cast.intel.role = "board"
    cast.intel.save()
    with pytest.raises(ValidationError, match="can’t approve"):
        report_approve(by=cast.intel, version=row, revision=row.revision)


def test_a_period_that_goes_on_has_none(cast: Cast) -> None:
    with pytest.raises(ValidationError, match="not over"):
        report_start(by=cast.intel, wanted=wanted_of("quarterly", dates.today()))


def test_one_report_of_a_period(cast: Cast) -> None:
    board_report(cast, state="draft")
    with pytest.raises(ValidationError, match="started already"):
        report_start(by=cast.intel, wanted=last_quarter())


def test_sent_back_with_words_that_are_kept(cast: Cast) -> None:
    row = board_report(cast, state="submitted")
    with pytest.raises(ValidationError, match="Write what has to change"):
        report_return(by=cast.board, version=row, revision=row.revision, words=" ")
    report_return(by=cast.board, version=row, revision=row.revision, words="Say more of radios.")
    row.refresh_from_db()
    assert row.is_draft
    assert row.is_frozen
    step = row.steps.get(kind="returned")
    assert (step.by, step.words) == (cast.board, "Say more of radios.")
    report_submit(by=cast.intel, version=row, revision=row.revision)
    row.refresh_from_db()
    report_approve(by=cast.board, version=row, revision=row.revision)


def test_what_the_board_needs(cast: Cast) -> None:
    row = board_report(cast, state="draft")
    with pytest.raises(ValidationError, match="Freeze the figures first"):
        report_submit(by=cast.intel, version=row, revision=row.revision)
    report_freeze(by=cast.intel, version=row, revision=row.revision)
    words = WORDS | {"summary": " "}
    report_write(by=cast.intel, version=row, revision=row.revision + 1, words=words)
    with pytest.raises(ValidationError, match="Still to write: Summary"):
        report_submit(by=cast.intel, version=row, revision=row.revision + 2)


def test_two_who_write(cast: Cast) -> None:
    row = board_report(cast, state="draft")
    report_write(by=cast.intel, version=row, revision=row.revision, words=WORDS)
    with pytest.raises(ValidationError, match="Someone changed this"):
        report_write(by=cast.intel, version=row, revision=row.revision, words=WORDS)


def test_nothing_is_frozen_while_the_figures_are_behind(cast: Cast) -> None:
    row = board_report(cast, state="draft")
    Refresh.objects.update(completed_at=timezone.now() - dt.timedelta(minutes=10))
    with pytest.raises(ValidationError, match="figures are behind"):
        report_freeze(by=cast.intel, version=row, revision=row.revision)
    Refresh.objects.update(completed_at=None)
    with pytest.raises(ValidationError, match="counted never"):
        report_freeze(by=cast.intel, version=row, revision=row.revision)


def test_nothing_is_frozen_while_the_figures_are_counted(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = board_report(cast, state="draft")
    monkeypatch.setattr("board.reports.services.tallies_refresh", lambda: False)
    with pytest.raises(ValidationError, match="being counted just now"):
        report_freeze(by=cast.intel, version=row, revision=row.revision)


def test_freezing_counts_what_changed_just_now(cast: Cast) -> None:
    row = board_report(cast, state="draft")
    at = dates.london_midnight(row.report.last) + dt.timedelta(hours=12)
    subject = factories.subject(cast.intel, photo=False)
    factories.accepted_incident(cast.intel, cast.staff, cast.shop, subject, occurred_at=at)
    report_freeze(by=cast.intel, version=row, revision=row.revision)
    row.refresh_from_db()
    assert figure(row, "incidents", "Incidents") == ["1", "0", "0"]


def figure(row: ReportVersion, key: str, label: str) -> list[str]:
    """Return the words of a row of a table."""
    assert row.figures is not None
    table = next(t for t in row.figures["tables"] if t["key"] == key)
    cells = next(r["cells"] for r in table["rows"] if r["label"] == label)
    return [cell["words"] for cell in cells]


def test_a_draft_is_frozen_again(cast: Cast) -> None:
    row = board_report(cast, state="draft")
    report_freeze(by=cast.intel, version=row, revision=row.revision)
    row.refresh_from_db()
    first = row.frozen_at
    report_freeze(by=cast.intel, version=row, revision=row.revision)
    row.refresh_from_db()
    assert first
    assert row.frozen_at
    assert row.frozen_at > first
    assert row.steps.filter(kind="frozen").count() == 2


# --- The report before -----------------------------------------------------------------------


def test_what_the_report_before_said_differently_is_told(cast: Cast) -> None:
    board_report(cast, ago=2)
    at = dates.london_midnight(last_quarter().before.period.last) + dt.timedelta(hours=12)
    subject = factories.subject(cast.intel, photo=False)
    factories.accepted_incident(cast.intel, cast.staff, cast.shop, subject, occurred_at=at)
    row = board_report(cast)
    assert row.figures is not None
    told = {each["label"]: (each["said"], each["now"]) for each in row.figures["differs"]}
    assert told["Incidents and losses: Incidents"] == ("0", "1")
    kinds = [block["kind"] for part in parts_of(row, row.figures) for block in part["blocks"]]
    assert "differs" in kinds


def test_nothing_is_told_where_nothing_differs(cast: Cast) -> None:
    board_report(cast, ago=2)
    row = board_report(cast)
    assert row.figures is not None
    assert row.figures["differs"] == []


# --- Small counts, and nobody ----------------------------------------------------------------


def test_small_counts_are_hidden_before_they_are_frozen(cast: Cast) -> None:
    at = dates.london_midnight(last_quarter().period.last) + dt.timedelta(hours=12)
    subject = factories.subject(cast.intel, photo=False)
    for site, count in ((cast.shop, 12), (cast.pub, 2)):
        by = cast.staff if site == cast.shop else cast.other
        for _ in range(count):
            factories.accepted_incident(cast.intel, by, site, subject, occurred_at=at)
    row = board_report(cast)
    assert row.figures is not None
    for key in ("areas", "area_incidents"):
        table = next(t for t in row.figures["tables"] if t["key"] == key)
        hidden = [r["cells"][0] for r in table["rows"] if r["label"] == "Temple Hill"]
        assert hidden[0]["number"] is None
        assert hidden[0]["words"] in ("fewer than 5", "not shown")
    numbers = [
        cell["number"]
        for table in row.figures["tables"]
        if table["of"] == "Area"
        for r in table["rows"]
        for cell in r["cells"]
    ]
    assert not {"1", "2", "3", "4"} & set(numbers)


def test_numbers_are_exact_texts_with_their_words(cast: Cast) -> None:
    row = board_report(cast)
    assert row.figures is not None
    assert row.figures["schema"] == 1

    def floats(value: Any) -> list[Any]:
        if isinstance(value, dict):
            return [each for part in value.values() for each in floats(part)]
        if isinstance(value, list):
            return [each for part in value for each in floats(part)]
        return [value] if isinstance(value, float) else []

    assert floats(row.figures) == []
    for table in [*row.figures["tables"], *row.figures["money"]]:
        for each in table["rows"]:
            assert len(each["cells"]) == len(table["columns"]), table["key"]


@pytest.mark.parametrize(
    "text",
    [
        "It was Kevin Marsh again.",
        "It was KEVIN  MARSH, again",
        "Zoe Zielinski was seen",
        "See D-0042.",
        "As in inc-2026-00017",
        "They call him Big Kez here",
    ],
)
def test_nobody_is_named_in_what_is_typed(cast: Cast, text: str) -> None:
    factories.subject(cast.intel, name="Kevin Marsh", aliases=["Big Kez"], photo=False)
    factories.subject(cast.intel, name="Zoë Zieliński", photo=False)
    row = board_report(cast, state="draft")
    words = WORDS | {"summary": text}
    with pytest.raises(ValidationError, match="names nobody"):
        report_write(by=cast.intel, version=row, revision=row.revision, words=words)
    fine = WORDS | {"summary": "Kevin was not at Marshfield. We saw D-Tac, and Zoe."}
    report_write(by=cast.intel, version=row, revision=row.revision, words=fine)


def test_somebody_whose_record_came_later_stops_it(cast: Cast) -> None:
    row = board_report(cast, state="draft")
    words = WORDS | {"summary": "Ann Newcomer did it."}
    report_write(by=cast.intel, version=row, revision=row.revision, words=words)
    factories.subject(cast.intel, name="Ann Newcomer", photo=False)
    report_freeze(by=cast.intel, version=row, revision=row.revision + 1)
    with pytest.raises(ValidationError, match="Ann Newcomer"):
        report_submit(by=cast.intel, version=row, revision=row.revision + 2)


# --- Due -------------------------------------------------------------------------------------


def test_what_is_missing_and_due(cast: Cast) -> None:
    tallies_refresh()
    assert [each.wanted.ref for each in reports_missing(cast.intel)] == [
        each.ref for each in latest_wanted()
    ]
    assert reports_asked_for(cast.intel) == []  # nothing was counted then
    Level.objects.create(day=last_quarter().period.end, measure="known", value=3)
    asked = {each.wanted.ref: each for each in reports_asked_for(cast.intel)}
    assert last_quarter().ref in asked
    assert "has no report yet" in asked[last_quarter().ref].words
    row = board_report(cast, state="draft")
    assert (
        "a draft" in {e.wanted.ref: e.words for e in reports_asked_for(cast.intel)}[row.report.ref]
    )
    report_freeze(by=cast.intel, version=row, revision=row.revision)
    report_submit(by=cast.intel, version=row, revision=row.revision + 1)
    assert row.report.ref not in {each.wanted.ref for each in reports_asked_for(cast.intel)}


def test_a_quarter_that_was_left_out_is_missing(cast: Cast) -> None:
    board_report(cast, ago=4)
    board_report(cast, ago=2)
    missing = [each.wanted.ref for each in reports_missing(cast.intel)]
    quarter = last_quarter()
    assert quarter.ref in missing
    assert quarter.before.before.ref in missing
    assert quarter.before.ref not in missing
    assert quarter.before.before.before.ref not in missing


def test_the_boards_words_are_not_compared_with_who_is_on_the_database(cast: Cast) -> None:
    """An answer would tell the Board whether somebody is on it, published or not."""
    factories.subject(cast.intel, name="Marcus Crouch", photo=False)
    row = board_report(cast, state="submitted")
    words = "Why is Marcus Crouch not in it?"
    report_return(by=cast.board, version=row, revision=row.revision, words=words)
    other = board_report(cast, kind="csp", state="submitted")
    with pytest.raises(ValidationError, match="d 0042"):
        report_return(by=cast.board, version=other, revision=other.revision, words="And d 0042?")


@pytest.mark.parametrize("text", ["Of Smith, Jamie.", "of JAMIE SMITH", "D 0042", "EXC 2026 0009"])
def test_a_name_is_found_in_either_order(cast: Cast, text: str) -> None:
    factories.subject(cast.intel, name="Jamie Smith", photo=False)
    row = board_report(cast, state="draft", files=0)
    with pytest.raises(ValidationError, match="names nobody"):
        report_write(
            by=cast.intel, version=row, revision=row.revision, words=WORDS | {"summary": text}
        )


def test_a_document_that_names_somebody_is_not_listed(cast: Cast) -> None:
    row = board_report(cast, state="draft", files=0)
    factories.subject(cast.intel, name="Jamie Smith", photo=False)
    factories.document(cast.intel, title="Assessment of Jamie Smith", review_on=dates.today())
    with pytest.raises(ValidationError, match="in its title"):
        report_freeze(by=cast.intel, version=row, revision=row.revision)


def test_a_report_of_long_ago_is_not_started(cast: Cast) -> None:
    old = wanted_from("Q-2020-21-1")
    assert old is not None
    with pytest.raises(ValidationError, match="last 72 months"):
        report_start(by=cast.intel, wanted=old)


def test_approval_does_not_drop_what_was_typed(cast: Cast, client_of: Any) -> None:
    row = board_report(cast, state="submitted")
    path = f"/board/reports/{row.report.ref}/decide/"
    sent = {"revision": row.revision, "words": "Say more.", "approve": "1"}
    assert client_of("board").post(path, sent).status_code == 422
    row.refresh_from_db()
    assert row.is_submitted


@pytest.mark.parametrize("last", ["2024-04-01", "2026-12-25"])
def test_the_database_takes_whole_periods_only(cast: Cast, last: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        BoardReport.objects.create(
            kind="quarterly", ref="Q-X", first="2024-04-01", last=last, started_by=cast.intel
        )
