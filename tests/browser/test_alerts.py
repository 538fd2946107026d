"""Alerts between people: from a tap on one phone to another's screen, and off it again."""

import json
import re
import time
import urllib.parse
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import PHONE
from tests.browser.test_pages import problems
from tests.push_service import Keys
from tests.stack import Demo

pytestmark = [pytest.mark.browser]

Person = Callable[..., Page]
WITHIN = 10_000  # milliseconds, from the tap to the screen

LIVE = "SELECT count(*) FROM incidents_alert WHERE withdrawn_at IS NULL AND expires_at > now()"


@pytest.fixture(autouse=True)
def quiet(stack: Demo) -> None:
    """Nothing is going on when a test begins, and nobody has raised too many."""
    stack.sql(
        "UPDATE incidents_alert SET raised_at = raised_at - interval '1 day',"
        " expires_at = expires_at - interval '1 day'"
    )


def banner(page: Page) -> Any:
    return page.locator("[data-alert]")


def count(page: Page) -> Any:
    return page.locator("[data-alert-count] > span").first


def raise_from_the_form(page: Page, *, who: str = "D-0042") -> float:
    """Log somebody seen here now with the switch on; return when Save was tapped."""
    page.goto(f"/log/?who={who}")
    page.locator("[data-log-form][data-ready]").wait_for()
    page.get_by_label("Alert other members now").check()
    tapped = time.monotonic()
    page.get_by_role("button", name="Save sighting").click()
    return tapped


def raise_alone(page: Page, words: str) -> None:
    page.goto("/alerts/new/")
    page.get_by_label("What is happening").fill(words)
    page.get_by_label("All areas").check()
    page.get_by_role("button", name="Raise the alert").click()
    page.wait_for_url("**/alerts/")


def test_from_a_tap_to_another_screen(person: Person, stack: Demo) -> None:
    police, store = person("police"), person("store", phone=True)
    police.goto("/gallery/")
    expect(count(police)).to_be_hidden()
    took = []
    for _ in range(3):
        tapped = raise_from_the_form(store)
        banner(police).first.wait_for(timeout=WITHIN)
        took.append(time.monotonic() - tapped)
        expect(store.get_by_text("Members in The Orchards see the alert until")).to_be_visible()
        police.locator("[data-alert-away]").first.click()
        expect(banner(police)).to_have_count(0)
    print("alert from tap to screen:", ", ".join(f"{each:.1f} s" for each in took))
    assert max(took) < WITHIN / 1000
    expect(count(police)).to_have_text("3")
    expect(banner(store)).to_have_count(0)  # nobody is told of what they raised


def test_a_banner_says_who_where_and_goes_when_it_is_withdrawn(person: Person, stack: Demo) -> None:
    store, police, intel = person("store", phone=True), person("police"), person("intel")
    police.goto("/gallery/")
    intel.goto("/queue/")
    raise_from_the_form(store)
    shown = banner(police).first
    shown.wait_for(timeout=WITHIN)
    for words in ("D-0042", "Kevin Marsh", "Excluded until", "Seen at Marlowe Chemist"):
        expect(shown).to_contain_text(words)
    # Once it has come: the words are there before it.
    assert shown.locator("img").evaluate("img => img.decode().then(() => img.naturalWidth > 0)")
    assert police.locator("[data-alert-stack]").get_attribute("aria-live") == "assertive"
    for dark in (False, True):
        police.emulate_media(color_scheme="dark" if dark else "light")
        police.wait_for_timeout(300)  # the buttons' colours change softly
        assert problems(police) == []
    police.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert problems(police) == []
    police.goto("/exclusions/")  # it stays from page to page, and is not read out again
    banner(police).first.wait_for(timeout=WITHIN)
    assert police.locator("[data-alert-shelf]").get_attribute("aria-live") == "off"
    expect(police.locator("[data-alert-shelf] [data-alert]")).to_have_count(1)  # in the page now

    # What it says of somebody is asked for again: here as if a ban had changed since it was made.
    shown.evaluate(
        "one => { one.dataset.shown = 'old'; one.querySelector('.tag').textContent = 'Old'; }"
    )
    police.locator("[data-alert-away]").first.focus()
    expect(shown).to_contain_text("Excluded until", timeout=WITHIN)
    expect(police.locator("[data-alert-away]").first).to_be_focused()

    intel.goto("/alerts/")
    intel.locator("summary", has_text="Withdraw").first.click()
    intel.get_by_role("button", name="Raised by mistake").click()
    expect(intel.get_by_text("is withdrawn: nobody sees it any more")).to_be_visible()
    expect(banner(police)).to_have_count(0, timeout=WITHIN)
    expect(count(police)).to_be_hidden()


def test_the_open_list_renews_itself(person: Person, stack: Demo) -> None:
    other, store = person("other"), person("store", phone=True)
    store.goto("/alerts/")
    expect(store.get_by_text("All quiet")).to_be_visible()
    assert problems(store) == []
    raise_alone(other, "Pickpockets at the bus stops")
    expect(store.locator("[data-alert-list]")).to_contain_text("Pickpockets", timeout=WITHIN)
    expect(store.get_by_text("ends in 2 hours")).to_be_visible()
    assert problems(store) == []


def test_what_was_there_before_comes_as_one_banner(person: Person, stack: Demo) -> None:
    other, store = person("other"), person("store", phone=True)
    for number in range(3):
        raise_alone(other, f"Loud group {number}")
    store.goto("/gallery/")
    expect(banner(store)).to_have_count(1)
    expect(banner(store)).to_contain_text("Loud group 2")
    expect(banner(store)).to_contain_text("See it and 2 more")
    store.locator("[data-alert-away]").focus()
    store.keyboard.press("Escape")
    store.goto("/exclusions/")
    store.wait_for_timeout(1000)
    expect(banner(store)).to_have_count(0)
    expect(count(store)).to_have_text("3")


def test_another_person_on_the_same_browser_sees_it_afresh(person: Person, stack: Demo) -> None:
    other, page = person("other"), person("store", phone=True)
    raise_alone(other, "Loud group")
    page.goto("/gallery/")
    banner(page).wait_for(timeout=WITHIN)
    page.locator("[data-alert-away]").click()
    page.goto("/sign-out/")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("E-mail").fill("police@dtac.example")
    page.get_by_label("Password").fill("dartford-demo")
    page.get_by_role("button", name="Sign in").click()
    banner(page).wait_for(timeout=WITHIN)


def asked(page: Page) -> list[float]:
    """Note when a page asks for alerts."""
    times: list[float] = []

    def note(request: Any) -> None:
        if urllib.parse.urlsplit(request.url).path == "/alerts/poll/":
            times.append(time.monotonic())

    page.on("request", note)
    return times


def test_it_waits_longer_without_signal_and_asks_at_once_when_it_is_back(
    person: Person, stack: Demo
) -> None:
    page = person("police")
    page.goto("/gallery/")
    times = asked(page)
    page.context.set_offline(True)
    page.wait_for_timeout(30_000)
    offline = len(times)
    assert 1 <= offline <= 3  # after some 6 s and 12 s, not every 6 s
    page.context.set_offline(False)
    page.wait_for_timeout(1000)
    assert len(times) == offline + 1


def test_a_hidden_page_asks_nothing_and_a_signed_out_one_stops(person: Person, stack: Demo) -> None:
    page = person("police")
    page.goto("/gallery/")
    times = asked(page)
    hide = "Object.defineProperty(document, 'visibilityState', {value: '%s', configurable: true});"
    hide += "document.dispatchEvent(new Event('visibilitychange'))"
    page.evaluate(hide % "hidden")
    page.wait_for_timeout(9_000)
    assert not times
    page.evaluate(hide % "visible")
    page.wait_for_timeout(500)
    assert len(times) == 1
    page.context.clear_cookies()
    page.wait_for_timeout(18_000)
    assert len(times) == 2  # the answer was the way to the sign-in


def test_too_many_are_refused_in_words_and_the_report_is_kept(person: Person, stack: Demo) -> None:
    store = person("store", phone=True)
    for number in range(5):
        raise_alone(store, f"Loud group {number}")
    store.goto("/alerts/new/")
    store.get_by_label("What is happening").fill("One more")
    store.get_by_role("button", name="Raise the alert").click()
    expect(store.get_by_text("has raised 5 alerts in 15 minutes").first).to_be_visible()
    expect(store.get_by_label("What is happening")).to_have_value("One more")
    assert problems(store) == []
    raise_from_the_form(store)
    store.wait_for_url("**/reports/SIG-*/")
    expect(store.get_by_text("No alert was raised. Marlowe Chemist has raised 5")).to_be_visible()
    assert problems(store) == []
    assert int(stack.sql(LIVE).strip("[(,)]")) == 5


def test_earlier_hides_the_switch(person: Person) -> None:
    page = person("store", phone=True)
    page.goto("/log/?who=D-0042")
    page.locator("[data-log-form][data-ready]").wait_for()
    expect(page.get_by_label("Alert other members now")).to_be_visible()
    page.locator("[name=when][value=earlier]").check()
    expect(page.get_by_label("Alert other members now")).to_be_hidden()
    page.locator("[name=when][value=now]").check()
    expect(page.get_by_label("Alert other members now")).to_be_visible()


def test_without_javascript_the_count_is_right_and_one_can_be_raised(
    person: Person, browser: Any, stack: Demo
) -> None:
    raise_alone(person("other"), "Loud group")
    signed_in = person("police").context.storage_state()
    context = browser.new_context(
        base_url=stack.url, java_script_enabled=False, storage_state=signed_in
    )
    page = context.new_page()
    page.goto("/gallery/")
    expect(count(page)).to_have_text("1")
    page.goto("/alerts/new/")
    page.get_by_label("What is happening").fill("Fight outside")
    page.get_by_label("Find premises").fill("penfold")
    page.get_by_role("button", name="Find").click()
    page.get_by_label("The Penfold Arms, Town Centre").check()
    page.get_by_role("button", name="Raise the alert").click()
    expect(page.get_by_text("Fight outside")).to_be_visible()
    context.close()


# --- Web Push ------------------------------------------------------------------------------------

FAKE = """
PushManager.prototype.subscribe = async function (options) {
  window.asked = options;
  return (window.held = {
    endpoint: %(endpoint)s,
    toJSON: () => ({ endpoint: %(endpoint)s, keys: { p256dh: %(p256dh)s, auth: %(auth)s } }),
    unsubscribe: async () => { window.held = null; return true; },
  });
};
PushManager.prototype.getSubscription = async function () { return window.held ?? null; };
"""
ENDPOINT = "https://fcm.googleapis.com/fcm/send/browser-test:1"


@pytest.fixture
def pushed(person: Person, stack: Demo) -> Page:
    """A browser whose push service answers: there is none to be had in a test."""
    page = person("store")
    keys = Keys()
    page.context.grant_permissions(["notifications"], origin=stack.url)
    said = {"endpoint": ENDPOINT, "p256dh": keys.p256dh, "auth": keys.auth}
    page.context.add_init_script(FAKE % {name: json.dumps(each) for name, each in said.items()})
    page.goto("/alerts/")
    return page


ALLOWED = f"SELECT count(*) FROM incidents_pushsubscription WHERE endpoint = '{ENDPOINT}'"


def test_a_browser_is_allowed_stopped_and_ended_by_signing_out(pushed: Page, stack: Demo) -> None:
    for _ in range(2):
        pushed.get_by_role("button", name="Tell this browser").click()
        expect(pushed.get_by_text("This browser is told of new alerts.")).to_be_visible()
        assert stack.sql(ALLOWED) == "[(1,)]"
        assert problems(pushed) == []
        pushed.get_by_role("button", name="Stop telling this browser").click()
        expect(pushed.get_by_text("This browser is told nothing more.")).to_be_visible()
        assert stack.sql(ALLOWED) == "[(0,)]"
    assert pushed.evaluate("window.asked.userVisibleOnly") is True
    pushed.get_by_role("button", name="Tell this browser").click()
    expect(pushed.get_by_role("button", name="Stop telling this browser")).to_be_visible()
    pushed.goto("/sign-out/")
    pushed.get_by_role("button", name="Sign out").click()
    pushed.wait_for_url("**/sign-in/**")
    assert stack.sql(ALLOWED) == "[(0,)]"


def test_a_push_service_that_is_away_is_said(person: Person, stack: Demo) -> None:
    page = person("store")
    page.context.grant_permissions(["notifications"], origin=stack.url)
    away = "PushManager.prototype.subscribe = async () => { throw new DOMException('x'); };"
    page.context.add_init_script(away)
    page.goto("/alerts/")
    page.get_by_role("button", name="Tell this browser").click()
    expect(page.get_by_text("couldn’t reach its push service")).to_be_visible()
    expect(page.get_by_role("button", name="Tell this browser")).to_be_visible()


def deliver(context: BrowserContext, page: Page, data: str) -> None:
    """Hand the page's service worker a push message, as the browser does when one comes."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    cdp = context.new_cdp_session(page)
    found: list[str] = []
    cdp.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(row["registrationId"] for row in event["registrations"]),
    )
    cdp.send("ServiceWorker.enable")
    deadline = time.monotonic() + 5
    while not found and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    origin = urllib.parse.urlsplit(page.url)._replace(path="", query="", fragment="").geturl()
    message = {"origin": origin, "registrationId": found[0], "data": data}
    cdp.send("ServiceWorker.deliverPushMessage", message)


NOTES = """async () => {
  const worker = await navigator.serviceWorker.ready;
  return (await worker.getNotifications()).map(({title, body, tag}) => [title, body, tag]);
}"""


def test_the_worker_shows_what_it_is_told_and_one_alert_once(pushed: Page, stack: Demo) -> None:
    pushed.goto("/gallery/")
    facts = {"title": "D-TAC alert in Town Centre", "body": "Open to see it.", "ref": "ALT-2026-1"}
    expected = [
        ["D-TAC alert", "Open to see it.", "dtac-alert"],
        ["D-TAC alert in Town Centre", "Open to see it.", "ALT-2026-1"],
    ]
    shown: list[list[str]] = []
    for _ in range(8):  # the developer tools lose some; a repeated one takes the first one's place
        deliver(pushed.context, pushed, json.dumps(facts))
        deliver(pushed.context, pushed, json.dumps(facts))
        deliver(pushed.context, pushed, "")  # a message whose words can't be read
        pushed.wait_for_timeout(700)
        shown = sorted(pushed.evaluate(NOTES))
        if shown == expected:
            break
    assert shown == expected
    pushed.goto("/alerts/")  # here they have been seen
    pushed.get_by_role("button", name="Tell this browser").wait_for()
    assert pushed.evaluate(NOTES) == []


def test_a_banner_goes_by_its_own_end_and_with_the_session(person: Person, stack: Demo) -> None:
    store, police = person("store", phone=True), person("police")
    police.goto("/gallery/")
    raise_from_the_form(store)
    banner(police).first.wait_for(timeout=WITHIN)
    title = police.locator("h1").bounding_box()
    box = banner(police).first.bounding_box()
    assert title
    assert box
    assert box["y"] > title["y"] + title["height"]  # it covers no title
    police.context.clear_cookies(name=re.compile("session"))
    expect(banner(police)).to_have_count(0, timeout=WITHIN)

    other = person("police")
    other.goto("/gallery/")
    banner(other).first.wait_for(timeout=WITHIN)
    stack.sql("UPDATE incidents_alert SET expires_at = now() + interval '12 seconds'")
    other.reload()
    banner(other).first.wait_for(timeout=WITHIN)
    other.context.set_offline(True)
    expect(banner(other)).to_have_count(0, timeout=25_000)
