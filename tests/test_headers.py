"""What every answer says to a browser, and that no page needs more than that allows."""

import json
import logging
import re
from typing import Any

import pytest
from django.test import Client

from tests.rights import MATRIX

POLICY = {
    "default-src 'self'",
    "img-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
    "report-uri /csp-report/",
}
FILE = {"default-src 'none'", "sandbox"}
"""Of a file that somebody sent, opened in a tab: it may do nothing at all."""
INLINE = {
    "a script in the page": r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>",
    "a style in the page": r"<style\b",
    "a style on an element": r"<[a-z][^>]*\sstyle\s*=",
    "a handler on an element": r"<[a-z][^>]*\son[a-z]+\s*=",
    "a script as an address": r"(?:href|src|action)\s*=\s*[\"']?\s*javascript:",
    "something from elsewhere": (
        r"<(?:script|link|img|iframe)[^>]*\s(?:src|href)=[\"']?(?:https?:)?//"
    ),
}


@pytest.mark.parametrize("role", ["", "staff", "intel", "board"])
def test_every_answer_has_them_and_no_page_needs_more(world, client_of, role: str) -> None:
    client = client_of(role) if role else Client()
    wrong: list[Any] = []
    for line in MATRIX:
        path = line.path.format(**world)
        for answer in (client.get(path), client.post(path, {}) if not role else None):
            if answer is None:
                continue
            wrong += [(path, name) for name, right in HEADERS.items() if not right(answer)]
            if not answer.get("Content-Type", "").startswith("text/html"):
                continue
            page = answer.content.decode()
            wrong += [
                (path, what) for what, found in INLINE.items() if re.search(found, page, re.I)
            ]
    assert not wrong, wrong[:5]


def policy(answer: Any) -> bool:
    said = {part.strip() for part in answer.get("Content-Security-Policy", "").split(";")}
    return said in (POLICY, FILE)


HEADERS = {
    "Content-Security-Policy": policy,
    "X-Frame-Options": lambda answer: answer.get("X-Frame-Options", "") == "DENY",
    "X-Content-Type-Options": lambda answer: answer.get("X-Content-Type-Options", "") == "nosniff",
    "Referrer-Policy": lambda answer: answer.get("Referrer-Policy", "") == "same-origin",
    "Cross-Origin-Opener-Policy": lambda answer: (
        answer.get("Cross-Origin-Opener-Policy", "") == "same-origin"
    ),
    "Cross-Origin-Resource-Policy": lambda answer: (
        answer.get("Cross-Origin-Resource-Policy", "") == "same-origin"
    ),
    "Permissions-Policy": lambda answer: (
        "camera=(), " in answer.get("Permissions-Policy", "")
        or not answer.get("Content-Type", "").startswith("text/html")
    ),
    "Cache-Control": lambda answer: (
        "no-store" in answer.get("Cache-Control", "") or not answer.headers.get("Set-Cookie")
    ),
}


REPORT = {
    "csp-report": {
        "document-uri": "https://dtac.example/gallery/D-0042/?q=kevin",
        "effective-directive": "script-src-elem",
        "blocked-uri": "https://evil.example/x.js?name=kevin",
        "script-sample": "alert('kevin')",
    }
}


def send(client: Client, body: Any) -> int:
    text = body if isinstance(body, str) else json.dumps(body)
    answer = client.post("/csp-report/", text, content_type="application/csp-report")
    return answer.status_code


def test_a_browsers_report_is_told_without_whom_it_is_about(client: Client, caplog, db) -> None:
    with caplog.at_level(logging.WARNING, "dtac.csp"):
        assert send(client, REPORT) == 204
    said = [record.getMessage() for record in caplog.records if record.name == "dtac.csp"]
    assert said == ["refused by a browser: script-src-elem from evil.example on profile"]


@pytest.mark.parametrize(
    "body",
    [
        "", "{", "[]", "null", '"x"', '{"csp-report": 1}', '{"csp-report": null}',
        "[" * 15_000, "x" * 20_000, "\x00", {"csp-report": {"document-uri": ["x"]}},
        {"csp-report": {"effective-directive": "a\nb\x1b[31m", "blocked-uri": "data://\r\nx"}},
        {"csp-report": {"effective-directive": None, "document-uri": "https://[::1"}},
    ],
)  # fmt: skip
def test_what_is_no_report_does_no_harm(client: Client, caplog, db, body: Any) -> None:
    with caplog.at_level(logging.WARNING, "dtac.csp"):
        assert send(client, body) == 204
    for record in caplog.records:
        if record.name == "dtac.csp":
            assert re.fullmatch(r"[ -~]+", record.getMessage())


def test_a_flood_of_reports_is_not_told_on(client: Client, caplog, settings, db) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"csp_report": "5/m/ip"}
    with caplog.at_level(logging.WARNING, "dtac.csp"):
        assert {send(client, REPORT) for _ in range(20)} == {204}
    assert sum(record.name == "dtac.csp" for record in caplog.records) <= 5
