"""The incidents behind a figure: what an address asks the list of reports to narrow itself to.

A value that means nothing is left out, as in every list's address.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q

from common.charts import DAYS, hour_words
from common.http import plain_text
from common.periods import Period
from incidents.models import IncidentType, ItemCategory, Report, StolenItem
from members.models import Area, Member, User
from offenders.models import Method

from .selection import FAMILY

Part = tuple[Q, str]
ONLY = {
    "accepted": (Q(kind="incident", status="accepted"), "Accepted incidents"),
    "counted": (
        Q(kind="incident", status__in=("accepted", "submitted")),
        "Incidents accepted or waiting for review",
    ),
    "incident": (Q(kind="incident"), "Incidents"),
    "sighting": (Q(kind="sighting"), "Sightings"),
}


@dataclass(frozen=True)
class Narrowing:
    """A condition on reports, what it means in words, and how it stands in the address.

    Without a condition, `words` is empty.
    """

    condition: Q
    words: str
    query: dict[str, str]

    @property
    def address(self) -> str:
        """The query as it is written in an address."""
        return urlencode(self.query)


def narrowing(params: Mapping[str, str], user: User) -> Narrowing:
    """Return what an address asks for, by the names in READERS, since and until.

    A member that the user may not see is none: not even its name is said.
    """
    condition, words, query = Q(), [], {}
    for name, read in READERS.items():
        text = plain_text(params.get(name, ""), limit=120)
        part = read(text, user) if text else None
        if part:
            condition &= part[0]
            words.append(part[1])
            query[name] = text
    days = _period(params)
    if days:
        condition &= Q(occurred_on__range=(days.first, days.last))
        words.append(days.words)
        query |= days.query
    return Narrowing(condition, ", ".join(words), query)


def _period(params: Mapping[str, str]) -> Period | None:
    try:
        since, until = (
            dt.date.fromisoformat(plain_text(params.get(n, ""))) for n in ("since", "until")
        )
    except ValueError:
        return None
    return Period(since, until) if since <= until else None


def _only(text: str, user: User) -> Part | None:
    return ONLY.get(text)


def _what(text: str, user: User) -> Part | None:
    family = text.removeprefix(FAMILY)
    if family != text:
        label = dict(IncidentType.Family.choices).get(family)
        return (Q(type__family=family), str(label)) if label else None
    kind = IncidentType.objects.filter(code=text).first()
    return (Q(type=kind), kind.label) if kind else None


def _goods(text: str, user: User) -> Part | None:
    label = dict(ItemCategory.choices).get(text)
    items = StolenItem.objects.filter(report=OuterRef("pk"), category=text)
    return (Q(Exists(items)), str(label)) if label else None


def _method(text: str, user: User) -> Part | None:
    label = dict(Method.choices).get(text)
    return (Q(methods__contains=[text]), str(label)) if label else None


def _outcome(text: str, user: User) -> Part | None:
    label = dict(Report.Outcome.choices).get(text)
    return (Q(outcome=text), f"ended: {str(label).lower()}") if label else None


def _place(text: str, user: User) -> Part | None:
    return Q(premises__name=text), text


def _area(text: str, user: User) -> Part | None:
    area = Area.objects.filter(slug=text).first()
    return (Q(area=area), area.name) if area else None


def _member(text: str, user: User) -> Part | None:
    member = Member.objects.visible_to(user).filter(slug=text).first()
    return (Q(member=member), f"reported by {member.name}") if member else None


def _day(text: str, user: User) -> Part | None:
    number = {str(place + 1): place for place in range(7)}.get(text)
    if number is None:
        return None
    return Q(occurred_on__iso_week_day=number + 1), f"{DAYS[number]}s"


def _hour(text: str, user: User) -> Part | None:
    hour = {str(at): at for at in range(24)}.get(text)
    return None if hour is None else (Q(occurred_at__hour=hour), hour_words(hour))


READERS: dict[str, Callable[[str, User], Part | None]] = {
    "only": _only,
    "what": _what,
    "goods": _goods,
    "method": _method,
    "outcome": _outcome,
    "place": _place,
    "area": _area,
    "member": _member,
    "day": _day,
    "hour": _hour,
}
