"""Taking a whole import back: what it made is deleted, if nothing else hangs on it since.

Two things stand in the way: a row of any table that points to what was made, and a row that was
changed since. Both are asked of the database, table by table, so that a table which is new
tomorrow is not forgotten. docs/decisions/0015-imports-can-be-undone.md.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

import pgtrigger
from django.apps import apps
from django.db import connection, models

from offenders.models import Photo
from offenders.services.photos import files_of

from .models import ImportedRow, ImportRun

Made = dict[str, dict[int, str]]
"""Of each table the keys that were made, each with the digest of what the row was."""
FROZEN: Final = ("members.MemberStep:member_step_append_only", "members.Payment:payment_frozen")
"""Tables that refuse a DELETE; for the rows of this import alone, and while they are deleted."""
JOBS_OWN: Final[dict[str, set[str]]] = {
    "offenders.subject": {"updated_at"},
    "offenders.photo": {"variants_ready_at", "variants_error", "phash"},
    "incidents.involvement": {"likely", "matched_at"},
    "exclusions.notice": {"expiry_recorded_at"},
}
"""Columns that the worker sets by itself: they are nobody's work."""
MOST_SAID: Final = 30


def columns_of(labels: Iterable[str]) -> dict[str, list[str]]:
    """Return the columns of tables that tell whether somebody changed a row."""
    return {
        label: [
            column.column
            for column in apps.get_model(label)._meta.concrete_fields
            if not column.generated and column.column not in JOBS_OWN.get(label, set())
        ]
        for label in labels
    }


def label_of(row: models.Model) -> str:
    """Return a row's table as app_label.model."""
    return str(type(row)._meta.label_lower)


def digests(columns: dict[str, list[str]], keys: dict[str, list[int]]) -> Made:
    """Return a digest of each of these rows as they are now, worked out by the database."""
    found: Made = {}
    for label, wanted in keys.items():
        model = apps.get_model(label)
        quote = connection.ops.quote_name
        listed = ", ".join(quote(name) for name in columns[label])
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id, left(md5(ROW({listed})::text), 12)"  # noqa: S608  (names are ours)
                f" FROM {quote(model._meta.db_table)} WHERE id = ANY(%s)",
                [wanted],
            )
            found[label] = dict(cursor.fetchall())
    return found


def made_of(rows: Iterable[models.Model]) -> tuple[dict[str, list[str]], Made]:
    """Return the columns and digests of these rows, that were made just now."""
    keys: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        keys[label_of(row)].append(row.pk)
    columns = columns_of(keys)
    return columns, digests(columns, keys)


def made_by(run: ImportRun) -> Made:
    """Return everything that an import made, as it was noted then."""
    found: Made = defaultdict(dict)
    rows = ImportedRow.objects.filter(run=run).exclude(made=[])
    for made in rows.values_list("made", flat=True):
        for label, pk, then in made:
            found[label][pk] = then
    return found


def lock(made: Made) -> None:
    """Lock these rows until the transaction ends: who changes one now waits, and who did before
    is seen by what is asked next."""
    for label in sorted(made):
        table = connection.ops.quote_name(apps.get_model(label)._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT FROM {table} WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
                [list(made[label])],
            )


def in_the_way(run: ImportRun, made: Made) -> list[str]:
    """Return what keeps an import from being undone, in words; empty: nothing does."""
    said = [*_changed(run, made), *_hanging(made)]
    if len(said) > MOST_SAID:
        more = len(said) - MOST_SAID
        return [*said[:MOST_SAID], f"And {more} more."]
    return said


def _changed(run: ImportRun, made: Made) -> list[str]:
    keys = {label: list(rows) for label, rows in made.items()}
    said = []
    for label, now in digests(run.made_columns, keys).items():
        then = made[label]
        model = apps.get_model(label)
        other = [pk for pk in then if now.get(pk) != then[pk]]
        held = model._base_manager.in_bulk(other[: MOST_SAID + 1])
        for pk in other[: MOST_SAID + 1]:
            if pk in held:
                said.append(f"{_called(held[pk])} was changed since.")
            elif _is_main(label):
                said.append(f"{_named(model)} {pk} was deleted since.")
    return said


def _is_main(label: str) -> bool:
    from .kinds import KINDS

    return label in {kind.main for kind in KINDS.values()}


def _hanging(made: Made) -> list[str]:
    """Return rows that point to what was made and were not made with it."""
    said = []
    for model in apps.get_models(include_auto_created=True):
        if model._meta.proxy or not model._meta.managed or model._meta.app_label == "imports":
            continue
        own = made.get(model._meta.label_lower, {})
        for column in model._meta.concrete_fields:
            target = column.related_model if column.is_relation else None
            wanted = made.get(target._meta.label_lower) if isinstance(target, type) else None
            if not wanted:
                continue
            rows = model._base_manager.filter(**{f"{column.name}__in": list(wanted)})
            if own:
                rows = rows.exclude(pk__in=list(own))
            said += [
                f"{_called(row)} depends on it." for row in rows.order_by("pk")[: MOST_SAID + 1]
            ]
    return list(dict.fromkeys(said))


def _named(model: type[models.Model]) -> str:
    name = str(model._meta.verbose_name)
    return name[0].upper() + name[1:]


BUSINESSES: Final = ("members.member", "members.premises")
"""Tables whose rows are told by their names: shops, not people."""


def _called(row: models.Model) -> str:
    """Return what a row is called where it is kept for good: never by what it says of a person."""
    named = _named(type(row))
    if own := _own_name(row):
        return f"{named} {own}"
    links = [field for field in row._meta.concrete_fields if field.is_relation]
    for link in links:
        owner = getattr(row, link.name)
        if owner is not None and (name := _own_name(owner)):
            return f"{named} of {name}"
    return f"{named} {row.pk}"


def _own_name(row: models.Model) -> str:
    if label_of(row) in BUSINESSES:
        return str(getattr(row, "name", ""))[:80]
    return str(getattr(row, "ref", ""))


def delete(made: Made) -> list[str]:
    """Delete these rows; return the files that go with them once it is committed.

    The parts before what they are parts of. The database's own foreign keys are asked before the
    end: what somebody added in between keeps everything.
    """
    photos = Photo.objects.filter(pk__in=list(made.get("offenders.photo", {})))
    files = files_of(photos)
    order = sorted(made, key=_is_main)
    with pgtrigger.ignore(*FROZEN):
        for label in order:
            model: Any = apps.get_model(label)
            rows = model._base_manager.filter(pk__in=list(made[label]))
            rows._raw_delete(rows.db)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return files
