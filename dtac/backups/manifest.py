"""What a backup says of itself."""

from dataclasses import dataclass, field
from typing import Final

FORM: Final = 1
"""Goes up when an older program can't read what a newer one writes."""


@dataclass
class Manifest:
    """What is in a backup: its last entry, by which all the others are compared.

    `files`: name to SHA-256 of what was copied. `gone`: deleted, with their rows, while they were
    being copied. `missing`: a row owns them, and the store has lost or changed them.
    """

    form: int
    made_at: str
    migrations: list[str]
    rows: dict[str, int]
    dumped_by: int = 0
    database_sha256: str = ""
    database_bytes: int = 0
    files: dict[str, str] = field(default_factory=dict)
    files_bytes: int = 0
    gone: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
