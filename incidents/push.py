"""Web Push (RFC 8030, 8291, 8292): our key, where may be sent to, one message to many browsers.

Knows no table and no alert. What is sent is encrypted for each browser, and still holds nothing
that a lock screen may not show.
"""

import asyncio
import base64
import contextlib
import json
import logging
import queue
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid02
from yarl import URL

if TYPE_CHECKING:
    import aiohttp

logger = logging.getLogger(__name__)

AT_ONCE = 400
"""Browsers told at the same moment: one that hangs holds up nobody until so many do."""
EACH_SECONDS = 5.0
"""A browser's push service has this long in all, its tries included."""
PAUSES = (0.0, 0.5, 1.5)
"""Seconds before each try; a refused connection and a server's own fault are tried again."""
GONE = 410
"""The status of a browser that is no more, and of one that can't be sent to at all."""
TOKEN_SECONDS = 12 * 3600
"""How long a push service may take our signature for good; at most a day (RFC 8292, 2)."""


@dataclass(frozen=True)
class Browser:
    """Where and with which keys a browser is sent to; `key` is the caller's own."""

    key: int
    endpoint: str
    p256dh: str
    auth: str


@dataclass(frozen=True)
class Answer:
    """What came back for a browser: the HTTP status, 0 for no answer in time."""

    key: int
    status: int

    @property
    def is_told(self) -> bool:
        """Whether the push service took the message."""
        return 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """Whether the browser is no more: the subscription is of no use."""
        return self.status in (404, GONE)


@dataclass(frozen=True)
class Message:
    """What every browser is told. A later one with the same topic takes its place."""

    facts: dict[str, str]
    topic: str
    ttl: int
    tokens: dict[str, str] = field(default_factory=dict)

    def body(self, browser: Browser) -> bytes:
        """Return the message encrypted for a browser. Raises ValueError for unusable keys."""
        keys = {"p256dh": browser.p256dh, "auth": browser.auth}
        from pywebpush import WebPusher  # only who sends needs it

        pusher = WebPusher({"endpoint": browser.endpoint, "keys": keys})
        return bytes(pusher.encode(json.dumps(self.facts).encode(), "aes128gcm")["body"])

    def headers(self, endpoint: str) -> dict[str, str]:
        """Return the headers for an endpoint, signed once for each push service."""
        parts = urlsplit(endpoint)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self.tokens:
            claims = {"aud": origin, "sub": settings.DTAC_VAPID_SUBJECT}
            claims["exp"] = int(time.time()) + TOKEN_SECONDS
            self.tokens[origin] = _vapid(settings.DTAC_VAPID_PRIVATE_KEY).sign(claims)[
                "Authorization"
            ]
        return {
            "Authorization": self.tokens[origin],
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(self.ttl),
            "Topic": self.topic,
            "Urgency": "high",
        }


def is_on() -> bool:
    """Whether this installation has a key: without one nobody is offered Web Push."""
    return bool(settings.DTAC_VAPID_PRIVATE_KEY)


def public_key() -> str:
    """Return what browsers need of our key, base64url; "" where Web Push is off.

    Raises ValueError for a key that is none.
    """
    if not is_on():
        return ""
    point = _vapid(settings.DTAC_VAPID_PRIVATE_KEY).public_key.public_bytes(
        Encoding.X962, PublicFormat.UncompressedPoint
    )
    return base64.urlsafe_b64encode(point).decode().rstrip("=")


def may_send_to(endpoint: str) -> bool:
    """Whether an address is that of a push service we know, over HTTPS and on its usual port.

    The address comes from the browser, so without this list anybody could have the server call
    any other on its network. A host of the list may name a port of its own.
    """
    try:
        parts = urlsplit(endpoint)
        place = f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme != "https" or parts.username or parts.password or not endpoint.isascii():
        return False
    if any(char <= " " or char == "\\" for char in endpoint):
        return False
    return any(_fits(place.lower(), host.lower()) for host in settings.DTAC_PUSH_HOSTS)


def check_keys(p256dh: str, auth: str) -> None:
    """Raise ValueError for keys that no browser makes: a point of P-256, and 16 secret bytes."""
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(p256dh))
    if len(_bytes(auth)) != 16:
        raise ValueError("the secret has 16 bytes")


def deliver(
    browsers: Sequence[Browser], message: Message, *, seconds: float
) -> Iterator[list[Answer]]:
    """Tell all of them at once; yield what came back as it comes, some at a time.

    Each has EACH_SECONDS, a hard limit however its server behaves; those that have had no turn
    within `seconds` in all are left out. Stopping the iteration stops the sending.
    """
    answers: queue.SimpleQueue[Answer | None] = queue.SimpleQueue()
    sending = _Sending(browsers, message, answers, seconds)
    sending.start()
    try:
        ended = False
        while not ended:
            batch = [answers.get()]
            time.sleep(0.05)  # so that what comes together is written down together
            while not answers.empty():
                batch.append(answers.get())
            ended = None in batch
            found = [answer for answer in batch if answer is not None]
            if found:
                yield found
    finally:
        sending.stop()


class _Sending(threading.Thread):
    """The sending itself, in a thread of its own: the caller's writes the answers down."""

    def __init__(
        self,
        browsers: Sequence[Browser],
        message: Message,
        answers: "queue.SimpleQueue[Answer | None]",
        seconds: float,
    ) -> None:
        super().__init__(name="push", daemon=True)
        self.browsers, self.message, self.answers = browsers, message, answers
        self.seconds = seconds
        self._loop: asyncio.AbstractEventLoop | None = None
        self._work: asyncio.Task[None] | None = None

    def run(self) -> None:
        try:
            asyncio.run(self._all())
        except asyncio.CancelledError:
            pass
        except Exception:
            logger.exception("the sending of %s broke off", self.message.topic)
        finally:
            self.answers.put(None)

    def stop(self) -> None:
        """End what is still under way, and wait for that."""
        if self.is_alive() and self._loop and self._work:
            with contextlib.suppress(RuntimeError):  # it ended just now
                self._loop.call_soon_threadsafe(self._work.cancel)
        self.join(EACH_SECONDS)

    async def _all(self) -> None:
        import aiohttp  # only who sends needs it: it takes half a second of each start

        self._loop, self._work = asyncio.get_running_loop(), asyncio.current_task()
        gate = asyncio.Semaphore(AT_ONCE)
        connector = aiohttp.TCPConnector(limit=AT_ONCE, ssl=ssl.create_default_context())
        async with aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=True
        ) as web:
            tasks = [asyncio.create_task(self._one(web, gate, each)) for each in self.browsers]
            try:
                if tasks:
                    await asyncio.wait(tasks, timeout=self.seconds)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _one(
        self, web: "aiohttp.ClientSession", gate: asyncio.Semaphore, browser: Browser
    ) -> None:
        async with gate:
            status = await _tell(web, browser, self.message)
        self.answers.put(Answer(browser.key, status))


async def _tell(web: "aiohttp.ClientSession", browser: Browser, message: Message) -> int:
    """Send to one browser; return the last status, 0 for none."""
    if not may_send_to(browser.endpoint):
        return GONE
    try:
        body = message.body(browser)
    except Exception:  # noqa: BLE001  (keys are checked when they come; a library may know better)
        return GONE
    status = 0
    try:
        async with asyncio.timeout(EACH_SECONDS):
            for pause in PAUSES:
                await asyncio.sleep(pause)
                status = await _post(web, browser.endpoint, body, message)
                if status and status < 500 and status != 429:
                    break
    except TimeoutError:
        pass
    return status


async def _post(web: "aiohttp.ClientSession", endpoint: str, body: bytes, message: Message) -> int:
    import aiohttp

    try:
        address = URL(endpoint, encoded=True)  # to the letter: it is the browser's name
        headers = message.headers(endpoint)
        async with web.post(address, data=body, headers=headers, allow_redirects=False) as answer:
            return int(answer.status)  # the rest is not read: it could go on for ever
    except (aiohttp.ClientError, OSError):
        return 0


@lru_cache(maxsize=4)
def _vapid(private_key: str) -> Vapid02:
    try:
        return Vapid02.from_string(private_key)
    except Exception as error:
        raise ValueError("DTAC_VAPID_PRIVATE_KEY is no P-256 key") from error


def _fits(place: str, host: str) -> bool:
    if host.startswith("*."):
        return place.endswith(host[1:]) and len(place) > len(host) - 1
    return place == host


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
