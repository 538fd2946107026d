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


class UnreachableError(Exception):
    """There is no line to the mail server: no letter of ours has anything to do with it."""


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
        """Hand one letter over.

        Raises UnreachableError where there is no line (refused, wrong password), and OSError or
        smtplib.SMTPException where this letter was not taken; either way the line is down then.
        """
        try:
            self._connect()
        except BaseException as error:
            self._drop()
            if isinstance(error, (OSError, smtplib.SMTPException)):
                raise UnreachableError(f"{type(error).__name__}: {error}") from error
            raise
        try:
            if self._backend.send_messages([message]) != 1:
                raise smtplib.SMTPServerDisconnected("The mail server took nothing")
        except BaseException:
            self._drop()
            raise
        self._sent += 1
        self._used_at = time.monotonic()

    @property
    def is_up(self) -> bool:
        """Whether the mail server took the letter before on this line."""
        return self._backend is not None

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
