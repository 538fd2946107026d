"""How records and profiles are found: by reference, name (misspelt too), or words that describe."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import add, or_
from typing import Any, Self

from django.contrib.postgres.search import SearchQuery, TrigramWordSimilarity
from django.db import models
from django.db.models import Case, F, FloatField, Q, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Greatest

from common.db import Fold, NameScore, Sounds
from common.refs import bare_subject_ref, parse_subject_ref

from .words import also_said, telling_words

NAMED = 0.6  # of 1: below it a name is another name
TOLD = 0.5  # of the words that describe somebody, the share that must fit
HEARD = 2  # words at most of a name that is listened for: of a longer one letters enough agree
NONE, ONE = Value(0.0, output_field=FloatField()), Value(1.0, output_field=FloatField())

# The record that a reference leads to, however many times over one became part of another.
STAYS = """
WITH RECURSIVE led AS (
    SELECT id, merged_into_id FROM offenders_subject WHERE ref = %s
    UNION
    SELECT next.id, next.merged_into_id FROM offenders_subject next JOIN led
        ON next.id = led.merged_into_id
)
SELECT id FROM led WHERE merged_into_id IS NULL
"""


def stays_of(ref: str) -> RawSQL:
    """Return the key, in SQL, of the record that a reference leads to; null for an unknown one.

    Its own, or that of the one it is part of by now. Whether somebody may know that is asked
    beside it: of a profile of that record that they see.
    """
    return RawSQL(STAYS, [ref], output_field=models.BigIntegerField())  # noqa: S611  (a parameter)


@dataclass(frozen=True)
class Asked:
    """What somebody typed, taken apart: `words` are those that describe, each with its synonyms.

    The longest come first. `heard`: it is short enough to be listened for.
    """

    text: str
    words: tuple[tuple[str, ...], ...]
    heard: bool

    @classmethod
    def of(cls, text: str) -> Self:
        """Take a text apart."""
        words = sorted(telling_words(text), key=len, reverse=True)
        said = tuple(also_said(word) for word in words)
        return cls(text, said, len(text.split()) <= HEARD)


Hit = tuple[int, float, float, Any]
"""A key, how well it fits by name, by words, and what says which of two is newer."""


def best_first(hits: Iterable[Hit]) -> list[int]:
    """Return the keys of what was found in one way or several, the best first."""
    ranks: dict[int, tuple[float, float, Any, int]] = {}
    for key, fit, told, newest in hits:
        if before := ranks.get(key):  # found in both ways
            fit, told = max(fit, before[0]), max(told, before[1])
        ranks[key] = (fit, told, newest, key)
    return [key for *_, key in sorted(ranks.values(), reverse=True)]


class Searched(models.QuerySet[Any]):
    """Rows with names, and with `search_words` that describe somebody."""

    NEWEST: str
    """The column that says which of two comes first that fit alike: the newer."""

    def search(self, text: str) -> Self:
        """By reference, name or alias (misspelt too), or words of the description, marks and MO.

        Each word typed counts, in whatever order. In no order of their own: found() and best()
        have one. An empty text changes nothing.
        """
        if not text:
            return self
        return self.filter(reduce(or_, (Q(pk__in=hits.values("pk")) for hits in self._hits(text))))

    def found(self, text: str) -> list[int]:
        """Return the keys of those that a search finds, best first; of equals the newest first."""
        return best_first(
            hit
            for hits in self._hits(text)
            for hit in hits.values_list("pk", "fit", "told", self.NEWEST)
        )

    def best(self, text: str, most: int) -> list[Any]:
        """Return the rows that fit a search best, at most so many; none for an empty text."""
        return self.in_this_order(self.found(text)[:most]) if text else []

    def in_this_order(self, keys: list[int]) -> list[Any]:
        """Return the rows of these keys, ordered as they are; one not in here is left out."""
        found = self.in_bulk(keys)
        return [found[key] for key in keys if key in found]

    def _hits(self, text: str) -> list[Self]:
        """Return those found in each way: with `fit`, 0 to 1, and the share of words `told`.

        Each way has its own query, which reads its own indexes; thousands may fit a word such as
        "red", and none of them is compared letter by letter with a name.
        """
        rows, asked = self.order_by(), Asked.of(text)
        if ref := parse_subject_ref(text):
            return [rows._of(stays_of(ref)).annotate(fit=ONE, told=NONE)]
        if bare := bare_subject_ref(text):
            return [rows._of(stays_of(bare)).annotate(fit=ONE, told=NONE), rows.told(asked)]
        return [rows.called(asked), rows.told(asked)]

    def called(self, asked: Asked) -> Self:
        """Those whose name is near enough to what was asked."""
        return self.may_be_called(asked).filter(fit__gte=NAMED)

    def may_be_called(self, asked: Asked) -> Self:
        """As called(), and those whose `fit` is less, for whoever reads it: compared once a row."""
        return self._named(asked).annotate(told=NONE)

    def _of(self, subject: Any) -> Self:
        """The rows of a subject (key)."""
        raise NotImplementedError

    def _named(self, asked: Asked) -> Self:
        """Those whose name may be meant, with how near it is as `fit`."""
        raise NotImplementedError

    def told(self, asked: Asked) -> Self:
        """Those whose description has enough of the telling words of what was asked."""
        queries = word_queries(asked)
        if not queries:
            return self.none().annotate(fit=NONE, told=NONE)
        found = [Case(When(search_words=query, then=ONE), default=NONE) for query in queries]
        share = Cast(reduce(add, found), FloatField()) / Value(float(len(found)))
        # Who has half of the words has one of any greater half: the longest are the rarest.
        some = queries[: len(queries) // 2 + 1]
        told = self.filter(search_words=reduce(or_, some)).annotate(told=share)
        return told.filter(told__gte=TOLD).annotate(fit=F("told") * Value(0.95))


def may_be_named(asked: Asked, names: str) -> Q:
    """Return the condition, which indexes answer, of rows with folded `names` and `heard`."""
    alike = Q(**{f"{names}__trigram_word_similar": Fold(Value(asked.text))})
    return alike | Q(heard__overlap=Sounds(Value(asked.text))) if asked.heard else alike


def likeness(needle: Any, names: Any) -> Any:
    """Return how near names are to what was typed, both folded: 0 to 1."""
    # The second finds names that were typed as one word.
    whole = TrigramWordSimilarity(needle, names) * Value(0.95)
    return Greatest(NameScore(needle, names), whole)


def word_queries(asked: Asked) -> list[Any]:
    """Return one search for each telling word, with what people say for the same; longest first."""
    return [
        reduce(or_, (SearchQuery(word, config="english") for word in said)) for said in asked.words
    ]
