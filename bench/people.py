"""Who asks: users of the demo with sessions, and requests in their names."""

import secrets
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.test import Client

from members.models import Role, User

TOKEN = secrets.token_hex(16)
"""A form's secret, which its sender chooses: cookie and header must agree."""


@dataclass(frozen=True)
class Who:
    """A signed-in user."""

    user: User
    cookie: str

    def request(
        self, port: int, method: str, path: str, head: dict[str, str], body: bytes = b""
    ) -> bytes:
        """Return a whole request as a browser behind the proxy sends it."""
        told = {
            "Host": f"127.0.0.1:{port}",
            "X-Forwarded-Proto": "https",
            "Accept": "text/html",
            "Accept-Encoding": "gzip",
            "Cookie": self.cookie,
        }
        if method == "POST":
            told["Origin"] = f"https://127.0.0.1:{port}"
            told["X-CSRFToken"] = TOKEN
            told["Content-Length"] = str(len(body))
        lines = [f"{name}: {value}" for name, value in (told | head).items()]
        lines.insert(0, f"{method} {path} HTTP/1.1")
        return "\r\n".join([*lines, "", ""]).encode() + body


def signed_in(user: User) -> Who:
    """Open a session for a user, the second step given."""
    client = Client()
    client.force_login(user)
    session: Any = client.session
    session["second_factor"] = user.pk
    session.save()
    names = (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME)
    values = (session.session_key, TOKEN)
    cookie = "; ".join(f"{name}={value}" for name, value in zip(names, values, strict=True))
    return Who(user, cookie)


def users_of(role: str, count: int) -> list[User]:
    """Return at most so many users of a role, of a business each; one where there is but one."""
    if role in (Role.INTEL, Role.BOARD, Role.ADMIN):
        return [User.objects.get(role=role)]
    rows = User.objects.with_access().agreed().filter(role=role, premises__isnull=False)
    rows = rows.select_related("member", "premises").order_by("member_id", "pk")
    return list(rows.distinct("member_id")[:count])


def people_of(role: str, count: int) -> list[Who]:
    """Return so many signed-in users of a role, the same ones again where there are fewer."""
    found = users_of(role, count)
    return [signed_in(found[place % len(found)]) for place in range(count)]
