"""Which column holds which of our fields: guessed, remembered, judged."""

from collections.abc import Mapping

from .cells import digest, fold
from .kinds import KINDS, Kind
from .models import ImportRun


def guess(kind: Kind, head: list[str]) -> dict[str, int]:
    """Return a likely column (its place) for each field, no column twice.

    First columns that are called as the field is; then by the names that schemes use for it, what
    is needed before what is not.
    """
    columns = [fold(name) for name in head]
    found: dict[str, int] = {}
    for field in kind.fields:
        for name in (fold(field.label), fold(field.name)):
            place = columns.index(name) if name in columns else -1
            if place >= 0 and place not in found.values() and field.name not in found:
                found[field.name] = place
    rest = sorted(kind.fields, key=lambda field: not field.needed)
    for field in rest:
        if field.name in found:
            continue
        free = [place for place in range(len(columns)) if place not in found.values()]
        names = [fold(name) for name in field.also]
        place = next((p for name in names for p in free if columns[p] == name), -1)
        if place < 0 and field.needed:  # "Shop name (trading)" for "shop name"
            place = next(
                (p for name in names for p in free if columns[p].startswith(f"{name} ")), -1
            )
        if place >= 0:
            found[field.name] = place
    return found


def columns_key(head: list[str]) -> str:
    """Return a digest of the names of columns in their order: it outlives the file, and says
    nothing of it, should the first line hold a person and not names."""
    return digest(*map(fold, head))


def matching_of(run: ImportRun) -> tuple[dict[str, int], str]:
    """Return how columns are matched, or would be, and the reference of the import it is from.

    As last time with the same columns, of this kind, unless that was undone; else by their names.
    """
    kind = KINDS[run.kind]
    if run.mapping:
        return dict(run.mapping), run.ref
    same = ImportRun.objects.filter(kind=run.kind, columns_key=run.columns_key)
    same = same.exclude(mapping={}).exclude(state=ImportRun.State.UNDONE).exclude(pk=run.pk)
    last = same.order_by("-pk").first() if run.columns_key else None
    if last is None:
        return guess(kind, run.head), ""
    return {name: place for name, place in last.mapping.items() if kind.field(name)}, last.ref


def problems_of(kind: Kind, mapping: Mapping[str, int]) -> dict[str, str]:
    """Return what a mapping lacks, by field."""
    problems = {}
    for field in kind.fields:
        if field.needed and field.name not in mapping:
            problems[field.name] = "Choose a column: without it nothing can be imported."
    named = {field.name for field in kind.fields} & {"name"}
    halves = "first_name" in mapping or "last_name" in mapping
    if kind.code == "users" and named and "name" not in mapping and not halves:
        problems["name"] = "Choose the column of the name, or those of first name and surname."
    return problems
