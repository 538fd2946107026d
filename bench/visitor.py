"""Somebody who signs in and sends forms over plain HTTP: no browser."""

import http.client
import re
import socket
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
VERSION = re.compile(r'name="version" value="(\d+)"')
PREMISES = re.compile(r'name="premises" value="(\d+)"')

Field = tuple[str, str]
Upload = tuple[str, bytes, str]
"""A file's name, its bytes and its declared type."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode(errors="replace")


def multipart(fields: Iterable[Field], uploads: Iterable[Upload] = ()) -> tuple[str, bytes]:
    """Return the content type and the body of a form with files in `uploads`."""
    boundary = uuid.uuid4().hex
    parts = []
    for name, value in fields:
        head = f'Content-Disposition: form-data; name="{name}"\r\n\r\n'
        parts.append(head.encode() + value.encode() + b"\r\n")
    for file_name, content, kind in uploads:
        head = f'Content-Disposition: form-data; name="uploads"; filename="{file_name}"\r\n'
        parts.append(f"{head}Content-Type: {kind}\r\n\r\n".encode() + content + b"\r\n")
    line = f"--{boundary}\r\n".encode()
    body = b"".join(line + part for part in parts) + f"--{boundary}--\r\n".encode()
    return f"multipart/form-data; boundary={boundary}", body


def sighting(premises: str, *, client_id: str | None = None, **fields: str) -> list[Field]:
    """Return what the log form sends for somebody unknown, seen here now; `fields` change it."""
    told = {
        "client_id": client_id or str(uuid.uuid4()),
        "premises": premises,
        "when": "now",
        "what": "seen",
        "people-TOTAL_FORMS": "1",
        "people-INITIAL_FORMS": "0",
        "people-0-who": "unknown",
        "people-0-description": "grey hoodie, red rucksack",
        "items-TOTAL_FORMS": "1",
        "items-INITIAL_FORMS": "0",
    }
    return list((told | fields).items())


class Visitor:
    """One user of a running system. Not for several threads at once: make one for each."""

    def __init__(self, base: str, *, timeout: float = 60) -> None:
        where = urlsplit(base)
        self.host, self.port = where.hostname or "127.0.0.1", where.port or 80
        self.timeout = timeout
        self.cookies: dict[str, str] = {}
        self.token = ""
        self._connection: http.client.HTTPConnection | None = None

    def sign_in(self, email: str, password: str = "dartford-demo") -> "Visitor":  # noqa: S107
        """Sign in and accept the agreement if it is asked. Raises RuntimeError if refused."""
        self.get("/sign-in/")
        answer = self.form("/sign-in/", [("login", email), ("password", password)])
        if answer.status != 302:
            raise RuntimeError(f"{email} could not sign in: {answer.status}")
        version = VERSION.search(self.get("/agreement/").text)
        if version:
            self.form("/agreement/", [("version", version.group(1)), ("accept", "on")])
        self.get("/me/")
        return self

    def premises(self) -> str:
        """Return the key of the user's own premises, as their log form offers it."""
        page = self.get("/log/").text
        found = PREMISES.search(page)
        if found is None:
            raise RuntimeError("the log form offers no premises")
        return found.group(1)

    def get(self, path: str) -> Answer:
        """Open a page; its form's token is remembered."""
        answer = self.ask("GET", path, None, {})
        found = TOKEN.search(answer.text) if answer.status == 200 else None
        if found:
            self.token = found.group(1)
        return answer

    def form(self, path: str, fields: Sequence[Field]) -> Answer:
        """Send a form without files, with the token of the page opened last."""
        body = urlencode([*fields, ("csrfmiddlewaretoken", self.token)]).encode()
        return self.ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def report(self, fields: Sequence[Field], uploads: Sequence[Upload] = ()) -> Answer:
        """Send the log form as the phone's outbox does; the answer is JSON."""
        kind, body = multipart(fields, uploads)
        return self.ask("POST", "/log/", body, {"Content-Type": kind, **self.as_outbox()})

    def as_outbox(self) -> dict[str, str]:
        """Return the headers that the phone's outbox sends."""
        return {"Accept": "application/json", "X-CSRFToken": self.token}

    def owner(self) -> str:
        """Return the name under which this user's reports wait on a phone."""
        answer = self.ask("POST", "/log/phone/", b"", {"X-CSRFToken": self.token})
        found = re.search(r'"owner": ?"([^"]+)"', answer.text)
        if found is None:
            raise RuntimeError(f"no owner: {answer.status}")
        return found.group(1)

    def head(self, path: str, headers: dict[str, str]) -> bytes:
        """Return the head of a POST as it goes over the wire, this user's cookies in it."""
        lines = [f"POST {path} HTTP/1.1", f"Host: {self.host}:{self.port}"]
        lines += [f"{name}: {value}" for name, value in (self._cookie() | headers).items()]
        return "\r\n".join([*lines, "", ""]).encode()

    def wire(self) -> socket.socket:
        """Return a fresh connection of its own, to send bytes as no browser does."""
        return socket.create_connection((self.host, self.port), self.timeout)

    def ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        """Send one request on the kept connection, anew if the server has closed it."""
        for last in (False, True):
            if self._connection is None:
                self._connection = http.client.HTTPConnection(
                    self.host, self.port, timeout=self.timeout
                )
            try:
                self._connection.request(method, path, body, self._cookie() | headers)
                got = self._connection.getresponse()
                answer = Answer(got.status, got.headers, got.read())
                break
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                self.close()
                if last:
                    raise
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _cookie(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
