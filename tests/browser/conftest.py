"""The whole system on its own port, and people at a phone or a desk in front of it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page

from dtac.demo.portraits import draw_scene
from tests.browser.codes import SECOND, type_code
from tests.browser.phones import KEPT, accept, eventually, ready
from tests.spoken import names_in, nobody_is_named, subjects_name_nobody
from tests.stack import Demo, running_demo

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
STATES: dict[tuple[str, str], Any] = {}
"""Sign-ins of those who give a second step, to be used again: by the stack's address and name."""


@pytest.fixture(scope="session")
def stack() -> Iterator[Demo]:
    """The whole of `./run demo`, stopped with Ctrl-C's signal at the end."""
    with running_demo() as demo:
        names = names_in(demo)
        yield demo
        nobody_is_named(demo, names | names_in(demo))
        subjects_name_nobody(demo)


@pytest.fixture
def person(browser: Browser, stack: Demo) -> Iterator[Callable[..., Page]]:
    """Sign somebody in: person("intel") at a desk, person("staff", phone=True) on a phone."""
    contexts: list[BrowserContext] = []

    def sign_in(name: str, *, phone: bool = False) -> Page:
        kept = STATES.get((stack.url, name))
        context = browser.new_context(
            viewport=PHONE if phone else DESK,  # type: ignore[arg-type]
            has_touch=phone,
            base_url=stack.url,
            locale="en-GB",
            timezone_id="Europe/London",
            storage_state=kept,
        )
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        if name in SECOND and kept:
            page.goto("/")
            if "/sign-in/" not in page.url:
                return page
        page.goto("/sign-in/")
        page.get_by_label("E-mail").fill(f"{name}@dtac.example")
        page.get_by_label("Password").fill("dartford-demo")
        page.get_by_role("button", name="Sign in").click()
        if name in SECOND:
            page.wait_for_url("**/sign-in/second/")
            type_code(page, name)
        page.wait_for_url(lambda url: "/sign-in/" not in url, timeout=30_000)
        if name in SECOND:  # a code is taken once: the next page of theirs goes on in this session
            STATES[stack.url, name] = context.storage_state()
        return page

    yield sign_in
    for context in contexts:
        context.close()


@pytest.fixture
def phone(person: Callable[..., Page]) -> Page:
    """A phone on which a member of staff has opened the log form once, with signal."""
    page = accept(person("staff", phone=True))
    ready(page)
    eventually(lambda: page.evaluate(KEPT) == ["activated", 1], "the form is kept on the phone")
    return page


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "scene.jpg"
    path.write_bytes(draw_scene(3))
    return path


@pytest.fixture
def big(tmp_path: Path) -> Path:
    """A photo of about six megabytes, which takes more than one slice to lock."""
    path = tmp_path / "big.png"
    Image.frombytes("RGB", (1500, 1400), os.urandom(1500 * 1400 * 3)).save(path)
    return path
