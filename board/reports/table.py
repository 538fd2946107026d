"""A version's figures as rows of a file: what is printed, with numbers as numbers."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from board.models import ReportVersion
from common.exports import Value

from .cells import Frozen
from .parts import facts_of

HEAD = ("Part", "Figure", "Of", "Value")
Row = tuple[Value, ...]


def table_rows(version: ReportVersion, figures: Frozen) -> Iterator[Row]:
    """Yield the rows of the file: what it is of, each figure, and how they are counted."""
    for label, said in facts_of(version, figures):
        yield ("About this file", label, "", said)
    if version.why:
        yield ("About this file", "Correction", "", version.why)
    for row in figures.get("objectives", []):
        for of, key in (("plan began", "baseline"), (figures["columns"][1], "before"),
                        (figures["columns"][0], "now"), ("target", "target")):  # fmt: skip
            yield ("Business plan", row["label"], of, _value(row[key]))
        yield ("Business plan", row["label"], "whether it gets there", row["verdict"])
    for table in [*figures["tables"], *figures.get("money", [])]:
        for row in table["rows"]:
            for column, cell in zip(table["columns"], row["cells"], strict=True):
                yield (table["title"], row["label"], column, _value(cell))
    for label, said in figures["definitions"]:
        yield ("How it is counted", label, "", said)
    yield ("How it is counted", "Small counts", "", figures["small"])


def _value(cell: dict[str, Any]) -> Value:
    """Return the number of a cell; its words where it has none, or is rounded ("about")."""
    if cell["number"] is None or str(cell["words"]).startswith("about"):
        return str(cell["words"])
    return Decimal(cell["number"])
