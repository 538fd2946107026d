"""A device in plain words, and whether a person has signed in on it before.

What a browser says of itself is only shown, never trusted. That a device is known is in a signed
cookie of that device alone: no table says who uses what.
"""

import re
from typing import Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from members.models import User

COOKIE: Final = "dtac-device"
SALT: Final = "members.signin.device"
KEPT: Final = 400 * 24 * 3600
"""Seconds: as long as browsers keep any cookie."""
MOST: Final = 20
BROWSERS: Final = (
    (r"Edg(A|iOS)?/", "Edge"),
    (r"OPR/|Opera", "Opera"),
    (r"SamsungBrowser/", "Samsung Internet"),
    (r"Firefox/|FxiOS/", "Firefox"),
    (r"Chrome/|CriOS/|Chromium/", "Chrome"),
    (r"Safari/", "Safari"),
)
SYSTEMS: Final = (
    (r"iPhone", "an iPhone"),
    (r"iPad", "an iPad"),
    (r"Android.*Mobile", "an Android phone"),
    (r"Android", "an Android tablet"),
    (r"CrOS", "a Chromebook"),
    (r"Windows", "Windows"),
    (r"Macintosh|Mac OS X", "a Mac"),
    (r"Linux", "Linux"),
)


def device_words(request: HttpRequest) -> str:
    """Return the browser and the device as people call them: "Chrome on an Android phone"."""
    said = request.headers.get("User-Agent", "")[:400]
    browser = _first(BROWSERS, said) or "A browser"
    system = _first(SYSTEMS, said)
    return f"{browser} on {system}" if system else browser


def is_known(request: HttpRequest, user: User) -> bool:
    """Whether this person has signed in on this device before."""
    return _mark(user) in _marks(request)


def make_known(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Let the device remember that this person has signed in on it."""
    others = [mark for mark in _marks(request) if mark != _mark(user)]
    value = signing.dumps([_mark(user), *others][:MOST], salt=SALT)
    response.set_cookie(
        cookie_name(),
        value,
        max_age=KEPT,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def cookie_name() -> str:
    """Return the cookie's name; over https one that no other host can set."""
    return f"__Host-{COOKIE}" if settings.SESSION_COOKIE_SECURE else COOKIE


def _marks(request: HttpRequest) -> list[str]:
    try:
        found = signing.loads(request.COOKIES.get(cookie_name(), ""), salt=SALT, max_age=KEPT)
    except signing.BadSignature:
        return []
    return found if isinstance(found, list) else []


def _mark(user: User) -> str:
    return salted_hmac(SALT, str(user.pk)).hexdigest()[:20]


def _first(names: tuple[tuple[str, str], ...], said: str) -> str:
    return next((name for pattern, name in names if re.search(pattern, said)), "")
