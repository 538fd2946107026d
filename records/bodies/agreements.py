"""Under what data is shared: the members' agreement and who accepted it, and partners' papers."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q

from common import dates
from members.models import Agreement, Document, SharingRecord, User


@dataclass(frozen=True)
class Accepted:
    """A version of the members' agreement, and how many of those who sign in accepted it."""

    version: int
    title: str
    effective_on: dt.date
    accepted: int
    of: int

    @property
    def is_to_come(self) -> bool:
        """Whether it is not in force yet."""
        return self.effective_on > dates.today()


def agreements() -> list[Accepted]:
    """Return the versions of the members' agreement, the newest first."""
    people = User.objects.filter(is_active=True).count()
    active = Count("acceptances", filter=Q(acceptances__user__is_active=True))
    rows = Agreement.objects.annotate(n=active).order_by("-version")
    return [Accepted(row.version, row.title, row.effective_on, row.n, people) for row in rows]


def papers(user: User) -> "list[Document]":
    """Return the information-sharing agreements among the documents, with their newest version."""
    rows = Document.objects.visible_to(user).for_list(user)
    return list(rows.filter(kind=Document.Kind.SHARING).order_by("title"))


def shared_under() -> list[tuple[str, int]]:
    """Return under which agreements data was handed out, and how often, the most first."""
    rows = SharingRecord.objects.order_by().values_list("agreement").annotate(n=Count("pk"))
    return [(name or "None named", n) for name, n in rows.order_by("-n", "agreement")]
