"""The Board's page as the Board uses it: true within a minute, chosen, set, saved, printed."""

import csv
import io
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.phones import eventually
from tests.stack import Demo

pytestmark = pytest.mark.browser

Person = Callable[..., Page]


def cells(page: Page, label: str) -> list[str]:
    """Return what the first row of that name says: this period, the one before, a year earlier."""
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=label)).first
    return [cell.strip() for cell in row.get_by_role("cell").all_inner_texts()]


def incidents(page: Page) -> int:
    page.goto("/board/")
    return int(cells(page, "Incidents")[0].replace(",", ""))


def test_the_boards_page(person: Person, stack: Demo) -> None:
    board = person("board")
    board.goto("/board/")
    if "/agreement/" in board.url:
        board.get_by_role("checkbox").first.check()
        board.get_by_role("button").first.click()
    an_accepted_report_is_counted_within_a_minute(board, stack)
    a_year_and_an_area_hide_small_counts(board)
    the_file_says_what_the_page_says(board)
    the_board_changes_a_target(board)
    it_prints_without_what_is_for_screens(board)
    nobody_is_named(board, stack)


def an_accepted_report_is_counted_within_a_minute(board: Page, stack: Demo) -> None:
    before = incidents(board)
    stack.manage("shell", "--no-imports", "-c", ACCEPT)
    eventually(lambda: incidents(board) == before + 1, "the incident is counted", 90)
    expect(board.get_by_text("as of today")).to_be_visible()


def a_year_and_an_area_hide_small_counts(board: Page) -> None:
    board.get_by_role("link", name="Financial year").click()
    expect(board.get_by_role("region", name="By area")).to_be_visible()
    whole = int(cells(board, "Incidents")[0].replace(",", ""))
    board.get_by_label("Area", exact=True).select_option(label="Longfield")
    board.get_by_role("button", name="Show").click()
    expect(board.get_by_text("Longfield").first).to_be_visible()
    expect(board.get_by_role("region", name="By area")).to_have_count(0)
    here = cells(board, "Incidents")[0]
    assert here in ("fewer than 5", "not shown") or int(here.removeprefix("about ")) < whole
    for label in ("Breaches", "Appeals received"):
        told = cells(board, label)[0]
        assert re.fullmatch(r"fewer than 5|not shown|about \d+|0", told), (label, told)


def the_file_says_what_the_page_says(board: Page) -> None:
    shown = cells(board, "Notices served")
    with board.expect_download() as taken:
        board.get_by_role("link", name="CSV").click()
    text = taken.value.path().read_text("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    row = next(row for row in rows if "Notices served" in row)
    for words in shown:
        assert words.replace(",", "") in [cell.replace(",", "") for cell in row], row


def the_board_changes_a_target(board: Page) -> None:
    board.goto("/board/")
    board.get_by_role("link", name="Targets").click()
    board.get_by_role("link", name="Change Members", exact=True).click()
    board.get_by_role("spinbutton", name="Target").fill("150")
    board.get_by_role("button", name="Set this target").click()
    expect(board.get_by_role("alert")).to_be_visible()
    board.get_by_label("Why").fill("The new shopping park joins.")
    board.get_by_role("button", name="Set this target").click()
    expect(board.get_by_text("The new shopping park joins.")).to_be_visible()
    expect(board.get_by_text("to 140 by").first).to_be_visible()
    board.goto("/board/")
    expect(board.get_by_text("150").first).to_be_visible()


def it_prints_without_what_is_for_screens(board: Page) -> None:
    board.emulate_media(media="print")
    expect(board.get_by_role("button", name="Show")).to_be_hidden()
    expect(board.get_by_role("link", name="CSV")).to_be_hidden()
    expect(board.get_by_role("heading", name="By area")).to_be_visible()
    board.emulate_media(media="screen")


def nobody_is_named(board: Page, stack: Demo) -> None:
    names = stack.sql("SELECT string_agg(name, '|') FROM offenders_subject WHERE name <> ''")
    words = board.locator("main").inner_text()
    known = [name for name in names.strip("[()],'\"").split("|") if " " in name]
    assert len(known) > 50
    assert not [name for name in known if name in words]
    assert not re.search(r"\b(D|INC|EXC)-\d{4}", words)


ACCEPT = """
from incidents.models import Report
from incidents.services import report_accept
from members.models import User
row = Report.objects.filter(status="submitted", kind="incident").order_by("-occurred_at").first()
report_accept(by=User.objects.get(email="intel@dtac.example"), report=row, revision=row.revision)
"""
