"""Addresses of documents."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.document_list, name="document_list"),
    path("new/", views.document_new, name="document_new"),
    path("<slug:slug>/", views.document, name="document"),
    path("<slug:slug>/edit/", views.document_edit, name="document_edit"),
    path("<slug:slug>/readers/", views.document_readers, name="document_readers"),
]
