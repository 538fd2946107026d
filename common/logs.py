"""Log lines for machines: one JSON object each, with the request's id, and nobody's data.

What an error says of itself may hold what somebody typed (PostgreSQL quotes the row it refuses), so
its kind and its place are written, and not its words.
"""

import json
import logging
import traceback
from datetime import UTC, datetime
from typing import Any


class JsonFormatter(logging.Formatter):
    """One line of JSON for each record."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        said: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "request_id": getattr(record, "request_id", "-"),
            "message": _message(record),
            **getattr(record, "said", {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            said["error"] = error_without_words(record.exc_info[1])
        return json.dumps(said, ensure_ascii=False, default=str)


def _message(record: logging.LogRecord) -> str:
    """Return the message; of a job that failed, its name: the job's own line quotes the error."""
    if record.name == "celery.app.trace" and isinstance(record.args, dict) and record.exc_info:
        return f"job {record.args.get('name', '')} {record.args.get('description', 'failed')}"
    return record.getMessage()


def error_without_words(error: BaseException) -> list[dict[str, Any]]:
    """Return an error and those behind it: kind, and where it came from, innermost last."""
    found: list[dict[str, Any]] = []
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        frames = traceback.extract_tb(at.__traceback__)
        found.append(
            {
                "kind": f"{type(at).__module__}.{type(at).__qualname__}",
                "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
            }
        )
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
    return found
