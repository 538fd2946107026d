"""What a web server serves in tests/test_server.py: dtac.server's workers with an application
that takes as long as it is asked to, and says by whom and beside how many it was answered."""

import json
import os
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

from dtac.server import keepalive, threads, when_ready, worker_class, worker_connections

__all__ = [
    "application", "keepalive", "threads", "when_ready", "worker_class", "worker_connections"
]  # fmt: skip

_lock = threading.Lock()
_inside = 0


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer after ?seconds= with this process and the requests that it was at work on then."""
    global _inside
    with _lock:
        _inside += 1
        beside = _inside
    time.sleep(float(parse_qs(environ["QUERY_STRING"])["seconds"][0]))
    with _lock:
        _inside -= 1
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"pid": os.getpid(), "beside": beside}).encode()]
