"""Types of requests, and small answers that views share."""

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails


class HtmxRequest(HttpRequest):
    """A request after django-htmx's middleware."""

    htmx: "HtmxDetails"


def client_address(request: HttpRequest) -> str | None:
    """Return the peer's address, or None when there is none (tests, sockets)."""
    return request.META.get("REMOTE_ADDR") or None


def query_text(request: HttpRequest, name: str, *, limit: int = 100) -> str:
    """Return a trimmed query-string value, cut to `limit`, without NUL bytes (PostgreSQL refuses them)."""
    value: Any = request.GET.get(name, "")
    return str(value).replace("\x00", "").strip()[:limit]
