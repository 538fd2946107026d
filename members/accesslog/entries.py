"""Which entries of the log somebody may see, and those that were asked for."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db.models import QuerySet

from audit.actions import Kind, codes_of, words_for
from audit.models import Event
from audit.querysets import (
    all_events,
    events_about,
    events_of_actor,
    events_of_member,
)
from common import dates
from common.exports import Value
from members.models import Member, Role, User

from .forms import ALL, BUSINESS, OWN

HEAD: Final = ("When", "Who", "Role", "Business", "Did what", "Record", "Subjects", "Searched for")
MOST: Final = 20_000
"""Entries in a file at most, the latest."""


ROLES: Final[dict[str, str]] = {
    **{code: str(label) for code, label in Role.choices}, "system": "The system",
}  # fmt: skip


def logs_of(user: User) -> dict[str, tuple[str, "QuerySet[Event]"]]:
    """Return the logs that somebody may see, each with its words: always their own.

    A business's manager sees what its people did, the Intelligence Manager all (behaviour 9).
    """
    logs = {OWN: ("Mine", events_of_actor(user.pk))}
    if user.role in (Role.MANAGER, Role.AGENCY):
        logs[BUSINESS] = (user.member.name, events_of_member(user.member_id))
    if user.role == Role.INTEL:
        logs[ALL] = ("Everybody", all_events())
    return logs


def narrowed(rows: "QuerySet[Event]", asked: Mapping[str, Any]) -> "QuerySet[Event]":
    """Return those of some entries that were asked for (the fields of NarrowForm)."""
    if asked.get("kind"):
        rows = rows.filter(action__in=codes_of(Kind(asked["kind"])))
    if asked.get("who"):
        named = User.objects.filter(name__icontains=asked["who"])
        rows = rows.filter(actor_id__in=list(named.values_list("pk", flat=True)))
    if asked.get("business"):
        named = Member.objects.filter(name__icontains=asked["business"])
        rows = rows.filter(member_id__in=list(named.values_list("pk", flat=True)))
    if asked.get("ref"):
        rows = events_about(rows, asked["ref"].upper())
    if asked.get("since"):
        rows = rows.filter(at__gte=dates.london_midnight(asked["since"]))
    if asked.get("until"):
        rows = rows.filter(at__lt=dates.london_midnight(asked["until"] + dt.timedelta(days=1)))
    return rows


def lines(rows: Iterable[Event]) -> Iterable[list[Value]]:
    """Return entries as lines of a table under HEAD. Times are London's."""
    for event in rows:
        at = event.at.astimezone(dates.LONDON)
        yield [
            f"{at:%Y-%m-%d %H:%M:%S}",
            event.actor_name,
            ROLES.get(event.actor_role, event.actor_role),
            event.member_name,
            words_for(event.action),
            event.record,
            " ".join(event.subjects),
            str(event.detail.get("q", "")),
        ]
