"""Error reports to a Sentry server, where SENTRY_DSN names one: kinds and places, nobody's data.

What may go is listed, rather than what may not: all else is left out, whatever a later version of
the library collects.
"""

from typing import Any

import sentry_sdk
from django.conf import settings

from common.middleware import current_request_id

KEPT_OF_EVENT = ("event_id", "timestamp", "platform", "level", "logger", "environment", "release")
KEPT_OF_FRAME = ("filename", "function", "module", "lineno", "in_app")


def reports_start(**options: Any) -> None:
    """Send error reports from now on. `options` are for tests: another way to send."""
    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        before_send=scrubbed,  # type: ignore[arg-type]
        before_breadcrumb=lambda crumb, hint: None,
        send_default_pii=False,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        traces_sample_rate=None,
        auto_session_tracking=False,
        send_client_reports=False,
        server_name="",
        **options,
    )


def scrubbed(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any] | None:
    """Return what goes of an event: which errors, where in the code, in which request."""
    kept = {name: event[name] for name in KEPT_OF_EVENT if name in event}
    kept["tags"] = {"request_id": current_request_id()}
    if "exception" in event:
        kept["exception"] = {"values": [_error(each) for each in event["exception"]["values"]]}
    else:
        # What a log line said is in the server's own log, by the request's id.
        kept["message"] = f"logged by {event.get('logger', 'unknown')}"
    return kept


def _error(told: dict[str, Any]) -> dict[str, Any]:
    frames = (told.get("stacktrace") or {}).get("frames") or []
    return {
        "type": told.get("type"),
        "module": told.get("module"),
        "value": "",
        "stacktrace": {
            "frames": [
                {name: frame[name] for name in KEPT_OF_FRAME if name in frame} for frame in frames
            ]
        },
    }
