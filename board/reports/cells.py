"""The shapes of frozen figures: plain JSON, each number as an exact text beside its words.

What is hidden of small counts is hidden before it comes here: a cell without a number stays so.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from board.cells import Cell, Line, Section

Frozen = dict[str, Any]


def frozen_cell(cell: Cell) -> Frozen:
    """Return a cell as it is kept: {"number": "1234.50" or None, "words": "£1,234.50"}."""
    number = str(cell.value) if cell.is_shown and cell.value is not None else None
    return {"number": number, "words": cell.words}


def frozen_row(line: Line) -> Frozen:
    """Return a row as it is kept."""
    cells = [frozen_cell(cell) for cell in line.cells]
    return {"label": line.label, "means": line.means, "cells": cells}


def frozen_table(
    key: str, title: str, columns: Sequence[str], rows: Iterable[Line], *, note: str = "",
    of: str = "",
) -> Frozen:  # fmt: skip
    """Return a table as it is kept. `of` heads its first column."""
    return {
        "key": key,
        "title": title,
        "of": of or "Figure",
        "columns": list(columns),
        "note": note,
        "rows": [frozen_row(row) for row in rows],
    }


def frozen_section(section: Section, columns: Sequence[str]) -> Frozen:
    """Return a section of the Board's page as it is kept."""
    return frozen_table(section.key, section.title, columns, section.lines, note=section.note)


def whole(number: int) -> Cell:
    """Return a count as a cell."""
    return Cell(number)


def pounds_cell(amount: Decimal) -> Cell:
    """Return an amount as a cell."""
    return Cell(amount)
