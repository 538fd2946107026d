"""Writing to the administrators when something is wrong: nobody looks at a page each day."""

from typing import Final

from django.core.cache import cache
from django.urls import reverse

from common import dates
from members.mail import email_queue
from members.models import Role, User

from .signs import State, all_signs

UNTOLD: Final = frozenset({"mail"})
"""Of a mail server that is gone no e-mail can tell; monitoring does, by /metrics/ and /readyz/."""
SEEN: Final = "health-bad-before"
LIFE: Final = 3600


def watch() -> int:
    """Write of what somebody must act on, once a day for each sign; return of how many.

    What was wrong at the look before as well: a restart sets many a sign off for a minute.
    """
    bad = {
        name: sign
        for name, sign in all_signs().items()
        if sign.state is State.BAD and name not in UNTOLD
    }
    before = set(cache.get(SEEN) or ())
    cache.set(SEEN, sorted(bad), LIFE)
    admins = User.objects.with_access().filter(role=Role.ADMIN)
    told = 0
    for name in sorted(before & bad.keys()):
        sign = bad[name]
        email_queue(
            users=admins,
            key=f"health:{name}:{dates.today()}",
            template="health",
            context={"title": sign.title, "words": sign.words, "todo": sign.todo,
                     "path": reverse("health")},
        )  # fmt: skip
        told += 1
    return told
