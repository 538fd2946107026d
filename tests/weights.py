"""What pages may weigh: tests/weight_budgets.toml."""

import tomllib
from pathlib import Path
from typing import Any

BUDGETS: dict[str, Any] = tomllib.loads((Path(__file__).parent / "weight_budgets.toml").read_text())


def over(allowed: dict[str, int], found: dict[str, int]) -> dict[str, tuple[int, int | None]]:
    """Return what is over its budget or has none: by name, what was found and what is allowed."""
    return {
        name: (count, allowed.get(name))
        for name, count in found.items()
        if name not in allowed or count > allowed[name]
    }
