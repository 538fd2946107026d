"""Pages and papers of reports: what they show to whom, and their PDF."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from audit.models import Event
from board.models import BoardReport, PlanTarget, ReportVersion
from board.reports.document import report_pdf
from board.reports.kinds import latest_wanted, wanted_of
from board.tallies import tallies_refresh
from common import dates
from tests import factories
from tests.cast import Cast
from tests.factories import WORDS, board_report
from tests.pdfs import text_of

ClientOf = Callable[[str], Client]


def targets() -> None:
    by = dates.add_months(dates.today(), 24)
    for measure in PlanTarget.Measure.values:
        PlanTarget.objects.create(measure=measure, baseline=1, target=9, by=by)


def tags_of(pdf: bytes) -> set[str]:
    """Return the kinds of the structure that a screen reader walks."""
    found: set[str] = set()

    def walk(node: Any) -> None:
        node = node.get_object()
        if isinstance(node, list):
            for each in node:
                walk(each)
        elif hasattr(node, "get"):
            if "/S" in node:
                found.add(str(node["/S"]))
            if "/K" in node:
                walk(node["/K"])

    walk(PdfReader(io.BytesIO(pdf)).trailer["/Root"]["/StructTreeRoot"]["/K"])  # type: ignore[index]
    return found


@pytest.mark.parametrize("kind", BoardReport.Kind.values)
def test_the_pdf_is_tagged_and_says_all(cast: Cast, kind: str) -> None:
    targets()
    row = board_report(cast, kind=kind)
    pdf = report_pdf(row)
    said = text_of(pdf)
    root: Any = PdfReader(io.BytesIO(pdf)).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/P"} <= tags_of(pdf)
    assert row.report.ref in said
    for words in ("Version", "Figures as of", "Prepared by", "Intel Person", "Board Person",
                  "All went well.", "fewer than 5"):  # fmt: skip
        assert words.lower() in said.lower(), words
    if kind == "csp":
        assert "Definitions" in said
        return
    assert "/Figure" in tags_of(pdf)  # with its text: PDF/UA refuses one without
    for words in ("1 Summary", "2 Progress against each objective", "3 Achievements", "4 Figures",
                  "5 Finance", "6 Forward look", "Two meetings.", "More of it.", "Picture 0",
                  row.attachments.get().sha256[:20], "Outstanding in all",
                  "Not counted as"):  # fmt: skip
        assert words.lower() in said.lower(), words


def test_the_csp_return_is_one_page(cast: Cast) -> None:
    for name in ("Longfield", "Swanscombe", "Greenhithe", "Crossways", "Stone", "Joydens"):
        factories.AreaFactory(name=name)
    row = board_report(cast, kind="csp", files=0)
    assert len(PdfReader(io.BytesIO(report_pdf(row))).pages) == 1


def test_a_correction_says_so_on_its_first_page(cast: Cast) -> None:
    from board.reports.services import report_correct

    row = board_report(cast)
    made = report_correct(by=cast.intel, report=row.report, number=1, why="A loss was left out.")
    first = PdfReader(io.BytesIO(report_pdf(made))).pages[0].extract_text()
    assert "This version is a correction. A loss was left out." in " ".join(first.split())
    assert "Draft: not approved" in first


def test_a_draft_shows_the_figures_of_the_moment(cast: Cast, client_of: ClientOf) -> None:
    row = board_report(cast, state="draft")
    page = client_of("intel").get(f"/board/reports/{row.report.ref}/").content.decode()
    assert "not frozen" in page
    assert "those of the moment" in page
    pdf = client_of("intel").get(f"/board/reports/{row.report.ref}.pdf").content
    assert "Draft: not approved by the Board." in text_of(pdf)


def test_the_table_has_numbers(cast: Cast, client_of: ClientOf) -> None:
    row = board_report(cast, kind="csp")
    answer = client_of("board").get(f"/board/reports/{row.report.ref}.csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == ["Part", "Figure", "Of", "Value"]
    column = row.figures["columns"][0]  # type: ignore[index]
    assert ["D-TAC exclusions", "Notices served", column, "0"] in rows
    assert answer["Content-Disposition"].endswith(f'{row.report.ref}-version-1.csv"')


def test_the_whole_way_by_pages(cast: Cast, client_of: ClientOf) -> None:
    tallies_refresh()
    intel, board = client_of("intel"), client_of("board")
    ref = wanted_of("quarterly", dates.today()).before.ref
    here = f"/board/reports/{ref}/"
    assert ref in intel.get("/board/reports/").content.decode()
    assert intel.post("/board/reports/start/", {"ref": ref}).headers["Location"] == here
    assert board.get(here).status_code == 404
    row = ReportVersion.objects.get()
    assert intel.post(f"{here}write/", {"revision": 1, **WORDS}).status_code == 302
    file = {"revision": 2, "name": "A picture", "file": factories.upload()}
    assert intel.post(f"{here}files/", file).status_code == 302
    assert intel.post(f"{here}freeze/", {"revision": 3}).status_code == 302
    assert "Give it to the Board" in intel.get(here).content.decode()
    assert intel.post(f"{here}submit/", {"revision": 4}).status_code == 302
    assert ref in board.get("/board/").content.decode()
    assert "The Board decides" in board.get(here).content.decode()
    sent = {"revision": 5, "words": "Say more.", "return": "1"}
    assert board.post(f"{here}decide/", sent).headers["Location"] == "/board/reports/"
    assert board.get(here).status_code == 404
    assert "The Board sent it back" in intel.get(here).content.decode()
    intel.post(f"{here}submit/", {"revision": 6})
    assert board.post(f"{here}decide/", {"revision": 7}).status_code == 422
    assert board.post(f"{here}decide/", {"revision": 6, "approve": "1"}).status_code == 422
    assert board.post(f"{here}decide/", {"revision": 7, "approve": "1"}).status_code == 302
    row.refresh_from_db()
    assert row.is_approved
    assert row.pdf_sha256 in board.get(here).content.decode()
    assert board.get(f"{here}versions/1/files/1/").status_code == 200
    answer = intel.post(f"{here}correct/", {"number": 1, "why": "A slip."})
    assert answer.headers["Location"] == here
    assert "version 2" in intel.get(here).content.decode()
    assert "version 1" in board.get(here).content.decode()


def test_refused_words_stay_in_the_form(cast: Cast, client_of: ClientOf) -> None:
    row = board_report(cast, state="draft")
    sent = WORDS | {"summary": "See D-0042.", "revision": row.revision}
    answer = client_of("intel").post(f"/board/reports/{row.report.ref}/write/", sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Take out “D-0042”" in page
    assert "See D-0042." in page


def test_downloads_are_logged(cast: Cast, client_of: ClientOf) -> None:
    row = board_report(cast)
    client = client_of("board")
    for path in (f"{row.report.ref}.pdf", f"{row.report.ref}.csv"):
        assert client.get(f"/board/reports/{path}").status_code == 200
        event = Event.objects.filter(is_read=True).latest("pk")
        assert (event.action, event.record) == ("board.report.downloaded", row.report.ref)
    client.get(f"/board/reports/{row.report.ref}/versions/1/files/1/")
    assert Event.objects.filter(action="board.report.opened").count() == 1


def test_the_board_is_not_told_of_drafts(cast: Cast, client_of: ClientOf) -> None:
    board_report(cast, state="draft")
    assert "a draft" not in client_of("board").get("/board/reports/").content.decode()
    assert "a draft" in client_of("intel").get("/board/reports/").content.decode()


def test_the_list_by_kind(cast: Cast, client_of: ClientOf) -> None:
    refs = [board_report(cast, kind=kind).report.ref for kind in BoardReport.Kind.values]
    assert len(latest_wanted()) == len(refs)
    page = client_of("board").get("/board/reports/?show=annual").content.decode()
    assert refs[1] in page
    assert refs[0] not in page


def test_nothing_counted_yet(cast: Cast, client_of: ClientOf) -> None:
    from board.models import Refresh

    row = board_report(cast, state="draft")
    Refresh.objects.update(completed_at=None)
    page = client_of("intel").get(f"/board/reports/{row.report.ref}/")
    assert "Nothing has been counted yet" in page.content.decode()
    assert client_of("intel").get(f"/board/reports/{row.report.ref}.pdf").status_code == 302
