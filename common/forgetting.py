"""Taking a name or a reference out of what stays: texts, JSON, lists.

Only what is written out is taken: a whole name, an alias, a reference as people write it. Of parts
of a name nobody can say by a rule whom they mean, so those are pointed out and left to a person.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any, Final

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

REMOVED: Final = "[removed]"
SHORTEST: Final = 3
OWN_NAME: Final = ("name", "aliases", "printed_name")
"""Columns with the name of whom a row is about: never taken out of the row of who stays."""
BETWEEN: Final = r"[\s\u2010-\u2015,.'’-]{1,3}"
DASHES: Final = r"[ \u2010-\u2015-]{0,3}"


@dataclass(frozen=True)
class Words:
    """What is to be forgotten: whole names and aliases, and references.

    `doubtful` are names that somebody who stays bears too: they are pointed out, never taken out.
    """

    names: Collection[str] = ()
    refs: Collection[str] = ()
    doubtful: Collection[str] = ()
    pattern: "re.Pattern[str]" = field(init=False)
    hint: "re.Pattern[str]" = field(init=False)

    def __post_init__(self) -> None:
        told = [name for name in sorted(self.names, key=len, reverse=True) if _tells(name)]
        said = [*told, *self.doubtful]
        parts = [part for name in said for part in re.findall(r"[^\W\d_]+", name)]
        whole = [*map(_spelt, told), *map(_ref, self.refs)]
        hints = [re.escape(part) for part in sorted(set(parts)) if len(part) >= SHORTEST]
        object.__setattr__(self, "pattern", _any(whole))
        object.__setattr__(self, "hint", _any(hints))

    def cleared(self, value: Any) -> Any:
        """Return a text, a list or plain JSON without these words."""
        if isinstance(value, str):
            return self.pattern.sub(REMOVED, value)
        if isinstance(value, list):
            return [self.cleared(part) for part in value]
        if isinstance(value, dict):
            return {key: self.cleared(part) for key, part in value.items()}
        return value

    def hinted(self, value: Any) -> bool:
        """Whether a part of a name still stands in it: for a person to look at."""
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        return self.hint.search(text) is not None


def _any(parts: Iterable[str]) -> "re.Pattern[str]":
    joined = "|".join(parts)
    return re.compile(rf"(?<!\w)(?:{joined})(?!\w)" if joined else r"(?!)", re.IGNORECASE)


def _tells(name: str) -> bool:
    return len(re.sub(r"\W", "", name)) >= SHORTEST


def _spelt(name: str) -> str:
    return BETWEEN.join(re.escape(part) for part in re.findall(r"\w+", name))


def _ref(ref: str) -> str:
    """Return how people write a reference: D-0042 is D42 too, and "inc 2026 17"."""
    head, *numbers = ref.split("-")
    return head + "".join(rf"{DASHES}0*{int(number)}" for number in numbers)


def text_columns(model: type[models.Model]) -> list["models.Field[Any, Any]"]:
    """Return the columns of a table that can hold words: texts, JSON, lists of texts.

    Not those with the row's own name.
    """
    found: list[models.Field[Any, Any]] = []
    for column in model._meta.concrete_fields:
        if column.attname in OWN_NAME:
            continue
        if column.generated or column.choices or getattr(column, "unique", False):
            continue
        if isinstance(column, ArrayField):
            if isinstance(column.base_field, models.CharField) and not column.base_field.choices:
                found.append(column)
        elif isinstance(column, models.CharField | models.TextField | models.JSONField):
            found.append(column)
    return found


def forget(
    rows: "models.QuerySet[Any]",
    words: Words,
    *,
    told: str = "ref",
    columns: "Sequence[models.Field[Any, Any]] | None" = None,
) -> set[str]:
    """Take these words out of rows; return which of them a person should look at, by reference.

    `told` leads to a row's reference ("report__ref"). Frozen rows are changed too: what is frozen
    is what somebody said, not that a name may stay for ever. Their own triggers only are passed by.
    """
    model = rows.model
    columns = text_columns(model) if columns is None else columns
    names = [column.attname for column in columns]
    look_at: set[str] = set()
    frozen = frozen_by(model)
    # Without a name it would pass by all triggers there are.
    with pgtrigger.ignore(*frozen) if frozen else nullcontext():
        for row in rows.order_by("pk").values(*{"pk", told, *names}):
            changed = {}
            for column in columns:
                now = words.cleared(row[column.attname])
                if now != row[column.attname]:
                    limit = getattr(column, "max_length", None)
                    changed[column.attname] = now[:limit] if isinstance(now, str) else now
                if now and words.hinted(now):
                    look_at.add(str(row[told]))
            if changed:
                model._base_manager.filter(pk=row["pk"]).update(**changed)
                look_at.add(str(row[told]))
    return look_at


def frozen_by(model: type[models.Model]) -> list[str]:
    """Return the names of the triggers that keep a table's rows from being changed."""
    return [
        f"{model._meta.app_label}.{model.__name__}:{trigger.name}"
        for trigger in getattr(model._meta, "triggers", ())
        if isinstance(trigger, pgtrigger.Protect)
    ]


def references_forget(
    tables: "Mapping[type[models.Model], list[models.Field[Any, Any]]]",
    refs: Collection[str],
    *,
    size: int = 200,
) -> int:
    """Take references out of these columns of tables; return how many rows said one.

    One look at each table, by the database: nearly no row says any of them.
    """
    if not refs:
        return 0
    words, changed = Words(refs=refs), 0
    pattern = rf"\m(?:{'|'.join(map(_sql_ref, refs))})\M"
    for model, columns in tables.items():
        if not columns:
            continue
        quote = connection.ops.quote_name
        says = " OR ".join(
            f"{quote(str(column.column))}::text ~* %(pattern)s" for column in columns
        )
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id FROM {quote(model._meta.db_table)} WHERE {says}",  # noqa: S608
                {"pattern": pattern},
            )
            keys = [row[0] for row in cursor.fetchall()]
        for start in range(0, len(keys), size):
            some = model._base_manager.filter(pk__in=keys[start : start + size])
            forget(some, words, told="pk", columns=columns)
        changed += len(keys)
    return changed


def _sql_ref(ref: str) -> str:
    head, *numbers = ref.split("-")
    dashes = "[ \u2010-\u2015-]{0,3}"
    return head + "".join(f"{dashes}0*{int(number)}" for number in numbers)
