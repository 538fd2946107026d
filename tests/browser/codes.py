"""Codes as an authenticator app shows them, for the demo's public secret; each used once."""

import base64
import hashlib
import hmac
import struct
import time
from urllib.parse import urlsplit

from playwright.sync_api import Page

SECOND = {"intel", "board", "admin"}
"""Who is asked for a second step."""
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PERIOD = 30
used: dict[tuple[str, str], int] = {}


def code_of(step: int, secret: str = SECRET) -> str:
    """Return the code of a step of thirty seconds (RFC 6238)."""
    key = base64.b32decode(secret)
    digest = hmac.new(key, struct.pack(">Q", step), hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06}"


def next_code(place: str, who: str) -> str:
    """Return a code that this person has not used at this demo; waits until there is one."""
    place = place.rpartition(":")[2]  # a demo answers under two names
    while True:
        now = int(time.time()) // PERIOD
        step = max(used.get((place, who), 0) + 1, now)
        if step <= now + 1:  # the server takes the next step's code too
            used[place, who] = step
            return code_of(step)
        time.sleep(0.5)


def type_code(page: Page, who: str) -> None:
    """Type the code that is asked after the password."""
    page.get_by_label("Code").fill(next_code(urlsplit(page.url).netloc, who))
    page.get_by_role("button", name="Sign in", exact=True).click()
