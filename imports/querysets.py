"""Imports, scoped in SQL."""

from typing import TYPE_CHECKING, Any, Final, Self

from django.db import models

if TYPE_CHECKING:
    from members.models import User

OPEN: Final = ("checking", "writing", "undoing")
"""States in which the worker has something to do."""


class ImportProblemQuerySet(models.QuerySet[Any]):
    """What was found in files."""

    def alike(self) -> Any:
        """What was found, the same of a column once: its first row, and how many more there are."""
        found = self.order_by().values("level", "column", "words")
        found = found.annotate(row=models.Min("row"), more=models.Count("pk") - 1)
        return found.order_by("-level", "row", "column", "words")


class ImportRunQuerySet(models.QuerySet[Any]):
    """Imports: the Intelligence Manager's alone."""

    def visible_to(self, user: "User") -> Self:
        """All for the Intelligence Manager, none for anybody else."""
        return self if user.role == "intel" else self.none()

    def open(self) -> Self:
        """Those that the worker has something to do for."""
        return self.filter(state__in=OPEN)
