"""Sessions: who is signed in where. One row each, which also holds what the session carries."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from .user import User

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase


class WebSession(AbstractBaseSession):
    """A session of a browser. What is listed of it is copied from its contents when it is saved."""

    session_key = models.CharField(
        max_length=40, primary_key=True, db_comment="What the browser's cookie holds"
    )
    session_data = models.TextField(db_comment="What the session carries, signed")
    expire_date = models.DateTimeField(db_index=True, db_comment="When it is over at the latest")
    user = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        null=True,
        related_name="web_sessions",
        db_comment="Who is signed in; null: nobody yet, or it was ended",
    )
    uuid = models.UUIDField(null=True, unique=True, db_comment="Name in forms, of a signed-in one")
    device = models.CharField(
        max_length=80, blank=True, db_comment="Browser and device, in plain words"
    )
    is_shared = models.BooleanField(
        default=False, db_comment="Signed in on a device that several people use"
    )
    began_at = models.DateTimeField(null=True, db_comment="When they signed in")
    seen_at = models.DateTimeField(null=True, db_comment="When it was used last, to the minute")
    ended_at = models.DateTimeField(
        null=True, db_comment="When it was ended from elsewhere; nobody signs in under it again"
    )

    class Meta:
        db_table_comment = "Sessions of browsers: who is signed in, where, since when"
        ordering = ["-seen_at"]

    @classmethod
    def get_session_store_class(cls) -> "type[SessionBase]":
        """Return the engine that keeps them."""
        from members.signin.store import SessionStore  # it needs this model

        return SessionStore

    def fill(self, data: dict[str, Any]) -> None:
        """Copy what is listed of a session from what it carries."""
        user = data.get("_auth_user_id")
        self.user_id = int(user) if user else None
        self.uuid = data.get("name") if user else None
        self.device = str(data.get("device", ""))[:80]
        self.is_shared = bool(data.get("shared"))
        self.began_at = _moment(data.get("began_at"))
        self.seen_at = _moment(data.get("seen_at"))


def _moment(seconds: float | None) -> dt.datetime | None:
    return None if seconds is None else dt.datetime.fromtimestamp(seconds, dt.UTC)
