"""A virus scanner beside D-TAC: ClamAV's daemon, where the setting DTAC_CLAMD says it listens.

Spoken by hand: INSTREAM is one command (clamd(8)), and no client of it is kept. A file goes to the
scanner in pieces, so it needs no share of our disk.
"""

import socket
import struct
from typing import IO, Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File

from common.db import StoredImage

CONNECT: Final = 5
"""Seconds until a scanner that can't be reached is given up."""
ANSWER: Final = 60
"""Seconds until a scanner that says nothing is given up; it looks into archives within files."""
PIECE: Final = 256 * 1024  # bytes sent at a time
LONGEST: Final = 4096  # bytes of an answer


class ScannerError(Exception):
    """The scanner could not be reached, or did not say what the file is."""


class TooLargeError(ScannerError):
    """The file is larger than this scanner takes (its StreamMaxLength)."""


def is_configured() -> bool:
    """Whether files are scanned at all."""
    return bool(settings.DTAC_CLAMD)


def scan(stream: "IO[bytes] | File[Any]") -> str:
    """Return the name of what the scanner finds in a file, "" where it finds nothing.

    The file is read from its beginning. Raises TooLargeError, ScannerError.
    """
    stream.seek(0)
    try:
        with _connection() as link:
            link.sendall(b"zINSTREAM\0")
            _send(link, stream)
            answer = _answer(link)
    except OSError as error:  # what it said before it hung up is not lost: _send has raised it
        raise ScannerError(f"The scanner can’t be asked ({type(error).__name__}).") from error
    return _meaning(answer)


def ping() -> None:
    """Raise ScannerError unless the scanner is there."""
    try:
        with _connection() as link:
            link.sendall(b"zPING\0")
            answer = _answer(link)
    except OSError as error:
        raise ScannerError(f"The scanner can’t be asked ({type(error).__name__}).") from error
    if answer != "PONG":
        raise ScannerError("What answers is no scanner.")


def refuse_held(row: StoredImage) -> None:
    """Raise ValidationError (code "held") if a file may not leave: bad, or not looked at yet."""
    if words := held_words(row):
        raise ValidationError(words, code="held")


def held_words(row: StoredImage) -> str:
    """Return why a file may not leave as it was sent; "" where it may."""
    if row.malware:
        return (
            f"A virus scanner found “{row.malware}” in this file, so nobody can open it."
            " Tell whoever sent it: their device may have it too."
        )
    if is_configured() and row.scanned_at is None:
        return "The virus scanner has not looked at this file yet. Try again in a few minutes."
    return ""


def _connection() -> socket.socket:
    """Open a connection to tcp "host:port", or to a socket file, "/run/clamav/clamd.ctl"."""
    where = str(settings.DTAC_CLAMD)
    if where.startswith("/"):
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link.settimeout(CONNECT)
        try:
            link.connect(where)
        except OSError:
            link.close()
            raise
    else:
        host, _, port = where.rpartition(":")
        link = socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECT)
    link.settimeout(ANSWER)
    return link


def _send(link: socket.socket, stream: "IO[bytes] | File[Any]") -> None:
    """Send a file in pieces. One that is too large is answered, and hung up on, in the middle."""
    try:
        while piece := stream.read(PIECE):
            link.sendall(struct.pack("!I", len(piece)) + piece)
        link.sendall(struct.pack("!I", 0))
    except (BrokenPipeError, ConnectionResetError):
        if "size limit" in _answer(link):
            raise TooLargeError("This file is larger than the scanner takes.") from None
        raise


def _answer(link: socket.socket) -> str:
    found = b""
    while not found.endswith(b"\0") and len(found) < LONGEST:
        piece = link.recv(LONGEST)
        if not piece:
            break
        found += piece
    return found.rstrip(b"\0").decode("utf-8", "replace").strip()


def _meaning(answer: str) -> str:
    """Return the finding that an answer to INSTREAM says: "stream: Eicar FOUND", "stream: OK"."""
    said = answer.removeprefix("stream: ")
    if said == "OK":
        return ""
    if said.endswith(" FOUND"):
        return said.removesuffix(" FOUND")[:120] or "something bad"
    if "size limit" in said:
        raise TooLargeError("This file is larger than the scanner takes.")
    raise ScannerError("The scanner did not say what the file is.")
