"""Every page as people see it: accessible, within its screen, within the content policy."""

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESK, PHONE
from tests.stack import Demo

pytestmark = pytest.mark.browser

Person = Callable[..., Page]

PAGES = {
    "store": (
        "/gallery/",
        "/gallery/?q=nobody+is+called+this",
        "/gallery/D-0042/",
        "/log/",
        "/log/?who=D-0042",
        "/reports/",
        "/exclusions/",
        "/bulletins/",
        "/me/",
        "/me/log/",
        "/members/marlowe-chemist/",
        "/agreement/",
        "/no-such-page/",
    ),
    "intel": (
        "/queue/",
        "/subjects/",
        "/subjects/D-0042/",
        "/subjects/D-0042/edit/",
        "/subjects/D-0042/photo/",
        "/subjects/D-0042/publish/",
        "/subjects/D-0042/withdraw/",
        "{photo}",
        "{report}",
        "{revoke}",
        "/subjects/D-0042/exclude/",
        "/subjects/new/",
        "/reports/?show=submitted",
        "{review}",
        "/exclusions/?show=to_serve",
        "{serve}",
        "{notice}",
        "/bulletins/new/",
        "/members/",
        "/me/log/?show=all",
    ),
    "board": ("/board/",),
}


def problems(page: Page) -> list[str]:
    """Return what axe finds, and whether the page is wider than its screen."""
    found = Axe().run(page).response["violations"]
    said = [f"{row['id']}: {row['nodes'][0]['html'][:120]}" for row in found]
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return [*said, f"{wide} px too wide"] if wide > 0 else said


@pytest.fixture
def places(stack: Demo) -> dict[str, str]:
    """Addresses that depend on the demo's data."""

    def first(sql: str) -> str:
        return stack.sql(sql).strip("[(',)]")

    waiting = first("SELECT ref FROM incidents_report WHERE status = 'submitted' LIMIT 1")
    to_serve = first("SELECT ref FROM exclusions_notice WHERE served_at IS NULL LIMIT 1")
    in_force = first("SELECT ref FROM exclusions_notice WHERE ends_on > now() LIMIT 1")
    accepted = first("SELECT ref FROM incidents_report WHERE status = 'accepted' LIMIT 1")
    photo = stack.sql(
        "SELECT uuid::text FROM offenders_photo p JOIN offenders_subject s ON s.id = p.subject_id"
        " WHERE s.ref = 'D-0042'"
    ).strip("[(',)]")
    return {
        "photo": f"/subjects/D-0042/photos/{photo}/",
        "report": f"/reports/{accepted}/",
        "revoke": f"/exclusions/{in_force}/revoke/",
        "review": f"/reports/{waiting}/review/",
        "serve": f"/exclusions/{to_serve}/serve/",
        "notice": f"/exclusions/{in_force}/",
    }


@pytest.mark.parametrize("who", PAGES)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_pages_on_a_phone_and_a_desk(
    person: Person, places: dict[str, str], who: str, dark: bool
) -> None:
    page = person(who, dark=dark)
    broken: list[str] = []
    page.on("console", lambda said: broken.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: broken.append(str(error)))
    wrong = []
    for path in PAGES[who]:
        answer = page.goto(path.format(**places))
        expected = 404 if path == "/no-such-page/" else 200
        wrong += [] if answer and answer.status == expected else [f"{path}: {answer}"]
        for screen in (PHONE, DESK):
            page.set_viewport_size(screen)  # type: ignore[arg-type]
            wrong += [f"{path} at {screen['width']}: {text}" for text in problems(page)]
    assert not wrong
    assert [text for text in broken if "404" not in text] == []


def test_signed_out_pages(browser: Browser, stack: Demo) -> None:
    page = browser.new_page(base_url=stack.url)
    for path in ("/sign-in/", "/sign-in/inactive/", "/sign-up/"):
        page.goto(path)
        assert problems(page) == [], path
    page.goto("/sign-in/")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("E-mail").fill("nobody@dtac.example")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("The e-mail or the password is not right.").first).to_be_visible()
    assert problems(page) == []
    page.close()


@pytest.fixture
def without_script(browser: Browser, stack: Demo) -> Iterator[Page]:
    context = browser.new_context(
        base_url=stack.url,
        java_script_enabled=False,
        viewport=PHONE,  # type: ignore[arg-type]
    )
    yield context.new_page()
    context.close()


def test_a_sighting_without_javascript(without_script: Page) -> None:
    page = without_script
    page.goto("/sign-in/")
    page.get_by_label("E-mail").fill("other@dtac.example")
    page.get_by_label("Password").fill("dartford-demo")
    page.get_by_role("button", name="Sign in").click()
    page.goto("/log/")
    page.locator("#id_who_text").fill("kevn mrash")
    page.get_by_role("button", name="Find").click()
    page.locator("label.pick", has_text="D-0042").locator("input").check()
    page.locator("[name=what][value=seen]").check()
    page.locator("[data-save]").click()
    expect(page.get_by_text("sent").first).to_be_visible()
    assert "/reports/SIG-" in page.url


def test_the_keyboard_reaches_the_main_thing(person: Person) -> None:
    page = person("other")
    page.goto("/gallery/")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("searchbox")).to_be_focused()


def test_a_double_click_sends_one_report(person: Person, stack: Demo) -> None:
    count = "SELECT count(*) FROM incidents_report"
    before = int(stack.sql(count).strip("[(,)]"))
    page = person("other", phone=True)
    page.goto("/log/?who=D-0042")
    page.get_by_role("button", name="Save sighting").dblclick()
    page.wait_for_url("**/reports/SIG-*/")
    assert int(stack.sql(count).strip("[(,)]")) == before + 1


def test_first_load_stays_light(person: Person, browser: Browser, stack: Demo) -> None:
    """Gallery without its photos: under 150 kB over the wire (DESIGN section 7)."""
    signed_in = person("other", phone=True).context.storage_state()
    context = browser.new_context(base_url=stack.url, storage_state=signed_in)  # nothing cached
    page = context.new_page()
    sizes: dict[str, int] = {}
    page.on(
        "requestfinished",
        lambda request: sizes.update({request.url: request.sizes()["responseBodySize"]}),
    )
    page.goto("/gallery/")
    page.wait_for_load_state("networkidle")
    weights = {url: size for url, size in sizes.items() if "/photos/" not in url}
    assert any(".css" in url and size > 5_000 for url, size in weights.items())  # it was cold
    assert sum(weights.values()) < 150_000, weights
    context.close()
