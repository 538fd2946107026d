"""Phones that report: what the tests of the log form without signal share."""

import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests.browser.codes import SECOND, type_code
from tests.stack import Demo

KEPT = """async () => [
  (await navigator.serviceWorker.ready).active.state, (await caches.keys()).length
]"""
COUNT = "SELECT count(*) FROM incidents_report"


def eventually(check: Callable[[], bool], what: str, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.2)


def reports(stack: Demo) -> int:
    return int(stack.sql(COUNT).strip("[(,)]"))


def files(stack: Demo) -> int:
    return int(stack.sql("SELECT count(*) FROM incidents_attachment").strip("[(,)]"))


def ready(page: Page, address: str = "/log/") -> None:
    page.goto(address)
    page.locator("[data-log-form][data-ready]").wait_for()


def describe(page: Page, words: str, *, photo: Path | None = None) -> None:
    page.get_by_label("Someone unknown").first.check()
    page.get_by_label("In your words").first.fill(words)
    if photo:
        page.locator("input[name=uploads]").set_input_files(photo)


def save(page: Page) -> None:
    page.get_by_role("button", name="Save sighting").click()


def waiting(page: Page) -> Any:
    return page.locator("[data-waiting-list] > li")


def accept(page: Page) -> Page:
    """Accept the agreement where it is asked; return the page."""
    if page.get_by_label("I have read this and accept it").count():
        page.get_by_label("I have read this and accept it").check()
        page.get_by_role("button", name="Accept and go on").click()
    return page


def sign_in(page: Page, who: str) -> None:
    page.goto("/sign-in/")
    page.get_by_label("E-mail").fill(f"{who}@dtac.example")
    page.get_by_label("Password").fill("dartford-demo")
    page.get_by_role("button", name="Sign in").click()
    if who in SECOND:
        page.wait_for_url("**/sign-in/second/")
        type_code(page, who)
    page.wait_for_url(re.compile(r"(?!.*sign-in).*"), wait_until="commit", timeout=30_000)
    page.wait_for_load_state("domcontentloaded")
    accept(page)


def own_phone(browser: Browser, url: str, *, room: int = 0) -> Page:
    """A phone with a line or a size of its own, on which staff have signed in."""
    context = browser.new_context(
        base_url=url, viewport={"width": 390, "height": 844}, has_touch=True, locale="en-GB"
    )
    context.set_default_timeout(30_000)
    page = context.new_page()
    if room:  # before the browser has asked how much room there is: it remembers the answer
        line = context.new_cdp_session(page)
        line.send("Storage.overrideQuotaForOrigin", {"origin": url, "quotaSize": room})
    sign_in(page, "staff")
    ready(page)
    return page


class Line:
    """A line of its own to the server, for every page and worker of a phone alike."""

    def __init__(self, stack: Demo) -> None:
        self.port = stack.port
        self.door = socket.create_server(("127.0.0.1", 0))
        self.door.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32_768)
        self.url = f"http://127.0.0.1:{self.door.getsockname()[1]}"
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self) -> None:
        while True:
            try:
                near, _ = self.door.accept()
            except OSError:
                return  # closed
            threading.Thread(target=self.carry, args=(near,), daemon=True).start()

    def carry(self, near: socket.socket) -> None:
        far = socket.create_connection(("127.0.0.1", self.port))
        doomed = threading.Event()

        def there() -> None:
            while piece := near.recv(65536):
                self.pass_on(piece, far, doomed)

        def back() -> None:
            while piece := far.recv(65536):
                if doomed.is_set():
                    return
                near.sendall(piece)

        def until_either_hangs_up(side: Callable[[], None]) -> None:
            for step in (
                side,
                lambda: near.shutdown(socket.SHUT_RDWR),
                lambda: far.shutdown(socket.SHUT_RDWR),
            ):
                self.quietly(step)

        sides = [
            threading.Thread(target=until_either_hangs_up, args=(side,)) for side in (there, back)
        ]
        for side in sides:
            side.start()
        for side in sides:
            side.join()
        near.close()
        far.close()

    def pass_on(self, piece: bytes, far: socket.socket, doomed: threading.Event) -> None:
        """Carry a piece to the server; set `doomed` to lose what it answers from here on."""
        raise NotImplementedError

    @staticmethod
    def quietly(side: Callable[[], None]) -> None:
        with contextlib.suppress(OSError):
            side()


class Thief(Line):
    """Carries everything, but loses the answers to reports."""

    lost = 0
    honest = False

    def pass_on(self, piece: bytes, far: socket.socket, doomed: threading.Event) -> None:
        if piece.startswith(b"POST /log/ ") and not self.honest:
            self.lost += 1
            doomed.set()
        far.sendall(piece)


class Crawl(Line):
    """Carries a report, and what else is large, at some ten thousand bytes a second."""

    def pass_on(self, piece: bytes, far: socket.socket, doomed: threading.Event) -> None:
        for at in range(0, len(piece), 1000):
            far.sendall(piece[at : at + 1000])
            if len(piece) > 1000:
                time.sleep(0.1)
