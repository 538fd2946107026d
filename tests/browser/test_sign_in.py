"""Signing in as people do: an app's code, a passkey, a recovery code; asked again on a phone."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.codes import code_of, next_code
from tests.browser.conftest import PHONE
from tests.browser.phones import accept, sign_in
from tests.browser.test_pages import problems
from tests.stack import Demo

RESET = (
    "from members.models import User; from members.signin.factors import factors_reset;"
    "factors_reset(by=None, user=User.objects.get(email='board@dtac.example'), reason='Test.')"
)


RESTORE = (
    f"{RESET}; from members.signin.factors import demo_factors_make;"
    "demo_factors_make([User.objects.get(email='board@dtac.example')])"
)


@pytest.fixture
def without_second_step(stack: Demo) -> Iterator[None]:
    """The Board's second step is reset, and the demo's again for the tests that come after."""
    stack.manage("shell", "--no-imports", "-c", RESET)
    yield
    stack.manage("shell", "--no-imports", "-c", RESTORE)


@pytest.fixture
def page(browser: Browser, stack: Demo) -> Iterator[Page]:
    """A browser with an address that passkeys work at, and a device that confirms by itself."""
    context = browser.new_context(
        base_url=stack.url.replace("127.0.0.1", "localhost"), locale="en-GB"
    )
    context.set_default_timeout(30_000)
    made = context.new_page()
    yield made
    context.close()


@pytest.fixture
def device(page: Page) -> Any:
    """Chromium's own virtual authenticator, as a phone's screen lock or a security key is one."""
    line = page.context.new_cdp_session(page)
    line.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    line.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return line


def give_password(page: Page, who: str) -> None:
    page.goto("/sign-in/")
    page.get_by_label("E-mail").fill(f"{who}@dtac.example")
    page.get_by_label("Password").fill("dartford-demo")
    page.get_by_role("button", name="Sign in").click()


def test_signing_in_with_an_apps_code(page: Page) -> None:
    give_password(page, "intel")
    page.wait_for_url("**/sign-in/second/")
    assert problems(page) == []
    page.get_by_label("Code").fill("000 000")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("That is not right")
    page.get_by_label("Code").fill(next_code(page.url.split("/")[2], "intel"))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(re.compile(r"/(queue|agreement)/"))


@pytest.mark.usefixtures("without_second_step")
def test_a_new_manager_is_led_to_a_passkey_and_uses_it(page: Page, device: Any) -> None:
    """Somebody whose second step was reset stands where a new manager does."""
    give_password(page, "board")
    page.wait_for_url("**/me/second-factor/")
    assert problems(page) == []
    page.goto("/board/")
    expect(page).to_have_url(re.compile(r"/me/second-factor/$"))
    page.get_by_role("link", name="Set up a passkey").click()
    assert problems(page) == []
    page.get_by_label("Name").fill("my laptop")
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    assert problems(page) == []
    codes = page.locator(".recovery-codes li").all_inner_texts()
    assert len(codes) == 10
    page.get_by_role("link", name="I have kept them").click()
    accept(page)
    page.goto("/board/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.context.clear_cookies()
    give_password(page, "board")
    page.wait_for_url("**/sign-in/second/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/board/")
    page.context.clear_cookies()
    a_recovery_code_opens_once(page, codes[0])
    an_app_is_set_up_beside_it(page)


def a_recovery_code_opens_once(page: Page, code: str) -> None:
    give_password(page, "board")
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/board/")
    page.context.clear_cookies()
    give_password(page, "board")
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("That is not right")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/board/")


def an_app_is_set_up_beside_it(page: Page) -> None:
    import time

    page.goto("/me/second-factor/")
    expect(page.get_by_text("9 left")).to_be_visible()
    page.get_by_role("link", name="Set up an app").click()
    page.get_by_text("Can’t scan it?").click()
    secret = page.locator(".unbroken").inner_text()
    page.get_by_label("Code").fill(code_of(int(time.time()) // 30, secret))
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_text("Set up.")).to_be_visible()
    page.get_by_role("button", name="Take off Codes of an app").click()
    expect(page.get_by_text("Taken off.")).to_be_visible()


def test_an_export_asks_again_on_a_phone(browser: Browser, stack: Demo) -> None:
    context = browser.new_context(
        base_url=stack.url,
        viewport=PHONE,  # type: ignore[arg-type]
        has_touch=True,
    )
    phone = context.new_page()
    sign_in(phone, "intel")
    key = next(each for each in context.cookies() if "session" in str(each.get("name")))
    stack.manage("shell", "--no-imports", "-c", AGE.format(key=key["value"]))
    phone.goto("/exclusions/register/")
    phone.get_by_role("link", name="CSV").first.click()
    phone.wait_for_url("**/sign-in/again/**")
    assert problems(phone) == []
    phone.get_by_label("Password").fill("dartford-demo")
    phone.get_by_role("button", name="Go on").click()
    with phone.expect_download() as coming:
        phone.get_by_role("link", name="Download the file").click()
    assert coming.value.suggested_filename.endswith(".csv")
    context.close()


AGE = (
    "from members.signin.store import SessionStore; s = SessionStore('{key}');"
    "s['proved_at'] -= 3600; s.save()"
)


def test_a_session_is_ended_from_another_device(person: Callable[..., Page]) -> None:
    phone = accept(person("other", phone=True))
    desk = person("other")
    desk.goto("/me/")
    desk.get_by_role("link", name="where you are signed in").click()
    assert problems(desk) == []
    desk.get_by_role("button", name="End all the others").click()
    expect(desk.get_by_text("Ended:")).to_be_visible()
    phone.goto("/gallery/")
    expect(phone.get_by_text("ended from another device")).to_be_visible()
