"""Chromium for browser tests: the system's, then Playwright's own, else skipped loudly."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

REQUIRED = bool(os.environ.get("DTAC_REQUIRE_BROWSER"))
# Playwright's event loop makes Django believe it is called from async code; it isn't.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


def chromium() -> str | None:
    """Return the path of a Chromium, or None."""
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        path = shutil.which(name)
        if path:
            return path
    kept = os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright"
    own = sorted(Path(kept).glob("chromium-*/chrome-linux*/chrome"))
    return str(own[-1]) if own else None


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the system's Chromium, quietly; as root it has no sandbox of its own."""
    args = [
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    if os.geteuid() == 0:
        args.append("--no-sandbox")
    return {**browser_type_launch_args, "executable_path": chromium(), "args": args}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip browser tests where there is no Chromium, or fail them where one is required."""
    if chromium() or REQUIRED:
        return
    skip = pytest.mark.skip(reason="NO CHROMIUM: browser tests were not run")
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(skip)
