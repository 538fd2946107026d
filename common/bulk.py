"""Many rows at once, each judged: which of them the database refuses, and why, in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, models, transaction

BATCH: Final = 500
MOST_REFUSED: Final = 200
"""After so many refusals nobody needs more of them to see what is wrong."""


@dataclass
class Taken:
    """What one line of a table makes: the thing itself, and what belongs to it."""

    main: Any
    parts: list[Any] = field(default_factory=list)

    @property
    def rows(self) -> list[Any]:
        """All of it, the thing itself first."""
        return [self.main, *self.parts]


@dataclass(frozen=True)
class Refusal:
    """That the database refuses what one line makes. `place` counts the lines from 0."""

    place: int
    words: str
    column: str = ""


def clean_row(row: models.Model) -> None:
    """Judge a row's own columns, without a query; its constraints are the database's to judge.

    What it points to was found in the database by the caller. Raises ValidationError by column.
    """
    left_out = {each.name for each in row._meta.concrete_fields if _is_judged_below(each)}
    row.clean_fields(exclude=left_out)


def _is_judged_below(column: "models.Field[Any, Any]") -> bool:
    return column.is_relation or column.generated or column.name in ("id", "ref", "slug")


def insert_all(lines: Sequence[Taken]) -> list[Refusal]:
    """Insert what all lines make; return which are refused, and why. Call it in a transaction.

    With a refusal the caller rolls everything back: the others are in the database only so that
    each is judged beside them.
    """
    refused: list[Refusal] = []
    for model, pairs in _by_model(lines).items():
        gone = {each.place for each in refused}
        left = [pair for pair in pairs if pair[0] not in gone]
        for start in range(0, len(left), BATCH):
            _insert(model, left[start : start + BATCH], refused)
            if len(refused) >= MOST_REFUSED:
                return refused
    return refused


def _by_model(lines: Sequence[Taken]) -> dict[type[models.Model], list[tuple[int, Any]]]:
    found: dict[type[models.Model], list[tuple[int, Any]]] = {}
    for place, line in enumerate(lines):
        found.setdefault(type(line.main), []).append((place, line.main))
    for place, line in enumerate(lines):
        for part in line.parts:
            found.setdefault(type(part), []).append((place, part))
    return found


def _insert(
    model: type[models.Model], pairs: list[tuple[int, Any]], refused: list[Refusal]
) -> None:
    """Insert rows together; where one of them is refused, halve them until it is found."""
    if not pairs or len(refused) >= MOST_REFUSED:
        return
    try:
        with transaction.atomic():
            model._base_manager.bulk_create(row for _, row in pairs)
    except (IntegrityError, DataError) as error:
        for _, row in pairs:
            row.pk, row._state.adding = None, True
        if len(pairs) == 1:
            refused.append(Refusal(pairs[0][0], words_of(model, error)))
            return
        half = len(pairs) // 2
        _insert(model, pairs[:half], refused)
        _insert(model, pairs[half:], refused)


def words_of(model: type[models.Model], error: Exception) -> str:
    """Return what a broken constraint of `model` says: its own words, if it has some."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
    for constraint in model._meta.constraints:
        if constraint.name == name and constraint.violation_error_message:
            return str(constraint.violation_error_message)
    said = name.replace("_", " ")
    return f"The database refuses this: {said}." if said else "The database refuses this."


def refusals_of(place: int, error: ValidationError) -> Iterable[Refusal]:
    """Yield what a ValidationError says of a line, by column where it names some."""
    if hasattr(error, "error_dict"):
        for column, found in error.message_dict.items():
            for words in found:
                yield Refusal(place, words, "" if column == "__all__" else column)
    else:
        for words in error.messages:
            yield Refusal(place, words)
