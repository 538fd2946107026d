"""Middleware that knows no app: request ids in the log, hostile paths, caching off by default."""

import errno
import ipaddress
import logging
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render
from django.utils.cache import patch_cache_control

from common.http import BusyError

logger = logging.getLogger(__name__)

_request_id: ContextVar[str] = ContextVar("request_id", default="-")
_address: ContextVar[str | None] = ContextVar("address", default=None)
GetResponse = Callable[[HttpRequest], HttpResponse]


def current_request_id() -> str:
    """Return the id of the request being answered, or "-" outside one."""
    return _request_id.get()


def request_id_set(to: str) -> None:
    """Give what this thread does from now on an id: a job's, where there is no request."""
    _request_id.set(to)


def current_address() -> str | None:
    """Return the network address of the request being answered, or None outside one."""
    return _address.get()


class RequestIdFilter(logging.Filter):
    """Puts the request's id on every log line."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = _request_id.get()
        return True


class RequestIdMiddleware:
    """Gives each request an id, in the log and in the answer's X-Request-ID."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Not reset afterwards: Django logs a 404 once this has returned. The next request of the
        # thread sets its own.
        _request_id.set(uuid.uuid4().hex[:16])
        _address.set(_address_of(request))
        response = self.get_response(request)
        response["X-Request-ID"] = _request_id.get()
        return response


def _address_of(request: HttpRequest) -> str | None:
    """Return the network address of who asks, as the proxies that are ours say it.

    Each adds to X-Forwarded-For whom it was asked by; what stands further to the left than they
    are many was sent by anybody. Something that is no address is none.
    """
    direct = request.META.get("REMOTE_ADDR") or None
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    said = [each.strip() for each in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if not proxies or len(said) < proxies:
        return direct
    try:
        return str(ipaddress.ip_address(said[-proxies]))
    except ValueError:
        return direct


class CleanPathMiddleware:
    """Answers 404 to a path with a NUL byte, which no page has and PostgreSQL would refuse."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path:
            return HttpResponseNotFound("Not found")
        return self.get_response(request)


class HtmxSignInMiddleware:
    """Sends the whole page, not a part of it, to sign in when a session has ended under htmx."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.headers.get("HX-Request") and response.status_code == 302:
            whole = HttpResponse(status=204)
            whole["HX-Redirect"] = response["Location"]
            return whole
        return response


FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
"""What a disk says that takes no more."""


class TooBusyMiddleware:
    """Answers 503 where photos wait too long for their turn, or the disk takes no more.

    Phones send the same again later.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Say that it is busy, if that is what it was."""
        is_full = isinstance(error, OSError) and error.errno in FULL
        if not is_full and not isinstance(error, BusyError):
            return None
        if is_full:
            logger.error("the disk is full: nothing with a file is taken")
        answer = render(request, "503.html", {"is_full": is_full}, status=503)
        answer["Retry-After"] = "60"
        return answer


class WrongMethodMiddleware:
    """Gives a page of ours to who reloads or types the address of a button."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or response.content or request.method != "GET":
            return response
        page = render(request, "405.html", status=405)
        page["Allow"] = response["Allow"]
        return page


class KeepPageMiddleware:
    """Tells a script where a form would have led: it stays on its page until that is sure."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.headers.get("X-Keep-Page") and response.status_code == 302:
            response.status_code = 204
            response["X-Go-To"] = response["Location"]
            del response["Location"]
        return response


class PrivateByDefaultMiddleware:
    """No page is kept by a browser or proxy unless it says so itself."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
        return response


class PolicyMiddleware:
    """Says what a browser may use for a page, and that no other site may use any answer.

    What a page may use is said of pages alone: each file of a phone's first load would carry it.
    """

    FEATURES: Final = (
        "accelerometer", "autoplay", "bluetooth", "browsing-topics", "camera", "display-capture",
        "encrypted-media", "fullscreen", "geolocation", "gyroscope", "hid", "idle-detection",
        "local-fonts", "magnetometer", "microphone", "midi", "payment", "picture-in-picture",
        "screen-wake-lock", "serial", "storage-access", "usb", "xr-spatial-tracking",
    )  # fmt: skip
    POLICY: Final = ", ".join(f"{name}=()" for name in FEATURES)

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.get("Content-Type", "").startswith("text/html"):
            response["Permissions-Policy"] = self.POLICY
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        return response


class RequestSizeMiddleware:
    """Refuses a request that says it is too large, before a byte of its body is read."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        said = request.META.get("CONTENT_LENGTH") or "0"
        limit = settings.DTAC_REQUEST_MAX_BYTES
        if said.isdecimal() and int(said) > limit:
            return render(request, "413.html", {"limit": limit // (1024 * 1024)}, status=413)
        return self.get_response(request)


class CompressPagesMiddleware(GZipMiddleware):
    """Compresses pages and JSON; photos and files are compressed already.

    The parent adds a random length to each answer, so that what a page repeats of a request tells
    nothing about its secrets (BREACH).
    """

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        """Return the response, compressed if it is text."""
        kind = response.get("Content-Type", "").partition(";")[0]
        if kind.startswith("text/") or kind.endswith(("json", "javascript", "svg+xml")):
            return super().process_response(request, response)
        return response
