"""Reading the Board's pages from a replica, where a setting names one.

Only pages of the Board: their figures say themselves as of when they are, so the seconds that a
replica is behind are no matter. Anything written goes to the one database, the log's lines of such
a page too; so does whatever a member's page reads, who must see what they have just sent.
"""

from contextvars import ContextVar
from typing import Any

from django.http import HttpRequest, HttpResponse

from common.middleware import GetResponse

_on_replica: ContextVar[bool] = ContextVar("on_replica", default=False)
SAFE = ("GET", "HEAD")
OWN = frozenset({"websession", "user", "event"})
"""Who is asking, and what they looked at, is read where it is written."""


class ReplicaMiddleware:
    """Marks a request for a page of the Board while its view is at work."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            return self.get_response(request)
        finally:
            _on_replica.set(False)

    def process_view(self, request: HttpRequest, view: Any, args: object, kwargs: object) -> None:
        """Look whose view it is: the app of the Board's, and only reading."""
        app = str(getattr(view, "__module__", "")).partition(".")[0]
        _on_replica.set(app == "board" and request.method in SAFE)


class ReplicaRouter:
    """Sends what is read for those pages to the replica, all else to the one database."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        """Return the replica's alias or None for no opinion."""
        if _on_replica.get() and model._meta.model_name not in OWN:
            return "replica"
        return None

    def db_for_write(self, model: Any, **hints: Any) -> str:
        """Return the one database, also for a row that was read from the replica."""
        return "default"

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        """The same rows, wherever they were read."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """Never migrate the replica: it follows by itself."""
        return db != "replica"
