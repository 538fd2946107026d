"""Words typed without signal: kept as last written, sent by their writer, never overwritten."""

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, Route, expect

from tests.browser.phones import (
    Crawl,
    Thief,
    describe,
    eventually,
    files,
    own_phone,
    ready,
    reports,
    save,
    sign_in,
    waiting,
)
from tests.stack import Demo

pytestmark = [pytest.mark.browser]


def last_words(stack: Demo) -> str:
    return stack.sql("SELECT words FROM incidents_report ORDER BY id DESC LIMIT 1")


def test_words_added_after_a_lost_answer_arrive_too(
    stack: Demo, browser: Browser, photo: Path
) -> None:
    before, held = reports(stack), files(stack)
    thief = Thief(stack)
    phone = own_phone(browser, thief.url)
    describe(phone, "Answer lost, then mended")
    save(phone)
    expect(phone.locator("[data-problems]")).to_contain_text("Kept on this phone")
    eventually(lambda: reports(stack) == before + 1, "the server has it")
    phone.get_by_role("link", name="Open").click()
    expect(phone.get_by_label("In your words").first).to_have_value("Answer lost, then mended")
    phone.get_by_label("What staff should know").fill("He had a crowbar")
    phone.locator("input[name=uploads]").set_input_files(photo)
    thief.honest = True
    save(phone)
    phone.wait_for_url(re.compile("/reports/SIG-"))
    assert "crowbar" in last_words(stack)
    assert (reports(stack), files(stack)) == (before + 1, held + 1)
    phone.context.close()
    thief.door.close()


def test_a_correction_without_signal_keeps_what_was_typed(stack: Demo, phone: Page) -> None:
    describe(phone, "To be corrected")
    save(phone)
    phone.wait_for_url(re.compile("/reports/SIG-"))
    phone.get_by_role("link", name="Add or correct").click()
    words = phone.get_by_label("What staff should know")
    words.fill("Left in a white van")
    phone.context.set_offline(True)
    phone.get_by_role("button", name="Save the change").click()
    expect(phone.get_by_text("Not saved: no answer")).to_be_visible()
    expect(words).to_have_value("Left in a white van")
    phone.context.set_offline(False)
    phone.get_by_role("button", name="Save the change").click()
    phone.wait_for_url(re.compile(r"/reports/SIG-[\d-]+/$"))
    assert "white van" in last_words(stack)

    for address, label, button in (
        ("/alerts/new/", "What is happening", "Raise the alert"),
        ("/intelligence/new/", "What", "Give it to the manager"),
    ):
        phone.goto(address)
        words = phone.locator("form[data-careful] textarea, form[data-careful] [name=text]").first
        words.fill("Two people trying doors")
        phone.context.set_offline(True)
        phone.get_by_role("button", name=button).click()
        expect(phone.get_by_text("Not saved: no answer"), label).to_be_visible()
        expect(words).to_have_value("Two people trying doors")
        phone.context.set_offline(False)


def test_an_alert_does_not_wait_for_a_large_file(stack: Demo, browser: Browser, big: Path) -> None:
    before = reports(stack)
    line = Crawl(stack)  # ten minutes for the photo, whoever sends it
    phone = own_phone(browser, line.url)
    describe(phone, "With a large photo", photo=big)
    save(phone)
    other = phone.context.new_page()
    ready(other)
    eventually(lambda: bool(other.evaluate(GOING)), "the large one is under way")
    describe(other, "Here now")
    other.get_by_label("Alert other members now").check()
    save(other)
    other.wait_for_url(re.compile("/reports/SIG-"))
    assert reports(stack) == before + 1
    other.goto("/reports/")  # where what waits is shown as well
    expect(waiting(other)).to_have_count(1)
    said: list[str] = []
    other.once("dialog", lambda dialog: answer(dialog, said, "accept"))
    waiting(other).get_by_role("button", name="Delete").click()
    expect(waiting(other)).to_have_count(0)
    assert "being sent just now" in said[0]
    expect(phone.get_by_text("Stopped: this report was deleted or changed")).to_be_visible()
    time.sleep(2)
    assert reports(stack) == before + 1
    phone.context.close()
    line.door.close()


def test_one_is_stopped_between_two_tries_too(stack: Demo, phone: Page) -> None:
    """It has the turn, but its token was too old: what stops it holds for the next try."""
    before = reports(stack)
    held: list[Route] = []
    phone.context.route("**/log/", old_token)
    phone.context.route("**/log/phone/", lambda route: held.append(route))
    describe(phone, "Stopped in between")
    with phone.expect_request("**/log/phone/"):  # for a new token
        save(phone)
    phone.on("dialog", lambda dialog: dialog.accept())
    phone.evaluate(DROP)
    phone.context.unroute("**/log/")
    held[0].continue_()
    expect(phone.get_by_text("Stopped: this report was deleted or changed")).to_be_visible()
    # It is deleted by itself, as on a page of its own, which nobody waits for.
    eventually(lambda: phone.evaluate("dtacOutbox.any()") == 0, "the phone has let it go")
    assert reports(stack) == before


def old_token(route: Route) -> None:
    if route.request.method == "POST":
        route.fulfill(status=403, body="forbidden")
    else:
        route.continue_()


DROP = """async () => {
  const [report] = await dtacOutbox.list();
  dtacOutbox.drop(report.id);
}"""


def answer(dialog: Dialog, said: list[str], how: str) -> None:
    said.append(dialog.message)
    getattr(dialog, how)()


GOING = """async () => {
  const [report] = await dtacOutbox.list();
  return report && dtacOutbox.isGoing(report.id);
}"""


def test_what_one_typed_is_not_sent_by_another(stack: Demo, phone: Page) -> None:
    before = reports(stack)
    describe(phone, "Typed by Jess")
    other = phone.context.new_page()
    other.goto("/me/")
    other.get_by_role("button", name="Sign out").last.click()
    sign_in(other, "other")
    ready(other)
    save(phone)
    expect(phone.get_by_text("Somebody else has signed in on this phone")).to_be_visible()
    expect(phone.get_by_label("In your words").first).to_have_value("Typed by Jess")
    assert (reports(stack), phone.evaluate("dtacOutbox.any()")) == (before, 0)


def test_one_that_cannot_be_opened_stands_in_nobodys_way(stack: Demo, phone: Page) -> None:
    before = reports(stack)
    phone.context.set_offline(True)
    ready(phone)
    describe(phone, "A good one")
    save(phone)
    expect(waiting(phone)).to_have_count(1)
    phone.evaluate(SPOIL)
    phone.context.set_offline(False)
    phone.goto("/reports/")
    eventually(lambda: reports(stack) == before + 1, "the good one arrived")
    expect(waiting(phone)).to_have_count(2)
    for words in ("can’t read it any more", "not on the server any more"):
        expect(waiting(phone).filter(has_text=words)).to_have_count(1)
    phone.on("dialog", lambda dialog: dialog.accept())
    for left in (1, 0):
        waiting(phone).get_by_role("button", name="Delete").first.click()
        expect(waiting(phone)).to_have_count(left)


SPOIL = """async () => {
  const answer = (asked) => new Promise((done) => { asked.onsuccess = () => done(asked.result); });
  const rows = (await answer(indexedDB.open("dtac"))).transaction("waiting", "readwrite")
    .objectStore("waiting");
  const [row] = await answer(rows.getAll());
  const words = { iv: row.words.iv, data: new Uint8Array(64).buffer };
  rows.put({ ...row, id: crypto.randomUUID(), made: row.made - 1000, words });
  await answer(rows.put({ ...row, id: crypto.randomUUID(), owner: crypto.randomUUID() }));
}"""


def test_each_cause_has_its_own_words_until_it_is_over(stack: Demo, phone: Page) -> None:
    before = reports(stack)

    def busy(route: Route) -> None:
        if route.request.method == "POST":
            route.fulfill(status=503, body="busy")
        else:
            route.continue_()

    phone.context.route("**/log/", busy)
    describe(phone, "While it is busy")
    save(phone)
    expect(phone.locator("[data-problems]")).to_contain_text("D-TAC can’t take it just now")
    expect(phone.get_by_text("No signal", exact=False).locator("visible=true")).to_have_count(1)
    phone.goto("/gallery/")
    expect(phone.locator("[data-waiting-count]")).to_contain_text("1")
    phone.goto("/reports/")
    expect(phone.locator("[data-waiting-state]")).to_contain_text("can’t take it just now")
    phone.context.unroute("**/log/", busy)
    phone.get_by_role("button", name="Send now").click()
    expect(phone.locator("[data-waiting-state]")).to_contain_text(re.compile("^Sent: SIG-"))
    expect(waiting(phone)).to_have_count(0)
    expect(phone.locator("[data-waiting-count]")).to_have_count(0)
    assert reports(stack) == before + 1


def test_what_the_form_can_tell_is_said_before_anything_is_kept(
    phone: Page, tmp_path: Path
) -> None:
    film = tmp_path / "long.jpg"
    film.write_bytes(b"\xff\xd8" + bytes(21 * 1024 * 1024))
    phone.context.set_offline(True)
    save(phone)
    expect(phone.locator("[data-problems]")).to_contain_text("Choose who it was")
    phone.get_by_label("Someone unknown").first.check()
    phone.locator("input[name=uploads]").set_input_files(film)
    save(phone)
    expect(phone.locator("[data-problems]")).to_contain_text("long.jpg: over 20 MB")
    assert phone.evaluate("dtacOutbox.any()") == 0
    sex = phone.locator("[name=people-0-sex]").first  # a quick choice can be taken back
    sex.click()
    expect(sex).to_be_checked()
    sex.click()
    expect(sex).not_to_be_checked()
    phone.keyboard.press("Space")
    expect(sex).to_be_checked()
    phone.keyboard.press("Space")
    expect(sex).not_to_be_checked()
    phone.get_by_label("Shop theft", exact=True).check()
    phone.locator("[name=items-0-quantity]").fill("2")
    phone.keyboard.press("Enter")
    expect(phone.locator("[data-person]")).to_have_count(1)
    expect(phone.locator("[data-problems]")).to_contain_text("Choose the kind of goods")
    phone.get_by_label("Somebody was attacked").check()
    expect(phone.get_by_text("Was anybody hurt?")).to_be_visible()


def test_opening_one_that_waits_asks_before_it_overwrites(phone: Page, photo: Path) -> None:
    phone.context.set_offline(True)
    ready(phone)
    describe(phone, "The first", photo=photo)
    save(phone)
    expect(waiting(phone)).to_have_count(1)
    describe(phone, "Half of the second")
    said: list[str] = []
    phone.once("dialog", lambda dialog: answer(dialog, said, "dismiss"))
    with phone.expect_event("dialog"):
        phone.get_by_role("link", name="Open").click()
    expect(phone.get_by_label("In your words").first).to_have_value("Half of the second")
    assert "would be lost" in said[0]
    phone.once("dialog", lambda dialog: dialog.accept())
    phone.get_by_role("link", name="Open").click()
    expect(phone.get_by_label("In your words").first).to_have_value("The first")
    expect(phone.get_by_text("scene.jpg")).to_have_count(1)
    leave = phone.get_by_role("button", name="Leave out")
    assert leave.evaluate("button => button.getClientRects().length && button.offsetHeight") < 60


def test_what_an_earlier_release_kept_is_sent(stack: Demo, phone: Page, photo: Path) -> None:
    before, held = reports(stack), files(stack)
    phone.context.set_offline(True)
    ready(phone)
    describe(phone, "Kept by the release before", photo=photo)
    save(phone)
    expect(waiting(phone)).to_have_count(1)
    assert phone.evaluate(AS_BEFORE) == 1
    phone.context.set_offline(False)
    phone.goto("/reports/")
    eventually(lambda: reports(stack) == before + 1, "it arrived")
    assert files(stack) == held + 1


AS_BEFORE = """async () => {
  const answer = (asked) => new Promise((done, no) => {
    asked.onsuccess = () => done(asked.result); asked.onerror = no; });
  const now = await answer(indexedDB.open("dtac"));
  const get = (name) => answer(now.transaction(name).objectStore(name).getAll());
  const [[row], [{ kept }], [session]] = [await get("waiting"), await get("files"),
    await get("session")];
  now.close();
  // Asked for at once, in this order: the page opens it anew when it likes.
  indexedDB.deleteDatabase("dtac");
  const asked = indexedDB.open("dtac", 1);
  asked.onupgradeneeded = () => {
    asked.result.createObjectStore("session");
    asked.result.createObjectStore("waiting", { keyPath: "id" });
  };
  const old = await answer(asked);
  const step = old.transaction(["session", "waiting"], "readwrite");
  step.objectStore("session").put(session, "now");
  const { id, owner, made, state, words } = row;
  await answer(step.objectStore("waiting").put({ id, owner, made, state, words, files: kept }));
  old.close();
  return old.version;
}"""
