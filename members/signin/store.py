"""Where sessions are kept: in PostgreSQL, each with whose it is, so that it can be ended."""

import uuid
from contextvars import ContextVar
from typing import Any

from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from members.models import User, WebSession

from .session_row import session_row

_user: ContextVar[User | None] = ContextVar("user", default=None)
"""The user that came with the session loaded last: whoever asks for it next is answered by it."""


def user_taken(pk: int) -> User | None:
    """Return the user of the session that was just loaded, once; None if that is another's."""
    user = _user.get()
    _user.set(None)
    return user if user is not None and user.pk == pk else None


class SessionStore(DatabaseStore):
    """Django's own store in the database, in a table that knows the user and the device."""

    def load(self) -> dict[str, Any]:
        """Return what the session carries; whose it is is asked in the same query."""
        _user.set(None)
        found = session_row(self.session_key) if self.session_key else None
        if found is None:
            self._session_key = None
            return {}
        contents, user = found
        _user.set(user)
        return dict(self.decode(contents))

    @classmethod
    def get_model_class(cls) -> type[WebSession]:
        """Return the table's model."""
        return WebSession

    def create_model_instance(self, data: dict[str, Any]) -> WebSession:
        """Return the row for what the session carries."""
        row = WebSession(
            session_key=self._get_or_create_session_key(),  # type: ignore[attr-defined]
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
        )
        row.fill(data)
        return row

    def cycle_key(self) -> None:
        """Give the session a new key, and a new name: the old row is there until the new one is."""
        if "name" in self:
            self["name"] = str(uuid.uuid4())
        super().cycle_key()

    def save(self, must_create: bool = False) -> None:
        """Write the session. Raises UpdateError: it was ended while this request went on.

        Otherwise a request that was under way would bring a session back that somebody has just
        ended from another device.
        """
        if must_create or self.session_key is None:
            super().save(must_create=must_create)
            return
        data = self._get_session(no_load=False)  # type: ignore[attr-defined]
        row = self.create_model_instance(data)
        alive = WebSession.objects.filter(pk=row.pk)
        if row.user_id:
            alive = alive.filter(ended_at=None)
        names = {field.attname for field in WebSession._meta.local_fields}
        names -= {"session_key", "ended_at"}
        if not alive.update(**{name: getattr(row, name) for name in names}):
            raise UpdateError
