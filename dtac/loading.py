"""Loads what a web worker needs sooner or later, before its first request does."""

from pathlib import Path

from django.template import engines
from django.urls import get_resolver

KINDS = frozenset({".html", ".txt", ".svg"})


def load_all() -> None:
    """Import every page with all it needs, and read every template of ours."""
    list(get_resolver().reverse_dict)  # for which it reads every address, so every view
    for engine in engines.all():
        for root in map(Path, engine.dirs):
            for path in root.rglob("*"):
                if path.suffix in KINDS:
                    engine.get_template(str(path.relative_to(root)))
