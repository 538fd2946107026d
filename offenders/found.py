"""The search of profiles, by kept statements: it is asked at each key that somebody types."""

import datetime as dt
from typing import Any, Final

from django.db.models import QuerySet

from common import dates
from common.prepared import Prepared
from common.refs import bare_subject_ref, parse_subject_ref
from members.audience import READER, audience_shape, somebody_like
from members.models import User

from .models import ProfileVersion
from .search import NAMED, Asked, best_first

HIT: Final = ("pk", "fit", "told", "active_at")
Lengths = tuple[int, ...]


def words_shape(asked: Asked) -> Lengths:
    """Return what the statement depends on: how many words there are, with how many synonyms."""
    return tuple(map(len, asked.words))


def words_values(asked: Asked) -> dict[str, str]:
    """Return the words as values of a kept statement."""
    return {
        f"word_{place}_{number}": word
        for place, said in enumerate(asked.words)
        for number, word in enumerate(said)
    }


def words_of(lengths: Lengths, values: dict[str, Any]) -> Asked:
    """Return what would be asked with these values, for whoever builds the statement."""
    words = tuple(
        tuple(values.pop(f"word_{place}_{number}") for number in range(length))
        for place, length in enumerate(lengths)
    )
    return Asked("", words, heard=False)


def _called(
    shape: tuple[str, bool], *, text: str, on: dt.date, **reader: Any
) -> "QuerySet[Any, Any]":
    like, heard = shape
    seen = ProfileVersion.objects.visible_to(somebody_like(like, **reader), on=on)
    found = seen.order_by().may_be_called(Asked(text, (), heard))
    return found.values_list(*HIT)


def _told(shape: tuple[str, Lengths], *, on: dt.date, **values: Any) -> "QuerySet[Any, Any]":
    like, lengths = shape
    asked = words_of(lengths, values)
    seen = ProfileVersion.objects.visible_to(somebody_like(like, **values), on=on)
    return seen.order_by().told(asked).values_list(*HIT)


CALLED: Final = Prepared(_called, may_ignore=READER)
TOLD: Final = Prepared(_told, may_ignore=READER)


def profiles_found(user: User, text: str) -> list[int]:
    """Return the keys of the versions this user sees that a search finds, the best first.

    As ProfileVersionQuerySet.found() does; a text with a reference in it goes there.
    """
    if parse_subject_ref(text) or bare_subject_ref(text):
        return list(ProfileVersion.objects.visible_to(user).found(text))
    asked, today = Asked.of(text), dates.today()
    like, reader = audience_shape(user)
    alike = CALLED.rows((like, asked.heard), text=text, on=today, **reader)
    hits = [hit for hit in alike if hit[1] >= NAMED]
    if asked.words:
        words = words_values(asked)
        hits += TOLD.rows((like, words_shape(asked)), on=today, **words, **reader)
    return best_first(hits)
