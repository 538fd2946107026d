"""The registers that the manager keeps: what each holds, how much waits in it, and as a table."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from common import dates
from common.exports import Value
from members.models import User

from .models import RightsRequest

Row = Sequence[Value]


@dataclass(frozen=True)
class Register:
    """One register: its page, what it is for, how much is open, and its lines."""

    title: str
    words: str
    view: str
    open: Callable[[User], int]
    head: Sequence[str]
    rows: Callable[[User], Iterable[Row]]
    subjects: Callable[[User], Iterable[str]]


def _requests(user: User) -> Iterable[Row]:
    for row in RightsRequest.objects.visible_to(user).select_related("decided_by"):
        yield (
            row.ref,
            row.get_kind_display(),
            ", ".join(row.subject_refs),
            row.received_on,
            row.get_received_how_display(),
            row.due_on,
            row.extended_because,
            row.get_decision_display() if row.decision else "Open",
            dates.london_date(row.decided_at) if row.decided_at else None,
            row.decided_by.name if row.decided_by else "",
            row.told_on,
            "yes" if row.is_standing else "no",
        )


def _request_subjects(user: User) -> Iterable[str]:
    for refs in RightsRequest.objects.visible_to(user).values_list("subject_refs", flat=True):
        yield from refs


REGISTERS: dict[str, Register] = {
    "requests": Register(
        "Requests about records",
        "Objections, and what people ask to be put right, erased or restricted.",
        "request_list",
        lambda user: RightsRequest.objects.visible_to(user).filter(told_on=None).count(),
        ("Request", "Kind", "Records", "Came in", "How", "Answer by", "Why longer", "Decision",
         "Decided", "By", "Told", "Stands"),
        _requests,
        _request_subjects,
    ),
}  # fmt: skip
"""By the name in addresses, in the order of the page."""
