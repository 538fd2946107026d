"""The whole system on its own port, and people at a phone or a desk in front of it."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

CLONE = Path(__file__).resolve().parents[2]
LEFT_OUT = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "SECRET_KEY", "DTAC_TEST_DIR")
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}


@dataclass
class Stack:
    """A running demo: its address, its data folder."""

    url: str
    data: Path
    env: dict[str, str]
    port: int

    @property
    def mails(self) -> list[str]:
        """The e-mails written so far, each as text."""
        return [
            letter
            for path in sorted((self.data / "mail").glob("*.log"))
            for letter in path.read_text().split("-" * 79)
            if "Message-ID" in letter
        ]

    def sql(self, statement: str) -> str:
        """Run a statement in the demo's database, as its owner could; return what it prints."""
        code = (
            "import sys; from django.db import connection\n"
            "with connection.cursor() as cursor:\n"
            "    cursor.execute(sys.argv[1])\n"
            "    print(cursor.fetchall() if cursor.description else cursor.rowcount)"
        )
        return self.manage(
            "shell", "--no-imports", "-c", code.replace("sys.argv[1]", repr(statement))
        )

    def manage(self, *arguments: str) -> str:
        """Run a management command beside the running demo; return what it prints."""
        done = subprocess.run(
            [CLONE / "run", "manage", "--port", str(self.port), *arguments],
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """`./run demo` from nothing to ready, stopped with Ctrl-C's signal at the end."""
    folder = Path(tempfile.mkdtemp(prefix="dtac-story-"))
    folder.chmod(0o755)
    port = free_port()
    env = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}
    env["DTAC_DATA_DIR"] = str(folder / "data")
    screen = folder / "screen.txt"
    with screen.open("wb") as out:
        launcher = subprocess.Popen(
            [CLONE / "run", "demo", "--port", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=env,
            start_new_session=True,
        )
    deadline = time.monotonic() + 120
    while "Ctrl-C stops" not in screen.read_text() and time.monotonic() < deadline:
        assert launcher.poll() is None, screen.read_text()
        time.sleep(0.1)
    assert "Ctrl-C stops" in screen.read_text(), screen.read_text()
    yield Stack(f"http://127.0.0.1:{port}", folder / "data", env, port)
    launcher.send_signal(signal.SIGINT)
    assert launcher.wait(20) in (0, 130)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def person(browser: Browser, stack: Stack) -> Iterator[Callable[..., Page]]:
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
