"""Addresses of reports."""

from django.urls import path

from . import change_views as change
from . import views

urlpatterns = [
    path("", views.board_report_list, name="board_report_list"),
    path("start/", views.board_report_start, name="board_report_start"),
    path("<slug:ref>.pdf", views.board_report_document, name="board_report_document"),
    path("<slug:ref>.csv", views.board_report_table, name="board_report_table"),
    path("<slug:ref>/", views.board_report, name="board_report"),
    path("<slug:ref>/write/", change.board_report_write, name="board_report_write"),
    path("<slug:ref>/files/", change.board_report_files, name="board_report_files"),
    path("<slug:ref>/freeze/", change.board_report_freeze, name="board_report_freeze"),
    path("<slug:ref>/submit/", change.board_report_submit, name="board_report_submit"),
    path("<slug:ref>/decide/", change.board_report_decide, name="board_report_decide"),
    path("<slug:ref>/correct/", change.board_report_correct, name="board_report_correct"),
    path(
        "<slug:ref>/versions/<int:version>/files/<int:number>/",
        views.board_report_file,
        name="board_report_file",
    ),
]
