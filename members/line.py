"""One connection to the mail server, used for many letters and dropped at the first fault."""

import contextlib
import smtplib
import time
from types import TracebackType
from typing import Any, Self

from django.core.mail import EmailMessage, get_connection

MOST = 100
"""Letters on one connection: servers hang up on those who never do."""
IDLE = 5.0
"""Seconds after which we ask whether the server is still there before we hand it a letter."""


class Line:
    """Opened with the first letter. EMAIL_TIMEOUT bounds each wait for the server."""

    def __init__(self) -> None:
        self._backend: Any = None
        self._sent = 0
        self._used_at = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.hang_up()

    def send(self, message: EmailMessage) -> None:
        """Hand one letter over. Raises OSError or smtplib.SMTPException; then the line is down."""
        try:
            self._connect()
            if self._backend.send_messages([message]) != 1:
                raise smtplib.SMTPServerDisconnected("The mail server took nothing")
        except BaseException:
            self._drop()
            raise
        self._sent += 1
        self._used_at = time.monotonic()

    def hang_up(self) -> None:
        """Say goodbye, if the line is up."""
        backend, self._backend = self._backend, None
        if backend is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                backend.close()

    def _connect(self) -> None:
        if self._sent >= MOST or (self._backend and self._is_dead()):
            self.hang_up()
        if self._backend is None:
            self._backend = get_connection(fail_silently=False)
            self._backend.open()
            self._sent, self._used_at = 0, time.monotonic()

    def _is_dead(self) -> bool:
        smtp = getattr(self._backend, "connection", None)
        if not isinstance(smtp, smtplib.SMTP) or time.monotonic() - self._used_at < IDLE:
            return False
        with contextlib.suppress(OSError, smtplib.SMTPException):
            return bool(smtp.noop()[0] != 250)
        return True

    def _drop(self) -> None:
        """Close the socket without a word: a server that hangs would keep us for one more wait."""
        backend, self._backend = self._backend, None
        smtp = getattr(backend, "connection", None)
        if isinstance(smtp, smtplib.SMTP):
            smtp.close()
            backend.connection = None
