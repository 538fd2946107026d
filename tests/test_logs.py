"""Log lines and error reports: what helps to find a fault, and nobody's data."""

import json
import logging
import sys
from email.message import EmailMessage
from typing import Any

import pytest
import sentry_sdk
from django.test import Client

from common.logs import JsonFormatter
from common.middleware import RequestIdFilter, request_id_set
from dtac.error_reports import reports_start, scrubbed
from tests.spoken import named, subject_of

NAME = "Kevin Marsh"


def line(record: logging.LogRecord) -> dict[str, Any]:
    RequestIdFilter().filter(record)
    text = JsonFormatter().format(record)
    assert "\n" not in text
    said: dict[str, Any] = json.loads(text)
    return said


def failing() -> Any:
    """Return the error of a row that PostgreSQL refused, as sys.exc_info() has it."""
    try:
        try:
            raise ValueError(f"DETAIL: Failing row contains ({NAME})")
        except ValueError as first:
            raise RuntimeError(f"saving {NAME}") from first
    except RuntimeError:
        return sys.exc_info()


def test_a_line_is_json_with_the_request_s_id() -> None:
    request_id_set("abc123")
    record = logging.LogRecord("x", logging.WARNING, "f", 1, "not ready: %s", ("broker",), None)
    said = line(record)
    assert said["request_id"] == "abc123"
    assert (said["level"], said["message"]) == ("warning", "not ready: broker")
    assert said["at"].endswith("+00:00")


def test_an_error_s_own_words_stay_out() -> None:
    record = logging.LogRecord("x", logging.ERROR, "f", 1, "Internal error", (), failing())
    said = line(record)
    assert NAME not in json.dumps(said)
    kinds = [each["kind"] for each in said["error"]]
    assert kinds == ["builtins.RuntimeError", "builtins.ValueError"]
    assert "test_logs.py" in said["error"][0]["at"][0]


def test_a_job_that_failed_is_named_without_its_error() -> None:
    data = {"name": "dtac.tasks.heartbeat", "id": "1", "description": "raised unexpected",
            "exc": f"ValueError('{NAME}')", "traceback": NAME}  # fmt: skip
    record = logging.LogRecord(
        "celery.app.trace", logging.ERROR, "f", 1,
        "Task %(name)s[%(id)s] %(description)s: %(exc)s", (data,), failing(),
    )  # fmt: skip
    said = line(record)
    assert said["message"] == "job dtac.tasks.heartbeat raised unexpected"
    assert NAME not in json.dumps(said)


@pytest.mark.django_db
def test_each_request_has_a_line_without_its_address(caplog) -> None:
    with caplog.at_level(logging.INFO, "dtac.requests"):
        answer = Client().get("/sign-in/?next=/gallery/?q=Kevin")
    (record,) = (each for each in caplog.records if each.name == "dtac.requests")
    said = line(record)
    assert said["view"] == "account_login"
    assert (said["method"], said["status"]) == ("GET", 200)
    assert said["request_id"] == answer["X-Request-ID"]
    assert "Kevin" not in json.dumps(said)


def test_a_whole_run_s_logs_are_read_rightly() -> None:
    """What tests/spoken.py looks for in the logs of the browser tests, it would find."""
    names = {NAME, "Ann Ash", "kev@test.example"}
    assert named('{"message": "saved KEVIN\\n"}, kevin  marsh’s record', names) == {NAME}
    assert named("to=kev@test.example.", names) == {"kev@test.example"}
    assert named("Kevin Marshall, Joann Ash", names) == set()
    letter = EmailMessage()
    letter["Subject"] = f"D-TAC: look at “{NAME}”"
    letter.set_content("x")
    raw = letter.as_bytes().decode("ascii")
    assert NAME not in raw.split("\n\n")[0]
    assert named(subject_of(raw), names) == {NAME}


class Sent:
    """What an error report's sender was given."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []


@pytest.fixture
def sent(settings: Any) -> Any:
    from sentry_sdk.transport import Transport

    found = Sent()

    class Catcher(Transport):
        def capture_envelope(self, envelope: Any) -> None:
            found.events += [item.payload.json for item in envelope.items if item.payload.json]

    settings.SENTRY_DSN = "https://key@reports.test/1"
    reports_start(transport=Catcher)
    yield found
    sentry_sdk.get_client().close()
    sentry_sdk.init()  # off again


def test_a_report_says_where_and_not_what(sent: Sent, rf) -> None:
    """The library at work, with all that it would like to tell."""
    secret_of_this_test = NAME
    request_id_set("abc123")
    sentry_sdk.set_user({"id": 7, "email": "staff@test.example", "username": NAME})
    sentry_sdk.set_tag("subject", NAME)
    sentry_sdk.set_context("record", {"name": secret_of_this_test})
    sentry_sdk.add_breadcrumb(message=f"SELECT ... {NAME}")
    try:
        raise ValueError(f"no such person: {NAME}")
    except ValueError:
        sentry_sdk.capture_exception()
    logging.getLogger("somewhere").error("could not save %s", NAME)
    assert len(sent.events) == 2
    told = json.dumps(sent.events)
    for never in (NAME, "Kevin", "staff@", "SELECT"):
        assert never not in told
    (error,) = sent.events[0]["exception"]["values"]
    assert error["type"] == "ValueError"
    assert error["stacktrace"]["frames"][-1]["function"] == "test_a_report_says_where_and_not_what"
    assert "vars" not in error["stacktrace"]["frames"][-1]
    assert sent.events[0]["tags"] == {"request_id": "abc123"}


def test_what_is_not_listed_does_not_go() -> None:
    event: dict[str, Any] = {
        "event_id": "1", "level": "error", "user": {"email": "a@b"}, "extra": {"q": NAME},
        "request": {"url": f"https://x/?q={NAME}", "data": NAME, "cookies": NAME},
        "breadcrumbs": {"values": [{"message": NAME}]}, "modules": {}, "server_name": "till-4",
        "transaction": "/gallery/D-0001/", "logentry": {"message": NAME}, "logger": "x",
        "exception": {"values": [{"type": "E", "value": NAME, "stacktrace": {"frames": [
            {"filename": "a.py", "lineno": 3, "vars": {"name": NAME}, "context_line": NAME}]}}]},
    }  # fmt: skip
    told = scrubbed(event, {})
    assert told is not None
    assert set(told) == {"event_id", "level", "logger", "tags", "exception"}
    assert NAME not in json.dumps(told)


def test_a_request_that_fails_beneath_the_application_is_logged_without_its_search(capsys) -> None:
    from gunicorn.config import Config  # type: ignore[import-untyped]

    from dtac.server import Log

    Log(Config()).exception("Error handling request %s", f"/gallery/?q={NAME}")
    told = capsys.readouterr().err
    assert "/gallery/" in told
    assert "Kevin" not in told
