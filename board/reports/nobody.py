"""A report names nobody: what is typed into it is read for names and references first."""

from typing import Final

from django.core.exceptions import ValidationError
from django.db.models import F, Func, IntegerField, Q, TextField, Value
from django.db.models.functions import Length

from common.db import Fold
from common.refs import references_in
from offenders.models import Alias, Subject

SHORTEST: Final = 5
"""A name of two words that is shorter might stand in any sentence."""


class Bare(Func):
    """Words with one space before, between and after them, without marks."""

    template = r"(' ' || regexp_replace(%(expressions)s, '\W+', ' ', 'g') || ' ')"
    output_field = TextField()


class Turned(Func):
    """A bare name of two words with the second first; another is left as it is."""

    template = r"regexp_replace(%(expressions)s, '^ (\w+) (\w+) $', ' \2 \1 ')"
    output_field = TextField()


class Place(Func):
    """Where one text stands in another; 0 for nowhere."""

    function = "strpos"
    output_field = IntegerField()


def check_names_nobody(texts: dict[str, str]) -> None:
    """Raise ValidationError, field by field, for a text with a subject's name or a reference.

    Of names those of two words or more are looked for: a single one may be anybody's, or a word.
    """
    problems = {}
    named = bool(_name("\n".join(texts.values())))  # all at once: nearly always there is none
    for field, text in texts.items():
        found = next(iter(references_in(text)), "") or (_name(text) if named else "")
        if found:
            problems[field] = f"Take out “{found}”: a report names nobody."
    if problems:
        raise ValidationError(problems)


def check_cites_nobody(texts: dict[str, str]) -> None:
    """Raise ValidationError, field by field, for a text with a reference; names are not looked for.

    For words of those who don't know who is on the database: an answer would tell them.
    """
    cited = {field: references_in(text) for field, text in texts.items()}
    problems = {
        field: f"Take out “{found[0]}”: a report names nobody."
        for field, found in cited.items()
        if found
    }
    if problems:
        raise ValidationError(problems)


def _name(text: str) -> str:
    """Return a subject's name that stands in a text, as whole words; empty if none does.

    Of two words they are looked for in both orders: "Jamie Smith", "Smith, Jamie".
    """
    for rows in (Subject.objects.order_by(), Alias.objects.order_by()):
        found: str | None = (
            rows.filter(name__contains=" ")
            .annotate(bare=Bare(Fold("name")), typed=Bare(Fold(Value(text))))
            .annotate(place=Place(F("typed"), F("bare")), turned=Place(F("typed"), Turned("bare")))
            .annotate(long=Length("bare"))
            .filter(Q(place__gt=0) | Q(turned__gt=0), long__gte=SHORTEST + 2)
            .values_list("name", flat=True)
            .first()
        )
        if found:
            return found
    return ""
