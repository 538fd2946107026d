"""Addresses of the board app."""

from django.urls import include, path

from . import target_views, views

urlpatterns = [
    path("board/", views.board, name="board"),
    path("board/figures.csv", views.board_export, {"kind": "csv"}, name="board_export"),
    path("board/figures.ods", views.board_export, {"kind": "ods"}, name="board_export"),
    path("board/targets/", target_views.target_list, name="target_list"),
    path("board/targets/<slug:measure>/", target_views.target_edit, name="target_edit"),
    path("board/reports/", include("board.reports.urls")),
]
