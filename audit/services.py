"""The only way into the log."""

from collections.abc import Iterable
from typing import Any, Final, Protocol

from django.db import connections

from common.middleware import current_address, current_request_id

from .actions import Action
from .models import Event


class Actor(Protocol):
    """What the log needs to know of a person, so that it need not know the members app."""

    @property
    def pk(self) -> Any: ...
    @property
    def audit_name(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def member_id(self) -> Any: ...
    @property
    def audit_member_name(self) -> str: ...


def record(
    action: Action,
    *,
    by: Actor | None,
    ref: str = "",
    subjects: Iterable[str] = (),
    **detail: Any,
) -> Event:
    """Add one event, in the caller's transaction: a change that rolls back leaves no event.

    `by` None means the system itself (a job). `subjects` are references such as D-0042. `detail`
    must be plain JSON and hold codes, references and numbers; of what people type, only the words
    of a search.
    """
    return _added(_event(action, by, ref, subjects, detail))


def record_many(
    action: Action, *, by: Actor | None, entries: Iterable[tuple[str, Iterable[str]]], **detail: Any
) -> None:
    """Add an event for each (record, subjects), as record() does, in a few statements."""
    Event.objects.bulk_create(
        [_event(action, by, ref, subjects, detail) for ref, subjects in entries],
        batch_size=1000,
    )


def _event(
    action: Action, by: Actor | None, ref: str, subjects: Iterable[str], detail: dict[str, Any]
) -> Event:
    return Event(
        action=action.code,
        is_read=action.is_read,
        actor_id=by.pk if by else None,
        actor_name=by.audit_name if by else "D-TAC",
        actor_role=by.role if by else "system",
        member_id=by.member_id if by else None,
        member_name=by.audit_member_name if by else "",
        record=ref,
        subjects=sorted(set(subjects)),
        detail=detail,
        address=current_address(),
        request_id=current_request_id(),
    )


TOLD: Final = [field for field in Event._meta.concrete_fields if field.name not in ("id", "at")]
INSERT: Final = (
    f"INSERT INTO {Event._meta.db_table} ({', '.join(str(field.column) for field in TOLD)})"  # noqa: S608
    f" VALUES ({', '.join(['%s'] * len(TOLD))}) RETURNING id, at"
)
"""What the ORM would send. Nearly every page adds one, and to write it anew takes longer than to
send it."""


def _added(event: Event) -> Event:
    line = connections["default"]
    values = [field.get_db_prep_save(getattr(event, field.attname), line) for field in TOLD]
    with line.cursor() as cursor:
        cursor.execute(INSERT, values)
        event.pk, event.at = cursor.fetchone()
    event._state.adding, event._state.db = False, line.alias
    return event
