"""One person's exclusion from the arrest to the Board's decision, by all who have a hand in it."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from common import dates
from dtac.demo.portraits import draw_scene
from tests.browser.phones import accept
from tests.stack import Demo

pytestmark = pytest.mark.browser

Person = Callable[..., Page]

# An adult whose profile both businesses see, and whom no notice was ever about.
CHOOSE = """
from members.models import User
from offenders.models import ProfileVersion
from offenders.publication import needs_override
seen = [ProfileVersion.objects.visible_to(User.objects.get(email=f"{name}@dtac.example"))
        .filter(known=True, subject__status="known", subject__notices=None)
        .values_list("subject", flat=True) for name in ("staff", "other")]
both = ProfileVersion.objects.live().filter(subject__in=set(seen[0]) & set(seen[1]))
free = [row.subject for row in both.select_related("subject").order_by("-subject")
        if not needs_override(row.subject)]
print("CHOSEN", free[0].ref)
"""


def last_part(page: Page, address: str) -> str:
    """Wait for an address; return the reference that it ends with."""
    page.wait_for_url(re.compile(address))
    return page.url.rstrip("/").rsplit("/", 1)[1]


def banned(page: Page, subject: str, until: str) -> None:
    """Gallery and profile say that the person is excluded."""
    for path in (f"/gallery/?q={subject}", f"/gallery/{subject}/"):
        page.goto(path)
        expect(page.get_by_text(f"EXCLUDED until {until}").first).to_be_visible()


def test_from_the_arrest_to_the_appeal(stack: Demo, person: Person, tmp_path: Path) -> None:
    said = stack.manage("shell", "--no-imports", "-c", CHOOSE)
    subject = said.rpartition("CHOSEN ")[2].strip()
    until = dates.short_date(dates.last_day_of_year_from(dates.today()))
    paper = tmp_path / "signed.jpg"
    paper.write_bytes(draw_scene(11))

    arrest = staff_log_an_arrest(person("staff", phone=True))
    intel, other = person("intel"), accept(person("other", phone=True))
    notice = the_manager_raises_a_notice(intel, arrest, subject)
    assert other.goto(f"/exclusions/{notice}/").status == 404  # type: ignore[union-attr]
    the_store_serves_it(person("store"), notice, paper)
    banned(other, subject, until)
    sighting = a_member_elsewhere_sees_them(other, subject, notice)
    the_manager_takes_a_step(intel, notice, sighting)
    appeal = an_appeal_comes_in(stack, intel, notice)
    the_board_upholds_it(person("board"), appeal, paper)

    other.goto(f"/gallery/?q={subject}")
    expect(other.get_by_text("EXCLUDED until")).to_have_count(0)
    other.goto(f"/gallery/{subject}/")  # it may be gone with the notice: then nobody sees it
    expect(other.get_by_text("EXCLUDED until")).to_have_count(0)
    assert other.goto(f"/exclusions/{notice}/").status == 404  # type: ignore[union-attr]
    other.goto(f"/log/?who={subject}")
    expect(other.locator("[data-breach]").first).to_be_hidden()


def staff_log_an_arrest(page: Page) -> str:
    accept(page)
    page.goto("/log/")
    page.locator("[data-log-form][data-ready]").wait_for()
    page.locator("[name=people-0-who][value=unknown]").check()
    page.get_by_label("In your words").first.fill("Grey coat, took razors, held for the police.")
    page.locator("[name=what][value=shop-theft]").check()
    page.locator("[name=outcome][value=arrested]").check()
    page.get_by_role("button", name="Send report").click()
    return last_part(page, r"/reports/INC-")


def the_manager_raises_a_notice(page: Page, arrest: str, subject: str) -> str:
    page.goto(f"/reports/{arrest}/review/?find={subject}")
    form = page.locator("form.link-to").filter(has=page.locator(f"button[value='{subject}']"))
    form.locator("[name=confidence]").first.select_option("confirmed")
    form.locator("button").first.click()
    expect(page.locator("#who .ref").first).to_have_text(subject)
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_text(f"{arrest} accepted.")).to_be_visible()

    page.goto(f"/reports/{arrest}/review/")
    page.get_by_role("link", name="Raise a notice").click()
    expect(page.locator("[name=grounds]:checked")).to_have_count(1)  # the arrest
    page.get_by_label("Reason", exact=True).fill("Arrested for theft at Marlowe Chemist.")
    page.locator("[name=connected][value=no]").check()
    page.get_by_role("button", name="Raise the notice").click()
    expect(
        page.get_by_text("Say whether a police or court matter is pending.").first
    ).to_be_visible()
    page.locator("[name=matters][value=pending]").check()
    page.locator("[name=matters_words]").fill("PC Cole, this morning: no objection.")
    page.get_by_role("button", name="Raise the notice").click()
    notice = last_part(page, r"/exclusions/EXC-")
    with page.expect_download() as waited:
        page.get_by_role("link", name="Notice", exact=True).click()
    assert waited.value.path().read_bytes().startswith(b"%PDF-")
    return notice


def the_store_serves_it(page: Page, notice: str, paper: Path) -> None:
    accept(page)
    page.goto(f"/exclusions/{notice}/")
    page.get_by_role("link", name="Record service").click()
    page.locator("[name=method][value=in_person]").check()
    page.get_by_label("Served by").fill("Imran Hale")
    page.locator("input[name=uploads]").set_input_files(paper)
    page.get_by_role("button", name="Record service").click()
    expect(page.get_by_text(f"{notice} is in force.")).to_be_visible()
    opens_the_signed_copy(page, paper)


def opens_the_signed_copy(page: Page, paper: Path) -> None:
    with page.expect_download() as waited:
        page.get_by_role("link", name="Page 1", exact=True).click()
    assert waited.value.path().read_bytes() == paper.read_bytes()


def a_member_elsewhere_sees_them(page: Page, subject: str, notice: str) -> str:
    time.sleep(1)  # after the minute of service
    page.goto(f"/log/?who={subject}")
    page.locator("[data-log-form][data-ready]").wait_for()
    expect(page.get_by_text("recorded as a breach")).to_be_visible()
    page.get_by_role("button", name="Save sighting").click()
    sighting = last_part(page, r"/reports/SIG-")
    expect(page.get_by_text(f"This is a breach of {notice}").first).to_be_visible()
    return sighting


def the_manager_takes_a_step(page: Page, notice: str, sighting: str) -> None:
    page.goto(f"/exclusions/{notice}/")
    page.get_by_role("link", name=f"Take a step after {sighting}").click()
    page.locator("[name=kind][value=told_police]").check()
    page.get_by_label("Who was told or asked").fill("Kent Police, 46/1234/26")
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_role("link", name=f"Another step after {sighting}")).to_be_visible()


def an_appeal_comes_in(stack: Demo, page: Page, notice: str) -> str:
    page.goto(f"/exclusions/{notice}/")
    page.get_by_role("link", name="Appeal", exact=True).click()
    page.locator("[name=received_how][value=post]").check()
    page.get_by_label("What the person says").fill("It was my brother. I have no grey coat.")
    page.get_by_role("button", name="Put it on record").click()
    appeal = last_part(page, r"/appeals/APP-")
    board = stack.sql("SELECT id FROM members_user WHERE email = 'board@dtac.example'")
    page.locator("[name=panel-user]").select_option(board.strip("[(,)]"))
    page.get_by_role("button", name="Ask them").click()
    expect(page.get_by_text("They are asked by e-mail.")).to_be_visible()
    return appeal


def the_board_upholds_it(page: Page, appeal: str, paper: Path) -> None:
    accept(page)
    page.goto(f"/appeals/{appeal}/")
    expect(page.get_by_text("It was my brother.")).to_be_visible()
    opens_the_signed_copy(page, paper)
    page.locator("[name=decide-decision][value=upheld]").check()
    page.get_by_label("Reasons").fill("The film shows somebody else.")
    page.get_by_role("button", name="Decide", exact=True).click()
    expect(page.get_by_role("heading", name="Decided: upheld")).to_be_visible()
