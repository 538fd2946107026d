"""Addresses of the imports app."""

from django.urls import path

from . import views

urlpatterns = [
    path("import/", views.import_list, name="import_list"),
    path("import/new/", views.import_new, name="import_new"),
    path("import/templates/<slug:kind>.csv", views.import_template, name="import_template"),
    path("import/<str:ref>/", views.import_run, name="import_run"),
    path("import/<str:ref>/columns/", views.import_map, name="import_map"),
    path("import/<str:ref>/step/", views.import_step, name="import_step"),
    path("import/<str:ref>/problems.csv", views.import_problems, name="import_problems"),
]
