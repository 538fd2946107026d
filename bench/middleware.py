"""How long the server took for a page, and which statements it sent: for measurements only."""

import json
import os
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections
from django.http import HttpRequest, HttpResponse

Execute = Callable[..., Any]
HEADER = "X-Bench"
"""A request that carries a name here has its statements kept in a file of that name."""

ANEW = "X-Bench-Anew"
"""A request that carries this finds nothing kept of before, as the first after a change."""


class Statements:
    """Notes each statement as the database was sent it, and how long it took."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.seconds = 0.0

    def __call__(self, execute: Execute, sql: str, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.seconds += time.perf_counter() - began
            text = context["cursor"].cursor.query
            self.sent.append(text.decode() if isinstance(text, bytes) else sql)


def _forget() -> None:
    """Forget what is kept. An earlier commit beside this one may keep nothing of the kind."""
    with suppress(ImportError):
        from dtac.faces import KEPT

        KEPT.forget()
    with suppress(ImportError):
        from board.drawn import forget

        forget()


class CountMiddleware:
    """Says in Server-Timing which process answered, and how long everything beneath took.

    Counts statements when asked to.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if ANEW in request.headers:
            _forget()
        name = request.headers.get(HEADER, "")
        began = time.perf_counter()
        response = self._counted(request, name) if name else self.get_response(request)
        took = (time.perf_counter() - began) * 1000
        response["Server-Timing"] = f"by;desc={os.getpid()}, app;dur={took:.2f}"
        return response

    def _counted(self, request: HttpRequest, name: str) -> HttpResponse:
        noted = Statements()
        with ExitStack() as stack:
            for connection in connections.all():
                stack.enter_context(connection.execute_wrapper(noted))
            response = self.get_response(request)
        folder = Path(settings.DATA_DIR) / "statements"
        folder.mkdir(exist_ok=True)
        told = {"statements": noted.sent, "ms": noted.seconds * 1000}
        (folder / f"{Path(name).name}.json").write_text(json.dumps(told))
        return response
