"""Somebody who bears the viewer's own surname: a relative, perhaps, or no reason at all."""

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.db.models import Min

from members.models import User
from offenders.models import Subject, UnusualViewing
from offenders.names import surname_parts

from .opened import openings
from .rows import begin


def surnames_note(since: dt.datetime, until: dt.datetime) -> int:
    """Write down who opened somebody of their own surname; return how many are new.

    A pair is asked about once, ever: what was answered holds for the next time too.
    """
    if not settings.DTAC_VIEWING_SURNAMES:
        return 0
    rows = openings(since, until).exclude(record="").order_by()
    first = {
        (user, ref): at
        for user, ref, at in rows.values_list("actor_id", "record").annotate(first=Min("at"))
    }
    borne = {
        user: parts
        for user, name in _names(user for user, _ in first)
        if (parts := surname_parts(name))
    }
    subjects = Subject.objects.filter(ref__in={ref for user, ref in first if user in borne})
    made = 0
    for subject in subjects.prefetch_related("aliases").order_by("pk"):
        theirs = _surnames_of(subject)
        alike = [
            user for user, ref in first if ref == subject.ref and borne.get(user, set()) & theirs
        ]
        for user in sorted(alike):
            made += _note(user, subject, first[user, subject.ref])
    return made


def _names(users: Iterable[int | None]) -> list[tuple[int, str]]:
    return list(User.objects.filter(pk__in=set(users)).values_list("pk", "name"))


def _surnames_of(subject: Subject) -> set[str]:
    """Return the surnames of a record: of its name, and of aliases that are whole names."""
    names = [subject.name, *(alias.name for alias in subject.aliases.all() if " " in alias.name)]
    return set().union(*(surname_parts(name) for name in names))


def _note(user: int, subject: Subject, at: dt.datetime) -> int:
    kind = UnusualViewing.Kind.SURNAME
    if UnusualViewing.objects.filter(user=user, kind=kind, subject=subject).exists():
        return 0
    begin(kind, user, at, at, 1, subject=subject)
    return 1
