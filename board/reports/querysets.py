"""Reports of the Board, scoped in SQL."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models

from members.models import Role

if TYPE_CHECKING:
    from members.models import User


class BoardReportQuerySet(models.QuerySet[Any]):
    """Reports."""

    def visible_to(self, user: "User") -> Self:
        """All for the Intelligence Manager; for the Board those it was given; else none."""
        if user.role == Role.INTEL:
            return self
        if user.role != Role.BOARD:
            return self.none()
        from board.models import ReportVersion  # the models import this module

        given = ReportVersion.objects.visible_to(user).filter(report=models.OuterRef("pk"))
        return self.filter(models.Exists(given))


class ReportVersionQuerySet(models.QuerySet[Any]):
    """Versions of reports."""

    def visible_to(self, user: "User") -> Self:
        """All for the Intelligence Manager; for the Board what it was given, and no draft."""
        if user.role == Role.INTEL:
            return self
        given = self.filter(state__in=["submitted", "approved"])
        return given if user.role == Role.BOARD else self.none()

    def without_figures(self) -> Self:
        """Without what is large: for lists."""
        return self.defer("figures", "commentary")

    def waiting(self) -> Self:
        """Those that wait for the Board."""
        return self.filter(state="submitted")
