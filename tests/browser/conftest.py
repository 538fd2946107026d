"""The whole system on its own port, and people at a phone or a desk in front of it."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.stack import Demo, free_port

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}


@pytest.fixture(scope="session")
def stack() -> Iterator[Demo]:
    """`./run demo` from nothing to ready, stopped with Ctrl-C's signal at the end."""
    folder = Path(tempfile.mkdtemp(prefix="dtac-story-"))
    folder.chmod(0o711)
    demo = Demo(folder, free_port())
    demo.start()
    yield demo
    demo.close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def person(browser: Browser, stack: Demo) -> Iterator[Callable[..., Page]]:
    """Sign somebody in: person("intel") at a desk, person("staff", phone=True) on a phone."""
    contexts: list[BrowserContext] = []

    def sign_in(name: str, *, phone: bool = False, dark: bool = False) -> Page:
        context = browser.new_context(
            viewport=PHONE if phone else DESK,  # type: ignore[arg-type]
            has_touch=phone,
            color_scheme="dark" if dark else "light",
            base_url=stack.url,
            locale="en-GB",
            timezone_id="Europe/London",
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.goto("/sign-in/")
        page.get_by_label("E-mail").fill(f"{name}@dtac.example")
        page.get_by_label("Password").fill("dartford-demo")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/sign-in/" not in url)
        return page

    yield sign_in
    for context in contexts:
        context.close()
