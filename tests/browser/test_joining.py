"""From a form that a stranger fills in to the renewal of its membership, in a browser."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from common import dates
from tests.browser.conftest import PHONE
from tests.browser.phones import eventually
from tests.stack import Demo

pytestmark = pytest.mark.browser

Person = Callable[..., Page]
BUSINESS = "Hythe Street Books"
OWNER = "ona.reed@hythe-books.example"
PASSWORD = "three private words"


def link_in_mail(stack: Demo) -> str:
    """Return the path of the link that was e-mailed to the owner."""
    found: list[str] = []

    def there() -> bool:
        for mail in stack.mails:
            if OWNER in mail:
                plain = mail.replace("=\n", "").replace("=3D", "=")
                found.extend(re.findall(r"/invited/[^\s\"<]+", plain))
        return bool(found)

    eventually(there, "the link comes by e-mail", 60)
    return found[0]


def test_from_the_form_to_the_renewal(browser: Browser, stack: Demo, person: Person) -> None:
    context = browser.new_context(base_url=stack.url, viewport=PHONE, locale="en-GB")  # type: ignore[arg-type]
    stranger = context.new_page()
    a_stranger_asks_to_join(stranger)
    intel = person("intel")
    the_manager_approves(intel)
    the_owner_accepts(stranger, link_in_mail(stack))
    the_owner_invites_somebody(stranger)
    a_year_is_agreed_and_paid(intel)
    stack.manage("shell", "--no-imports", "-c", REMIND)
    it_is_renewed(intel)
    context.close()


def a_stranger_asks_to_join(page: Page) -> None:
    page.goto("/sign-in/")
    page.get_by_role("link", name="Ask to join").click()
    page.get_by_label("Name of the business").fill(BUSINESS)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose what it is.")
    expect(page.get_by_label("Name of the business")).to_have_value(BUSINESS)
    page.get_by_label("What it is").select_option(label="Independent retail")
    page.get_by_label("Address").fill("8 Hythe Street")
    page.get_by_label("Postcode").fill("da1 1be")
    page.get_by_label("Area").select_option(label="Town Centre")
    page.get_by_label("Your name").fill("Ona Reed")
    page.get_by_label("What you are there").fill("Owner")
    page.get_by_label("Your work e-mail").fill(OWNER)
    page.get_by_label("I may speak for this business").check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


def the_manager_approves(page: Page) -> None:
    page.goto("/queue/")
    page.get_by_role("link", name=BUSINESS).first.click()
    page.get_by_label("Kind").select_option(label="Full member")
    page.get_by_role("button", name="Approve and invite").click()
    expect(page.get_by_text("Ona Reed is sent the link to join.")).to_be_visible()


def the_owner_accepts(page: Page, link: str) -> None:
    page.goto(link)
    expect(page.get_by_role("heading", name=f"{BUSINESS} joins")).to_be_visible()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("alert")).to_contain_text("tick the box")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_label("I have read this and accept it").check()
    page.get_by_role("button", name="Join").click()
    page.wait_for_url("**/gallery/")


def the_owner_invites_somebody(page: Page) -> None:
    page.goto("/members/hythe-street-books/people/")
    page.get_by_role("link", name="Invite somebody").click()
    page.get_by_label("Work e-mail").fill("till@hythe-books.example")
    page.get_by_label("Name").fill("Till Person")
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_text("till@hythe-books.example").first).to_be_visible()


def a_year_is_agreed_and_paid(page: Page) -> None:
    """A year that ends in 20 days, so that its end is near."""
    page.goto("/members/hythe-street-books/account/")
    page.get_by_role("link", name="Agree a subscription").click()
    first = dates.today() - dt.timedelta(days=345)
    page.get_by_label("From").fill(first.isoformat())
    page.get_by_label("Up to and including").fill(dates.last_day_of_year_from(first).isoformat())
    page.get_by_label("Radios rented").fill("1")
    page.get_by_role("button", name="Work it out").click()
    expect(page.get_by_role("cell", name="£540.00")).to_be_visible()
    page.get_by_role("button", name="Agree and invoice").click()
    page.wait_for_url("**/money/invoices/INV-*/")
    invoice = page.url.rstrip("/").rpartition("/")[2]
    page.goto("/members/hythe-street-books/payment/")
    page.get_by_label("Amount").fill("540")
    page.get_by_role("button", name="Enter it").click()
    expect(page.get_by_text("Nothing is left to pay.")).to_be_visible()
    expect(page.get_by_role("link", name=invoice)).to_be_visible()


REMIND = "from members.tasks import renewals_remind; print(renewals_remind())"


def it_is_renewed(page: Page) -> None:
    page.goto("/money/renewals/")
    row = page.get_by_role("listitem").filter(has_text=BUSINESS)
    expect(row).to_contain_text("told today")
    row.get_by_role("link", name="Renew").click()
    page.get_by_role("button", name="Work it out").click()
    page.get_by_role("button", name="Agree and invoice").click()
    page.wait_for_url("**/money/invoices/INV-*/")
    page.goto("/money/renewals/")
    expect(page.get_by_role("heading", name="Renewals")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text=BUSINESS)).to_have_count(0)
