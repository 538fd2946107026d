"""Addresses of the incidents app; those of reports are in dtac/urls.py, with their pages."""

from django.urls import path

from . import views

urlpatterns = [
    path("types/", views.type_list, name="type_list"),
    path("types/new/", views.type_new, name="type_new"),
    path("types/start/", views.type_start, name="type_start"),
    path("types/<slug:code>/", views.type_edit, name="type_edit"),
    path("types/<slug:code>/end/", views.type_end_page, name="type_end"),
    path("types/<slug:code>/back/", views.type_back, name="type_back"),
    path("types/<slug:code>/remove/", views.type_remove_page, name="type_remove"),
]
