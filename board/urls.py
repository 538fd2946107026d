"""Addresses of the board app."""

from django.urls import path, register_converter

from . import target_views, views
from .models import PlanTarget


class MeasureConverter:
    """A figure of the plan."""

    regex = "|".join(PlanTarget.Measure.values)

    def to_python(self, value: str) -> str:
        """Return it as it is."""
        return value

    def to_url(self, value: str) -> str:
        """Return it as it is."""
        return value


register_converter(MeasureConverter, "measure")

urlpatterns = [
    path("board/", views.board, name="board"),
    path("board/figures.csv", views.board_export, {"kind": "csv"}, name="board_export"),
    path("board/figures.ods", views.board_export, {"kind": "ods"}, name="board_export"),
    path("board/targets/", target_views.target_list, name="target_list"),
    path("board/targets/<measure:measure>/", target_views.target_edit, name="target_edit"),
]
