"""Where else somebody may stand: among members' people, in e-mails, in the log of who looked."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, F, Max, Min, Value

from audit.models import Event
from audit.querysets import events_about
from common import dates
from common.db import Fold
from common.wording import counted
from members.models import (
    Application,
    MeetingPerson,
    MemberContact,
    OutboundEmail,
    Role,
    TrainingPlace,
    User,
)
from offenders.search import likeness

from .found import Found, Line, Terms

LIKE = 0.85


def members_people(terms: Terms) -> Iterator[Found]:
    """Yield people of members with a name like theirs: it may be another, so none is linked."""
    for user in _named(User, terms).select_related("member"):
        mails = OutboundEmail.objects.filter(user=user).count()
        lines = [
            Line("Name", user.name), Line("E-mail", user.email), Line("Business", user.member.name),
            Line("Role", user.get_role_display()), Line("Since", user.created_at),
            Line("Ended", user.ended_at), Line("E-mails sent to them", mails),
        ]  # fmt: skip
        yield _person(user, "user", "A person who signs in", user.created_at, lines)
    for contact in _named(MemberContact, terms).select_related("member"):
        lines = [Line("Name", contact.name), Line("Business", contact.member.name),
                 Line("E-mail", contact.email), Line("Telephone", contact.phone)]  # fmt: skip
        yield _person(contact, "contact", "A member’s contact", None, lines)
    for row in _named(Application, terms):
        lines = [Line("Name", row.name), Line("Business", row.business), Line("E-mail", row.email),
                 Line("Telephone", row.phone), Line("Said", row.words)]  # fmt: skip
        yield _person(row, "application", "An application", row.received_at, lines)
    for place in _named(TrainingPlace, terms):
        lines = [Line("Name", place.name), Line("Outcome", place.outcome)]
        yield _person(place, "training", "Training", place.booked_at, lines)
    for guest in _named(MeetingPerson, terms):
        lines = [Line("Name", guest.name), Line("Answer", guest.answer)]
        yield _person(guest, "meeting", "A meeting", guest.told_at, lines)


def _named(model: Any, terms: Terms) -> Any:
    keys: set[int] = set()
    for name in terms.names:
        folded = Fold(Value(name))
        rows = model._default_manager.alias(folded=Fold(F("name")))
        near = rows.filter(folded__trigram_word_similar=folded)
        fits = near.alias(fit=likeness(folded, F("folded"))).filter(fit__gte=LIKE)
        keys |= set(fits.values_list("pk", flat=True))
    return model._default_manager.filter(pk__in=keys).order_by("pk")


def _person(row: Any, kind: str, title: str, at: Any, lines: list[Line]) -> Found:
    on = dates.london_date(at) if at else None
    return Found(f"{kind}-{row.pk}", title, on, lines, linked=False)


def viewers(terms: Terms) -> Iterator[Found]:
    """Yield how often each role opened their records or saw them in a list, and when: no name.

    Who of a business looked is that person's own data.
    """
    labels: dict[str, str] = {code: str(label) for code, label in Role.choices}
    for ref in terms.refs:
        rows = events_about(Event.objects.filter(is_read=True), ref).order_by()
        by_role = rows.values("actor_role").annotate(n=Count("pk"), first=Min("at"), last=Max("at"))
        lines = [
            Line(labels.get(row["actor_role"], "The system"), _how_often(row))
            for row in by_role.order_by("actor_role")
        ]
        if lines:
            yield Found(ref, f"Who looked at {ref}, by role", None, lines)


def _how_often(row: Any) -> str:
    first, last = (dates.day_in_full(dates.london_date(row[name])) for name in ("first", "last"))
    return f"{counted(row['n'], 'time')}, {first} to {last}"


def mails(terms: Terms) -> Iterator[Found]:
    """Yield how many e-mails went to members' people with their name or photo in it, and when."""
    rows = OutboundEmail.objects.filter(subjects__overlap=list(terms.refs), sent_at__isnull=False)
    by_kind = rows.order_by().values("template")
    by_kind = by_kind.annotate(n=Count("pk"), first=Min("sent_at"), last=Max("sent_at"))
    lines = [
        Line(row["template"].replace("-", " ").capitalize(), _how_often(row))
        for row in by_kind.order_by("template")
    ]
    if lines:
        yield Found("mails", "E-mails with their name or photo", None, lines)
