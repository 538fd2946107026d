"""A browser's push service as tests need one: real HTTPS, told by each address how to behave."""

import asyncio
import base64
import datetime as dt
import ipaddress
import itertools
import random
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import http_ece
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from incidents.models import PushSubscription
from members.models import User

STATUS = {"ok": 201, "slow": 201, "gone": 410, "fault": 500, "busy": 429, "refused": 403}


@dataclass(frozen=True)
class Push:
    """One message as the service got it."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float


class Keys:
    """A browser's own keys: what it tells the server, and what it reads messages with."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.secret = random.randbytes(16)

    @property
    def p256dh(self) -> str:
        point = self.private.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return base64.urlsafe_b64encode(point).decode().rstrip("=")

    @property
    def auth(self) -> str:
        return base64.urlsafe_b64encode(self.secret).decode().rstrip("=")

    def read(self, body: bytes) -> bytes:
        """Return what a message says. Raises for one that is not for this browser."""
        return bytes(
            http_ece.decrypt(
                body, private_key=self.private, auth_secret=self.secret, version="aes128gcm"
            )
        )


KEYS = Keys()
"""One browser's keys do for many: it is the address that tells them apart."""


@dataclass
class PushService:
    """Answers by the first part of the path: ok, slow, gone, fault, busy, hang, drip, elsewhere."""

    certificate: Path
    port: int = 0
    taken: list[Push] = field(default_factory=list)
    well: bool = False  # faults are over
    _number: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def endpoint(self, how: str) -> str:
        """Return the address of a new browser, which is answered in that way."""
        return f"https://127.0.0.1:{self.port}/{how}/{next(self._number):05d}"

    def got(self, how: str) -> list[Push]:
        """Return what came for browsers of that kind."""
        return [push for push in list(self.taken) if push.path.startswith(f"/{how}/")]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        try:
            while line := await reader.readline():
                await self._one(line.decode().split()[1], reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # gone, or the test is over
        finally:
            writer.close()

    async def _one(
        self, path: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        headers = {}
        while (line := await reader.readline()) not in (b"\r\n", b""):
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        body = await reader.readexactly(int(headers["content-length"]))
        at = time.time()  # before any pause: one whose sender dies meanwhile still came then
        how = path.split("/")[1]
        if how == "slow":  # takes the message, and says so a little later
            await asyncio.sleep(random.uniform(0, 3.5))
        self.taken.append(Push(path, headers, body, at))
        if how == "hang":
            await asyncio.sleep(60)
        if how == "drip":  # a byte now and then, for ever: no socket's time-out notices
            writer.write(b"HTTP/1.1 201 Created\r\nX-More: ")
            while True:
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.2)
        status = 201 if self.well else STATUS.get(how, 307)
        more = f"Location: https://127.0.0.1:{self.port}/trap/1\r\n" if how == "elsewhere" else ""
        writer.write(f"HTTP/1.1 {status} X\r\n{more}Content-Length: 0\r\n\r\n".encode())
        await writer.drain()


def browsers(service: PushService, user: User, **kinds: int) -> None:
    """Make so many browsers of each kind, without the limit for each user."""
    PushSubscription.objects.bulk_create(
        PushSubscription(
            user=user,
            endpoint=service.endpoint(how),
            p256dh=KEYS.p256dh,
            auth=KEYS.auth,
            session_key="s",
        )
        for how, count in kinds.items()
        for _ in range(count)
    )


@contextmanager
def push_service(folder: Path) -> Iterator[PushService]:
    """Run a push service on a free port; its certificate has to be trusted by SSL_CERT_FILE."""
    service = PushService(folder / "push.pem")
    _make_certificate(service.certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(service.certificate)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()  # the loop has a thread of its own: a browser test may run one in this
    start = asyncio.start_server(service.serve, "127.0.0.1", 0, ssl=context, backlog=1000)
    server = asyncio.run_coroutine_threadsafe(start, loop).result(5)
    service.port = server.sockets[0].getsockname()[1]
    yield service

    async def end() -> None:
        server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    asyncio.run_coroutine_threadsafe(end(), loop).result(5)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    loop.close()


def _make_certificate(path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
