"""Known offenders in a browser: published for some, found by words, named by somebody who knows."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.phones import accept, eventually
from tests.stack import Demo

pytestmark = pytest.mark.browser
Person = Callable[..., Page]
LIVE = (
    "SELECT s.ref FROM offenders_profileversion v JOIN offenders_subject s ON s.id = v.subject_id"
    " WHERE v.superseded_at IS NULL AND v.withdrawn_at IS NULL AND v.expires_on >= now()::date"
    " AND v.audience = 'all' AND {where} ORDER BY s.id DESC LIMIT 1"
)


def one(stack: Demo, where: str) -> str:
    """Return the reference of a profile that every reader sees."""
    return stack.sql(LIVE.format(where=where)).strip("[(',)]")


def test_published_for_licensed_premises_only(stack: Demo, person: Person) -> None:
    ref = one(stack, "v.known AND s.ref <> 'D-0042' AND v.main_photo_id IS NOT NULL")
    intel = person("intel")
    shop, pub = (accept(person(name, phone=True)) for name in ("staff", "other"))
    for reader in (shop, pub):
        reader.goto(f"/gallery/{ref}/")
        expect(reader.locator(".profile-photo").first).to_be_visible()
    picture = shop.locator(".profile-photo img").first.get_attribute("src")

    intel.goto(f"/subjects/{ref}/publish/")
    intel.get_by_label("Why it is necessary").fill("Targets bars late in the evening.")
    intel.locator("input[name=audience][value=sectors]").check()
    intel.get_by_role("button", name="Publish version").click()
    expect(intel.get_by_text("Choose at least one sector.").first).to_be_visible()
    intel.locator("input[name=audience_sectors][value=licensed]").check()
    intel.get_by_role("button", name="Publish version").click()
    expect(intel.get_by_text("is published.")).to_be_visible()

    pub.goto(f"/gallery/?q={ref}")
    expect(pub.locator(f"a[href='/gallery/{ref}/']").first).to_be_visible()
    shop.goto(f"/gallery/?q={ref}")
    expect(shop.locator(f"a[href='/gallery/{ref}/']")).to_have_count(0)
    for path in (f"/gallery/{ref}/", str(picture)):
        assert shop.request.get(path).status == 404, path

    intel.goto(f"/subjects/{ref}/withdraw/")
    intel.get_by_label("Why").fill("It was somebody else.")
    intel.get_by_role("button", name="Withdraw").click()
    intel.wait_for_url(lambda url: url.endswith(f"/subjects/{ref}/"))
    assert pub.request.get(f"/gallery/{ref}/").status == 404


def scrolled(page: Page, *, up: bool = False) -> bool:
    """Turn the wheel as far as it goes; return whether the page moved (came to its top) in 2 s."""
    page.mouse.wheel(0, -100_000 if up else 100_000)
    for _ in range(20):
        if page.evaluate("scrollY === 0") == up:
            return True
        page.wait_for_timeout(100)
    return False


def come(cards: Locator, count: int, told: str = "") -> None:
    """So many faces come, each once. The wheel still turns then, so those after may come too."""
    expect(cards.nth(count - 1), told).to_be_attached()
    shown = cards.evaluate_all("links => links.map(link => link.pathname)")
    assert len(set(shown)) == len(shown)


def test_faces_come_as_one_types_and_scrolls(person: Person) -> None:
    page = accept(person("staff", phone=True))
    page.goto("/gallery/")
    cards = page.locator("main a[href^='/gallery/D-']")
    failed: list[str] = []
    page.on("requestfailed", lambda request: failed.append(f"{request.url}: {request.failure}"))
    expect(cards).to_have_count(24)
    eventually(lambda: scrolled(page), "the page scrolls")
    come(cards, 48, f"{failed} failed")
    page.goto("/gallery/")
    page.context.route("**/gallery/?page=2*", lambda route: route.abort(), times=1)
    with page.expect_event("requestfailed"):
        eventually(lambda: scrolled(page), "the page scrolls")
    eventually(lambda: scrolled(page, up=True), "the page is at its top")
    eventually(lambda: scrolled(page), "the page scrolls again")
    come(cards, 48)
    page.goto("/gallery/?page=2")  # the same by a plain link
    expect(cards.first).to_be_visible()
    page.goto("/gallery/")
    page.locator("#q").press_sequentially("grey hoodie")
    expect(page.get_by_text("found for “grey hoodie”")).to_be_visible()
    cards.first.click()
    expect(page.get_by_text("hoodie").first).to_be_visible()
    page.goto("/gallery/?show=excluded")
    expect(page.get_by_text("EXCLUDED until").first).to_be_visible()
    page.goto("/gallery/?q=zzqqxx")
    expect(cards).to_have_count(0)


def test_somebody_knows_who_it_is(stack: Demo, person: Person) -> None:
    ref = one(stack, "NOT v.known")
    page, intel = accept(person("other", phone=True)), person("intel")
    page.goto(f"/gallery/{ref}/")
    page.get_by_role("link", name="I know who this is").click()
    page.get_by_label("Who is it?").fill("Terence Okafor-Blunt")
    page.get_by_role("button", name="Tell the manager").click()
    page.wait_for_url(lambda url: url.endswith(f"/gallery/{ref}/"))
    intel.goto("/queue/")
    intel.get_by_role("link", name=ref).first.click()
    expect(intel.get_by_text("Terence Okafor-Blunt").first).to_be_visible()
    staff = accept(person("staff", phone=True))
    staff.goto("/gallery/?q=okafor-blunt")
    expect(staff.locator(f"a[href='/gallery/{ref}/']")).to_have_count(0)
