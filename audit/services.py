"""The only way into the log."""

from collections.abc import Iterable
from typing import Any, Protocol

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
    return Event.objects.create(
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


def record_many(
    action: Action, *, by: Actor | None, entries: Iterable[tuple[str, Iterable[str]]], **detail: Any
) -> None:
    """Add an event for each (record, subjects), as record() does, in a few statements."""
    Event.objects.bulk_create(
        [
            Event(
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
            for ref, subjects in entries
        ],
        batch_size=1000,
    )
