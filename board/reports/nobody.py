"""A report names nobody: what is typed into it is read for names and references first."""

import re
from typing import Final

from django.core.exceptions import ValidationError
from django.db.models import F, Func, IntegerField, TextField, Value
from django.db.models.functions import Length

from common.db import Fold
from offenders.models import Alias, Subject

REFERENCE: Final = re.compile(
    r"\b(?:D-\d{3,}|(?:INC|SIG|EXC|INT|WRN|APP|ALT|BUL|CASE|PACK)-\d{4}-\d+)", re.IGNORECASE
)
SHORTEST: Final = 5
"""A name of two words that is shorter might stand in any sentence."""


class Bare(Func):
    """Words with one space before, between and after them, without marks."""

    template = r"(' ' || regexp_replace(%(expressions)s, '\W+', ' ', 'g') || ' ')"
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
        found = _reference(text) or (_name(text) if named else "")
        if found:
            problems[field] = f"Take out “{found}”: a report names nobody."
    if problems:
        raise ValidationError(problems)


def _reference(text: str) -> str:
    found = REFERENCE.search(text)
    return found.group() if found else ""


def _name(text: str) -> str:
    """Return a subject's name that stands in a text, as whole words; empty if none does."""
    for rows in (Subject.objects.order_by(), Alias.objects.order_by()):
        found: str | None = (
            rows.filter(name__contains=" ")
            .annotate(bare=Bare(Fold("name")), place=Place(Bare(Fold(Value(text))), F("bare")))
            .annotate(long=Length("bare"))
            .filter(place__gt=0, long__gte=SHORTEST + 2)
            .values_list("name", flat=True)
            .first()
        )
        if found:
            return found
    return ""
