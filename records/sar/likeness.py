"""Whether somebody of a name may stand in a text: written whole, in part, or misspelt.

It is better to find too much than too little: what is found so is said to be maybe another's, and
is read by a person before it is given.
"""

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_
from typing import Any, Final

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connection
from django.db.models import F, Q, QuerySet, Value

from common.db import Fold

WHOLE: Final = 0.6
"""From it on a name of several words may well stand in a text: "Dean Marlow" in "Deen Marlow"."""
SINGLE: Final = 0.75
"""The same for one word by itself, such as a nickname, which is sooner another word."""
SHORTEST: Final = 4
"""Letters of a name of one word that is looked for in texts: shorter ones stand everywhere."""
TEXTS: Final = """
SELECT place - 1 FROM unnest(%(texts)s::text[]) WITH ORDINALITY AS given(words, place)
 WHERE EXISTS (
     SELECT FROM unnest(%(names)s::text[], %(limits)s::float[]) AS wanted(name, least)
      WHERE word_similarity(dtac_fold(wanted.name), dtac_fold(given.words)) >= wanted.least
 )
 ORDER BY place
"""


def sought(names: Iterable[str]) -> list[tuple[str, float]]:
    """Return the names that are looked for in texts, each with how like it a text must be."""
    found = {name: WHOLE if " " in name.strip() else SINGLE for name in names}
    return [
        (name, least)
        for name, least in found.items()
        if least == WHOLE or len(name.strip()) >= SHORTEST
    ]


def speaking(rows: "QuerySet[Any]", column: str, names: Sequence[str]) -> "QuerySet[Any]":
    """Return those rows in whose column somebody of one of these names may stand."""
    wanted = sought(names)
    if not wanted:
        return rows.none()
    fits = {f"fit_{place}": _likeness(name, column) for place, (name, _) in enumerate(wanted)}
    near = [Q(**{f"fit_{place}__gte": least}) for place, (_, least) in enumerate(wanted)]
    found: QuerySet[Any] = rows.alias(**fits).filter(reduce(or_, near))
    return found


def _likeness(name: str, column: str) -> Any:
    needle: Any = Fold(Value(name))
    return TrigramWordSimilarity(needle, Fold(F(column)))


def texts_like(texts: Sequence[str], names: Sequence[str]) -> list[int]:
    """Return the places of those texts in which somebody of one of these names may stand."""
    wanted = sought(names)
    if not wanted or not texts:
        return []
    given: dict[str, Any] = {
        "texts": list(texts),
        "names": [name for name, _ in wanted],
        "limits": [least for _, least in wanted],
    }
    with connection.cursor() as cursor:
        cursor.execute(TEXTS, given)
        return [int(row[0]) for row in cursor.fetchall()]
