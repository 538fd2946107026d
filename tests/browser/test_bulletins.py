"""A bulletin in a browser: of a preset, looked at, timed, cancelled, sent, printed, turned off."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from common import dates
from tests.browser.phones import accept, eventually
from tests.stack import Demo

pytestmark = pytest.mark.browser
Person = Callable[..., Page]
HEADLINE = "Banned people who may come back"


def test_from_a_preset_to_those_who_read_it(stack: Demo, person: Person) -> None:
    intel = person("intel")
    ref = compose(intel)
    shop = accept(person("staff", phone=True))
    assert shop.request.get(f"/bulletins/{ref}/").status == 404
    change(intel, ref)
    set_a_time_and_cancel(intel)
    assert shop.request.get(f"/bulletins/{ref}/").status == 404
    intel.get_by_role("button", name="Send to").click()
    expect(intel.get_by_text(f"{ref} is on the site.")).to_be_visible()

    shop.goto("/bulletins/")
    shop.get_by_text("Banned people, looked at twice").first.click()
    expect(shop.get_by_text("Look before the weekend.")).to_be_visible()
    expect(shop.get_by_text("EXCLUDED until").first).to_be_visible()
    shop.locator("main a[href^='/gallery/D-']").first.click()
    expect(shop.locator(".profile-photo").first).to_be_visible()

    intel.goto(f"/bulletins/{ref}/readers/")
    row = intel.get_by_role("row").filter(has_text="Marlowe Chemist")
    expect(row).not_to_contain_text("Nobody yet")
    letters = f"SELECT count(*) FROM members_outboundemail WHERE key = 'bulletin:{ref}'"
    eventually(lambda: stack.sql(f"{letters} AND state = 'sent'") != "[(0,)]", "the first is sent")


def compose(intel: Page) -> str:
    """Make a draft of those excluded now; return its reference."""
    intel.goto("/bulletins/new/")
    intel.get_by_label("Headline").fill(HEADLINE)
    intel.get_by_role("button", name="Excluded now").click()
    expect(intel.get_by_text(re.compile(r"Excluded now: \d+ ticked"))).to_be_visible()
    expect(intel.get_by_label("Headline")).to_have_value(HEADLINE)
    assert intel.locator("label.pick input:checked").count() > 1
    intel.get_by_role("button", name="Make the draft").click()
    intel.wait_for_url(re.compile(r"/bulletins/BUL-[-\d]+/$"))
    expect(intel.get_by_text("On the site, as its readers will see it")).to_be_visible()
    names = [each.split(",")[0] for each in intel.locator(".face-name").all_inner_texts()]
    letter = intel.get_by_label("The e-mail as plain text").inner_text()
    page = intel.frame_locator("iframe[title='The e-mail as a page']").locator("body").inner_text()
    assert HEADLINE in letter
    assert HEADLINE in page
    assert names
    assert not [name for name in names if name in letter + page and name != "ID sought"]
    return intel.url.rstrip("/").rsplit("/", 1)[1]


def change(intel: Page, ref: str) -> None:
    intel.get_by_role("link", name="Change").click()
    expect(intel.get_by_text(ref).first).to_be_visible()
    intel.get_by_label("Headline").fill("")
    intel.get_by_role("button", name="Save the draft").click()
    expect(intel.get_by_text("Write a headline.").first).to_be_visible()
    intel.get_by_label("Headline").fill("Banned people, looked at twice")
    intel.get_by_label("Opening words").fill("Look before the weekend.")
    intel.get_by_role("button", name="Save the draft").click()
    intel.wait_for_url(re.compile(rf"/bulletins/{ref}/$"))
    expect(intel.get_by_role("heading", name="Banned people, looked at twice")).to_be_visible()


def set_a_time_and_cancel(intel: Page) -> None:
    intel.get_by_label("Day and time").fill("2020-01-01T09:00")
    intel.get_by_role("button", name="Start it then").click()
    expect(intel.get_by_text("This time is past.").first).to_be_visible()
    tomorrow = dates.today() + dt.timedelta(days=1)
    intel.get_by_label("Day and time").fill(f"{tomorrow}T09:00")
    intel.get_by_role("button", name="Start it then").click()
    expect(intel.get_by_role("heading", name="It starts tomorrow 09:00")).to_be_visible()
    intel.get_by_role("button", name="Cancel it").click()
    expect(intel.get_by_text("is a draft again. Nothing was sent.")).to_be_visible()


def test_a_draft_is_thrown_away(person: Person) -> None:
    intel = person("intel")
    ref = compose(intel)
    intel.get_by_role("button", name="Throw the draft away").click()
    expect(intel.get_by_text(f"{ref} is thrown away.")).to_be_visible()
    assert intel.request.get(f"/bulletins/{ref}/").status == 404


def test_mail_is_turned_off_without_signing_in(
    stack: Demo, person: Person, browser: Browser
) -> None:
    intel = person("intel")
    first = compose(intel)
    intel.get_by_role("button", name="Send to").click()
    eventually(lambda: any(first in letter for letter in stack.mails), "somebody got it")
    letter = next(letter for letter in stack.mails if first in letter)
    to = re.search(r"^To: (.+)$", letter, re.MULTILINE)
    link = re.search(r"List-Unsubscribe:\s*<([^>]+)>", letter.replace("\n ", ""))
    assert to
    assert link
    stranger = browser.new_context().new_page()
    stranger.goto(link.group(1))
    state = (
        "SELECT e.state FROM members_outboundemail e JOIN members_user u ON u.id = e.user_id"
        " WHERE u.email = '{}' AND e.key = 'bulletin:{}'"
    )
    stranger.get_by_role("button", name="Stop these e-mails").click()
    expect(stranger.get_by_text("You won’t get these e-mails any more.")).to_be_visible()
    stranger.context.close()
    second = compose(intel)
    intel.get_by_role("button", name="Send to").click()
    queued = f"SELECT 1 FROM offenders_bulletin WHERE ref = '{second}' AND queued_at IS NOT NULL"
    eventually(lambda: stack.sql(queued) != "[]", "its recipients are known")
    assert stack.sql(state.format(to.group(1), first)) == "[('sent',)]"
    assert stack.sql(state.format(to.group(1), second)) == "[]"


def test_paper_only_where_the_scheme_allows_it(stack: Demo, person: Person) -> None:
    intel, store = person("intel"), accept(person("store"))
    ref = compose(intel)
    intel.get_by_role("button", name="Send to").click()
    allow(intel, on=False)
    assert store.request.get(f"/bulletins/{ref}/pack/").status == 404
    allow(intel, on=True)
    store.goto(f"/bulletins/{ref}/")
    store.get_by_role("link", name="Print a pack").click()
    with store.expect_download() as given:
        store.get_by_role("button", name="Make the copy and record it").click()
    assert re.fullmatch(r"PRT-\d{4}-\d{4}\.pdf", given.value.suggested_filename)
    assert given.value.path().read_bytes().startswith(b"%PDF-")
    staff = accept(person("staff", phone=True))
    assert staff.request.get(f"/bulletins/{ref}/pack/").status == 404


def allow(intel: Page, *, on: bool) -> None:
    """Turn printable packs on or off."""
    intel.goto("/scheme/")
    switch = intel.get_by_label("Printable packs")
    if switch.is_checked() == on:
        return
    switch.set_checked(on)
    intel.get_by_label("Why").fill("The town’s shops asked for it.")
    intel.get_by_role("button", name="Change the settings").click()
    expect(intel.get_by_text("Last changed")).to_be_visible()
